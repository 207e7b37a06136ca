"""Does the worker live, and does it keep up?"""

from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Now

from bzpeer.lib import due
from bzpeer.lib.models import Heartbeat

WORKER = "worker"
# Beats come every 15 s; four missed ones are no accident.
LATE_S = 60
BACKLOG_S = 90

AGE = """
    SELECT extract(epoch FROM statement_timestamp() - at)::float8
    FROM lib_heartbeat WHERE name = %s
"""


@dataclass(frozen=True, slots=True)
class Health:
    """Ages in seconds; None: no beat ever, or nothing due."""

    beat_age: float | None
    queue_age: float | None

    @property
    def worker(self) -> str:
        if self.beat_age is None:
            return "never"
        late = self.beat_age > LATE_S or (self.queue_age or 0) > BACKLOG_S
        return "late" if late else "ok"


def beat(name: str = WORKER) -> None:
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=Now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


def health(name: str = WORKER) -> Health:
    """Raises OperationalError when the database is away."""
    with connection.cursor() as cursor:
        cursor.execute(AGE, [name])
        row = cursor.fetchone()
    return Health(beat_age=row[0] if row else None, queue_age=due.oldest_wait())

"""The rows of harvests: found, held by one process at a time, moved, and the turn to ask.

A session's advisory lock holds a row: Postgres gives it back as soon as a killed process is gone.
The row's `holder` is the fence behind it: whoever lost the connection, and with it the lock,
finds another name there and can write no more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from django.db import OperationalError, connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Now

from works.domain.harvest import following
from works.domain.harvest.answers import LONGEST_WAIT_S
from works.domain.harvest.values import Place, Scope
from works.ingest import Counts
from works.models import HarvestCheckpoint

HOLD_LOCK, TURN_LOCK = 7_203_116, 7_203_117
# A killed process may still be at its last statement.
PATIENCE_S = 3.0
TIMED_OUT = "55P03"
ERROR_CHARACTERS = 500


class Busy(Exception):
    """Somebody else harvests this."""


def found(scope: Scope) -> HarvestCheckpoint | None:
    """Where to go on if nobody says from when: of the same list, the row that got furthest."""
    rows = HarvestCheckpoint.objects.filter(
        source=scope.source,
        base_url=scope.base_url,
        subject=urlencode(scope.subject),
        until=scope.until,
    )
    return max(rows, key=lambda row: (max(row.latest, row.since), row.pk), default=None)


def exact(scope: Scope) -> HarvestCheckpoint:
    """The row of just this scope, made where there is none."""
    row, _ = HarvestCheckpoint.objects.get_or_create(
        source=scope.source,
        base_url=scope.base_url,
        subject=urlencode(scope.subject),
        start=scope.start,
        until=scope.until,
        defaults={"since": scope.start},
    )
    return row


def nearest(scope: Scope) -> HarvestCheckpoint:
    """The row to go on with."""
    return (None if scope.start else found(scope)) or exact(scope)


@contextmanager
def held(row: HarvestCheckpoint, patience: float = PATIENCE_S) -> Iterator[HarvestCheckpoint]:
    """The row as it is now, this process's alone; raises Busy."""
    key = [HOLD_LOCK, row.pk % 2**31]
    _lock(key, patience)
    try:
        HarvestCheckpoint.objects.filter(pk=row.pk).update(holder=uuid4())
        yield HarvestCheckpoint.objects.get(pk=row.pk)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s::int, %s::int)", key)


def _lock(key: list[int], patience: float) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            wait = f"{max(1, round(patience * 1000))}ms"
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [wait])
            cursor.execute("SELECT pg_advisory_lock(%s::int, %s::int)", key)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != TIMED_OUT:
            raise
        raise Busy("another process harvests this") from None


def place(row: HarvestCheckpoint) -> Place:
    return Place(**{field.name: getattr(row, field.name) for field in fields(Place)})


def move(row: HarvestCheckpoint, to: Place, counts: Counts | None = None) -> None:
    """Stand at another place; with counts, behind one page more."""
    values: dict[str, object] = asdict(to)
    if counts:
        added = msgspec.structs.asdict(counts) | {"pages": 1}
        values |= {name: F(name) + value for name, value in added.items()} | {"failures": 0}
    _write(row, **values)


def begin(row: HarvestCheckpoint, *, anew: bool) -> Place:
    """Open the row. A finished one starts again: `anew` with its first day, else with its last."""
    at = place(row)
    if row.state == HarvestCheckpoint.FAILED:
        row.failures, at = 0, replace(at, setbacks=0)
        move(row, at)
    if row.state == HarvestCheckpoint.DONE:
        at = following.start(row.start) if anew else following.again(at)
        move(row, at)
    _write(row, state=HarvestCheckpoint.OPEN, error="", failures=row.failures)
    return at


def finish(row: HarvestCheckpoint) -> None:
    _write(row, state=HarvestCheckpoint.DONE, token="", expires="", finished_at=Now())


def fail(row: HarvestCheckpoint, error: str) -> None:
    _write(row, state=HarvestCheckpoint.FAILED, error=error[:ERROR_CHARACTERS])


def hold_back(row: HarvestCheckpoint, until: datetime, failures: int) -> None:
    """Ask this server nothing before then, after so many failures in a row."""
    _write(row, next_at=until, failures=failures)


def turn(
    row: HarvestCheckpoint, now: datetime, interval: timedelta, end: datetime | None
) -> datetime | None:
    """Reserve the next turn to ask this server; None where it comes after `end`.

    All harvests from one server take turns, whatever they ask for and whoever runs them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s::int, hashtext(%s))", [TURN_LOCK, row.base_url]
        )
        taken = next_turn(row.base_url)
        # A turn later than any wait that is kept to says that the clock was set back.
        at = min(max(now, taken or now), now + timedelta(seconds=LONGEST_WAIT_S))
        if end and at > end:
            return None
        _write(row, next_at=at + interval)
    return at


def next_turn(base_url: str) -> datetime | None:
    """When this server may be asked again; None: it never was asked."""
    rows = HarvestCheckpoint.objects.filter(base_url=base_url)
    latest: datetime | None = rows.aggregate(Max("next_at"))["next_at__max"]
    return latest


def _write(row: HarvestCheckpoint, **values: object) -> None:
    mine = HarvestCheckpoint.objects.filter(pk=row.pk, holder=row.holder)
    if not mine.update(changed_at=Now(), **values):
        raise Busy("another process has taken this harvest over")

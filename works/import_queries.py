"""Reads for the staff pages of imports: runs, what was rejected and why, and what is replayed."""

from datetime import datetime

import msgspec

from bzpeer.lib.sql import fetch
from works.models import ImportReject, ImportRun
from works.replaying import of_group
from works.sources import SOURCES

RUNS, RECORDS, GROUPS, REPLAYS = 20, 10, 200, 10

# The most frequent reasons of each run; `ours` are rejects that no later run took over.
REASONS = """
SELECT run_id, field, reason, n FROM (
    SELECT run_id, field, reason, count(*) AS n,
        row_number() OVER (PARTITION BY run_id ORDER BY count(*) DESC, field, reason) AS place
    FROM works_importreject WHERE run_id = ANY(%s) GROUP BY run_id, field, reason
) AS counted WHERE place <= 4 ORDER BY run_id, place
"""

GROUPS_OF = """
SELECT r.field, r.reason, count(*), count(r.replayed_in_id),
    count(*) FILTER (WHERE r.replayed_in_id IS NULL AND r.again <> ''), o.id IS NOT NULL
FROM works_importreject r
LEFT JOIN works_replayorder o
    ON o.run_id = r.run_id AND o.field = r.field AND o.reason = r.reason AND o.parked_at IS NULL
WHERE r.run_id = %s
GROUP BY r.field, r.reason, o.id ORDER BY 3 DESC, 1, 2 LIMIT %s
"""

# How many an order has still to try: none of them before its run has begun.
ORDERS_OF = """
SELECT o.field, o.reason, o.total, o.replay_id, o.parked_at, o.error, o.ordered_at,
    (SELECT count(*) FROM works_importreject r
        WHERE r.run_id = o.run_id AND (o.reason = '' OR (r.field, r.reason) = (o.field, o.reason))
        AND r.replayed_in_id IS NULL AND r.again <> ''
        AND (r.tried_at IS NULL OR r.tried_at < p.started_at))
FROM works_replayorder o LEFT JOIN works_importrun p ON p.id = o.replay_id
WHERE o.run_id = %s ORDER BY o.ordered_at, o.id
"""

SOURCES_OF_RUNS = "SELECT DISTINCT source FROM works_importrun ORDER BY source"


class Reason(msgspec.Struct, frozen=True):
    """Why so many records of a run were rejected."""

    run: int
    field: str
    reason: str
    count: int


class Group(msgspec.Struct, frozen=True):
    """Rejects of one field and reason: in all, taken by a replay since, and open to one."""

    field: str
    reason: str
    count: int
    mended: int
    open: int
    ordered: bool


class Order(msgspec.Struct, frozen=True):
    """A replay that was asked for; `replay` is its run once it has begun."""

    field: str
    reason: str
    total: int
    replay: int | None
    parked_at: datetime | None
    error: str
    ordered_at: datetime
    left: int

    @property
    def tried(self) -> int:
        return max(0, self.total - self.left)


def runs(source: str, page: int) -> list[ImportRun]:
    """A page of runs, the newest first, and one more where another page follows."""
    found = ImportRun.objects.order_by("-id")
    if source:
        found = found.filter(source=source)
    first = (page - 1) * RUNS
    return list(found[first : first + RUNS + 1])


def reasons(ids: list[int]) -> dict[int, list[Reason]]:
    """The first reasons of each of these runs."""
    found: dict[int, list[Reason]] = {}
    for row in fetch(REASONS, [ids]):
        found.setdefault(row[0], []).append(Reason(*row))
    return found


def sources() -> list[str]:
    return [source for (source,) in fetch(SOURCES_OF_RUNS, [])]


def groups(run: ImportRun) -> list[Group]:
    """The rejects of a run by field and reason, the most frequent first."""
    known = run.source in SOURCES
    return [
        Group(field, reason, count, mended, left if known else 0, ordered)
        for field, reason, count, mended, left, ordered in fetch(GROUPS_OF, [run.pk, GROUPS])
    ]


def orders(run: ImportRun) -> list[Order]:
    """The replays that were asked for and are not done."""
    return [Order(*row) for row in fetch(ORDERS_OF, [run.pk])]


def replays(run: ImportRun) -> list[ImportRun]:
    """The last replays of the run's rejects."""
    return list(ImportRun.objects.filter(of=run).order_by("-id")[:REPLAYS])


def records(run: ImportRun, field: str, reason: str, page: int) -> list[ImportReject]:
    """A page of rejects with what is kept of them as text, and one more where another follows."""
    found = of_group(run, field, reason).defer("again").order_by("id")
    first = (page - 1) * RECORDS
    return list(found[first : first + RECORDS + 1])


def mended_by(run: ImportRun) -> list[ImportReject]:
    """Rejects that this replay could take."""
    found = ImportReject.objects.filter(replayed_in=run).defer("again", "raw").order_by("id")
    return list(found[:RECORDS])

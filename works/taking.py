"""Portions of what a source yields, each taken in one transaction: records, rejects, and how far.

So whatever is killed, the rows, the counts of the run and the checkpoint tell the same story.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import msgspec
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now

from works import ingest
from works.domain.records import Rejected, WorkRecord
from works.ingest import Counts
from works.models import ImportRun
from works.rejects import Reject, keep
from works.sources.base import RAW_CHARACTERS

# A portion of nothing but rejects is cut before either bound: each may be a megabyte.
PORTION_REJECTS = 1_000
PORTION_BYTES = 16 << 20

# SQLSTATE classes that speak of the values sent: wrong data, broken constraint, a limit of the
# program (a value too large for an index). Everything else is no fault of a record.
OF_THE_RECORD = ("22", "23", "54")
DEADLOCK = "40P01"

T = TypeVar("T")

# A record at its place among those that a file holds, counted from 1.
Placed = tuple[int, WorkRecord]


@dataclass
class Portion:
    """What a stretch of a file holds, up to the record of number `end`."""

    end: int
    records: list[Placed] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)
    mentions: int = 0
    weight: int = 0

    def add(self, item: WorkRecord | Rejected) -> None:
        self.end += 1
        if isinstance(item, Rejected):
            self.rejects.append(item)
            self.weight += len(item.again) + len(item.raw)
        else:
            self.records.append((self.end, item))
            self.mentions += len(item.authors)

    @property
    def is_full(self) -> bool:
        return (
            len(self.records) >= ingest.BATCH_WORKS
            or self.mentions >= ingest.BATCH_MENTIONS
            or len(self.rejects) >= PORTION_REJECTS
            or self.weight >= PORTION_BYTES
        )


def portions(items: Iterable[WorkRecord | Rejected], done: int = 0) -> Iterator[Portion]:
    """Cut what a source yields behind its first `done` records into portions of bounded size."""
    portion = Portion(done)
    for item in items:
        portion.add(item)
        if portion.is_full:
            yield portion
            portion = Portion(portion.end)
    if portion.records or portion.rejects:
        yield portion


def take(
    run: ImportRun,
    file: str,
    portion: Portion,
    today: date,
    also: Callable[[], None] = lambda: None,
) -> Counts:
    """Take a portion in one transaction, and do `also` within it; the database forgets nothing.

    Where the database refuses a record, only that one is lost. Where a refresh and the import
    waited for each other and Postgres chose us, everything is done once more.
    """

    def once() -> Counts:
        with transaction.atomic():
            counts, refused = ingest_each(run.pk, portion.records, today)
            rejects = [Reject(one) for one in portion.rejects] + refused
            keep(run, file, rejects)
            counts.rejected += len(rejects)
            note(run, counts)
            also()
        return counts

    return past_deadlock(once)


def past_deadlock(work: Callable[[], T]) -> T:
    """Do the work, once more where it lost a deadlock."""
    try:
        return work()
    except OperationalError as error:
        if _state(error) != DEADLOCK:
            raise
    return work()


def ingest_each(run_id: int, placed: Sequence[Placed], today: date) -> tuple[Counts, list[Reject]]:
    """Ingest records inside the caller's transaction; those that the database refuses come back."""
    if not placed:
        return Counts(), []
    try:
        with transaction.atomic():
            return ingest.ingest(run_id, [record for _, record in placed], today), []
    except DatabaseError as error:
        if not _state(error).startswith(OF_THE_RECORD):
            raise
        if len(placed) == 1:
            return Counts(), [_refused(*placed[0], error)]
    middle = len(placed) // 2
    counts, refused = ingest_each(run_id, placed[:middle], today)
    more, others = ingest_each(run_id, placed[middle:], today)
    counts.add(more)
    return counts, refused + others


def note(run: ImportRun, counts: Counts) -> None:
    """Add to the counts of the run, for whoever looks at it while it goes on."""
    told = {name: F(name) + value for name, value in msgspec.structs.asdict(counts).items()}
    run_row = ImportRun.objects.filter(pk=run.pk)
    run_row.update(seen_at=Now(), kept_bytes=run.kept_bytes, **told)


def _state(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _refused(position: int, record: WorkRecord, error: DatabaseError) -> Reject:
    reason = f"could not be stored: {str(error).splitlines()[0]}"[:300]
    whole = msgspec.json.encode(record)
    rejected = Rejected(
        position,
        "record",
        reason,
        whole.decode()[:RAW_CHARACTERS],
        record.external_id,
        whole,
    )
    return Reject(rejected, is_parsed=True)

"""One run of an import: files in, batches to the merge, rejects kept beside the run."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from works.domain.records import Refused, Rejected, WorkRecord
from works.ingest import Counts, batches, ingest
from works.models import ImportReject, ImportRun
from works.sources.base import RAW_CHARACTERS, Source
from works.sources.compressed import open_stream
from works.sources.files import FoundFile

HEAD = 1 << 16

# SQLSTATE classes that speak of the values sent: wrong data, broken constraint, a limit of the
# program (a value too large for an index). Everything else is no fault of a record.
OF_THE_RECORD = ("22", "23", "54")
DEADLOCK = "40P01"


@dataclass
class Outcome:
    """What a run did. `failed` are files that could not be read, with the reason."""

    run: ImportRun
    counts: Counts = field(default_factory=Counts)
    skipped: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def run_import(
    source: Source,
    files: Sequence[FoundFile],
    *,
    today: date,
    tell: Callable[[str], None] = lambda line: None,
    watch: Callable[[Path, int], None] = lambda path, position: None,
) -> Outcome:
    """Import these files, each batch in a transaction of its own; safe to kill and to repeat.

    `tell` gets a line for each file that is passed over or refused; `watch` the position in the
    file as it lies on the disk, in bytes, after each batch.
    """
    run = ImportRun.objects.create(
        source=source.slug, paths=[_printable(file.path) for file in files]
    )
    outcome = Outcome(run)
    for file in files:
        _import_file(source, file, today, outcome, tell, watch)
    _finish(run, outcome.counts)
    return outcome


def _import_file(
    source: Source,
    file: FoundFile,
    today: date,
    outcome: Outcome,
    tell: Callable[[str], None],
    watch: Callable[[Path, int], None],
) -> None:
    name = _printable(file.path)
    if not (file.named or source.may_live_in(file.path.name)):
        _pass_over(source, name, file.named, outcome, tell)
        return
    try:
        with open_stream(file.path) as stream:
            if not source.holds(stream.peek(HEAD)):
                _pass_over(source, name, file.named, outcome, tell)
                return
            for batch in batches(_records(source.read(stream), name, outcome)):
                outcome.counts.add(_take(batch, today, name, outcome))
                watch(file.path, stream.bytes_read)
    except (Refused, OSError, EOFError) as error:
        reason = str(error) or "the file ends too early"
        outcome.failed.append((name, reason))
        tell(f"refused {name}: {reason}")


def _printable(path: Path) -> str:
    """The path as text; bytes of a file's name that are no UTF-8 are shown as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _pass_over(
    source: Source, name: str, named: bool, outcome: Outcome, tell: Callable[[str], None]
) -> None:
    reason = f"holds no {source.slug} records"
    tell(f"skipped {name}: {reason}")
    if named:
        outcome.failed.append((name, reason))
    else:
        outcome.skipped.append(name)


def _records(
    items: Iterable[WorkRecord | Rejected], name: str, outcome: Outcome
) -> Iterator[WorkRecord]:
    for item in items:
        if isinstance(item, Rejected):
            _reject(name, item, outcome)
        else:
            yield item


def _reject(name: str, item: Rejected, outcome: Outcome) -> None:
    outcome.counts.rejected += 1
    ImportReject.objects.create(
        run=outcome.run,
        file=name,
        position=item.position,
        external_id=item.external_id,
        field=item.field,
        reason=item.reason,
        raw=item.raw,
    )


def _take(batch: Sequence[WorkRecord], today: date, name: str, outcome: Outcome) -> Counts:
    """Ingest a batch; where the database refuses one of its records, only that one is lost."""
    try:
        return _ingest(outcome.run.pk, batch, today)
    except DatabaseError as error:
        if not _state(error).startswith(OF_THE_RECORD):
            raise
        if len(batch) == 1:
            _reject(name, _refused(batch[0], error), outcome)
            return Counts()
    middle = len(batch) // 2
    counts = _take(batch[:middle], today, name, outcome)
    counts.add(_take(batch[middle:], today, name, outcome))
    return counts


def _ingest(run_id: int, batch: Sequence[WorkRecord], today: date) -> Counts:
    """Once more where a refresh and the import waited for each other and Postgres chose us."""
    try:
        return ingest(run_id, batch, today)
    except OperationalError as error:
        if _state(error) != DEADLOCK:
            raise
    return ingest(run_id, batch, today)


def _state(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _refused(record: WorkRecord, error: DatabaseError) -> Rejected:
    reason = f"could not be stored: {str(error).splitlines()[0]}"[:300]
    raw = msgspec.json.encode(record).decode()[:RAW_CHARACTERS]
    return Rejected(0, "record", reason, raw, record.external_id)


def _finish(run: ImportRun, counts: Counts) -> None:
    run.created, run.updated, run.unchanged = counts.created, counts.updated, counts.unchanged
    run.rejected, run.authors = counts.rejected, counts.authors
    run.finished_at = timezone.now()
    run.save()

"""One run of an import of institutions: files in, batches to the registry, rejects kept."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from django.utils import timezone

from works import registry
from works.domain.institutions import InstitutionRecord
from works.domain.records import Refused, Rejected
from works.importing import HEAD, Outcome
from works.models import ImportReject, ImportRun
from works.sources import ror
from works.sources.compressed import open_stream
from works.sources.files import FoundFile

# A merge of so many takes about a second, so that imports of works need not wait for long.
BATCH = 2_000
# The public dump comes in one; what is in it besides is for others.
ARCHIVE = b"PK\x03\x04"
UNPACK = "is a zip archive: unpack it, and name the JSON file that was in it"


def run_institutions(
    files: Sequence[FoundFile],
    *,
    tell: Callable[[str], None] = lambda line: None,
    watch: Callable[[Path, int], None] = lambda path, position: None,
) -> Outcome:
    """Import the organisations of ROR in these files; safe to kill and to repeat.

    `tell` gets a line for each file that is passed over or refused; `watch` the position in the
    file as it lies on the disk, in bytes, after each batch.
    """
    paths = [_printable(file.path) for file in files]
    outcome = Outcome(ImportRun.objects.create(source=ror.SCHEME, paths=paths))
    for file, name in zip(files, paths):
        try:
            if fault := _import_file(file.path, name, outcome, watch):
                _pass_over(name, fault, file.named, outcome, tell)
        except (Refused, OSError, EOFError) as error:
            reason = str(error) or "the file ends too early"
            outcome.failed.append((name, reason))
            tell(f"refused {name}: {reason}")
    _finish(outcome)
    return outcome


def _import_file(
    path: Path, name: str, outcome: Outcome, watch: Callable[[Path, int], None]
) -> str:
    """Take a file in, or say why none of it is for us."""
    with open_stream(path) as stream:
        head = stream.peek(HEAD)
        if head.startswith(ARCHIVE):
            return UNPACK
        if not ror.holds(head):
            return f"holds no {ror.SCHEME} records"
        for batch in _batches(_records(ror.read(stream), name, outcome)):
            outcome.counts.add(registry.take(batch))
            watch(path, stream.bytes_read)
    return ""


def _printable(path: Path) -> str:
    """The path as text; bytes of a file's name that are no UTF-8 are shown as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _pass_over(
    name: str, reason: str, named: bool, outcome: Outcome, tell: Callable[[str], None]
) -> None:
    tell(f"skipped {name}: {reason}")
    if named:
        outcome.failed.append((name, reason))
    else:
        outcome.skipped.append(name)


def _records(
    items: Iterable[InstitutionRecord | Rejected], name: str, outcome: Outcome
) -> Iterator[InstitutionRecord]:
    for item in items:
        if isinstance(item, InstitutionRecord):
            yield item
            continue
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


def _batches(records: Iterable[InstitutionRecord]) -> Iterator[list[InstitutionRecord]]:
    batch: list[InstitutionRecord] = []
    for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _finish(outcome: Outcome) -> None:
    run, counts = outcome.run, outcome.counts
    run.created, run.updated, run.unchanged = counts.created, counts.updated, counts.unchanged
    run.rejected = counts.rejected
    run.finished_at = timezone.now()
    run.save()

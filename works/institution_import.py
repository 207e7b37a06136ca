"""One run of an import of institutions: files in, batches to the registry, rejects kept."""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from django.db import transaction

from works import registry
from works.checkpoints import absolute, printable
from works.domain.institutions import InstitutionRecord
from works.domain.records import Refused, Rejected
from works.importing import HEAD, Outcome, finish, told_of_failure
from works.ingest import Counts
from works.models import ImportRun
from works.rejects import Reject, keep
from works.sources import ror
from works.sources.compressed import open_stream
from works.sources.files import FoundFile
from works.taking import note

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
    paths = [printable(file.path) for file in files]
    outcome = Outcome(ImportRun.objects.create(source=ror.SCHEME, paths=paths))
    with told_of_failure(outcome.run):
        for file in files:
            try:
                if fault := _import_file(file.path, outcome, watch):
                    tell(outcome.pass_over(file, fault))
            except (Refused, OSError, EOFError) as error:
                tell(outcome.refuse(file, error))
    finish(outcome.run, outcome.error)
    return outcome


def _import_file(path: Path, outcome: Outcome, watch: Callable[[Path, int], None]) -> str:
    """Take a file in, or say why none of it is for us."""
    with open_stream(path) as stream:
        head = stream.peek(HEAD)
        if head.startswith(ARCHIVE):
            return UNPACK
        if not ror.holds(head):
            return f"holds no {ror.SCHEME} records"
        items = ror.read(stream)
        while batch := list(islice(items, BATCH)):
            outcome.counts.add(_take(outcome.run, absolute(path), batch))
            watch(path, stream.bytes_read)
    return ""


def _take(run: ImportRun, file: str, batch: Sequence[InstitutionRecord | Rejected]) -> Counts:
    """A batch, its rejects and what the run says of it, in one transaction."""
    records = [item for item in batch if isinstance(item, InstitutionRecord)]
    rejects = [Reject(item) for item in batch if isinstance(item, Rejected)]
    with transaction.atomic():
        counts = registry.take(records) if records else Counts()
        keep(run, file, rejects)
        counts.rejected += len(rejects)
        note(run, counts)
    return counts

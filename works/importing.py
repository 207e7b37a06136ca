"""One run of an import: files in, portions to the merge, a checkpoint with each of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.models import F
from django.db.models.functions import Now

from works import checkpoints
from works.checkpoints import Place, printable
from works.domain.records import Refused, Rejected, WorkRecord
from works.ingest import Counts
from works.models import ImportCheckpoint, ImportRun
from works.sources.base import Source
from works.sources.compressed import open_stream
from works.sources.files import FoundFile
from works.taking import portions, take

HEAD = 1 << 16
ERROR_CHARACTERS = 2_000

# So many rows change the shape of a small corpus; the statistics of a large one cost seconds.
WORTH_ANALYZING = 1_000


@dataclass
class Outcome:
    """What a run did. `failed` are files that could not be read, with the reason.

    `resumed` counts records that a killed run had taken; they are in none of the counts.
    """

    run: ImportRun
    counts: Counts = field(default_factory=Counts)
    skipped: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    resumed: int = 0

    @property
    def error(self) -> str:
        """The files that could not be read and why, in one line; empty where there are none."""
        return "; ".join(f"{name}: {reason}" for name, reason in self.failed)

    def pass_over(self, file: FoundFile, reason: str) -> str:
        """Note a file of other records, a failure where it was named itself; the line to tell."""
        name = printable(file.path)
        if file.named:
            self.failed.append((name, reason))
        else:
            self.skipped.append(name)
        return f"skipped {name}: {reason}"

    def refuse(self, file: FoundFile, error: Exception) -> str:
        """Note a file that cannot be read, or not to its end; the line to tell."""
        name, reason = printable(file.path), str(error) or "the file ends too early"
        self.failed.append((name, reason))
        return f"refused {name}: {reason}"


def run_import(
    source: Source,
    files: Sequence[FoundFile],
    *,
    today: date,
    tell: Callable[[str], None] = lambda line: None,
    watch: Callable[[Path, int], None] = lambda path, position: None,
    resume: bool = True,
    trial: bool = False,
) -> Outcome:
    """Import these files, each portion in a transaction of its own; safe to kill and to repeat.

    `tell` gets a line for each file that is passed over, refused or resumed; `watch` the position
    in the file as it lies on the disk, in bytes, after each portion. `resume`: go on where a killed
    run over the same file stopped. `trial`: the caller takes everything back.
    """
    names = [printable(file.path) for file in files]
    outcome = Outcome(ImportRun.objects.create(source=source.slug, paths=names))
    import_ = _Import(source, outcome, today, tell, watch, resume)
    with told_of_failure(outcome.run):
        places = [import_.file(file) for file in files]
    # What failed was read as far as it goes: a later run over it starts anew as well.
    checkpoints.forget(filter(None, places))
    finish(outcome.run, outcome.error)
    if not trial:
        analyze_behind(outcome.counts)
    return outcome


def finish(run: ImportRun, error: str = "") -> None:
    """Close a run, with the reason where not all of it could be done."""
    said = error.replace("\0", "")[:ERROR_CHARACTERS]
    ImportRun.objects.filter(pk=run.pk).update(finished_at=Now(), seen_at=Now(), error=said)


def analyze_behind(counts: Counts) -> None:
    """Let the planner know of a large change at once; autovacuum would tell it minutes later."""
    if counts.created + counts.updated <= WORTH_ANALYZING:
        return
    tables = [model._meta.db_table for model in apps.get_app_config("works").get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")


@contextmanager
def told_of_failure(run: ImportRun) -> Iterator[None]:
    """Leave with the run what ended it, as far as the database still answers."""
    try:
        yield
    except BaseException as error:
        with suppress(DatabaseError):
            finish(run, f"{type(error).__name__}: {error}")
        raise


@dataclass(frozen=True, slots=True)
class _Import:
    """A run at work, file by file."""

    source: Source
    outcome: Outcome
    today: date
    tell: Callable[[str], None]
    watch: Callable[[Path, int], None]
    resume: bool

    def file(self, file: FoundFile) -> Place | None:
        """Import a file; None where it was passed over."""
        if not (file.named or self.source.may_live_in(file.path.name)):
            self._pass_over(file)
            return None
        try:
            place = checkpoints.place(self.source.slug, file.path)
            left = checkpoints.found(place) if self.resume else None
            if left and left.finished:
                name, count = printable(file.path), left.position
                self._note_done(left, f"{name} was done before: {count} records")
                return place
            return self._read(file, place, left)
        except (Refused, OSError, EOFError) as error:
            self.tell(self.outcome.refuse(file, error))
            return Place(self.source.slug, checkpoints.absolute(file.path))

    def _pass_over(self, file: FoundFile) -> None:
        self.tell(self.outcome.pass_over(file, f"holds no {self.source.slug} records"))

    def _read(self, file: FoundFile, place: Place, left: ImportCheckpoint | None) -> Place | None:
        run = self.outcome.run
        with open_stream(file.path) as stream:
            if not self.source.holds(stream.peek(HEAD)):
                self._pass_over(file)
                return None
            items = self.source.read(stream)
            done = self._go_behind(items, left) if left else 0
            for portion in portions(items, done):
                done = portion.end
                advance = partial(checkpoints.advance, place, run.pk, done)
                self.outcome.counts.add(take(run, place.path, portion, self.today, advance))
                self.watch(file.path, stream.bytes_read)
        checkpoints.advance(place, run.pk, done, finished=True)
        return place

    def _go_behind(self, items: Iterator[WorkRecord | Rejected], left: ImportCheckpoint) -> int:
        """Pass over what a killed run took; how much that is."""
        done = sum(1 for _ in islice(items, left.position))
        self._note_done(left, f"resumed {left.path} at record {done + 1}: {done} were done before")
        return done

    def _note_done(self, left: ImportCheckpoint, line: str) -> None:
        """Close the run that was killed; what it took is none of this run's counts."""
        self.tell(line)
        self.outcome.resumed += left.position
        run = ImportRun.objects.filter(pk=self.outcome.run.pk)
        run.update(done_before=F("done_before") + left.position)
        killed = ImportRun.objects.filter(pk=left.run_id, finished_at=None)
        killed.update(finished_at=F("seen_at"), error=f"stopped; run {self.outcome.run.pk} went on")

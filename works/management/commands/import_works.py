"""Read works from files of a source. Exit 0: finished; 1: a file could not be read; 2: usage."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from works.importing import Outcome, run_import
from works.ingest import Counts
from works.models import ImportReject
from works.rehearsal import Change, rehearse
from works.sources import SOURCES
from works.sources.files import FoundFile, find


class Command(BaseCommand):
    help = "Import works: files, folders or globs, compressed ones as they are."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=sorted(SOURCES), metavar="SOURCE")
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument("--report", type=Path, metavar="FILE.json")
        parser.add_argument(
            "--from-start", action="store_true", help="read again what a killed import had taken"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: object, **options: Any) -> None:
        start = monotonic()
        files = found_files(options["paths"])
        if report := options["report"]:
            check_report(report)
            if options["dry_run"]:
                raise CommandError("--report: a dry run takes its rejects back", returncode=2)
        outcome = self.run(files, options)
        if report:
            write_report(report, outcome)
        if outcome.resumed:
            self.stdout.write(f"resumed: {outcome.resumed} records were done before")
        self.stdout.write(summary(outcome.counts, monotonic() - start))
        if outcome.error:
            raise CommandError(outcome.error)

    def run(self, files: list[FoundFile], options: dict[str, Any]) -> Outcome:
        source, today = SOURCES[options["source"]], timezone.now().date()
        with Progress(files) as progress:
            shown: dict[str, Any] = {"tell": progress.tell, "watch": progress.watch}
            if not options["dry_run"]:
                resume = not options["from_start"]
                return run_import(source, files, today=today, resume=resume, **shown)
            rehearsed = rehearse(source, files, today=today, **shown)
        for line in (line for change in rehearsed.changes for line in told(change)):
            self.stdout.write(line)
        self.stdout.write("nothing was changed; the import would end with:")
        return rehearsed.outcome


def told(change: Change) -> Iterator[str]:
    """A line that counts, and one for each example."""
    few = len(change.examples) < change.count
    yield f"would {change.verb}: {change.count}{', such as' if few and change.examples else ''}"
    yield from (f"  {example}" for example in change.examples)


def found_files(paths: list[str]) -> list[FoundFile]:
    """What the arguments name; raises CommandError for one that leads nowhere."""
    try:
        return find(paths)
    except FileNotFoundError as error:
        raise CommandError(f"no such file or folder: {error.filename}", returncode=2) from None


def check_report(path: Path) -> None:
    """Refuse before the import what could only fail after it."""
    if not path.parent.is_dir():
        raise CommandError(f"no such folder: {path.parent}", returncode=2)
    if path.is_dir():
        raise CommandError(f"a folder, not a file: {path}", returncode=2)


class Progress:
    """A bar on a terminal, a plain line a file elsewhere; both on stderr."""

    def __init__(self, files: list[FoundFile]) -> None:
        self.total = sum(file.path.stat().st_size for file in files)
        self.done = 0
        self.current: Path | None = None
        self.position = 0

    def __enter__(self) -> "Progress":
        self.bar = tqdm(
            total=self.total, unit="B", unit_scale=True, disable=not sys.stderr.isatty()
        )
        return self

    def __exit__(self, *exc: object) -> None:
        self.bar.close()

    def tell(self, line: str) -> None:
        tqdm.write(line, file=sys.stderr)

    def watch(self, path: Path, position: int) -> None:
        if path != self.current:
            self.current, self.position = path, 0
            if self.bar.disable:
                self.tell(f"reading {path}")
        self.bar.update(max(0, position - self.position))
        self.position = position


def summary(counts: Counts, seconds: float) -> str:
    """The last line of an import or a refresh, for people and for scripts."""
    parts = [f"{name}={value}" for name, value in msgspec.structs.asdict(counts).items()]
    return " ".join([*parts, f"seconds={seconds:.1f}"])


def write_report(path: Path, outcome: Outcome) -> None:
    report = {
        "counts": msgspec.structs.asdict(outcome.counts),
        "rejects": list(
            ImportReject.objects.filter(run=outcome.run)
            .order_by("id")
            .values("file", "position", "external_id", "field", "reason", "raw")
        ),
        "skipped": outcome.skipped,
        "failed": [{"file": name, "reason": reason} for name, reason in outcome.failed],
    }
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

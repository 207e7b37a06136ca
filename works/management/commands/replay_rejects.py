"""Read rejected records again. Exit 0: finished; 2: usage."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from works.importing import finish
from works.ingest import Counts
from works.management.commands.import_works import summary
from works.models import ImportReject, ImportRun
from works.replaying import begin, replay_batch, waiting
from works.sources import SOURCES


class Command(BaseCommand):
    help = "Try rejected records again, after a mend of the parser or of the database."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--run", type=int, metavar="N", dest="number", help="those of a run")
        which.add_argument("--source", choices=sorted(SOURCES), help="those of a source")

    def handle(self, *args: object, **options: Any) -> None:
        start, counts = monotonic(), Counts()
        run, rejects = chosen(options["number"], options["source"])
        sources = waiting(rejects).order_by("run__source").values_list("run__source", flat=True)
        for source in list(sources.distinct()):
            counts.add(replay_all(source, run, rejects.filter(run__source=source)))
        self.stdout.write(summary(counts, monotonic() - start))


def chosen(
    number: int | None, source: str | None
) -> tuple[ImportRun | None, QuerySet[ImportReject]]:
    """The run where one is named, and the rejects that are meant."""
    every = ImportReject.objects.all()
    if number is None:
        return None, every.filter(run__source=source) if source else every
    run = ImportRun.objects.filter(pk=number).first()
    if run is None:
        raise CommandError(f"no such run: {number}", returncode=2)
    return run, every.filter(run=run)


def replay_all(source: str, of: ImportRun | None, rejects: QuerySet[ImportReject]) -> Counts:
    replay, total = begin(source, of), Counts()
    while (counts := replay_batch(replay, rejects, timezone.now().date())) is not None:
        total.add(counts)
    finish(replay)
    return total

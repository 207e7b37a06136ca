"""Read institutions of a registry. Exit 0: finished; 1: a file could not be read; 2: usage."""

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from works.institution_import import run_institutions
from works.management.commands.import_works import (
    Progress,
    check_report,
    found_files,
    summary,
    write_report,
)
from works.sources import ror


class Command(BaseCommand):
    help = "Import institutions: ROR's JSON, version 2; files, folders or globs, compressed or not."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=[ror.SCHEME], metavar="SOURCE")
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument("--report", type=Path, metavar="FILE.json")

    def handle(self, *args: object, **options: Any) -> None:
        start = monotonic()
        files = found_files(options["paths"])
        if report := options["report"]:
            check_report(report)
        with Progress(files) as progress:
            outcome = run_institutions(files, tell=progress.tell, watch=progress.watch)
        if report:
            write_report(report, outcome)
        self.stdout.write(summary(outcome.counts, monotonic() - start))
        if outcome.error:
            raise CommandError(outcome.error)

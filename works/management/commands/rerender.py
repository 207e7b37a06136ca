"""Rebuild what is kept of works, after a change of a template, of TeX or of a rule."""

from argparse import ArgumentParser
from collections.abc import Iterator
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from works.domain.article import TEMPLATE_VERSION
from works.ingest import BATCH_WORKS, Counts, regroup
from works.management.commands.import_works import summary
from works.models import Work


class Command(BaseCommand):
    help = "Rebuild works whose pieces were made by an older template; with --all, every work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        start, today = monotonic(), timezone.now().date()
        seen = changed = 0
        for works in self.batches(options["all"]):
            changed += regroup(works, today)
            seen += len(works)
        counts = Counts(updated=changed, unchanged=seen - changed)
        self.stdout.write(summary(counts, monotonic() - start))

    def batches(self, everything: bool) -> Iterator[list[int]]:
        """In the order of the rows, so that each batch is one range of the table."""
        works = Work.objects.order_by("id")
        if not everything:
            works = works.exclude(template_version=TEMPLATE_VERSION)
        last = 0
        while batch := list(works.filter(id__gt=last).values_list("id", flat=True)[:BATCH_WORKS]):
            last = batch[-1]
            yield batch

"""Rebuild the HTML kept with works, after a template or TeX change."""

from argparse import ArgumentParser
from collections.abc import Iterator
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from works.domain.article import TEMPLATE_VERSION
from works.ingest import BATCH_WORKS, rerender
from works.models import Work


class Command(BaseCommand):
    help = "Rebuild works whose pieces were made by an older template; with --all, every work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        start, today = monotonic(), timezone.now().date()
        seen = changed = 0
        for keys in self.batches(options["all"]):
            changed += rerender(keys, today)
            seen += len(keys)
        self.stdout.write(
            f"created=0 updated={changed} unchanged={seen - changed} rejected=0 authors=0"
            f" seconds={monotonic() - start:.1f}"
        )

    def batches(self, everything: bool) -> Iterator[list[str]]:
        """Keys in the order of the rows' ids, so that each batch is one range of the table."""
        works = Work.objects.order_by("id")
        if not everything:
            works = works.exclude(template_version=TEMPLATE_VERSION)
        last = 0
        while rows := list(works.filter(id__gt=last).values_list("id", "key")[:BATCH_WORKS]):
            last = rows[-1][0]
            yield [key for _, key in rows]

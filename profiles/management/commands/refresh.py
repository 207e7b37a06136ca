"""Recompute facts, trust and slices now: of the given researchers, of all, or of who is due."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from claims.services import Refreshed
from graph.slices import build
from profiles.services import BATCH, refresh, refresh_due
from works.addressing import addresses_due
from works.models import Author, AuthorChange
from works.queries import author_by_slug


class Command(BaseCommand):
    help = "Recompute counts, edges, trust and slice; without a name, the facts of who is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG")
        parser.add_argument("--all", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        start, total = monotonic(), Refreshed()
        for result in self.batches(options["slugs"], options["all"]):
            total = Refreshed(*map(sum, zip(total, result)))
        while addresses_due() is not None:
            pass
        self.stdout.write(
            f"created={total.created} updated={total.updated} unchanged={total.unchanged}"
            f" rejected={parked()} authors={sum(total)} seconds={monotonic() - start:.1f}"
        )

    def batches(self, slugs: list[str], everyone: bool) -> Iterator[Refreshed]:
        if slugs:
            yield self.whole([self.author_id(slug) for slug in slugs])
        elif everyone:
            ids = Author.objects.order_by("id").values_list("id", flat=True).iterator()
            yield from side_by_side(iter(lambda: list(islice(ids, BATCH)), []))
        else:
            while (result := refresh_due()) is not None:
                yield result

    def whole(self, ids: list[int]) -> Refreshed:
        """The facts and the slices; those of many records are drawn when somebody looks at them."""
        result = refresh(ids)
        for author_id in ids:
            build(author_id, timezone.now())
        return result

    def author_id(self, slug: str) -> int:
        author = author_by_slug(slug)
        if author is None:
            raise CommandError(f"no such researcher: {slug}", returncode=2)
        return author.merged_into_id or author.pk


def side_by_side(batches: Iterator[list[int]]) -> Iterator[Refreshed]:
    """As many at once as there are processors: one here, each other on a connection of its own."""
    at_once = os.cpu_count() or 1
    with ThreadPoolExecutor(at_once) as pool:
        while some := list(islice(batches, at_once)):
            others = [pool.submit(refresh_apart, batch) for batch in some[1:]]
            yield refresh(some[0])
            yield from (other.result() for other in others)


def refresh_apart(author_ids: list[int]) -> Refreshed:
    try:
        return refresh(author_ids)
    finally:
        connection.close()


def parked() -> int:
    """Records that could not be refreshed three times and wait for a person to look."""
    return AuthorChange.objects.filter(parked_at__isnull=False).count()

"""Recompute facts, trust and slices now: of the given researchers, of all, or of who is due."""

import os
from argparse import ArgumentParser
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
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
from works.queries import author_by_slug, record_now

# To wait for the disk behind each batch costs a third of the whole. Nobody does so until all are
# done: then one commit does, and whatever was committed before it is on the disk as well.
HASTY, AS_BEFORE = "SET synchronous_commit = off", "RESET synchronous_commit"
LASTING = "SELECT pg_current_xact_id()"


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
            everybody = Author.objects.order_by("id").values_list("id", flat=True)
            yield from side_by_side([*everybody])
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
        return record_now(author).pk


def side_by_side(ids: list[int]) -> Iterator[Refreshed]:
    """As many at once as there are processors: one here, each other on a connection of its own.

    Whoever is done takes the next batch: some hold three times the work of others, mostly the
    oldest records. Where one fails the rest are refreshed all the same, and then it is told.
    """
    at_once = os.cpu_count() or 1
    batches = even(ids, BATCH)
    ours, waiting = batches[:1], iter(batches[1:])
    with hastily(), ThreadPoolExecutor(at_once) as pool:
        others = [pool.submit(refresh_apart, waiting) for _ in batches[1:at_once]]
        try:
            yield from map(refresh, chain(ours, waiting))
        except KeyboardInterrupt:
            deque(waiting, 0)  # nobody begins another
            raise
        for other in others:
            yield from other.result()


def even(ids: list[int], most: int) -> list[list[int]]:
    """The ids in as few batches as there may be, all of about one length."""
    size = -(-len(ids) // max(1, -(-len(ids) // most)))
    return [ids[start : start + size] for start in range(0, len(ids), size or 1)]


def refresh_apart(waiting: Iterator[list[int]]) -> list[Refreshed]:
    try:
        with hastily():
            return list(map(refresh, waiting))
    finally:
        connection.close()


@contextmanager
def hastily() -> Iterator[None]:
    """Commit without waiting for the disk, but for the end."""
    with connection.cursor() as cursor:
        cursor.execute(HASTY)
        try:
            yield
        finally:
            cursor.execute(AS_BEFORE)
            cursor.execute(LASTING)


def parked() -> int:
    """Records that could not be refreshed three times and wait for a person to look."""
    return AuthorChange.objects.filter(parked_at__isnull=False).count()

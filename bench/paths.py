"""What it costs to say how two researchers are connected, in a large network of authors."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from statistics import median, quantiles

from django.db import connection

from bench import network
from bench.measure import Line
from bench.processor import least, plans_kept
from graph.domain.paths import Outcome
from graph.paths import path

SIZE = 200_000
PAIRS, HUBS = 400, 20
# Fields have no works in common: without these nobody would be far from anybody, or connected.
BRIDGES = """
INSERT INTO graph_collaboration (author_id, other_id, works, close)
SELECT DISTINCT a, b, 1, false FROM (
    SELECT unnest(ARRAY[one, other]) AS a, unnest(ARRAY[other, one]) AS b
    FROM (
        SELECT n AS one, 1 + floor(%(authors)s * random())::int AS other
        FROM generate_series(1, %(authors)s, 3) n
    ) drawn WHERE one <> other
) both_ways ON CONFLICT DO NOTHING
"""


def measure() -> Iterator[Line]:
    """After `neighbourhoods`, whose large network gets bridges between its fields."""
    with network.inside(SIZE), plans_kept():
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.25)")
            cursor.execute(BRIDGES, {"authors": SIZE})
            cursor.execute("VACUUM ANALYZE graph_collaboration")
        yield from _timed("anybody", list(_pairs(SIZE)))
        yield from _timed("from a hub", [(hub, SIZE - hub) for hub in range(1, HUBS + 1)])


def _pairs(authors: int) -> Iterator[tuple[int, int]]:
    rng = Random(4)  # noqa: S311
    for _ in range(PAIRS):
        yield rng.randint(1, authors), rng.randint(1, authors)


def _timed(name: str, pairs: list[tuple[int, int]]) -> Iterator[Line]:
    outcomes: Counter[Outcome] = Counter()

    def ask(start: int, goal: int) -> None:
        outcomes[path(start, goal).outcome] += 1

    times = [least(partial(ask, *pair)) for pair in pairs]
    yield Line(f"path, {name}: median, ms", median(times))
    yield Line(f"path, {name}: p99, ms", quantiles(times, n=100)[-1], 20, at_most=True)
    yield Line(
        f"path, {name}: share that is connected", outcomes[Outcome.CONNECTED] / outcomes.total()
    )

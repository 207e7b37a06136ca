"""The bulk pass over all authors, step by step; steps that run side by side are added up."""

from collections.abc import Iterator
from io import StringIO
from itertools import cycle, islice

from django.core.management import call_command
from django.db import connection

from bench.measure import Line, seconds, watched
from claims.domain.trust import TrustFacts, score
from works.models import Author, AuthorChange

SCORES = 50_000
STEPS = {
    "counts": "profiles.services.counts_refresh",
    "edges and circles": "profiles.services.edges_refresh",
    "circles alone": "graph.services.circles",
    "trust": "profiles.services.trust_score",
    "writing the facts": "profiles.services.facts_write",
}


def measure() -> Iterator[Line]:
    """After an import: every author for the first time, then all of them with nothing due.

    Between the two the tables are vacuumed, as the server would do by itself within a minute: or
    in the midst of the second, or never before its end.
    """
    yield from _pass("first")
    AuthorChange.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    yield from _pass("again")
    facts = [TrustFacts(level=1, works=n, identified=n, complete=n // 2) for n in range(1, 100)]
    many = list(islice(cycle(facts), SCORES))
    yield Line("score: authors per second", SCORES / seconds(lambda: [score(f) for f in many]))


def _pass(name: str) -> Iterator[Line]:
    authors = Author.objects.count()
    with watched(*STEPS.values()) as spent:
        whole = seconds(lambda: call_command("refresh", "--all", stdout=StringIO()))
    yield Line(f"{name}: authors per second", authors / whole, 20_000)
    for step, function in STEPS.items():
        yield Line(f"{name}: {step}, authors per second", authors / spent[function])

"""What a slice reads, in a small network of authors and in a large one."""

from collections.abc import Iterator, Mapping, Sequence
from operator import sub
from statistics import median, quantiles

from bench import network
from bench.measure import Line, median_ratio, seconds
from bench.processor import milliseconds
from graph.slices import gather
from works.models import AuthorFacts

SMALL, LARGE = 10_000, 200_000
ROUNDS = 9
PEOPLE, STRANGERS = 100, 1_000
ORDINARY = (2, 12)  # works


def measure() -> Iterator[Line]:
    """Processor times of loading the facts, of `gather`'s statements and its own Python."""
    network.create(SMALL)
    yield Line(f"{LARGE:,} authors made, seconds", seconds(lambda: network.create(LARGE)))
    with network.inside(LARGE):
        first = [_time(author) for author in _ordinary(STRANGERS)]
    yield Line(f"first touch of {LARGE:,}: median, ms", median(first))
    yield Line(f"first touch of {LARGE:,}: p99, ms", quantiles(first, n=100)[-1], 10, at_most=True)
    people = {size: _people(size) for size in (SMALL, LARGE)}
    yield from _compared("ordinary authors", people)
    yield from _compared("hubs", _hubs())


def _people(size: int) -> list[int]:
    with network.inside(size):
        return _ordinary(PEOPLE)


def _ordinary(number: int) -> list[int]:
    found = AuthorFacts.objects.filter(works__range=ORDINARY).order_by("?")
    return list(found.values_list("author_id", flat=True)[:number])


def _hubs() -> dict[int, list[int]]:
    """Who writes most in the small network, and whoever in the large one has as much to read."""
    few, many = (_leading(size) for size in (SMALL, LARGE))
    alike = [min(many, key=lambda one: sum(map(abs, map(sub, one[1:], hub[1:])))) for hub in few]
    return {SMALL: [hub[0] for hub in few], LARGE: [hub[0] for hub in alike]}


def _leading(size: int) -> list[tuple[int, int, int]]:
    """(author, works, collaborators) of one in a thousand."""
    with network.inside(size):
        found = AuthorFacts.objects.order_by("-works", "author_id")
        of = found.values_list("author_id", "works", "collaborators")
        return list(of[: size // network.FIELD])


def _compared(name: str, people: Mapping[int, Sequence[int]]) -> Iterator[Line]:
    for size in people:
        _pass(size, people[size])  # warms, and is not counted
    pairs = [(_pass(LARGE, people[LARGE]), _pass(SMALL, people[SMALL])) for _ in range(ROUNDS)]
    yield Line(f"{name}, warm: median, ms", median(large for large, _ in pairs))
    yield Line(f"{name}, warm: {LARGE:,} / {SMALL:,}", median_ratio(pairs), 1.3, at_most=True)


def _pass(size: int, authors: Sequence[int]) -> float:
    """The median milliseconds of these authors in the network of this size."""
    with network.inside(size):
        return median(map(_time, authors))


def _time(author_id: int) -> float:
    return milliseconds(lambda: _gather(author_id))


def _gather(author_id: int) -> None:
    facts = AuthorFacts.objects.select_related("author").get(author_id=author_id)
    gather(facts.author, facts)

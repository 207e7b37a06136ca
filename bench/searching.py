"""What a search costs in a large network of authors, by what is asked for."""

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median, quantiles

from django.db import connection

from bench import network
from bench.measure import Line
from bench.processor import least, plans_kept
from works.researchers import nearly_named, search_researchers
from works.titles import search_titles

SIZE = 200_000
QUESTIONS, REHEARSALS = 100, 4
# One word of a name is the least that can be asked.
ONE_WORD, OTHERS = 2, 20

# Words of names and titles that are there, of some at random.
NAMES = """
SELECT name_key FROM works_author JOIN works_authorfacts ON author_id = id
ORDER BY random() LIMIT %s
"""
TITLES = "SELECT title_text FROM works_work ORDER BY random() LIMIT %s"


def measure() -> Iterator[Line]:
    """After `neighbourhoods`, in its large network."""
    with network.inside(SIZE), plans_kept():
        people, works = _drawn(NAMES), _drawn(TITLES)
        families = [name[-1] for name in people]
        yield from _asked("a family name", search_researchers, families, ONE_WORD)
        yield from _asked("wei", search_researchers, ["wei"] * QUESTIONS, ONE_WORD)
        yield from _asked("a letter", search_researchers, [f[0] for f in families], ONE_WORD)
        yield from _asked("li wei", search_researchers, ["li wei"] * QUESTIONS)
        yield from _asked("a full name", search_researchers, [" ".join(name) for name in people])
        mistyped = [f"{name[0]} {_mistyped(name[-1])}" for name in people]
        yield from _asked("a full name, mistyped", _forgiven, mistyped)
        yield from _asked("a word of a title", search_titles, [title[-1] for title in works])
        ends = [f"{title[0]} {title[-1]}" for title in works]
        yield from _asked("two words of a title", search_titles, ends)
        yield from _asked("deep learning", search_titles, ["deep learning"] * QUESTIONS)


def _forgiven(q: str) -> object:
    return search_researchers(q) or nearly_named(q)


def _drawn(statement: str) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.75)")
        cursor.execute(statement, [QUESTIONS])
        return [text.split() for (text,) in cursor.fetchall()]


def _mistyped(word: str) -> str:
    """Two letters the wrong way round."""
    return word[:1] + word[2:3] + word[1:2] + word[3:]


def _asked(
    name: str, search: Callable[[str], object], questions: list[str], target: int = OTHERS
) -> Iterator[Line]:
    """Once the plan is kept."""
    for question in questions[:REHEARSALS]:
        search(question)
    times = [least(partial(search, question)) for question in questions]
    yield Line(f"{name}: median, ms", median(times))
    yield Line(f"{name}: p99, ms", quantiles(times, n=100)[-1], target, at_most=True)

"""Counts from arrays against the same in plain words."""

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from works.domain.counting import Mine, mine, sources, topics, totals, years

AUTHORS = 4
# (author, work, confirmed): an author may be on a work twice, confirmed on one place only.
ROWS = st.lists(
    st.tuples(st.integers(0, AUTHORS - 1), st.integers(10, 19), st.integers(0, 1)), max_size=40
)
NAMES = ['["ai","AI"', '["ml","ML"', '["nt","Number Theory"']


def table(rows: Sequence[tuple[int, ...]], width: int) -> list[np.ndarray]:
    return list(np.array(rows, np.int64).reshape(-1, width).T)


def year(work: int) -> int:
    return 0 if work % 5 == 0 else 2000 + work % 3


def counted(rows: list[tuple[int, int, int]]) -> Mine:
    told = [(a, w, year(w), w % 2, w % 3 == 0, w % 4 == 0, sure) for a, w, sure in rows]
    return mine(*table(told, 7))


def works_of(rows: list[tuple[int, int, int]], author: int) -> set[int]:
    return {work for one, work, _ in rows if one == author}


@given(ROWS)
def test_totals_and_years_are_those_of_a_recount(rows: list[tuple[int, int, int]]) -> None:
    found = counted(rows)
    number, by_year = totals(found, AUTHORS), years(found, AUTHORS)
    for author in range(AUTHORS):
        works = works_of(rows, author)
        assert {field: values[author] for field, values in number.items()} == {
            "works": len(works),
            "identified": sum(work % 2 == 1 for work in works),
            "complete": sum(work % 3 == 0 for work in works),
            "corroborated": sum(work % 4 == 0 for work in works),
            "confirmed": len({w for a, w, sure in rows if a == author and sure}),
        }
        expected = Counter(year(work) or None for work in works)
        in_order = sorted(expected.items(), key=lambda item: (item[0] is None, item[0] or 0))
        assert json.loads(by_year[author]) == [list(item) for item in in_order]


@given(ROWS, st.sets(st.tuples(st.integers(10, 19), st.integers(0, 2))), st.integers(1, 3))
def test_topics_come_by_their_works_then_by_rank(
    rows: list[tuple[int, int, int]], told: set[tuple[int, int]], top: int
) -> None:
    work, rank = table(sorted(told), 2)
    number, shown = topics(counted(rows), work, rank, NAMES, top, AUTHORS)
    for author in range(AUTHORS):
        works = works_of(rows, author)
        expected = Counter(topic for work, topic in told if work in works)
        first = sorted(expected.items(), key=lambda item: (-item[1], item[0]))[:top]
        assert number[author] == len(expected)
        assert json.loads(shown[author]) == [[*json.loads(NAMES[t] + "]"), n] for t, n in first]


@given(ROWS, st.dictionaries(st.text(max_size=3), st.sets(st.integers(10, 19)), max_size=3))
def test_sources_are_those_of_any_work(
    rows: list[tuple[int, int, int]], told: dict[str, set[int]]
) -> None:
    named = {name: np.array(sorted(works), np.int64) for name, works in told.items()}
    shown = sources(counted(rows), named, AUTHORS)
    for author in range(AUTHORS):
        works = works_of(rows, author)
        assert json.loads(shown[author]) == sorted(n for n in told if told[n] & works)

"""Edges from arrays of bylines against the same in plain words."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.domain.edges import (
    Edges,
    beside,
    bylines,
    changes,
    companions,
    edges,
    nearest,
    packed,
    unpacked,
)

# (author, work): few of each, so that people meet again; some are on a work twice.
NAMES = st.lists(st.tuples(st.integers(1, 9), st.integers(100, 112)), max_size=60)
ASKED = st.sets(st.integers(1, 9), max_size=5)
YEARS = {work: 0 if work % 4 == 0 else 1990 + work % 7 for work in range(100, 113)}


def arrays(names: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    author, work = np.array(names, np.int64).reshape(-1, 2).T
    return author, work, np.array([YEARS[one] for one in work.tolist()], np.int64)


def found(asked: set[int], names: list[tuple[int, int]]) -> Edges:
    ids, told = np.array(sorted(asked), np.int64), bylines(*arrays(names))
    return edges(ids, told, beside(ids, told))


def rows(of: Edges) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in of)))


def plain(asked: set[int], names: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    people: dict[int, set[int]] = defaultdict(set)
    for author, work in names:
        people[work].add(author)
    told: list[tuple[int, ...]] = []
    for author in sorted(asked):
        mine = [work for work in people if author in people[work]]
        for other in range(1, 10):
            both = [work for work in mine if other in people[work]]
            if other != author and both:
                years = [YEARS[work] for work in both if YEARS[work]] or [0]
                close = len(both) >= 3 and len(both) * 3 >= len(mine)
                told.append((author, other, len(both), min(years), max(years), close))
    return told


@given(ASKED, NAMES)
def test_edges_are_those_of_a_recount(asked: set[int], names: list[tuple[int, int]]) -> None:
    assert rows(found(asked, names)) == plain(asked, names)


@given(ASKED, NAMES, st.integers(1, 4))
def test_the_nearest_come_by_works_then_year_then_id(
    asked: set[int], names: list[tuple[int, int]], most: int
) -> None:
    expected = []
    for author in sorted(asked):
        mine = [row for row in plain(asked, names) if row[0] == author]
        expected += sorted(mine, key=lambda row: (-row[2], -row[4], row[1]))[:most]
    assert rows(nearest(found(asked, names), most)) == expected


@given(ASKED, NAMES, NAMES)
def test_changes_lead_from_the_old_edges_to_the_new(
    asked: set[int], before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    old, fresh = found(asked, before), found(asked, after)
    new, changed, gone = (rows(part) for part in changes(packed(old), fresh))
    kept = {row[:2]: row for row in rows(old)}
    assert {row[:2] for row in new}.isdisjoint(kept)
    assert all(row[:2] in kept and kept[row[:2]] != row for row in changed)
    for row in gone:
        del kept[row[:2]]
    kept.update({row[:2]: row for row in [*new, *changed]})
    assert sorted(kept.values()) == rows(fresh)


@given(ASKED, NAMES)
def test_packed_edges_say_the_same(asked: set[int], names: list[tuple[int, int]]) -> None:
    of = found(asked, names)
    assert rows(unpacked(*packed(of))) == rows(of)


@given(ASKED, NAMES, st.integers(1, 4))
def test_companions_are_on_several_works(
    asked: set[int], names: list[tuple[int, int]], fewest: int
) -> None:
    ids, told = np.array(sorted(asked), np.int64), bylines(*arrays(names))
    again = {(row[0], row[1]) for row in plain(asked, names) if row[2] > 1}
    works: dict[int, set[int]] = defaultdict(set)
    for author, work in names:
        works[author].add(work)
    expected = {
        author: {
            work: {other for other, on in names if on == work and (author, other) in again}
            for work in works[author]
        }
        for author in asked
        if len(works[author]) >= fewest
    }
    assert companions(ids, told, beside(ids, told), fewest) == expected

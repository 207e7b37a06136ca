import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.domain import circles

some_works = st.dictionaries(st.integers(1, 30), st.sets(st.integers(1, 12), max_size=4))


@pytest.mark.parametrize(
    ("works", "found", "flagged"),
    [
        ({}, [], False),
        ({1: []}, [[1]], False),
        ({1: ["a"], 2: ["a", "b"], 3: ["b"]}, [[1, 2, 3]], False),
        ({1: ["a"], 2: ["a"], 3: ["b"], 4: ["b"]}, [[1, 2], [3, 4]], True),
        ({1: ["a"], 2: ["a"], 3: ["b"], 4: ["c"]}, [[1, 2], [3], [4]], False),
        ({4: ["a"], 3: ["b"], 2: ["b"], 1: []}, [[2, 3], [1], [4]], False),
        ({1: ["a"], 2: ["b"], 3: ["c"], 4: ["a", "b", "c"]}, [[1, 2, 3, 4]], False),
        ({1: ["a", "a"], 2: []}, [[1], [2]], False),
    ],
)
def test_circles_are_works_that_share_people(
    works: dict[int, list[str]], found: list[list[int]], flagged: bool
) -> None:
    assert circles.circles(works) == found
    assert circles.flagged(found) is flagged


def test_a_work_of_fifty_authors_joins_and_one_of_more_is_left_out() -> None:
    fifty = [f"p{number}" for number in range(49)]  # and the researcher
    assert circles.circles({1: ["p0"], 2: ["p1"], 3: fifty}) == [[1, 2, 3]]
    assert circles.circles({1: ["p0"], 2: ["p1"], 3: [*fifty, "p49"]}) == [[1], [2]]


def test_ids_may_be_text() -> None:
    assert circles.circles({"b": [1], "a": [1], "c": []}) == [["a", "b"], ["c"]]


@given(some_works, st.randoms())
def test_circles_part_the_works_and_do_not_depend_on_order(
    works: dict[int, set[int]], shuffler: random.Random
) -> None:
    found = circles.circles(works)
    items = list(works.items())
    shuffler.shuffle(items)
    assert circles.circles(dict(items)) == found
    assert sorted(work for circle in found for work in circle) == sorted(works)
    people = [set().union(*(works[work] for work in circle)) for circle in found]
    assert sum(map(len, people)) == len(set().union(*people))


@given(some_works)
def test_one_more_shared_person_never_adds_a_circle(works: dict[int, set[int]]) -> None:
    joined = {work: people | {99} for work, people in works.items()}
    assert len(circles.circles(joined)) == min(1, len(works))


@pytest.mark.parametrize(
    ("sizes", "flagged"), [([], False), ([9], False), ([9, 1, 1], False), ([2, 2], True)]
)
def test_two_circles_of_two_works_raise_the_flag(sizes: list[int], flagged: bool) -> None:
    assert circles.flagged(map(range, sizes)) is flagged


def test_a_long_chain_is_one_circle() -> None:
    chain = {work: [work, work + 1] for work in range(20_000)}
    assert [len(circle) for circle in circles.circles(chain)] == [20_000]

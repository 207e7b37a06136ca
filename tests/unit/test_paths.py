"""How two people are connected: the shortest way, whichever end it is looked for from."""

from collections import deque
from collections.abc import Collection
from typing import TypeAlias

import networkx as nx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph.domain.paths import MOST_STEPS, Edges, Neighbours, Outcome, Route, search

PEOPLE = 14
Graph: TypeAlias = "nx.Graph[int]"

pairs = st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1))
graphs = st.lists(pairs, max_size=30).map(lambda edges: graph(*edges))


def graph(*edges: tuple[int, int]) -> Graph:
    made = nx.Graph((a, b) for a, b in edges if a != b)
    made.add_nodes_from(range(PEOPLE))
    return made


def edges_of(made: Graph) -> Neighbours:
    """As the database answers: everyone met once, and at the last level only whom it is asked."""

    def neighbours(
        level: Collection[int], only: Collection[int] | None
    ) -> tuple[Collection[tuple[int, int]], bool]:
        met: dict[int, int] = {}
        for person in sorted(level, reverse=True):
            for other in made[person]:
                if only is None or other in only:
                    met[other] = person
        return met.items(), True

    return neighbours


def distance(made: Graph, start: int, goal: int) -> int | None:
    """By a plain search from one end."""
    seen, waiting = {start: 0}, deque([start])
    while waiting:
        person = waiting.popleft()
        for other in made[person]:
            if other not in seen:
                seen[other] = seen[person] + 1
                waiting.append(other)
    return seen.get(goal)


def between(made: Graph, start: int, goal: int, **limits: int) -> Route:
    return search(start, goal, edges_of(made), **limits)


@given(graphs, pairs)
@example(graph((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)), (0, 6))
@example(graph((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)), (0, 7))
def test_the_way_is_the_shortest_and_made_of_edges(made: Graph, ends: tuple[int, int]) -> None:
    route, far = between(made, *ends), distance(made, *ends)
    if far is None:
        assert route.outcome in (Outcome.APART, Outcome.FAR)
        assert route.people == ()
    elif far > MOST_STEPS:
        assert route == Route(Outcome.FAR)
    else:
        assert route.outcome == (Outcome.CONNECTED if far else Outcome.SAME)
        assert len(route.people) == far + 1
        assert (route.people[0], route.people[-1]) == ends
        assert all(made.has_edge(*step) for step in zip(route.people, route.people[1:]))


@given(graphs, pairs)
def test_the_length_is_the_same_from_either_end(made: Graph, ends: tuple[int, int]) -> None:
    there, back = between(made, *ends), between(made, *reversed(ends))
    assert len(there.people) == len(back.people)


@given(graphs, pairs, st.integers(0, MOST_STEPS))
def test_fewer_steps_find_the_same_way_or_none(
    made: Graph, ends: tuple[int, int], most: int
) -> None:
    whole, cut = between(made, *ends), between(made, *ends, most=most)
    if len(whole.people) - 1 <= most:
        assert cut.people == whole.people
    else:
        assert cut == Route(Outcome.FAR)


@given(graphs, pairs)
def test_people_who_are_told_apart_are_never_connected(made: Graph, ends: tuple[int, int]) -> None:
    if between(made, *ends).outcome == Outcome.APART:
        assert not nx.has_path(made, *ends)


@pytest.mark.parametrize(
    ("edges", "outcome"),
    [
        ((), Outcome.APART),
        (((0, 2),), Outcome.APART),
        (((0, 1),), Outcome.CONNECTED),
        (((0, 2), (2, 1)), Outcome.CONNECTED),
        (tuple((n, n + 1) for n in range(2, 9)) + ((0, 2), (9, 1)), Outcome.FAR),
    ],
)
def test_outcomes(edges: tuple[tuple[int, int], ...], outcome: Outcome) -> None:
    assert between(graph(*edges), 0, 1).outcome == outcome


def asking(made: Graph, asked: list[int]) -> Neighbours:
    """The edges of a graph, noting how many people each question is about."""
    neighbours = edges_of(made)

    def noted(level: Collection[int], only: Collection[int] | None) -> tuple[Edges, bool]:
        asked.append(len(level))
        return neighbours(level, only)

    return noted


def test_a_hub_is_left_to_the_other_end() -> None:
    hub = nx.star_graph(5_000)
    nx.add_path(hub, [5_000, 5_001, 5_002])
    asked: list[int] = []
    found = search(0, 5_002, asking(hub, asked))
    assert found.people == (0, 5_000, 5_001, 5_002)
    assert max(asked) < 3


@given(graphs, pairs)
def test_one_question_for_each_step_at_most(made: Graph, ends: tuple[int, int]) -> None:
    asked: list[int] = []
    search(*ends, asking(made, asked))
    assert len(asked) <= MOST_STEPS


def test_a_crowd_in_between_is_too_many() -> None:
    stars = nx.disjoint_union(nx.star_graph(50), nx.star_graph(60))
    nx.add_path(stars, [1, 1_000, 60])
    assert between(stars, 0, 51, crowd=100).outcome == Outcome.CONNECTED
    assert between(stars, 0, 51, crowd=40) == Route(Outcome.FAR)


def shortened(made: Graph, most: int) -> Neighbours:
    """Edges of which a question is told only the first few."""
    neighbours = edges_of(made)

    def told(level: Collection[int], only: Collection[int] | None) -> tuple[Edges, bool]:
        edges = sorted(neighbours(level, only)[0])
        return edges[:most], len(edges) <= most

    return told


@given(graphs, pairs, st.integers(0, 6))
@example(graph((0, 1), (0, 2), (0, 3), (3, 4)), (0, 4), 2)
def test_a_way_that_is_found_in_spite_of_edges_left_out_is_a_shortest_one(
    made: Graph, ends: tuple[int, int], most: int
) -> None:
    found, best = search(*ends, shortened(made, most)), between(made, *ends)
    assert len(found.people) in (len(best.people), 0)
    assert found.outcome in (best.outcome, Outcome.FAR)

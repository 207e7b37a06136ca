"""How two people are connected: the shortest way from one to the other, searched from both ends.

The search goes level by level, each time from the end that has fewer people on its last level,
so that a hub at one end is left to the other. The edges come from whoever asks.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

# Further apart says nothing of two people, and costs the most to find.
MOST_STEPS = 6
# More people on a level than this cost more than an answer is worth.
CROWD = 10_000

# (person met, the one of the level who leads there) of every edge from a level, and whether those
# are all: a level may have too many. Given the people who alone would end the search, the edges to
# others may be left out.
Edges = Iterable[tuple[int, int]]
Neighbours = Callable[[Collection[int], Collection[int] | None], tuple[Edges, bool]]


class Outcome(StrEnum):
    SAME = "same"
    CONNECTED = "connected"
    APART = "apart"  # no edge leads further from one of the two
    FAR = "far"  # more than so many steps, or more people in between than were looked at


@dataclass(frozen=True, slots=True)
class Route:
    """What a search found; `people` from one end to the other, empty where there is no way."""

    outcome: Outcome
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """How far the search came from one end: `via` leads everyone met one step back to it."""

    via: dict[int, int]
    level: frozenset[int]
    depth: int

    @property
    def weight(self) -> tuple[int, int]:
        """What the next level costs, about; among equals the end that lags behind goes first."""
        return len(self.level), self.depth


def begin(person: int) -> Side:
    return Side({person: person}, frozenset({person}), 0)


def grown(side: Side, edges: Edges) -> Side:
    """One level further: whom these edges reach for the first time."""
    fresh = {person: by for person, by in edges if person not in side.via}
    return Side(side.via | fresh, frozenset(fresh), side.depth + 1)


def search(
    start: int,
    goal: int,
    neighbours: Neighbours,
    most: int = MOST_STEPS,
    crowd: int = CROWD,
) -> Route:
    """The shortest way of at most so many steps, asking once for each of them."""
    if start == goal:
        return Route(Outcome.SAME, (start,))
    near, far = begin(start), begin(goal)
    while (steps := near.depth + far.depth) < most:
        ahead = near.weight <= far.weight
        side, other = (near, far) if ahead else (far, near)
        ends = other.level if steps == most - 1 else None
        edges, complete = neighbours(side.level, ends)
        side = grown(side, edges)
        met = min(side.level & other.via.keys(), default=None)
        near, far = (side, other) if ahead else (other, side)
        if met is not None:
            return Route(Outcome.CONNECTED, joined(near, far, met))
        if not complete or len(side.level) > crowd:
            break
        if not side.level and ends is None:
            return Route(Outcome.APART)
    return Route(Outcome.FAR)


def joined(near: Side, far: Side, met: int) -> tuple[int, ...]:
    """From the one end over the person met to the other."""
    return (*reversed(way_back(near, met)), *way_back(far, met)[1:])


def way_back(side: Side, person: int) -> list[int]:
    way = [person]
    while (before := side.via[way[-1]]) != way[-1]:
        way.append(before)
    return way

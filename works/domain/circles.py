"""Circles of a record's works: groups that share co-authors, the researcher left out.

Two circles of several works each are what a record that merges two people looks like, so the
record is flagged; a person who changed fields looks the same, so it is no more than a flag.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence, Sized
from typing import TypeVar

# Works with more authors than this tell nothing about who knows whom.
MAX_AUTHORS = 50
# Works of the smallest record that can be flagged: two circles of two.
FEWEST_FLAGGED = 4

P = TypeVar("P", bound=Hashable)
W = TypeVar("W", int, str)


def circles(works: Mapping[W, Collection[P]], max_authors: int = MAX_AUTHORS) -> list[list[W]]:
    """The works of one record by circle: the largest first, then by smallest id.

    `works` maps a work to its co-authors without the researcher. Works with more than
    `max_authors` authors, the researcher counted, are in no circle; one without co-authors is a
    circle of its own.
    """
    # The researcher is one of the authors.
    ids = sorted(work for work, people in works.items() if len(people) < max_authors)
    found: dict[int, list[W]] = defaultdict(list)
    for work, root in zip(ids, _roots([works[work] for work in ids])):
        found[root].append(work)
    return sorted(found.values(), key=lambda circle: (-len(circle), circle[0]))


def flagged(circles: Iterable[Sized], cleared: int = 0) -> bool:
    """Whether the record may be several people: two circles of at least two works each.

    `cleared` of them were found to be one person; it takes more to flag the record again.
    """
    return telling(len(circle) for circle in circles) > max(1, cleared)


def telling(sizes: Iterable[int]) -> int:
    """How many circles say something about who somebody is: those of at least two works."""
    return sum(size > 1 for size in sizes)


def _roots(works: Sequence[Collection[P]]) -> list[int]:
    """The index of each work's first relative: union-find with path halving."""
    parent = list(range(len(works)))

    def root(work: int) -> int:
        while parent[work] != work:
            parent[work] = work = parent[parent[work]]
        return work

    first: dict[P, int] = {}
    for work, people in enumerate(works):
        for person in people:
            earlier = first.setdefault(person, work)
            if earlier != work:
                one, other = root(earlier), root(work)
                parent[max(one, other)] = min(one, other)
    return [root(work) for work in range(len(works))]

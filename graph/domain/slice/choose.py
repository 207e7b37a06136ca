"""Which works and people of a record are drawn: few enough to read, and telling the whole."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence, Set

from msgspec import Struct

from graph.domain.slice.facts import Person, SliceFacts, Work
from graph.domain.slice.near import Neighbourhood

# A work that shows someone for the first time is worth more than one that shows them again.
# Whole numbers, because sums of fractions depend on the order.
_FIRST, _SECOND, _LATER = 10, 4, 1
_NEW_CIRCLE = 30
# With fewer works than this the people are thinned out, so that their links leave room.
_FEW_WORKS, _FEW_PEOPLE, _THINNING = 8, 8, 3
# People of a circle of several works that are shown before those who rank higher.
_CIRCLE_SEATS = 2


class Caps(Struct, frozen=True):
    """The most that one drawing holds.

    `links` are those between works and people, `ties` those of its topics, and as many again
    those of its institutions.
    """

    works: int
    people: int
    topics: int
    institutions: int
    links: int
    ties: int


class Choice(Struct, frozen=True):
    """The works and people to draw, each in the order of importance."""

    works: tuple[Work, ...]
    people: tuple[Person, ...]


def choose(facts: SliceFacts, caps: Caps) -> Choice:
    """Works and people within the caps: every person is on one of the works.

    Close collaborators come first, then people by shared works. Every circle is represented as
    far as the caps allow, the largest first.
    """
    near = Neighbourhood(facts)
    ranked = _ranked(facts, near)
    most = caps.people
    least = max(_FEW_PEOPLE, sum(person.close for person in ranked))
    while True:
        invited = _invited(facts, near, ranked, caps.works, most)
        works = _Cover(facts, near, set(invited), caps).works()
        enough = len(works) >= min(_FEW_WORKS, caps.works, len(facts.works))
        if enough or most <= least:
            wished = dict.fromkeys([*invited, *ranked])
            people = _present(wished, near, set(works), caps.links, most)
            return Choice(tuple(works), tuple(sorted(people, key=ranked.index)))
        most = max(least, most - _THINNING)


def _ranked(facts: SliceFacts, near: Neighbourhood) -> list[Person]:
    """Close collaborators, then by shared works, then by the latest of them."""
    works = {person: near.beside(person, Work) for person in facts.people}
    latest = {p: max(work.year or 0 for work in on) for p, on in works.items() if on}
    return sorted(latest, key=lambda p: (not p.close, -p.works, -latest[p], p.key))


def circles_of(facts: SliceFacts) -> list[tuple[int, ...]]:
    """The circles in one order: the largest first, then by smallest key."""
    circles = (tuple(sorted(circle)) for circle in facts.circles if circle)
    return sorted(circles, key=lambda circle: (-len(circle), circle))


def newest_first(works: Iterable[Work]) -> list[Work]:
    return sorted(works, key=lambda work: (-(work.year or 0), -work.key))


def _invited(
    facts: SliceFacts, near: Neighbourhood, ranked: Sequence[Person], seats: int, most: int
) -> list[Person]:
    """The people to show: close collaborators, some of each circle, then as they rank.

    No more than `seats` circles are asked, since each has to bring a work.
    """
    wanted: set[Person] = set()
    works = {work.key: work for work in facts.works}
    for circle in circles_of(facts)[:seats]:
        known = [works[key] for key in circle if key in works]
        members = set[Person]().union(*(near.beside(work, Person) for work in known))
        first = [person for person in ranked if person in members]
        wanted.update(first[: _CIRCLE_SEATS if len(circle) > 1 else 1])
    return sorted(ranked, key=lambda p: (not p.close, p not in wanted))[:most]


class _Cover:
    """A greedy cover of the invited people by works, within the caps."""

    def __init__(
        self, facts: SliceFacts, near: Neighbourhood, invited: Set[Person], caps: Caps
    ) -> None:
        self.caps = caps
        self.left = newest_first(facts.works)
        # By keys, which are compared often: a fact is told from another by all that it says.
        self.guests = {
            work.key: {person.key for person in near.beside(work, Person) & invited}
            for work in self.left
        }
        circles = circles_of(facts)
        self.circle_of = {key: n for n, circle in enumerate(circles) for key in circle}
        self.sizes = [len(circle) for circle in circles]
        self.shown: Counter[int] = Counter()
        self.circles: set[int] = set()
        self.links = 0
        self.taken: list[Work] = []

    def works(self) -> list[Work]:
        self._represent_circles()
        while (best := self._best(self.left)) is not None:
            self._take(best)
        return self.taken

    def _represent_circles(self) -> None:
        everybody = len(self.sizes) <= self.caps.works
        seats = self.caps.works if everybody else self.caps.works * 2 // 3
        for circle in self._circles_by_weight()[:seats]:
            members = [work for work in self.left if self.circle_of.get(work.key) == circle]
            if (best := self._best(members, at_any_price=True)) is not None:
                self._take(best)

    def _circles_by_weight(self) -> list[int]:
        """The largest first; among those of one work, one with co-authors first."""
        met = {
            self.circle_of[key]
            for key, guests in self.guests.items()
            if guests and key in self.circle_of
        }
        return sorted(range(len(self.sizes)), key=lambda n: (-self.sizes[n], n not in met, n))

    def _best(self, works: Sequence[Work], at_any_price: bool = False) -> Work | None:
        if len(self.taken) >= self.caps.works:
            return None
        room = self.caps.links if at_any_price else self.caps.links - self.links
        fitting = [work for work in works if len(self.guests[work.key]) <= room]
        return max(fitting, key=self._value, default=None)

    def _value(self, work: Work) -> float:
        guests = self.guests[work.key]
        gain = sum((_FIRST, _SECOND, _LATER)[min(2, self.shown[key])] for key in guests)
        circle = self.circle_of.get(work.key)
        if circle is not None and circle not in self.circles:
            gain += _NEW_CIRCLE
        # The root: a work of twenty is worth more than one of two, but not ten times as much.
        return gain / math.sqrt(1 + len(guests))

    def _take(self, work: Work) -> None:
        self.taken.append(work)
        self.left.remove(work)
        self.shown.update(self.guests[work.key])
        self.links += len(self.guests[work.key])
        self.circles.add(self.circle_of.get(work.key, -1))


def _present(
    wished: Iterable[Person], near: Neighbourhood, works: Set[Work], room: int, most: int
) -> list[Person]:
    """Those of the wished people who are on the works, while there is room for their links."""
    present: list[Person] = []
    for person in wished:
        links = len(near.beside(person, Work) & works)
        if links and links <= room and len(present) < most:
            present.append(person)
            room -= links
    return present

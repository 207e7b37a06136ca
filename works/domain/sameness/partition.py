"""Reports into works: the same groups whatever the order in which the reports came.

Links are taken strongest first and each joins two groups unless something speaks against it:

1. one source's report in several formats, always;
2. what a person decided to be one work, always;
3. one identifier that both vouch for, if titles and people do not speak against it, nor two
   numbers of arXiv's: an author's DOI often is that of another paper;
4. one telling title, in years that differ by one at most, by mostly the same people, unless the
   sources hold the two apart: as two publications, or as two records of one kind in one source.

What a person held apart is never in one group.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import combinations
from operator import attrgetter
from typing import Literal, TypeVar

import msgspec

from works.domain.sameness.faces import Face, Voice, number

T = TypeVar("T")
Rule = Literal["format", "decision", "arxiv", "doi", "identifier", "title"]

# An identifier or a title that more reports share tells none of them from the others.
CROWD = 100

_NAMED_RULES: dict[str, Rule] = {"arxiv": "arxiv", "doi": "doi"}
_STRENGTH: tuple[Rule, ...] = ("format", "decision", "arxiv", "doi", "identifier", "title")


class Decided(msgspec.Struct, frozen=True):
    """What people settled: pairs of reports that are, and that are not, of one work."""

    together: frozenset[tuple[Voice, Voice]] = frozenset()
    apart: frozenset[tuple[Voice, Voice]] = frozenset()


NOTHING_DECIDED = Decided()


class Join(msgspec.Struct, frozen=True):
    """One link that made a group larger."""

    rule: Rule
    one: Voice
    other: Voice


class Group(msgspec.Struct, frozen=True):
    """The voices of one work in order, and the links that hold them together."""

    voices: tuple[Voice, ...]
    joins: tuple[Join, ...]


class _Link(msgspec.Struct, frozen=True, order=True):
    """Two places in the list of faces; smaller is taken first."""

    strength: int
    distance: tuple[int, int]
    voices: tuple[Voice, Voice]
    one: int
    other: int
    rule: Rule


def partition(
    faces: Iterable[Face], decided: Decided = NOTHING_DECIDED, crowded: frozenset[int] = frozenset()
) -> list[Group]:
    """The groups of these reports, in order; all reports that share a key must be among them.

    `crowded` are keys that more than CROWD reports share; they link nothing, and who else has them
    need not be there.
    """
    ordered = sorted(faces, key=_order)
    groups = _Groups(ordered, decided)
    for link in sorted(_links(ordered, decided, crowded)):
        groups.join(link)
    return groups.listed()


def _order(face: Face) -> tuple[Voice, list[str], str]:
    return face.voice, sorted(face.ids), face.title


# --- the links


def _links(faces: Sequence[Face], decided: Decided, crowded: frozenset[int]) -> Iterator[_Link]:
    yield from _by_decree(faces, decided)
    for token, one, other in _sharing(faces, lambda face: face.ids, crowded):
        a, b = faces[one], faces[other]
        shared = _shared_people(a, b)
        # A source that knows two forms of one work is believed, where somebody wrote both.
        if _agree(a, b, shared) or (token in a.said | b.said and shared > 0):
            rule = _NAMED_RULES.get(token.partition(":")[0], "identifier")
            yield _link(rule, faces, one, other, (int(a.title != b.title), -shared))
    for _, one, other in _sharing(faces, lambda face: face.prints, crowded):
        a, b = faces[one], faces[other]
        shared, apart = _shared_people(a, b), _years_apart(a, b)
        if apart <= 1 and _one_title(a, b, shared):
            yield _link("title", faces, one, other, (apart, -shared))


def _by_decree(faces: Sequence[Face], decided: Decided) -> Iterator[_Link]:
    places: dict[Voice, int] = {}
    for place, face in enumerate(faces):
        first = places.setdefault(face.voice, place)
        if first != place:
            yield _link("format", faces, first, place)
    for one, other in decided.together:
        if one in places and other in places:
            yield _link("decision", faces, places[one], places[other])


def _sharing(
    faces: Sequence[Face], tokens: Callable[[Face], Iterable[str]], crowded: frozenset[int]
) -> Iterator[tuple[str, int, int]]:
    """Each token with each two places that have it."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, face in enumerate(faces):
        for token in tokens(face):
            places[token].append(place)
    for token, having in places.items():
        if 1 < len(having) <= CROWD and number(token) not in crowded:
            yield from ((token, one, other) for one, other in combinations(having, 2))


def _link(
    rule: Rule, faces: Sequence[Face], one: int, other: int, distance: tuple[int, int] = (0, 0)
) -> _Link:
    voices = (faces[one].voice, faces[other].voice)
    return _Link(_STRENGTH.index(rule), distance, voices, one, other, rule)


def _agree(a: Face, b: Face, shared: int) -> bool:
    """Whether a shared identifier is to be believed, or one of the two has a wrong one.

    `shared` people are in both bylines. The titles are the same, or more than half of the people,
    or the titles alike and somebody in both bylines. Two records that one source keeps apart need
    the same title and the people too.
    """
    same = a.title == b.title
    if not a.people or not b.people:
        return same or a.voice[0] != b.voice[0]
    few = min(len(a.people), len(b.people))
    if a.voice[0] == b.voice[0]:
        return same and 2 * shared > few
    if same or 2 * shared > few:
        return True
    return (shared > 0 or a.cut or b.cut) and _titles_alike(a.title, b.title)


def _titles_alike(a: str, b: str) -> bool:
    """Whether the shorter one's runs of four letters are mostly in the longer one."""
    short, long = sorted((_runs(a), _runs(b)), key=len)
    return 2 * len(short & long) >= len(short) > 0


def _runs(title: str) -> set[str]:
    return {title[at : at + 4] for at in range(len(title) - 3)}


def _one_title(a: Face, b: Face, shared: int) -> bool:
    """For two reports of one title and time: whether people and kind make them one work."""
    if a.kind != b.kind or not a.people or not b.people:
        return False
    few, many = sorted((len(a.people), len(b.people)))
    complete = 2 * few >= many or a.cut or b.cut
    return complete and 2 * shared >= few


def _years_apart(a: Face, b: Face) -> int:
    """Between the nearest years that the two state; very many where one states none."""
    return min((abs(x - y) for x in a.years for y in b.years), default=9999)


def _shared_people(a: Face, b: Face) -> int:
    """How many of the shorter byline have a name that somebody of the longer one could bear."""
    few, many = sorted((a.people, b.people), key=len)
    there = frozenset().union(*many)
    return sum(1 for forms in few if not there.isdisjoint(forms))


# --- the groups


class _Groups:
    """Places joined into groups; each group remembers what must not come twice."""

    def __init__(self, faces: Sequence[Face], decided: Decided) -> None:
        self._faces = faces
        self._parent = list(range(len(faces)))
        self._members = [[place] for place in range(len(faces))]
        self._joins: list[list[Join]] = [[] for _ in faces]
        self._apart: dict[Voice, set[Voice]] = defaultdict(set)
        for one, other in decided.apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def join(self, link: _Link) -> None:
        one, other = self._root(link.one), self._root(link.other)
        if one == other or self._is_barred(one, other, link.rule):
            return
        one, other = min(one, other), max(one, other)
        self._parent[other] = one
        self._members[one] += self._members[other]
        self._joins[one] += [*self._joins[other], Join(link.rule, *link.voices)]

    def listed(self) -> list[Group]:
        roots = [place for place in range(len(self._faces)) if self._root(place) == place]
        return sorted(map(self._group, roots), key=lambda group: group.voices)

    def _group(self, root: int) -> Group:
        voices = sorted({self._faces[place].voice for place in self._members[root]})
        return Group(tuple(voices), tuple(self._joins[root]))

    def _root(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place

    def _is_barred(self, one: int, other: int, rule: Rule) -> bool:
        if rule == "format":
            return False
        left, right = self._faces_of(one), self._faces_of(other)
        there = {face.voice for face in right}
        if self._apart and any(not self._apart[f.voice].isdisjoint(there) for f in left):
            return True
        if rule == "title":
            return _held_apart(left, right)
        return rule != "decision" and _differ(_all(left, _arxiv), _all(right, _arxiv))

    def _faces_of(self, root: int) -> list[Face]:
        return [self._faces[place] for place in self._members[root]]


def _held_apart(left: Sequence[Face], right: Sequence[Face]) -> bool:
    """Whether sources know the two as two: by publication, by number, or in one list of theirs."""
    if any(_differ(_all(left, of), _all(right, of)) for of in (_published, *_NUMBERS)):
        return True
    kinds = {(face.voice[0], face.preprint) for face in left}
    return any(_differ(_voices(left, kind), _voices(right, kind)) for kind in kinds)


def _voices(faces: Sequence[Face], kind: tuple[str, bool]) -> set[Voice]:
    return {face.voice for face in faces if (face.voice[0], face.preprint) == kind}


def _differ(left: Set[T], right: Set[T]) -> bool:
    return bool(left) and bool(right) and left.isdisjoint(right)


def _all(faces: Sequence[Face], of: Callable[[Face], Iterable[str]]) -> set[str]:
    return {token for face in faces for token in of(face)}


def _numbered(scheme: str) -> Callable[[Face], Iterable[str]]:
    return lambda face: (token for token in face.ids if token.startswith(scheme))


_published: Callable[[Face], Iterable[str]] = attrgetter("publications")
_arxiv = _numbered("arxiv:")
_NUMBERS = (_arxiv, _numbered("acl:"), _numbered("pmid:"))

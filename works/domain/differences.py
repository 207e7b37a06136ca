"""What two works have in common, and what speaks against their being one: for staff to read.

The rules themselves are in `works.domain.sameness`; here is said what they look at.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from works.domain.provenance import identifier_link, source
from works.domain.sameness import Face
from works.domain.words import listed

_NUMBERS = {"arxiv:": "arXiv identifiers", "acl:": "ACL identifiers", "pmid:": "PubMed identifiers"}
_KINDS = {"text": "a text", "data": "a dataset", "software": "software", "book": "a book",
          "thesis": "a thesis", "review": "a review", "part": "a part of another work",
          "notice": "a notice", "grant": "a grant"}  # fmt: skip


def shared(left: Sequence[Face], right: Sequence[Face]) -> list[str]:
    """Such as "DOI 10.5555/tides" and "the title"."""
    ids, other_ids = (_all(side, lambda face: face.ids) for side in (left, right))
    common = sorted(ids & other_ids)
    found = [_named(token) for token in common if not token.startswith("posted:")]
    if _all(left, lambda face: face.prints) & _all(right, lambda face: face.prints):
        found.append("the title")
    if ids & _all(right, lambda face: face.about):
        found.append("a notice there, which is about this work")
    if other_ids & _all(left, lambda face: face.about):
        found.append("a notice here, which is about that work")
    return found


def against(left: Sequence[Face], right: Sequence[Face]) -> list[str]:
    """What keeps the two apart, or might; empty where nothing is seen."""
    return [*_numbers(left, right), *_forms(left, right), *_people(left, right)]


def _numbers(left: Sequence[Face], right: Sequence[Face]) -> Iterator[str]:
    here, there = (_all(side, lambda face: face.publications) for side in (left, right))
    if here and there and here.isdisjoint(there):
        yield "published under different DOIs"
    for scheme, words in _NUMBERS.items():
        ids, other_ids = (
            {token for face in side for token in face.ids if token.startswith(scheme)}
            for side in (left, right)
        )
        if ids and other_ids and ids.isdisjoint(other_ids):
            yield f"different {words}"
    twice = {face.voice[0] for face in left} & {face.voice[0] for face in right}
    if twice:
        yield f"{listed([source(slug).label for slug in sorted(twice)])} knows them as two"


def _forms(left: Sequence[Face], right: Sequence[Face]) -> Iterator[str]:
    kinds, others = ({face.kind for face in side} for side in (left, right))
    if kinds.isdisjoint(others):
        yield f"{_kind(kinds)} here, {_kind(others)} there"
    if {face.title for face in left}.isdisjoint(face.title for face in right):
        yield "different titles"
    years = [abs(x - y) for a in left for b in right for x in a.years for y in b.years]
    if not years:
        yield "no year to compare"
    elif min(years) > 1:
        yield f"{min(years)} years apart"


def _people(left: Sequence[Face], right: Sequence[Face]) -> Iterator[str]:
    pairs = [_in_common(a, b) for a in left for b in right if a.people and b.people]
    if not pairs:
        yield "no names to compare"
        return
    common, of, longer = max(pairs)
    if common < longer:
        both = f"{of}" if of == longer else f"{of} and {longer}"
        yield f"{common} in common of {both} names"


def _in_common(a: Face, b: Face) -> tuple[int, int, int]:
    """How many of the shorter byline are in the longer one, and how long the two are."""
    few, many = sorted((a.people, b.people), key=len)
    there = frozenset().union(*many)
    return sum(1 for forms in few if not there.isdisjoint(forms)), len(few), len(many)


def _kind(kinds: Iterable[str]) -> str:
    return listed([_KINDS.get(kind, kind) for kind in sorted(kinds)])


def _named(token: str) -> str:
    scheme, _, value = token.partition(":")
    return f"{identifier_link(scheme, value)[0]} {value}"


def _all(faces: Iterable[Face], of: Callable[[Face], Iterable[str]]) -> set[str]:
    return {token for face in faces for token in of(face)}

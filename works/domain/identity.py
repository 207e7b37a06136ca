"""Which author a mention means: a name on a work in, an author's key and how sure it is, out.

The rule before the disambiguator: a person's identifier decides where a source gives one, else
the normalised full name. A name never joins an identifier's author, except on the same work,
where two reports speak of one byline. The flag of a record that may be several people is in
`works.domain.circles`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from works.domain.names import is_full
from works.domain.records import PersonId

WorkId = int | str

# How sure a decision is. The numbers order decisions and are no measured probabilities; the
# disambiguator will bring measured ones.
BY_PERSON = 0.99  # the holder of the iD put it there; what is left is a slip of the source
BY_SOURCE = 0.9  # the source matched names itself, and such matches are known to merge people
FULL_NAME = 0.6  # most full names are borne by one author of a field, the common ones are not
BARE_NAME = 0.3  # initials, a lone word, or two people of one name on the work
DECIDED = 1.0  # a person with the right to say so said so


class Mention(msgspec.Struct, frozen=True):
    """One name on one work. `report` tells apart what several reports say of the same work.

    `name_key` is `names.key(name)`; `position` counts within the report's byline.
    """

    work: WorkId
    position: int
    name: str
    name_key: str
    person_ids: tuple[PersonId, ...] = ()
    report: int = 0


class AuthorKey(msgspec.Struct, frozen=True):
    """What an author is known by: (scheme of a person's identifier, value) or ("name", key)."""

    scheme: str
    value: str


class Decision(msgspec.Struct, frozen=True):
    """The author of one mention. `asserted_by`: "person", a source's name, "name" or "decision"."""

    work: WorkId
    position: int
    key: AuthorKey
    confidence: float
    asserted_by: str


class Constraint(msgspec.Struct, frozen=True):
    """A settled question: the name at this position is, or is not, the author of this key."""

    work: WorkId
    position: int
    key: AuthorKey
    link: Literal["must", "cannot"]


class _Candidate(msgspec.Struct, frozen=True):
    key: AuthorKey
    confidence: float
    asserted_by: str


_Seat = tuple[str, int]  # of one work: a name key, and which bearer of that name in the byline
_Settled = dict[tuple[WorkId, int], list[Constraint]]


def decide(mentions: Iterable[Mention], constraints: Iterable[Constraint] = ()) -> list[Decision]:
    """One decision a mention, in the order of the mentions; their order changes no decision.

    All mentions of a work must come in one call, since its other reports may hold the
    identifier. Namesakes on one work stay apart by their order in the byline: the second one's
    name key ends in "#2". Nobody sits twice in one byline, so an identifier that a report gives
    twice counts for the first of its positions.
    """
    listed = list(mentions)
    settled: _Settled = defaultdict(list)
    for constraint in constraints:
        settled[constraint.work, constraint.position].append(constraint)
    works: dict[WorkId, list[Mention]] = defaultdict(list)
    for mention in listed:
        works[mention.work].append(mention)
    decided = {work: iter(_decide_work(members, settled)) for work, members in works.items()}
    return [next(decided[mention.work]) for mention in listed]


def _decide_work(mentions: list[Mention], settled: _Settled) -> list[Decision]:
    seats = _seats(mentions)
    sitting: dict[_Seat, list[Mention]] = defaultdict(list)
    for mention, seat in zip(mentions, seats):
        sitting[seat].append(mention)
    crowded = {name for name, rank in sitting if rank > 1}
    chosen: dict[_Seat, _Candidate] = {}
    taken: set[tuple[int, AuthorKey]] = set()
    for seat, members in _in_turn(sitting, settled):
        chosen[seat] = next(
            candidate
            for candidate in _candidates(seat, members, settled, seat[0] in crowded)
            if not any((member.report, candidate.key) in taken for member in members)
        )
        taken.update((member.report, chosen[seat].key) for member in members)
    return [_decision(mention, chosen[seat]) for mention, seat in zip(mentions, seats)]


def _seats(mentions: list[Mention]) -> list[_Seat]:
    """Line up the reports of a work: the n-th bearer of a name is one person in all of them."""
    places: dict[tuple[int, str], list[int]] = defaultdict(list)
    for mention in mentions:
        places[mention.report, mention.name_key].append(mention.position)
    ranks = {
        (*who, position): rank
        for who, positions in places.items()
        for rank, position in enumerate(sorted(set(positions)), start=1)
    }
    return [(m.name_key, ranks[m.report, m.name_key, m.position]) for m in mentions]


def _in_turn(
    sitting: dict[_Seat, list[Mention]], settled: _Settled
) -> list[tuple[_Seat, list[Mention]]]:
    """Seats that a person settled first, the others as the byline has them."""

    def turn(item: tuple[_Seat, list[Mention]]) -> tuple[bool, int, _Seat]:
        seat, members = item
        is_settled = bool(settled) and bool(_keys(members, settled, "must"))
        return (not is_settled, min(member.position for member in members), seat)

    return sorted(sitting.items(), key=turn)


def _candidates(
    seat: _Seat, members: list[Mention], settled: _Settled, crowded: bool
) -> Iterator[_Candidate]:
    """The keys the seat may have, best first; the last is its own, which nobody else has."""
    excluded: list[AuthorKey] = []
    if settled:
        excluded = _keys(members, settled, "cannot")
        for key in _keys(members, settled, "must"):
            yield _Candidate(key, DECIDED, "decision")
    identified = (candidate for m in members for candidate in map(_identified, m.person_ids))
    for candidate in sorted(filter(None, identified), key=_preference):
        if candidate.key not in excluded:
            yield candidate
    for named in _named(seat, crowded):
        if named.key not in excluded:
            yield named
    first = min((member.report, member.position) for member in members)
    own = "/".join(map(str, (members[0].work, *first)))
    yield _Candidate(AuthorKey("mention", own), BARE_NAME, "name")


def _keys(
    members: list[Mention], settled: _Settled, link: Literal["must", "cannot"]
) -> list[AuthorKey]:
    found = {
        constraint.key
        for member in members
        for constraint in settled.get((member.work, member.position), ())
        if constraint.link == link
    }
    return sorted(found, key=lambda key: (key.scheme, key.value))


def _named(seat: _Seat, crowded: bool) -> Iterator[_Candidate]:
    """The name's own author, and behind them whoever else bears it: where the former said no."""
    name_key, rank = seat
    value = name_key if rank == 1 else f"{name_key}#{rank}"
    sure = FULL_NAME if is_full(name_key) and not crowded else BARE_NAME
    yield _Candidate(AuthorKey("name", value), sure, "name")
    yield _Candidate(AuthorKey("name", f"{value}#other"), BARE_NAME, "name")


def _decision(mention: Mention, chosen: _Candidate) -> Decision:
    return Decision(
        mention.work, mention.position, chosen.key, chosen.confidence, chosen.asserted_by
    )


# Identifiers

# A person's own identifier first, then curated ones, then ones that a program assigns.
_RANK = {
    scheme: rank for rank, scheme in enumerate(("orcid", "dblp", "dblp-name", "openalex", "acl"))
}
# Schemes of keys that no source gives.
_OURS = frozenset(("", "name", "mention", "withheld"))
_ADDRESS = re.compile(
    r"https?://(?:www\.)?(?:orcid\.org|openalex\.org|dblp\.org/pid)/", re.IGNORECASE
)
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])", re.ASCII)


def _preference(candidate: _Candidate) -> tuple[int, str, bool, str, str]:
    key = candidate.key
    rank = _RANK.get(key.scheme, len(_RANK))
    by_other = candidate.asserted_by != "person"
    return (rank, key.scheme, by_other, key.value, candidate.asserted_by)


def _identified(person_id: PersonId) -> _Candidate | None:
    key = author_key(person_id)
    sure = BY_PERSON if person_id.asserted_by == "person" else BY_SOURCE
    return _Candidate(key, sure, person_id.asserted_by) if key else None


def author_key(person_id: PersonId) -> AuthorKey | None:
    """The identifier in its one normal form, without address; None for one that cannot be."""
    scheme = person_id.scheme.strip().lower()
    value = _ADDRESS.sub("", person_id.value.strip()).rstrip("/")
    if scheme == "orcid":
        value = orcid(value)
    elif scheme == "openalex":
        value = value.upper()
    return AuthorKey(scheme, value) if value and scheme not in _OURS else None


def orcid(value: str) -> str:
    """The iD as 0000-0000-0000-000X, or "" when it is none (ISO 7064 MOD 11-2 checksum)."""
    match = _ORCID.fullmatch(value.strip().upper())
    if not match:
        return ""
    digits = "".join(match.groups())
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return "-".join(match.groups()) if digits[-1] == "0123456789X"[check] else ""

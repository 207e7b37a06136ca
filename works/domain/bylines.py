"""The byline of a work from those of its reports: one report's names, everybody's knowledge."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal

import msgspec
from msgspec.structs import replace

from works.domain import addresses, identity, names, tex
from works.domain.provenance import preference
from works.domain.records import AuthorRecord, InstitutionId, WorkRecord
from works.domain.sameness import forms

Place = int  # in a byline, from 1
Seat = tuple[str, int]  # a name key, and which bearer of that name
Places = dict[Seat, tuple[tuple[str, ...], tuple[InstitutionId, ...]]]

# Further apart than a byline is long: the places of one report are not those of another.
_APART = 100_000


class Byline(msgspec.Struct, frozen=True):
    """One name in its place. A group has no `key`."""

    position: int
    name: str
    name_key: str
    key: identity.AuthorKey | None
    affiliations: tuple[str, ...]
    confidence: float
    asserted_by: str
    institutions: tuple[InstitutionId, ...] = ()
    confirmed: bool = False


class Settled(msgspec.Struct, frozen=True, order=True):
    """What people decided: the `rank`-th bearer of this name is, or is not, this author.

    `confirmed` where the author said so of themself.
    """

    name_key: str
    rank: int
    link: Literal["must", "cannot"]
    scheme: str
    value: str
    confirmed: bool = False

    @property
    def key(self) -> identity.AuthorKey:
        return identity.AuthorKey(self.scheme, self.value)


class _Seen(msgspec.Struct, frozen=True):
    """A person of one report's byline: `place` there, and the name as it is shown."""

    place: Place
    name: str
    name_key: str
    author: AuthorRecord


Seated = list[tuple[Seat, _Seen]]


def bylines(
    reports: Sequence[WorkRecord],
    shown: tuple[str, str] | None = None,
    settled: Sequence[Settled] = (),
) -> list[Byline]:
    """The names of the report `shown` (source, external id), else of the first, in their order.

    The other reports lend the person ids and the affiliations that they know.
    """
    ordered, people = _lined_up(reports, shown)
    first, everybody = ordered[0], list(map(_seated, people))
    seated = {one.place: (seat, one) for seat, one in everybody[0]}
    questions = _questions(seated.values(), settled)
    decided = _decided(f"{first.source}:{first.external_id}", people, questions)
    sure = {(place, one.key) for place, one in questions if one.link == "must" and one.confirmed}
    places = _places(ordered, everybody)
    lines = (
        _line(seated[place], decided[place], places, (place, decided[place].key) in sure)
        if place in seated
        else Byline(place, shown_name(author), "", None, (), 1.0, first.source)
        for place, author in enumerate(first.authors, start=1)
    )
    return [line for line in lines if line.name]  # a lone comma in the source is nobody


def seats(report: WorkRecord) -> dict[Place, Seat]:
    """The people of one report's byline."""
    return {one.place: seat for seat, one in _seated(_people(report))}


def decided_keys(
    reports: Sequence[WorkRecord],
    shown: tuple[str, str] | None = None,
    settled: Sequence[Settled] = (),
) -> list[tuple[WorkRecord, dict[Place, identity.AuthorKey]]]:
    """Who each person of each report is decided to be, as `bylines` decides it."""
    ordered, people = _lined_up(reports, shown)
    questions = _questions(_seated(people[0]), settled)
    decided = _decided(f"{ordered[0].source}:{ordered[0].external_id}", people, questions)
    return [
        (report, {one.place: decided[number * _APART + one.place].key for one in members})
        for number, (report, members) in enumerate(zip(ordered, people))
    ]


def _lined_up(
    reports: Sequence[WorkRecord], shown: tuple[str, str] | None
) -> tuple[list[WorkRecord], list[list[_Seen]]]:
    """The report whose names are shown before the others, and the people of each."""
    first = next((r for r in reports if (r.source, r.external_id) == shown), reports[0])
    ordered = [first, *(report for report in reports if report is not first)]
    seen = [_people(report) for report in ordered]
    return ordered, [seen[0], *(_aligned(seen[0], others) for others in seen[1:])]


def _questions(
    seated: Iterable[tuple[Seat, _Seen]], settled: Sequence[Settled]
) -> list[tuple[Place, Settled]]:
    """What is settled of each place: of the name as it is here, or as it could only be here."""
    if not settled:
        return []
    here = {seat: one.place for seat, one in seated}
    asked = [(_seat_meant(one, here), one) for one in settled]
    return [(here[seat], one) for seat, one in asked if seat]


def _seat_meant(one: Settled, here: Mapping[Seat, Place]) -> Seat | None:
    exact = (one.name_key, one.rank)
    if exact in here:
        return exact
    wanted = forms(AuthorRecord(one.name_key))
    meant = [seat for seat in here if not wanted.isdisjoint(forms(AuthorRecord(seat[0])))]
    return meant[0] if len(meant) == 1 else None


def _decided(
    work: str, people: Sequence[Sequence[_Seen]], questions: Sequence[tuple[Place, Settled]]
) -> dict[Place, identity.Decision]:
    """The author of each person of the first byline; what is settled is about those places."""
    mentions = [
        identity.Mention(
            work, number * _APART + one.place, one.name, one.name_key, one.author.person_ids, number
        )
        for number, members in enumerate(people)
        for one in members
    ]
    settled = [identity.Constraint(work, place, one.key, one.link) for place, one in questions]
    return {decision.position: decision for decision in identity.decide(mentions, settled)}


def _line(
    seated: tuple[Seat, _Seen], decision: identity.Decision, places: Places, confirmed: bool
) -> Byline:
    seat, one = seated
    affiliations, institutions = places.get(seat, ((), ()))
    return Byline(
        one.place,
        one.name,
        one.name_key,
        decision.key,
        affiliations,
        decision.confidence,
        decision.asserted_by,
        institutions,
        confirmed,
    )


def _people(report: WorkRecord) -> list[_Seen]:
    shown = ((place, shown_name(a), a) for place, a in enumerate(report.authors, start=1))
    return [
        _Seen(place, name, names.key(name), author)
        for place, name, author in shown
        if names.is_person(name)
    ]


def _aligned(first: Sequence[_Seen], other: Sequence[_Seen]) -> list[_Seen]:
    """The other's people under the first's name keys, where one name can only be that person's.

    "Y. Li" is Yanyu Li where the first byline has one such name and the other no second one.
    """
    exact = {one.name_key for one in first} & {one.name_key for one in other}
    here = _by_form(one for one in first if one.name_key not in exact)
    there = _by_form(one for one in other if one.name_key not in exact)
    return [
        one if one.name_key in exact else replace(one, name_key=_meant(one, here, there))
        for one in other
    ]


def _by_form(people: Iterable[_Seen]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one in people:
        for form in forms(one.author):
            found[form].add(one.name_key)
    return found


def _meant(one: _Seen, here: dict[str, set[str]], there: dict[str, set[str]]) -> str:
    matching = forms(one.author)
    meant = {key for form in matching for key in here.get(form, ())}
    rivals = {key for form in matching if form in here for key in there.get(form, ())}
    return next(iter(meant)) if len(meant) == 1 and len(rivals) == 1 else one.name_key


def _places(reports: Sequence[WorkRecord], everybody: Sequence[Seated]) -> Places:
    """Where each person worked, as the best source that knows it says."""
    affiliations: dict[Seat, tuple[str, ...]] = {}
    institutions: dict[Seat, tuple[InstitutionId, ...]] = {}
    for seat, one in _by_source("affiliations", reports, everybody):
        if found := tuple(filter(None, map(_place, one.author.affiliations))):
            affiliations.setdefault(seat, found)
    for seat, one in _by_source("institutions", reports, everybody):
        if one.author.institutions:
            institutions.setdefault(seat, one.author.institutions)
    return {
        seat: (affiliations.get(seat, ()), institutions.get(seat, ()))
        for seat in affiliations.keys() | institutions.keys()
    }


def _by_source(
    field: str, reports: Sequence[WorkRecord], everybody: Sequence[Seated]
) -> Iterator[tuple[Seat, _Seen]]:
    """Everybody of every report, the best source for the field first."""
    order = sorted(range(len(reports)), key=lambda at: preference(field, reports[at].source))
    return chain.from_iterable(everybody[at] for at in order)


def _seated(people: Iterable[_Seen]) -> Seated:
    counts: Counter[str] = Counter()
    seated = []
    for one in people:
        counts[one.name_key] += 1
        seated.append(((one.name_key, counts[one.name_key]), one))
    return seated


def shown_name(author: AuthorRecord) -> str:
    return names.clean(addresses.without(tex.render_name(author.name)))


def _place(affiliation: str) -> str:
    return addresses.without(tex.render(affiliation).text)

"""From the reports of one work to what is shown of it. Free of the order in which they came."""

import hashlib
from collections.abc import Sequence
from datetime import date

import msgspec

from works.domain import addresses, identity, names, tex
from works.domain.article import Pieces, TopicName, pieces, topics
from works.domain.provenance import (
    families,
    has_persistent_identifier,
    normal,
    rank,
    work_key,
)
from works.domain.records import AuthorRecord, WorkRecord


class Known(msgspec.Struct, frozen=True):
    """A report as it stands in the database: the record, and whether its source withdrew it."""

    record: WorkRecord
    digest: bytes
    deleted: bool = False

    @property
    def order(self) -> tuple[bool, int, str, bytes]:
        return (not self.deleted, rank(self.record), self.record.record_date, self.digest)


class Byline(msgspec.Struct, frozen=True):
    """One name in its place. A group has no `key`."""

    position: int
    name: str
    name_key: str
    key: identity.AuthorKey | None
    affiliations: tuple[str, ...]
    confidence: float
    asserted_by: str


class Identifier(msgspec.Struct, frozen=True):
    scheme: str
    value: str
    verified: bool


class ShownWork(msgspec.Struct, frozen=True):
    key: str
    pieces: Pieces
    year: int | None
    date: str
    people: int
    identified: bool
    complete: bool
    unverified: tuple[str, ...]
    families: int
    withdrawn: bool
    identifiers: tuple[Identifier, ...]
    topics: tuple[TopicName, ...]
    byline: tuple[Byline, ...]

    def digest(self) -> bytes:
        """16 bytes over all that a page shows of the work."""
        return hashlib.blake2b(msgspec.msgpack.encode(self), digest_size=16).digest()


def report_digest(record: WorkRecord) -> bytes:
    """16 bytes over what the report says, its date at the source aside."""
    said = msgspec.structs.replace(record, record_date="")
    body = msgspec.json.encode(said, order="deterministic")
    return hashlib.blake2b(body, digest_size=16).digest()


def show(reports: Sequence[Known], today: date) -> ShownWork:
    """What visitors see of a work with these reports (at least one, in any order)."""
    ordered = sorted(reports, key=lambda known: known.order, reverse=True)
    best = ordered[0].record
    year, when = dated(best)
    speaking = [known.record for known in ordered if not known.deleted] or [best]
    byline = bylines(speaking)
    return ShownWork(
        key=work_key(best),
        pieces=pieces(best, year),
        year=year,
        date=when,
        people=sum(1 for line in byline if line.key),
        identified=has_persistent_identifier(best),
        complete=is_complete(best, today),
        unverified=tuple(sorted(best.unverified)),
        families=families({known.record.source for known in reports if not known.deleted}),
        withdrawn=all(known.deleted for known in reports),
        identifiers=tuple(_identifiers(best)),
        topics=tuple(topics(best)),
        byline=tuple(byline),
    )


def dated(record: WorkRecord) -> tuple[int | None, str]:
    """(year, date for sorting): the published date's year, else the stated one, else v1's."""
    when = record.published or record.created
    if record.published:
        return int(record.published[:4]), when
    if record.stated_year is not None:
        return record.stated_year, when
    return (int(when[:4]) if when else None), when


def is_complete(record: WorkRecord, today: date) -> bool:
    """Has title, abstract, a date that is not to come, authors and a persistent identifier."""
    when = record.published or record.created
    return bool(
        record.title
        and record.abstract
        and when
        and when <= today.isoformat()[: len(when)]
        and record.authors
        and has_persistent_identifier(record)
    )


def _identifiers(record: WorkRecord) -> list[Identifier]:
    sure = "ids" not in record.unverified
    found = {
        (item.scheme, normal(item.scheme, item.value) or item.value): sure for item in record.ids
    }
    if record.doi:
        doi = normal("doi", record.doi) or record.doi
        found.setdefault(("doi", doi), "doi" not in record.unverified)
    return [Identifier(*item, verified) for item, verified in found.items()]


def bylines(records: Sequence[WorkRecord]) -> list[Byline]:
    """The first record's names in order; the other reports lend the person ids that they know."""
    mentions = [_mentions(record.authors, number) for number, record in enumerate(records)]
    decisions = identity.decide([mention for report in mentions for mention in report])
    decided = {mention.position: d for mention, d in zip(mentions[0], decisions)}
    named = {mention.position: mention for mention in mentions[0]}
    lines = (
        _line(place, author, named.get(place), decided.get(place), records[0].source)
        for place, author in enumerate(records[0].authors, start=1)
    )
    return [line for line in lines if line.name]  # a lone comma in the source is nobody


def _line(
    place: int,
    author: AuthorRecord,
    mention: identity.Mention | None,
    decision: identity.Decision | None,
    source: str,
) -> Byline:
    if mention is None or decision is None:
        return Byline(place, _shown_name(author), "", None, (), 1.0, source)
    return Byline(
        place,
        mention.name,
        mention.name_key,
        decision.key,
        tuple(filter(None, map(_place, author.affiliations))),
        decision.confidence,
        decision.asserted_by,
    )


def _mentions(authors: Sequence[AuthorRecord], report: int) -> list[identity.Mention]:
    people = ((place, _shown_name(a), a) for place, a in enumerate(authors, start=1))
    return [
        identity.Mention(0, place, name, names.key(name), author.person_ids, report)
        for place, name, author in people
        if names.is_person(name)
    ]


def _shown_name(author: AuthorRecord) -> str:
    return names.clean(addresses.without(tex.render_name(author.name)))


def _place(affiliation: str) -> str:
    return addresses.without(tex.render(affiliation).text)

"""From the reports of one work to what is shown of it. Free of the order in which they came."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from works.domain.article import Banner, Pieces, TopicName, pieces, topics
from works.domain.bylines import Byline, Place, Settled, bylines, decided_keys
from works.domain.choice import choose
from works.domain.identity import AuthorKey
from works.domain.names import WITHHELD
from works.domain.provenance import has_persistent_identifier, independent, normal, rank
from works.domain.records import WorkRecord
from works.domain.sameness import Join
from works.domain.sheet import Heard, Sheet, sheet, standing, words


class Known(msgspec.Struct, frozen=True):
    """A report as it stands in the database: the record, and whether its source withdrew it."""

    record: WorkRecord
    digest: bytes
    deleted: bool = False

    @property
    def order(self) -> tuple[bool, int, str, bytes]:
        return (not self.deleted, rank(self.record), self.record.record_date, self.digest)


class Identifier(msgspec.Struct, frozen=True):
    scheme: str
    value: str
    verified: bool


class ShownWork(msgspec.Struct, frozen=True):
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
    sheet: Sheet
    removed: bool = False

    def digest(self) -> bytes:
        """16 bytes over all that a page shows of the work."""
        return hashlib.blake2b(msgspec.msgpack.encode(self), digest_size=16).digest()


# What is left of a work that was removed: its row, so that its page can say so.
REMOVED = ShownWork(
    pieces=Pieces("", "", "", "", ""),
    year=None,
    date="",
    people=0,
    identified=False,
    complete=False,
    unverified=(),
    families=0,
    withdrawn=False,
    identifiers=(),
    topics=(),
    byline=(),
    sheet=Sheet(),
    removed=True,
)


def report_digest(record: WorkRecord) -> bytes:
    """16 bytes over what the report says, its date at the source aside."""
    said = msgspec.structs.replace(record, record_date="")
    body = msgspec.json.encode(said, order="deterministic")
    return hashlib.blake2b(body, digest_size=16).digest()


def show(
    reports: Sequence[Known],
    today: date,
    heard: Sequence[Heard] = (),
    joins: Sequence[Join] = (),
    settled: Sequence[Settled] = (),
) -> ShownWork:
    """What visitors see of a work with these reports (at least one, in any order).

    `heard` is what the records of other works say of this one, `settled` what people decided about
    its byline.
    """
    speaking, _ = _in_order(reports)
    chosen = choose(speaking)
    record = chosen.record
    year, when = dated(record)
    byline = bylines(speaking, chosen.origins.get("authors"), settled)
    own = (Heard.of(n, r.source) for r in speaking for n in r.notices if n.about is None)
    notices = sorted({*heard, *own})
    grave = standing(notices)
    banner = Banner(grave.kind, words(grave)) if grave else None
    page = sheet(chosen, speaking, notices, joins)
    return ShownWork(
        pieces=pieces(record, year, page.preprint, banner),
        year=year,
        date=when,
        people=sum(1 for line in byline if line.key or line.name == WITHHELD),
        identified=has_persistent_identifier(record),
        complete=is_complete(record, today),
        unverified=tuple(sorted(record.unverified)),
        families=independent(known.record for known in reports if not known.deleted),
        withdrawn=all(known.deleted for known in reports),
        identifiers=tuple(_identifiers(speaking)),
        topics=tuple(topics(record)),
        byline=tuple(byline),
        sheet=page,
    )


def people_decided(
    reports: Sequence[Known], settled: Sequence[Settled] = ()
) -> list[tuple[WorkRecord, dict[Place, AuthorKey]]]:
    """Who each name of each report is decided to be, also where the source withdrew the report."""
    speaking, silent = _in_order(reports)
    shown = choose(speaking).origins.get("authors")
    found = decided_keys(speaking, shown, settled)
    if silent:
        found += decided_keys([*speaking, *silent], shown, settled)[len(speaking) :]
    return found


def _in_order(reports: Sequence[Known]) -> tuple[list[WorkRecord], list[WorkRecord]]:
    """The reports that speak, the best first, and the others; of withdrawn ones the best speaks."""
    ordered = sorted(reports, key=lambda known: known.order, reverse=True)
    count = sum(not known.deleted for known in ordered) or 1
    records = [known.record for known in ordered]
    return records[:count], records[count:]


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


def _identifiers(reports: Sequence[WorkRecord]) -> list[Identifier]:
    """Each identifier once, verified where one report vouches for it."""
    found: dict[tuple[str, str], bool] = {}
    for scheme, value, sure in (item for report in reports for item in _stated(report)):
        found[scheme, value] = sure or found.get((scheme, value), False)
    return [Identifier(*item, verified) for item, verified in found.items()]


def _stated(record: WorkRecord) -> Iterator[tuple[str, str, bool]]:
    sure = "ids" not in record.unverified
    for item in record.ids:
        if not item.scheme.startswith("same-as-"):
            yield item.scheme, normal(item.scheme, item.value) or item.value, sure
    if record.doi:
        doubted = "doi" in record.unverified
        yield "doi", normal("doi", record.doi) or record.doi, not doubted

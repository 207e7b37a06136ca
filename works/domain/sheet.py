"""What a work's own page says beside its article: its dates, its standing, and who said what."""

from collections.abc import Iterable, Sequence

import msgspec

from works.domain.choice import Chosen, Other
from works.domain.provenance import source
from works.domain.records import ExternalId, Notice, NoticeKind, PartialDate, Version, WorkRecord
from works.domain.sameness import Join, is_preprint, years
from works.domain.words import written

KINDS: dict[NoticeKind, str] = {
    "retraction": "Retracted",
    "withdrawal": "Withdrawn",
    "concern": "Expression of concern",
    "correction": "Corrected",
    "reinstatement": "Reinstated",
}


class Heard(msgspec.Struct, frozen=True, order=True):
    """A notice of the standing of a work, and whose word it is."""

    date: PartialDate
    kind: NoticeKind
    source: str
    scheme: str = ""
    value: str = ""

    @classmethod
    def of(cls, notice: Notice, slug: str) -> "Heard":
        by = notice.by or ExternalId("", "")
        return cls(notice.date, notice.kind, slug, by.scheme, by.value)


class Sheet(msgspec.Struct, frozen=True, omit_defaults=True):
    """`origins` has (source, external id) of each field; `joins` how the reports were joined."""

    type: str = ""
    created: PartialDate = ""
    updated: PartialDate = ""
    published: PartialDate = ""
    comments: str = ""
    journal_ref: str = ""
    venue: str = ""
    licence: str = ""
    abstract_by: str = "authors"
    preprint: tuple[int, str] | None = None
    versions: tuple[Version, ...] = ()
    origins: dict[str, tuple[str, str]] = {}
    others: tuple[Other, ...] = ()
    notices: tuple[Heard, ...] = ()
    joins: tuple[Join, ...] = ()


def sheet(
    chosen: Chosen,
    reports: Sequence[WorkRecord],
    heard: Iterable[Heard],
    joins: Sequence[Join],
) -> Sheet:
    record = chosen.record
    return Sheet(
        type=record.type,
        created=record.created,
        updated=record.updated,
        published=record.published,
        comments=record.comments,
        journal_ref=record.journal_ref,
        venue=record.venue,
        licence=record.licence,
        abstract_by=record.abstract_by,
        preprint=preprint(reports),
        versions=record.versions,
        origins=chosen.origins,
        others=chosen.others,
        notices=tuple(heard),
        joins=tuple(join for join in joins if join.rule != "format"),
    )


def preprint(reports: Sequence[WorkRecord]) -> tuple[int, str] | None:
    """(year, label of the source) of the earliest preprint, where the work was published too."""
    if len(reports) < 2:
        return None
    posted = [report for report in reports if is_preprint(report)]
    if len(posted) == len(reports):
        return None
    early = ((min(years(one), default=None), source(one.source).label) for one in posted)
    return min(((year, label) for year, label in early if year is not None), default=None)


def standing(heard: Sequence[Heard]) -> Heard | None:
    """The notice that a reader must see first: the last one that says whether the work stands.

    A correction is no retraction, and after a reinstatement the work stands again.
    """
    grave = [one for one in heard if one.kind != "correction"]
    return max(grave or heard, default=None)


def words(one: Heard) -> str:
    """ "Retracted, says Crossref, April 2021"."""
    parts = [KINDS[one.kind], f"says {source(one.source).label}", written(one.date)]
    return ", ".join(filter(None, parts))

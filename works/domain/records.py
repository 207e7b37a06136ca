"""What a source says about one work, before anything is decided about it.

A parser in `works.sources` yields these and nothing else. They are plain values: the order
of authors is kept, strings are as the source gave them except that XML or JSON escapes are
undone, and nothing is guessed.
"""

from typing import Literal

import msgspec

# A date that a source gives may stop at the year or the month: "2020", "2020-04", "2020-04-17".
PartialDate = str


class ExternalId(msgspec.Struct, frozen=True, omit_defaults=True):
    """One identifier of a work, such as scheme "arxiv", value "1907.02124" (no version)."""

    scheme: str
    value: str


class PersonId(msgspec.Struct, frozen=True, omit_defaults=True):
    """An identifier of a person and who put it on the work.

    `asserted_by` is "person" where the person themselves is the authority (an ORCID iD given
    by its holder), else the name of the source that matched the name.
    """

    scheme: str
    value: str
    asserted_by: str


class InstitutionId(msgspec.Struct, frozen=True, omit_defaults=True):
    """An institution by its identifier (scheme "ror" or "openalex"), with the name as given."""

    scheme: str
    value: str
    name: str = ""


class AuthorRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One name in the byline. `name` is the whole name in reading order, suffix included."""

    name: str
    family: str = ""
    given: str = ""
    suffix: str = ""
    affiliations: tuple[str, ...] = ()
    person_ids: tuple[PersonId, ...] = ()
    institutions: tuple[InstitutionId, ...] = ()


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    label: str
    date: PartialDate = ""


class Category(msgspec.Struct, frozen=True, omit_defaults=True):
    """A topic by the code of its scheme, such as scheme "arxiv", code "cs.LG".

    `name` is the name that the source gives with the code, where its scheme is not one whose
    official names we keep (`works.domain.taxonomy`). `broader` is the way up where the scheme is a
    tree, the nearest first; its members have no `broader` of their own.
    """

    scheme: str
    code: str
    name: str = ""
    broader: "tuple[Category, ...]" = ()


NoticeKind = Literal["retraction", "withdrawal", "concern", "correction", "reinstatement"]


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source's word on the standing of a work; a correction is no retraction.

    `about` is the work that it speaks of where that is not the record's own, as in the record of
    a published erratum. `by` is the identifier of the published notice, where there is one.
    """

    kind: NoticeKind
    date: PartialDate = ""
    about: ExternalId | None = None
    by: ExternalId | None = None


class WorkRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One source's report of one work. (`source`, `format`, `external_id`) is its identity.

    `record_date` is the date of the record at its source (an OAI datestamp), not of the work.
    `ids` has the identifier that the source itself vouches for first. `stated_year` is a bare
    year that the source prints; `created` is the date of the first version, `published` of the
    formal publication. `unverified` names the fields whose value is a guess. A record with
    `deleted` says only that the source withdrew its report. `venue` is the journal, the
    conference or the book where the work appeared, by its name alone.
    """

    source: str
    format: str
    external_id: str
    record_date: PartialDate = ""
    deleted: bool = False
    ids: tuple[ExternalId, ...] = ()
    title: str = ""
    abstract: str = ""
    abstract_by: Literal["authors", "bzpeer"] = "authors"
    type: str = ""
    stated_year: int | None = None
    created: PartialDate = ""
    updated: PartialDate = ""
    published: PartialDate = ""
    versions: tuple[Version, ...] = ()
    categories: tuple[Category, ...] = ()
    comments: str = ""
    journal_ref: str = ""
    venue: str = ""
    doi: str = ""
    licence: str = ""
    authors: tuple[AuthorRecord, ...] = ()
    notices: tuple[Notice, ...] = ()
    unverified: frozenset[str] = frozenset()


class Rejected(msgspec.Struct, frozen=True):
    """One record that could not be read. `position` counts records in the file from 1.

    `field` is the field at fault ("record" for the whole), `reason` a stable sentence without
    the offending value, `raw` at most 4,000 characters of the input as text, for a person to see.
    `again` is a file of this record alone, which its source reads as it read the record; empty
    where the record is cut off or too large.
    """

    position: int
    field: str
    reason: str
    raw: str = ""
    external_id: str = ""
    again: bytes = b""


class Refused(Exception):
    """The file as a whole cannot be trusted (a DOCTYPE, a false encoding) or cannot be read."""

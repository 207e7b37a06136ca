"""BZPEER's own exchange format: JSON lines, described in docs/exchange-format.md."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

import msgspec

from works.domain.records import NoticeKind, PartialDate, Rejected, WorkRecord
from works.domain.validate import Invalid
from works.sources.base import Readable, Source, without_wide_gaps
from works.sources.jsonrecord import decoded_line
from works.sources.linerecord import line_outcomes
from works.sources.lines import Line

VERSION = 1

_FIRST_KEY = re.compile(rb"(?m)^(?:\xef\xbb\xbf)?[ \t]*\{[^\n]*?\"bzpeer\"\s*:")
_EXTERNAL_ID = re.compile(rb'"external_id"\s*:\s*"([^"\\\x00-\x1f]{1,200})"')


class _ExternalId(msgspec.Struct, forbid_unknown_fields=True):
    scheme: str
    value: str


class _PersonId(msgspec.Struct, forbid_unknown_fields=True):
    scheme: str
    value: str
    asserted_by: str


class _InstitutionId(msgspec.Struct, forbid_unknown_fields=True):
    scheme: str
    value: str
    name: str = ""


class _Author(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    family: str = ""
    given: str = ""
    suffix: str = ""
    affiliations: tuple[str, ...] = ()
    person_ids: tuple[_PersonId, ...] = ()
    institutions: tuple[_InstitutionId, ...] = ()


class _Version(msgspec.Struct, forbid_unknown_fields=True):
    label: str
    date: PartialDate = ""


class _Broader(msgspec.Struct, forbid_unknown_fields=True):
    scheme: str
    code: str
    name: str = ""


class _Category(_Broader, forbid_unknown_fields=True):
    broader: tuple[_Broader, ...] = ()


class _Notice(msgspec.Struct, forbid_unknown_fields=True):
    kind: NoticeKind
    date: PartialDate = ""
    about: _ExternalId | None = None
    by: _ExternalId | None = None


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """`WorkRecord` as a line may state it: a key that is misspelt is an error at every depth."""

    bzpeer: int
    source: str
    external_id: str
    format: ClassVar[str] = f"bzpeer/{VERSION}"
    record_date: PartialDate = ""
    deleted: bool = False
    ids: tuple[_ExternalId, ...] = ()
    title: str = ""
    abstract: str = ""
    abstract_by: Literal["authors", "bzpeer"] = "authors"
    type: str = ""
    stated_year: int | None = None
    created: PartialDate = ""
    updated: PartialDate = ""
    published: PartialDate = ""
    versions: tuple[_Version, ...] = ()
    categories: tuple[_Category, ...] = ()
    comments: str = ""
    journal_ref: str = ""
    venue: str = ""
    doi: str = ""
    licence: str = ""
    authors: tuple[_Author, ...] = ()
    notices: tuple[_Notice, ...] = ()
    unverified: frozenset[str] = frozenset()


class _Stated(msgspec.Struct):
    """The one key that every version of the format has."""

    bzpeer: int


_LINE = msgspec.json.Decoder(_Line)
_STATED = msgspec.json.Decoder(_Stated)


def _holds(head: bytes) -> bool:
    return bool(_FIRST_KEY.search(without_wide_gaps(head)))


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    return line_outcomes(stream, _work, _EXTERNAL_ID)


def _work(line: Line) -> WorkRecord:
    if decoded_line(_STATED, line).bzpeer != VERSION:
        raise Invalid("bzpeer", f"is not {VERSION}, the version that is read here")
    return msgspec.convert(decoded_line(_LINE, line), WorkRecord, from_attributes=True)


BZPEER = Source("bzpeer", (".jsonl", ".ndjson"), _holds, _read)

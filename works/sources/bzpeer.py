"""BZPEER's own exchange format: JSON lines, described in docs/exchange-format.md."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

import msgspec

from works.domain.records import PartialDate, Rejected, WorkRecord
from works.domain.validate import Invalid
from works.sources.base import (
    CUT_OFF,
    FIELD_CHARACTERS,
    NOT_UTF8,
    TOO_DEEP,
    TOO_MANY_PARTS,
    Readable,
    Source,
    without_wide_gaps,
)
from works.sources.linerecord import line_outcomes
from works.sources.lines import Line

VERSION = 1

# 20,000 authors, each with a few identifiers.
_MAX_OBJECTS = 100_000
_FIRST_KEY = re.compile(rb"(?m)^(?:\xef\xbb\xbf)?[ \t]*\{[^\n]*?\"bzpeer\"\s*:")
_EXTERNAL_ID = re.compile(rb'"external_id"\s*:\s*"([^"\\\x00-\x1f]{1,200})"')
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `(.*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`(?: - at `(.*)`)?")
_MISTYPED = re.compile(r"Expected `(.*?)`.* - at `(.*)`")
_ELSEWHERE = re.compile(r"(.*) - at `(.*)`", re.DOTALL)
_SURROGATE = re.compile(
    rb"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]"
)
_NO_NUMBER = re.compile(rb"[:,\[]\s*-?(?:NaN|Infinity)\b")
_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
_NO_OBJECT = "is not one JSON object"


class _ExternalId(msgspec.Struct, forbid_unknown_fields=True):
    scheme: str
    value: str


class _PersonId(msgspec.Struct, forbid_unknown_fields=True):
    scheme: str
    value: str
    asserted_by: str


class _Author(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    family: str = ""
    given: str = ""
    suffix: str = ""
    affiliations: tuple[str, ...] = ()
    person_ids: tuple[_PersonId, ...] = ()


class _Version(msgspec.Struct, forbid_unknown_fields=True):
    label: str
    date: PartialDate = ""


class _Category(msgspec.Struct, forbid_unknown_fields=True):
    scheme: str
    code: str


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
    doi: str = ""
    licence: str = ""
    authors: tuple[_Author, ...] = ()
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
    if line.fault:
        raise Invalid("record", line.fault)
    if line.data.count(b"{") > _MAX_OBJECTS:
        raise Invalid("record", TOO_MANY_PARTS)
    try:
        if _STATED.decode(line.data).bzpeer != VERSION:
            raise Invalid("bzpeer", f"is not {VERSION}, the version that is read here")
        return msgspec.convert(_LINE.decode(line.data), WorkRecord, from_attributes=True)
    except msgspec.ValidationError as error:
        raise _named(str(error)) from error
    except UnicodeDecodeError as error:
        raise Invalid("record", NOT_UTF8) from error
    except RecursionError as error:
        raise Invalid("record", TOO_DEEP) from error
    except msgspec.DecodeError as error:
        raise Invalid("record", _malformed(line)) from error


def _malformed(line: Line) -> str:
    if _SURROGATE.search(line.data):
        return "holds half of a surrogate pair"
    if _NO_NUMBER.search(line.data):
        return "holds a number that JSON does not have"
    if line.last and not line.data.rstrip().endswith(b"}"):
        return CUT_OFF
    return _NO_OBJECT


def _named(message: str) -> Invalid:
    """The field that msgspec names in words, and a reason that does not repeat the value."""
    if found := _UNKNOWN.fullmatch(message):
        return Invalid(_field(found[2], found[1]), "is not a field of this format")
    if found := _MISSING.fullmatch(message):
        return Invalid(_field(found[2], found[1]), "is missing")
    if found := _MISTYPED.fullmatch(message):
        kinds = " or ".join(_KINDS.get(kind, kind) for kind in found[1].split(" | "))
        return Invalid(_field(found[2]), f"must be {kinds}")
    if found := _ELSEWHERE.fullmatch(message):
        return Invalid(_field(found[2]), "has a value that is not allowed")
    return Invalid("record", _NO_OBJECT)


def _field(path: str | None, key: str = "") -> str:
    """A path such as "$.authors[0].name" as "authors.name"; a stranger's key made printable."""
    steps = re.sub(r"\[[^\]]*\]", "", path or "$").split(".")[1:]
    shown = "".join(letter if letter.isprintable() else "?" for letter in key[:FIELD_CHARACTERS])
    return ".".join(filter(None, (*steps, shown)))


BZPEER = Source("bzpeer", (".jsonl", ".ndjson"), _holds, _read)

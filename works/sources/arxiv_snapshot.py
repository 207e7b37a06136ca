"""arXiv's public metadata snapshot: one JSON object a line.

Keys that we don't know are passed over, since the snapshot is not ours and grows. Of the
authors, `authors_parsed` counts ([family, given, suffix, affiliations …]), else the byline in
`authors`. The submitter is left out.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from works.domain.records import AuthorRecord, Rejected, Version, WorkRecord
from works.domain.validate import Invalid
from works.sources.arxiv_byline import authors
from works.sources.arxiv_fields import dated
from works.sources.arxiv_notices import noted
from works.sources.arxiv_values import (
    TYPE,
    author,
    categories,
    day,
    first_doi,
    outline,
    without_version,
)
from works.sources.base import Readable, Source, without_wide_gaps
from works.sources.jsonrecord import decoded_line
from works.sources.linerecord import line_outcomes
from works.sources.lines import Line

FORMAT = "arxiv-snapshot/metadata"

_FIRST_KEYS = re.compile(
    rb"(?m)^(?:\xef\xbb\xbf)?[ \t]*\{[^\n]*?\"(?:submitter|authors_parsed)\"\s*:"
)
_ID = re.compile(rb'"id"\s*:\s*"([^"\\\x00-\x1f]{1,200})"')
# What we call the fields that the snapshot names otherwise.
_OURS: Mapping[str, str] = {
    "id": "external_id",
    "journal-ref": "journal_ref",
    "license": "licence",
    "update_date": "record_date",
    "authors_parsed": "authors",
}


class _Version(msgspec.Struct):
    version: str
    created: str = ""


class _Line(msgspec.Struct, rename={"journal_ref": "journal-ref"}):
    """A line of the snapshot, without what is of no use here."""

    id: str
    authors: str | None = None
    title: str | None = None
    comments: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    categories: str | None = None
    license: str | None = None
    abstract: str | None = None
    versions: tuple[_Version, ...] | None = None
    update_date: str | None = None
    authors_parsed: tuple[tuple[str | None, ...], ...] | None = None


_LINE = msgspec.json.Decoder(_Line)


def _holds(head: bytes) -> bool:
    return bool(_FIRST_KEYS.search(without_wide_gaps(head)))


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    return line_outcomes(stream, lambda line: _work(_stated(line)), _ID)


def _stated(line: Line) -> _Line:
    """Raises `Invalid` with the field under our name."""
    try:
        return decoded_line(_LINE, line)
    except Invalid as invalid:
        theirs, _, rest = invalid.field.partition(".")
        ours = ".".join(filter(None, (_OURS.get(theirs, theirs), rest)))
        raise Invalid(ours, invalid.reason) from invalid


def _work(line: _Line) -> WorkRecord:
    base = outline(FORMAT, without_version(line.id.strip()), day(line.update_date or ""))
    versions = line.versions or ()
    record = msgspec.structs.replace(
        base,
        type=TYPE,
        title=line.title or "",
        abstract=line.abstract or "",
        categories=categories(line.categories or ""),
        comments=line.comments or "",
        journal_ref=line.journal_ref or "",
        doi=first_doi(line.doi or ""),
        licence=line.license or "",
        authors=tuple(map(_author, line.authors_parsed or ())) or authors(line.authors or ""),
        **dated(Version(version.version, day(version.created)) for version in versions),
    )
    return noted(record)


def _author(parsed: tuple[str | None, ...]) -> AuthorRecord:
    family, given, suffix, *places = ((part or "").strip() for part in (*parsed, *_UNSAID))
    return author(family, given, suffix, filter(None, places))


_UNSAID = ("", "", "")

ARXIV_SNAPSHOT = Source("arxiv-snapshot", (".json", ".jsonl", ".ndjson"), _holds, _read)

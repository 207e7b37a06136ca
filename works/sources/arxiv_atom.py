"""arXiv's query API: Atom feeds of search results.

An entry is about one version of a work. Its dates are those of the first version and of this
one, and the latter is the record's date too: a report of an older version is the older report.
A feed without entries holds no records, and neither does one whose only entry is the API's
error message: `holds` is False. In a feed with others, such an entry is one reject.
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

import msgspec

from works.domain.records import AuthorRecord, Category, Refused, Rejected, Version, WorkRecord
from works.domain.validate import Invalid
from works.sources.arxiv_fields import dated
from works.sources.arxiv_notices import noted
from works.sources.arxiv_values import (
    ADDRESS,
    SOURCE,
    TYPE,
    day,
    first_doi,
    outline,
    version_label,
    without_version,
)
from works.sources.base import Readable, Source, stated_id, without_wide_gaps
from works.sources.xmlrecord import outcome
from works.sources.xmlstream import RecordStream

FORMAT = "arxiv-atom/entry"

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"

_ERROR = re.compile(r"https?://(?:[a-z]+\.)?arxiv\.org/api/errors\b")
_FEED = re.compile(rb"<(?:[\w.-]+:)?feed\s[^<>]*http://www\.w3\.org/2005/Atom")
_ENTRY_ID = re.compile(
    rb"<(?:[\w.-]+:)?id>\s*https?://(?:[a-z]+\.)?arxiv\.org/abs/([^<\s]{1,200})\s*<"
)
# Among the terms of an entry stand classes of mathematics and computing: "68T05", "I.2.6".
_CODE = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?")


def _holds(head: bytes) -> bool:
    head = without_wide_gaps(head)
    return bool(_FEED.search(head) and _ENTRY_ID.search(head))


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    records = RecordStream(stream, "entry", first="id")
    position = 0
    for position, found in enumerate(records, start=1):
        yield records.keep(outcome(position, found, _work, _id, _id_in))
    if not position:
        raise Refused("the file holds no records")


def _id(entry: Element) -> str:
    return without_version(_identifier(entry))


def _id_in(data: bytes) -> str:
    return without_version(stated_id(_ENTRY_ID, data))


def _work(entry: Element) -> WorkRecord:
    if _ERROR.match(_text(entry, f"{_ATOM}id")):
        raise Invalid("record", "is an error message of arXiv's interface")
    identifier = _identifier(entry)
    updated = day(_text(entry, f"{_ATOM}updated"))
    record = msgspec.structs.replace(
        outline(FORMAT, without_version(identifier), updated),
        type=TYPE,
        title=_text(entry, f"{_ATOM}title"),
        abstract=_text(entry, f"{_ATOM}summary"),
        categories=tuple(_categories(entry)),
        comments=_text(entry, f"{_ARXIV}comment"),
        journal_ref=_text(entry, f"{_ARXIV}journal_ref"),
        doi=first_doi(_text(entry, f"{_ARXIV}doi")),
        authors=tuple(map(_author, entry.iterfind(f"{_ATOM}author"))),
        **dated(_versions(entry, version_label(identifier), updated)),
    )
    return noted(record)


def _identifier(entry: Element) -> str:
    """The arXiv identifier with its version, empty where the entry's id is no such address."""
    address = ADDRESS.fullmatch(_text(entry, f"{_ATOM}id"))
    return address.group(1) if address else ""


def _versions(entry: Element, label: str, updated: str) -> Iterable[Version]:
    """The first version and the one that the entry is about; those between are not told."""
    versions = {"v1": Version("v1", day(_text(entry, f"{_ATOM}published")))}
    if label not in ("", "v1"):
        versions[label] = Version(label, updated)
    return versions.values()


def _categories(entry: Element) -> Iterator[Category]:
    primary = entry.iterfind(f"{_ARXIV}primary_category")
    terms = (element.get("term", "") for element in (*primary, *entry.iterfind(f"{_ATOM}category")))
    yield from (Category(SOURCE, term) for term in dict.fromkeys(filter(_CODE.fullmatch, terms)))


def _author(author: Element) -> AuthorRecord:
    places = author.iterfind(f"{_ARXIV}affiliation")
    return AuthorRecord(
        name=_text(author, f"{_ATOM}name"),
        affiliations=tuple(place.text or "" for place in places),
    )


def _text(parent: Element, tag: str) -> str:
    return (parent.findtext(tag) or "").strip()


ARXIV_ATOM = Source("arxiv-atom", (".xml", ".atom"), _holds, _read)

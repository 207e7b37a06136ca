"""arXiv over OAI-PMH, in the metadata format `arXiv`.

An answer that holds no records (an error, Identify, ListSets, another metadata format) is not
ours: `holds` is False, and `read` raises `Refused` with the protocol's error code where it has one.
"""

import re
from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element

from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.domain.validate import Invalid, validated
from works.sources.base import RAW_CHARACTERS, Readable, Source, reject, without_wide_gaps
from works.sources.xmlstream import Fault, RecordStream

FORMAT = "arxiv-oai/arXiv"

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_ARXIV = "{http://arxiv.org/OAI/arXiv/}"
_ID_PREFIX = "oai:arXiv.org:"

_LISTS_RECORDS = re.compile(rb"<(?:[\w.-]+:)?(?:ListRecords|GetRecord)[\s>]")
_ASKED_FORMAT = re.compile(rb"metadataPrefix\s*=\s*[\"']([^\"']*)[\"']")
_ARXIV_NAMESPACE = re.compile(rb"[\"']http://arxiv\.org/OAI/arXiv/[\"']")
_ERROR_CODE = re.compile(rb"<(?:[\w.-]+:)?error\s+code\s*=\s*[\"']([A-Za-z]{1,40})[\"']")
_IDENTIFIER = re.compile(rb"<(?:[\w.-]+:)?identifier>\s*oai:arXiv\.org:([^<\s]{1,200})\s*<")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)?")
_VERSION = re.compile(r"v[0-9]+$")
_BETWEEN_DOIS = re.compile(r"[\s;]+")
# An OAI datestamp is a day, or a second of it in UTC; the day is what a record's date may be.
_TIME_OF_DAY = re.compile(r"T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")
_SHOWN_ELEMENTS = 200


def _holds(head: bytes) -> bool:
    head = without_wide_gaps(head)
    if not _LISTS_RECORDS.search(head):
        return False
    if asked := _ASKED_FORMAT.search(head):
        return asked.group(1) == b"arXiv"
    # The answer to a resumption token need not repeat the format, and may be all deletions.
    if _ARXIV_NAMESPACE.search(head):
        return True
    return b"metadata>" not in head and _ID_PREFIX.encode() in head


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    records = RecordStream(stream, "record", first="header")
    position = 0
    for position, found in enumerate(records, start=1):
        yield _outcome(position, found)
    if not position:
        error = _ERROR_CODE.search(records.prolog)
        code = error.group(1).decode() if error else ""
        raise Refused(f"the answer is the error {code}" if code else "the file holds no records")


def _outcome(position: int, found: Element | Fault) -> WorkRecord | Rejected:
    if isinstance(found, Fault):
        named = _IDENTIFIER.search(found.data)
        external_id = named.group(1).decode("utf-8", "replace") if named else ""
        return reject(position, "record", found.reason, found.data, external_id)
    try:
        return validated(_work(found))
    except Invalid as invalid:
        external_id = _header_id(found)
        return reject(position, invalid.field, invalid.reason, _shown(found), external_id)


def _work(record: Element) -> WorkRecord:
    header = record.find(f"{_OAI}header")
    if header is None:
        raise Invalid("record", "has no header")
    record_date = _TIME_OF_DAY.sub("", _text(header, f"{_OAI}datestamp"))
    external_id = _header_id(record)
    if external_id and not _ID.fullmatch(external_id):
        raise Invalid("external_id", "is not an arXiv identifier")
    if header.get("status") == "deleted":
        return _deletion(external_id, record_date)
    fields = record.find(f"{_OAI}metadata/{_ARXIV}arXiv")
    if fields is None:
        raise Invalid("record", "has no metadata in the format arXiv")
    stated_id = _VERSION.sub("", _text(fields, f"{_ARXIV}id"))
    if not stated_id:
        raise Invalid("external_id", "is missing")
    if stated_id != external_id:
        raise Invalid("external_id", "differs between the header and the record")
    return _described(fields, external_id, record_date)


def _deletion(external_id: str, record_date: str) -> WorkRecord:
    return WorkRecord(
        source="arxiv",
        format=FORMAT,
        external_id=external_id,
        record_date=record_date,
        deleted=True,
        ids=(ExternalId("arxiv", external_id),),
    )


def _described(fields: Element, external_id: str, record_date: str) -> WorkRecord:
    given = {child.tag.removeprefix(_ARXIV): child.text or "" for child in reversed(fields)}
    return WorkRecord(
        source="arxiv",
        format=FORMAT,
        external_id=external_id,
        record_date=record_date,
        ids=(ExternalId("arxiv", external_id),),
        title=given.get("title", ""),
        abstract=given.get("abstract", ""),
        type="preprint",
        created=given.get("created", "").strip(),
        updated=given.get("updated", "").strip(),
        categories=tuple(Category("arxiv", code) for code in given.get("categories", "").split()),
        comments=given.get("comments", ""),
        journal_ref=given.get("journal-ref", ""),
        doi=_first_doi(given.get("doi", "")),
        licence=given.get("license", ""),
        authors=tuple(map(_author, fields.iterfind(f"{_ARXIV}authors/{_ARXIV}author"))),
    )


def _author(author: Element) -> AuthorRecord:
    family = _text(author, f"{_ARXIV}keyname")
    given = _text(author, f"{_ARXIV}forenames")
    suffix = _text(author, f"{_ARXIV}suffix")
    return AuthorRecord(
        name=" ".join(filter(None, (given, family, suffix))),
        family=family,
        given=given,
        suffix=suffix,
        affiliations=tuple(place.text or "" for place in author.iterfind(f"{_ARXIV}affiliation")),
    )


def _header_id(record: Element) -> str:
    """The identifier without its version: a record is about the work, not one version of it."""
    identifier = _text(record, f"{_OAI}header/{_OAI}identifier")
    return _VERSION.sub("", identifier.removeprefix(_ID_PREFIX))


def _first_doi(text: str) -> str:
    """arXiv lists the DOIs of a work's several publications in one element."""
    first, *_ = _BETWEEN_DOIS.split(text.strip(), maxsplit=1)
    return first.rstrip(",")


def _text(parent: Element, tag: str) -> str:
    return (parent.findtext(tag) or "").strip()


def _shown(record: Element) -> bytes:
    """What an element says, for the person who reads the rejects."""
    lines = [
        f"{child.tag.rpartition('}')[2]}: {child.text[:RAW_CHARACTERS].strip()}"
        for child in islice(record.iter(), _SHOWN_ELEMENTS)
        if child.text and not child.text.isspace()
    ]
    return "\n".join(lines).encode()


ARXIV_OAI = Source("arxiv-oai", (".xml",), _holds, _read)

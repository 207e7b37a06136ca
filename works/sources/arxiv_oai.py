"""arXiv over OAI-PMH, in the metadata formats `arXiv`, `arXivRaw`, `arXivOld` and `oai_dc`.

An answer that holds no records (an error, Identify, ListSets) is not ours, nor is one in Dublin
Core from another server: `holds` is False, and `read` raises `Refused` with the protocol's error
code where it has one. A deletion has no format; it takes that of the answer it stands in.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple
from xml.etree.ElementTree import Element

import msgspec

from works.domain.records import Refused, Rejected, WorkRecord
from works.domain.validate import Invalid
from works.sources.arxiv_dublin import dublin
from works.sources.arxiv_fields import arxiv, raw
from works.sources.arxiv_values import day, outline, without_version
from works.sources.base import Readable, Source, stated_id, without_wide_gaps
from works.sources.xmlrecord import outcome
from works.sources.xmlstream import RecordStream


class _Form(NamedTuple):
    """A metadata format: its prefix in the protocol, and how its fields are read."""

    prefix: str
    describe: Callable[[Element, WorkRecord, Iterable[str]], WorkRecord]

    @property
    def name(self) -> str:
        return f"arxiv-oai/{self.prefix}"


_DUBLIN_CORE = "oai_dc"
_OWN = "http://arxiv.org/OAI/"
_FORMS: Mapping[str, _Form] = {
    f"{{{_OWN}arXiv/}}arXiv": _Form("arXiv", arxiv),
    f"{{{_OWN}arXivRaw/}}arXivRaw": _Form("arXivRaw", raw),
    f"{{{_OWN}arXivOld/}}arXivOld": _Form("arXivOld", raw),
    "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc": _Form(_DUBLIN_CORE, dublin),
}
_PREFIXES = {form.prefix.encode(): form.name for form in _FORMS.values()}
_UNKNOWN_FORM = "arxiv-oai/arXiv"

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_ID_PREFIX = "oai:arXiv.org:"

_LISTS_RECORDS = re.compile(rb"<(?:[\w.-]+:)?(?:ListRecords|GetRecord)[\s>]")
# The prefix asked for; in the answer to a resumption token it is part of the token, escaped.
_ASKED_FORMAT = re.compile(
    rb"<(?:[\w.-]+:)?request\s[^<>]*?metadataPrefix(?:\s*=\s*[\"']|=|%3D)([\w.-]*)"
)
_OWN_NAMESPACE = re.compile(rb"[\"']%s(?:arXiv|arXivRaw|arXivOld)/[\"']" % re.escape(_OWN.encode()))
_ERROR_CODE = re.compile(rb"<(?:[\w.-]+:)?error\s+code\s*=\s*[\"']([A-Za-z]{1,40})[\"']")
_IDENTIFIER = re.compile(rb"<(?:[\w.-]+:)?identifier>\s*oai:arXiv\.org:([^<\s]{1,200})\s*<")


_id_in = partial(stated_id, _IDENTIFIER)


def _holds(head: bytes) -> bool:
    head = without_wide_gaps(head)
    if not _LISTS_RECORDS.search(head):
        return False
    asked = _ASKED_FORMAT.search(head)
    if asked and asked.group(1) != _DUBLIN_CORE.encode():
        return asked.group(1) in _PREFIXES
    # An answer need not repeat what was asked for, and may be all deletions.
    return bool(_OWN_NAMESPACE.search(head)) or _is_dublin_core_or_deletions(head)


def _is_dublin_core_or_deletions(head: bytes) -> bool:
    has_dublin_core = b"http://www.openarchives.org/OAI/2.0/oai_dc/" in head
    return _ID_PREFIX.encode() in head and (has_dublin_core or b"metadata>" not in head)


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    records = RecordStream(stream, "record", first="header")
    position, form = 0, ""
    for position, found in enumerate(records, start=1):
        form = form or _asked_form(records.prolog)
        work_of = partial(_work, form_of_deletions=form)
        became = outcome(position, found, work_of, _header_id, _id_in)
        if isinstance(became, WorkRecord):
            form = became.format
        yield records.keep(became)
    if not position:
        error = _ERROR_CODE.search(records.prolog)
        code = error.group(1).decode() if error else ""
        raise Refused(f"the answer is the error {code}" if code else "the file holds no records")


def _asked_form(prolog: bytes) -> str:
    asked = _ASKED_FORMAT.search(prolog)
    return _PREFIXES.get(asked.group(1), _UNKNOWN_FORM) if asked else _UNKNOWN_FORM


def _work(record: Element, form_of_deletions: str) -> WorkRecord:
    header = record.find(f"{_OAI}header")
    if header is None:
        raise Invalid("record", "has no header")
    record_date = day(header.findtext(f"{_OAI}datestamp") or "")
    if header.get("status") == "deleted":
        base = outline(form_of_deletions, _header_id(record), record_date)
        return msgspec.structs.replace(base, deleted=True)
    form, fields = _described(record)
    base = outline(form.name, _header_id(record), record_date)
    sets = ((member.text or "").strip() for member in header.iterfind(f"{_OAI}setSpec"))
    return form.describe(fields, base, sets)


def _described(record: Element) -> tuple[_Form, Element]:
    for fields in record.iterfind(f"{_OAI}metadata/*"):
        if form := _FORMS.get(fields.tag):
            return form, fields
    raise Invalid("record", "has no metadata in a format that is read here")


def _header_id(record: Element) -> str:
    identifier = (record.findtext(f"{_OAI}header/{_OAI}identifier") or "").strip()
    return without_version(identifier.removeprefix(_ID_PREFIX))


ARXIV_OAI = Source("arxiv-oai", (".xml",), _holds, _read)

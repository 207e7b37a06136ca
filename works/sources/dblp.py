"""The XML of dblp: its dump, and the same records one at a time or on a person's page.

Not read, since nobody's work: home pages (www, person) and proceedings as a whole, which have
editors only. The dump's DOCTYPE is allowed and not followed: what its DTD would name is here.
The volume that a paper is in (`crossref`) has a DOI and ISBNs, which are not the paper's.
"""

import re
from collections.abc import Iterator
from functools import partial
from html.entities import name2codepoint
from types import MappingProxyType
from xml.etree.ElementTree import Element

from works.domain.identifiers import named, orcid
from works.domain.records import (
    AuthorRecord,
    ExternalId,
    Notice,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.domain.validate import Invalid
from works.sources.base import Readable, Source, stated_id, without_wide_gaps
from works.sources.inline import escaped, renderable
from works.sources.xmlrecord import outcome, text, whole
from works.sources.xmlstream import Dialect, RecordStream

FORMAT = "dblp/xml"

_TYPES = {
    "article": "article",
    "inproceedings": "proceedings-article",
    "book": "book",
    "incollection": "book-chapter",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "data": "dataset",
}
_FIRST = "author|editor|title"
_VENUES = ("journal", "booktitle")
_CORR = "CoRR"
_DIALECT = Dialect(
    doctype=b'<!DOCTYPE dblp SYSTEM "dblp.dtd">',
    # The letters and signs of Latin-1; dblp writes everything beyond them as numbers.
    entities=MappingProxyType(
        {name: chr(code) for name, code in name2codepoint.items() if 0xA0 <= code <= 0xFF}
    ),
    latin1=True,
)

_ROOT = re.compile(rb"<dblp(?:person)?[\s>]")
_RECORD = re.compile(rf"<(?:{'|'.join(_TYPES)})\s".encode())
_FAULT_KEY = re.compile(rb"\A<[^<>]*\skey\s*=\s*[\"']([^\"'<>]{1,200})[\"']")
_NUMBERED = re.compile(r"(.*\S) [0-9]{4}")
_LAST_STOP = re.compile(r"(?<!\.)\.$")
_YEAR = re.compile(r"[0-9]{4}")


_key_in = partial(stated_id, _FAULT_KEY)


def _holds(head: bytes) -> bool:
    """A person's page may hold nothing but volumes that the person edited."""
    head = without_wide_gaps(head)
    return bool(_ROOT.search(head)) and bool(_RECORD.search(head) or b"</dblp" not in head)


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    records = RecordStream(stream, "|".join(_TYPES), _FIRST, _DIALECT)
    position = 0
    for position, found in enumerate(records, start=1):
        yield records.keep(outcome(position, found, _work, _key, _key_in))
    if not position:
        raise Refused("the file holds no publications")


def _key(record: Element) -> str:
    return record.get("key", "")


def _work(record: Element) -> WorkRecord:
    key = _key(record)
    ids = _ids(key, [whole(link) for link in record.iterfind("ee")])
    kinds = record.get("publtype", "").split()
    informal = "informal" in kinds
    year = text(record, "year")
    return WorkRecord(
        source="dblp",
        format=FORMAT,
        external_id=key,
        record_date=record.get("mdate", ""),
        ids=ids,
        title=_LAST_STOP.sub("", renderable(record.find("title")).strip()),
        type="preprint" if informal else _TYPES.get(record.tag, ""),
        # What dblp calls informal was never formally published: the year is only stated.
        stated_year=_stated(year) if informal else None,
        published="" if informal else year,
        journal_ref=escaped(_where(record)),
        venue=_venue(record),
        doi=next((item.value for item in ids if item.scheme == "doi"), ""),
        authors=tuple(map(_author, record.iterfind("author"))),
        notices=(Notice("withdrawal"),) if "withdrawn" in kinds else (),
    )


def _stated(year: str) -> int | None:
    if year and not _YEAR.fullmatch(year):
        raise Invalid("stated_year", "is not a year")
    return int(year) if year else None


def _ids(key: str, links: list[str]) -> tuple[ExternalId, ...]:
    found = dict.fromkeys(filter(None, map(named, links)))
    # DOIs first: a work may have several addresses at arXiv and is published once.
    ordered = sorted(found, key=lambda item: item[0] != "doi")
    own = (ExternalId("dblp", key),) if key else ()
    return *own, *(ExternalId(scheme, value) for scheme, value in ordered)


def _where(record: Element) -> str:
    """Such as "Commun. ACM 46(1), 71-77"; a thesis has its school."""
    number = text(record, "number")
    issue = text(record, "volume") + (f"({number})" if number else "")
    place = " ".join(filter(None, (_first(record, *_VENUES, "school"), issue)))
    return ", ".join(filter(None, (place, text(record, "pages"))))


def _venue(record: Element) -> str:
    """Nothing for CoRR, dblp's name for arXiv, where a copy lies and no work appeared."""
    venue = _first(record, *_VENUES)
    return "" if venue == _CORR else venue


def _first(record: Element, *tags: str) -> str:
    return next(filter(None, (text(record, tag) for tag in tags)), "")


def _author(author: Element) -> AuthorRecord:
    """The number behind a name tells namesakes apart; it is no part of the name."""
    stated = " ".join(whole(author).split())
    numbered = _NUMBERED.fullmatch(stated)
    person_ids = (
        ("orcid", orcid(author.get("orcid", ""))),
        ("dblp", author.get("pid", "")),
        ("dblp-name", stated if numbered else ""),
    )
    return AuthorRecord(
        name=numbered[1] if numbered else stated,
        person_ids=tuple(PersonId(scheme, value, "dblp") for scheme, value in person_ids if value),
    )


DBLP = Source("dblp", (".xml",), _holds, _read)

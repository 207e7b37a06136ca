"""The ACL Anthology's XML: papers within volumes within a collection.

Front matter and editors are not read, nor is what WorkRecord has no place for: names in other
scripts, awards, and notices (revision, erratum, retracted). An author's id tells people of one
name apart; `name_variants.yaml`, which lists the names of one person, is not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from works.domain.records import (
    AuthorRecord,
    ExternalId,
    PartialDate,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.domain.validate import Invalid, is_date, validated
from works.sources.base import Readable, Source, reject, without_wide_gaps
from works.sources.inline import escaped, renderable
from works.sources.links import doi
from works.sources.xmlstream import Fault, RecordStream, shown

FORMAT = "acl/xml"

_TYPES = {"journal": "article", "proceedings": "proceedings-article"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_ROOT = re.compile(rb"<collection\s[^<>]*\bid\s*=")
# Bounded, and an open comment reaches to the end: else hostile text would cost its square.
_COMMENT = re.compile(rb"<!--(?:.*?-->|.*)", re.DOTALL)
_COLLECTION = re.compile(rb"<collection\s([^<>]{0,1000})>")
_VOLUME = re.compile(rb"<volume\b([^<>]{0,1000})>")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*[\"']([^\"']*)[\"']")
_FAULT_URL = re.compile(rb"<url(?:\s[^<>]*)?>\s*([^<\s]{1,200})\s*<")
_ID = re.compile(r"[A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.\w+-\w+\.[0-9]+", re.ASCII)
_OLD_COLLECTION = re.compile(r"[A-Z][0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_MONTH_NAME = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Volume:
    """What a paper has from the volume around it."""

    collection: str = ""
    number: str = ""
    kind: str = ""
    booktitle: str = ""
    published: PartialDate = ""


def _holds(head: bytes) -> bool:
    """Many collections only list the volumes of an event and end without a paper."""
    head = without_wide_gaps(head)
    return bool(_ROOT.search(head)) and (b"<paper" in head or b"</collection" not in head)


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    records = RecordStream(stream, "meta|paper", first="booktitle|title")
    volume = _Volume()
    position = 1
    for found in records:
        volume = _begun(volume, records.between)
        try:
            if isinstance(found, Element) and found.tag == "meta":
                volume = _described(volume, found)
                continue
            yield _work(_sound(found), volume)
        except Invalid as invalid:
            yield _rejected(position, invalid, found, volume)
        position += 1
    if position == 1:
        raise Refused("the file holds no papers")


def _sound(found: Element | Fault) -> Element:
    if isinstance(found, Fault):
        raise Invalid("record", found.reason)
    return found


def _rejected(position: int, invalid: Invalid, found: Element | Fault, volume: _Volume) -> Rejected:
    if isinstance(found, Fault):
        named = _FAULT_URL.search(found.data)
        external_id = named.group(1).decode("utf-8", "replace") if named else ""
        return reject(position, invalid.field, invalid.reason, found.data, external_id)
    external_id = _anthology_id(found, volume) if found.tag == "paper" else ""
    return reject(position, invalid.field, invalid.reason, shown(found), external_id)


# Volumes


def _begun(volume: _Volume, between: bytes) -> _Volume:
    """The volume that the next record is in, by the start tags that lead to it."""
    between = _COMMENT.sub(b"", between)
    if collections := _COLLECTION.findall(between):
        volume = _Volume(_attributes(collections[-1]).get("id", ""))
    if volumes := _VOLUME.findall(between):
        given = _attributes(volumes[-1])
        volume = _Volume(volume.collection, given.get("id", ""), given.get("type", ""))
    return volume


def _attributes(text: bytes) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(text.decode("utf-8", "replace")))


def _described(volume: _Volume, meta: Element) -> _Volume:
    """The volume with what its `meta` says; raises `Invalid` for a year that is none.

    An event has a `meta` as well, which describes no volume.
    """
    booktitle = meta.find("booktitle")
    if booktitle is None:
        return volume
    published = _published(_text(meta, "year"), _text(meta, "month"))
    if published and not is_date(published):
        raise Invalid("published", "is not a date that exists")
    return replace(volume, booktitle=renderable(booktitle), published=published)


def _published(year: str, month: str) -> PartialDate:
    """Year and month; the year alone where several months are named, or none that is known."""
    if not year:
        return ""
    names = {name.lower() for name in _MONTH_NAME.findall(month)}
    if len(names) == 1:
        return f"{year}-{_MONTHS.index(names.pop()) + 1:02}"
    if month.isdecimal() and 1 <= int(month) <= len(_MONTHS):
        return f"{year}-{int(month):02}"
    return year


# Papers


def _work(paper: Element, volume: _Volume) -> WorkRecord:
    external_id = _anthology_id(paper, volume)
    own_doi = doi(_text(paper, "doi"))
    dois = (ExternalId("doi", own_doi),) if own_doi else ()
    return validated(
        WorkRecord(
            source="acl",
            format=FORMAT,
            external_id=external_id,
            ids=(ExternalId("acl", external_id), *dois) if external_id else dois,
            title=renderable(paper.find("title")),
            abstract=renderable(paper.find("abstract")),
            type=_TYPES.get(volume.kind, ""),
            published=volume.published,
            journal_ref=_where(volume, _text(paper, "pages")),
            doi=own_doi,
            authors=tuple(map(_author, paper.iterfind("author"))),
        )
    )


def _anthology_id(paper: Element, volume: _Volume) -> str:
    """The id that the paper's own address is, else the one that its place makes."""
    url = _text(paper, "url")
    if _ID.fullmatch(url):
        return url
    number = paper.get("id", "")
    if not (volume.collection and volume.number and number):
        return ""
    if _OLD_COLLECTION.fullmatch(volume.collection):
        return _old_id(volume.collection, volume.number, number)
    return f"{volume.collection}-{volume.number}.{number}"


def _old_id(collection: str, volume: str, paper: str) -> str:
    """Such as P19-1001; workshops (W, and volumes past the ninth) have two digits for each."""
    if not (_NUMBER.fullmatch(volume) and _NUMBER.fullmatch(paper)):
        return ""
    if collection.startswith("W") or len(volume) > 1:
        return f"{collection}-{volume:0>2}{paper:0>2}"
    return f"{collection}-{volume}{paper:0>3}"


def _where(volume: _Volume, pages: str) -> str:
    return ", ".join(filter(None, (volume.booktitle, pages and f"pages {escaped(pages)}")))


def _author(author: Element) -> AuthorRecord:
    given, family = _text(author, "first"), _text(author, "last")
    person_ids = (("acl", author.get("id")), ("orcid", author.get("orcid")))
    return AuthorRecord(
        name=" ".join(filter(None, (given, family))),
        family=family,
        given=given,
        affiliations=tuple(_whole(place) for place in author.iterfind("affiliation")),
        person_ids=tuple(PersonId(scheme, value, "acl") for scheme, value in person_ids if value),
    )


def _text(parent: Element, tag: str) -> str:
    child = parent.find(tag)
    return _whole(child).strip() if child is not None else ""


def _whole(element: Element) -> str:
    return "".join(element.itertext())


ACL = Source("acl", (".xml",), _holds, _read)

"""The ACL Anthology's XML: papers within volumes within a collection.

Front matter and editors are not read, nor is what WorkRecord has no place for: names in other
scripts and awards. An author's id tells people of one name apart; `name_variants.yaml`, which
lists the names of one person, is not read. Revisions of a paper are its versions, the first of
which has no date; an erratum is a correction.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from xml.etree.ElementTree import Element

from works.domain.identifiers import doi, orcid
from works.domain.records import (
    AuthorRecord,
    ExternalId,
    Notice,
    NoticeKind,
    PartialDate,
    PersonId,
    Refused,
    Rejected,
    Version,
    WorkRecord,
)
from works.domain.validate import Invalid, is_date, validated
from works.sources.base import Readable, Source, reject, stated_id, without_wide_gaps
from works.sources.inline import escaped, renderable
from works.sources.xmlrecord import text, whole
from works.sources.xmlstream import Fault, RecordStream, shown

FORMAT = "acl/xml"

_TYPES = {"journal": "article", "proceedings": "proceedings-article"}
_NOTICES: Mapping[str, NoticeKind] = MappingProxyType(
    {"retracted": "retraction", "removed": "withdrawal", "erratum": "correction"}
)
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
    venue: str = ""
    published: PartialDate = ""
    meta: bytes = b""


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
                volume = replace(_described(volume, found), meta=records.raw)
                continue
            yield _work(_sound(found), volume)
        except Invalid as invalid:
            yield _rejected(position, invalid, found, volume, records.raw)
        position += 1
    if position == 1:
        raise Refused("the file holds no papers")


def _sound(found: Element | Fault) -> Element:
    if isinstance(found, Fault):
        raise Invalid("record", found.reason)
    return found


def _rejected(
    position: int, invalid: Invalid, found: Element | Fault, volume: _Volume, raw: bytes
) -> Rejected:
    field, reason, again = invalid.field, invalid.reason, _alone(volume, raw)
    if isinstance(found, Fault):
        external_id = stated_id(_FAULT_URL, found.data)
        return reject(position, field, reason, found.data, external_id, again)
    if found.tag != "paper":
        return reject(position, field, reason, shown(found))
    return reject(position, field, reason, shown(found), _anthology_id(found, volume), again)


def _alone(volume: _Volume, raw: bytes) -> bytes:
    """A collection of this paper alone, in its volume; empty without the paper."""
    opening = f'<collection id="{volume.collection}">'
    opening += f'<volume id="{volume.number}" type="{volume.kind}">'
    closing = b"</volume></collection>"
    return opening.encode() + volume.meta + raw + closing if raw else b""


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
    published = _published(text(meta, "year"), text(meta, "month"))
    if published and not is_date(published):
        raise Invalid("published", "is not a date that exists")
    # Of the venue's names, the proceedings' title; a bare code ("tacl") only where it is missing.
    venue = whole(booktitle).strip() or text(meta, "venue")
    return replace(volume, booktitle=renderable(booktitle), venue=venue, published=published)


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
    own_doi = doi(text(paper, "doi"))
    dois = (ExternalId("doi", own_doi),) if own_doi else ()
    versions = tuple(_versions(paper))
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
            updated=versions[-1].date if versions else "",
            versions=versions,
            journal_ref=_where(volume, text(paper, "pages")),
            venue=volume.venue,
            doi=own_doi,
            authors=tuple(map(_author, paper.iterfind("author"))),
            notices=tuple(_notices(paper)),
        )
    )


def _versions(paper: Element) -> Iterator[Version]:
    for revision in paper.iterfind("revision"):
        number = revision.get("id", "")
        if not _NUMBER.fullmatch(number):
            raise Invalid("versions", "have a number that is none")
        yield Version(f"v{number}", revision.get("date", ""))


def _notices(paper: Element) -> Iterator[Notice]:
    for tag, kind in _NOTICES.items():
        for element in paper.iterfind(tag):
            yield Notice(kind, element.get("date", ""))


def _anthology_id(paper: Element, volume: _Volume) -> str:
    """The id that the paper's own address is, else the one that its place makes."""
    url = text(paper, "url")
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
    given, family = text(author, "first"), text(author, "last")
    person_ids = (("acl", author.get("id")), ("orcid", orcid(author.get("orcid", ""))))
    return AuthorRecord(
        name=" ".join(filter(None, (given, family))),
        family=family,
        given=given,
        affiliations=tuple(whole(place) for place in author.iterfind("affiliation")),
        person_ids=tuple(PersonId(scheme, value, "acl") for scheme, value in person_ids if value),
    )


ACL = Source("acl", (".xml",), _holds, _read)

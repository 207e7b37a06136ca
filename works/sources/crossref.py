"""Crossref's works: JSON lines, a list body of the API, or one work.

An ORCID iD is the person's own statement where Crossref marks it as authenticated: its holder
signed in at ORCID while submitting. Editors are no authors. Left out: notices of retraction and
correction, which have no place in `WorkRecord` yet; ISBNs, which a chapter has of its book; and
relations to preprints, which are works of their own here.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType

import msgspec

from works.domain.records import (
    AuthorRecord,
    ExternalId,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.domain.validate import Invalid
from works.sources.base import Readable, Source, without_wide_gaps
from works.sources.identifiers import doi, orcid
from works.sources.jats import plain
from works.sources.journal import journal_ref
from works.sources.jsonitems import Items
from works.sources.jsonrecord import decoded, outcomes

FORMAT = "crossref/works"

_INSIDE = MappingProxyType({b"message": b"{", b"items": b"["})
_START = rb'\{\s{0,64}"indexed"\s{0,8}:'
_NAMED_DOI = re.compile(rb'"DOI"\s*:\s*"(10\.[^"\\\x00-\x20]{1,200})"')
_OF_CROSSREF = re.compile(
    rb'"message-type"\s*:\s*"work|"indexed"\s*:\s*\{\s*"date-parts"|"source"\s*:\s*"Crossref"'
    rb'|"is-referenced-by-count"\s*:|"reference-count"\s*:'
)
# Of a work's licences, that of the published version; not those for mining its text.
_LICENSED = ("vor", "unspecified")


class _Date(msgspec.Struct, rename="kebab"):
    date_parts: tuple[tuple[int | None, ...] | None, ...] | None = None


class _Affiliation(msgspec.Struct):
    name: str | None = None


class _Author(msgspec.Struct, rename={"orcid": "ORCID", "authenticated": "authenticated-orcid"}):
    given: str | None = None
    family: str | None = None
    suffix: str | None = None
    name: str | None = None
    orcid: str | None = None
    # Some copies of Crossref's records have it as a text.
    authenticated: bool | str | None = None
    affiliation: tuple[_Affiliation, ...] | None = None


class _Licence(msgspec.Struct, rename={"url": "URL", "version": "content-version"}):
    url: str | None = None
    version: str | None = None


# A list in Crossref's own answers, a text where the record came by content negotiation.
_Texts = tuple[str | None, ...] | str | None


class _Work(msgspec.Struct, rename=lambda name: {"doi": "DOI"}.get(name, name.replace("_", "-"))):
    doi: str | None = None
    title: _Texts = None
    subtitle: _Texts = None
    abstract: str | None = None
    type: str | None = None
    subtype: str | None = None
    author: tuple[_Author, ...] | None = None
    container_title: _Texts = None
    volume: str | None = None
    issue: str | None = None
    page: str | None = None
    article_number: str | None = None
    issued: _Date | None = None
    published_print: _Date | None = None
    published_online: _Date | None = None
    published: _Date | None = None
    posted: _Date | None = None
    deposited: _Date | None = None
    license: tuple[_Licence, ...] | None = None
    status: str | None = None


_WORK = msgspec.json.Decoder(_Work)


def _holds(head: bytes) -> bool:
    head = without_wide_gaps(head)
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and bool(
        _OF_CROSSREF.search(head)
    )


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    return outcomes(Items(stream, _INSIDE, _START), _work, _id)


def _work(data: bytes) -> WorkRecord:
    return _record(decoded(_WORK, data))


def _id(data: bytes) -> str:
    named = _NAMED_DOI.search(data)
    return named[1].decode("utf-8", "replace").lower() if named else ""


def _record(work: _Work) -> WorkRecord:
    own_doi = doi(work.doi or "")
    if not own_doi:
        if work.status == "failed":
            raise Refused("the answer is an error")
        raise Invalid("external_id", "is not a DOI" if work.doi else "is missing")
    return WorkRecord(
        source="crossref",
        format=FORMAT,
        external_id=own_doi,
        # What is kept here changes with a deposit only; the index changes with every citation.
        record_date=_partial(work.deposited),
        ids=(ExternalId("doi", own_doi),),
        title=_title(work),
        abstract=plain(work.abstract or ""),
        type=work.subtype or work.type or "",
        published=_published(work),
        journal_ref=_journal_ref(work),
        doi=own_doi,
        licence=_licence(work.license or ()),
        authors=tuple(map(_author, work.author or ())),
    )


def _texts(given: _Texts) -> list[str]:
    listed = (given,) if isinstance(given, str) else given or ()
    return [text for one in listed if (text := plain(one or "").replace("\n", " "))]


def _title(work: _Work) -> str:
    """The first title, as others are translations, and the subtitle unless it repeats that."""
    title, *_ = _texts(work.title) or [""]
    subtitle, *_ = _texts(work.subtitle) or [""]
    if not title or not subtitle or subtitle.casefold() in title.casefold():
        return title
    return f"{title.rstrip(' :')}: {subtitle}"


def _published(work: _Work) -> str:
    """The first date that says anything; Crossref's `issued` is the earliest of the others."""
    dates = (
        work.issued,
        work.published_print,
        work.published_online,
        work.published,
        work.posted,
    )
    return next(filter(None, map(_partial, dates)), "")


def _partial(given: _Date | None) -> str:
    """The date as far as its parts go, each of which may be null."""
    parts = (given.date_parts if given else None) or ((),)
    known = []
    for part, width in zip(parts[0] or (), (4, 2, 2)):
        if part is None:
            break
        known.append(f"{part:0{width}d}")
    return "-".join(known)


def _journal_ref(work: _Work) -> str:
    venue = ", ".join(dict.fromkeys(_texts(work.container_title)))
    return journal_ref(
        venue, work.volume or "", work.issue or "", work.page or work.article_number or ""
    )


def _licence(licences: tuple[_Licence, ...]) -> str:
    found = {licence.version: licence.url or "" for licence in reversed(licences)}
    return next(filter(None, (found.get(version) for version in _LICENSED)), "")


def _author(author: _Author) -> AuthorRecord:
    family, given, suffix, whole = (
        plain(part or "") for part in (author.family, author.given, author.suffix, author.name)
    )
    return AuthorRecord(
        name=" ".join(filter(None, (given, family, suffix))) or whole,
        family=family,
        given=given,
        suffix=suffix,
        affiliations=tuple(plain(place.name or "") for place in author.affiliation or ()),
        person_ids=_person_ids(author),
    )


def _person_ids(author: _Author) -> tuple[PersonId, ...]:
    own = orcid(author.orcid or "")
    authenticated = str(author.authenticated).lower() == "true"
    return (PersonId("orcid", own, "person" if authenticated else "crossref"),) if own else ()


CROSSREF = Source("crossref", (".json", ".jsonl", ".ndjson"), _holds, _read)

"""Crossref's works: JSON lines, a list body of the API, or one work.

An ORCID iD is the person's own statement where Crossref marks it as authenticated: its holder
signed in at ORCID while submitting. Editors are no authors. A notice stands in the record of the
published notice (with the work that it is about) and, in newer records, in that work's own.

A preprint and its published form have DOIs of their own. The other's is among the ids with the
scheme "same-as-doi": it names the same work, but is not this record's. Left out: ISBNs, which a
chapter has of its book, and relations of other kinds.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from types import MappingProxyType

import msgspec

from works.domain.identifiers import ARXIV_DOI, arxiv, doi, orcid, published_doi, ror
from works.domain.records import (
    AuthorRecord,
    ExternalId,
    InstitutionId,
    Notice,
    NoticeKind,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.domain.validate import Invalid
from works.sources.base import Readable, Source, stated_id
from works.sources.jats import plain
from works.sources.journal import journal_ref
from works.sources.jsonitems import Items, holds_objects
from works.sources.jsonrecord import decoded, outcomes
from works.sources.misread import mended

FORMAT = "crossref/works"

# A tag that some old deposits escape, so that it is text.
_SUBTITLE = re.compile(r"[ :]{0,3}<subtitle>")
_INSIDE = MappingProxyType({b"message": b"{", b"items": b"["})
_START = rb'\{\s{0,64}"indexed"\s{0,8}:'
_NAMED_DOI = re.compile(rb'"DOI"\s*:\s*"(10\.[^"\\\x00-\x20]{1,200})"')
_OF_CROSSREF = re.compile(
    rb'"message-type"\s*:\s*"work|"indexed"\s*:\s*\{\s*"date-parts"|"source"\s*:\s*"Crossref"'
    rb'|"is-referenced-by-count"\s*:|"reference-count"\s*:'
)
# Of a work's licences, that of the published version; not those for mining its text.
_LICENSED = ("vor", "unspecified")
# Crossref's kinds of update. A new version or edition is no notice; the part that a partial
# retraction takes back leaves the rest standing.
_KINDS: Mapping[str, NoticeKind] = MappingProxyType(
    {
        "retraction": "retraction",
        "withdrawal": "withdrawal",
        "removal": "withdrawal",
        "expression_of_concern": "concern",
        "correction": "correction",
        "corrigendum": "correction",
        "erratum": "correction",
        "addendum": "correction",
        "clarification": "correction",
        "partial_retraction": "correction",
        "reinstatement": "reinstatement",
    }
)
_SAME_WORK = ("has-preprint", "is-preprint-of")


class _Date(msgspec.Struct, rename="kebab"):
    date_parts: tuple[tuple[int | None, ...] | None, ...] | None = None


class _AffiliationId(msgspec.Struct):
    id: str | None = None


class _Affiliation(msgspec.Struct):
    name: str | None = None
    id: tuple[_AffiliationId, ...] | None = None


class _Update(msgspec.Struct, rename={"doi": "DOI"}):
    doi: str | None = None
    type: str | None = None
    updated: _Date | None = None


class _Related(msgspec.Struct, rename="kebab"):
    id: str | None = None
    id_type: str | None = None


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
    update_to: tuple[_Update, ...] | None = None
    updated_by: tuple[_Update, ...] | None = None
    # Old records have a single relation without its list.
    relation: dict[str, tuple[_Related, ...] | _Related | None] | None = None
    status: str | None = None


_WORK = msgspec.json.Decoder(_Work)


def _holds(head: bytes) -> bool:
    return holds_objects(head, _OF_CROSSREF)


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    return outcomes(Items(stream, _INSIDE, _START), _work, _id)


def _work(data: bytes) -> WorkRecord:
    return _record(decoded(_WORK, data))


def _id(data: bytes) -> str:
    return stated_id(_NAMED_DOI, data).lower()


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
        ids=_ids(own_doi, work),
        title=_title(work),
        abstract=plain(work.abstract or ""),
        type=work.subtype or work.type or "",
        published=_published(work),
        journal_ref=_journal_ref(work),
        venue=_venue(work),
        doi=published_doi(own_doi),
        licence=_licence(work.license or ()),
        authors=tuple(map(_author, work.author or ())),
        notices=_notices(own_doi, work),
    )


def _ids(own_doi: str, work: _Work) -> tuple[ExternalId, ...]:
    """The record's own, and as "same-as-doi" those of its preprint or of its published form."""
    relations = [(work.relation or {}).get(kind) or () for kind in _SAME_WORK]
    listed = ((given,) if isinstance(given, _Related) else given for given in relations)
    ties = dict.fromkeys(map(_tie, chain.from_iterable(listed)))
    same = (ExternalId("same-as-doi", tie) for tie in ties if tie and tie != own_doi)
    return ExternalId("doi", own_doi), *same


def _tie(related: _Related) -> str:
    """The DOI of a related work; of one that is named by its arXiv id, the DOI that arXiv gave."""
    scheme, text = (related.id_type or "").lower(), related.id or ""
    if scheme == "arxiv" and (found := arxiv(text)):
        return ARXIV_DOI + found
    return doi(text) if scheme == "doi" else ""


def _notices(own_doi: str, work: _Work) -> tuple[Notice, ...]:
    """What this record is a notice of, and the notices of this work, each once."""
    spoken = [_notice(update, own_doi, is_spoken=True) for update in work.update_to or ()]
    heard = [_notice(update, own_doi, is_spoken=False) for update in work.updated_by or ()]
    return tuple(dict.fromkeys(filter(None, spoken + heard)))


def _notice(update: _Update, own_doi: str, is_spoken: bool) -> Notice | None:
    kind = _KINDS.get(re.sub(r"[\s-]+", "_", update.type or "").lower())
    other = doi(update.doi or "")
    if kind is None or (is_spoken and not other):
        return None
    when = _partial(update.updated)
    if other in ("", own_doi):
        return Notice(kind, when)
    if is_spoken:
        return Notice(kind, when, ExternalId("doi", other), ExternalId("doi", own_doi))
    return Notice(kind, when, by=ExternalId("doi", other))


def _texts(given: _Texts) -> list[str]:
    listed = (given,) if isinstance(given, str) else given or ()
    return [text for one in listed if (text := plain(one or "").replace("\n", " "))]


def _title(work: _Work) -> str:
    """The first title, as others are translations, and the subtitle unless it repeats that."""
    given, *_ = _texts(work.title) or [""]
    title = _SUBTITLE.sub(": ", given).replace("</subtitle>", "")
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


def _venue(work: _Work) -> str:
    """A chapter's series and its book, or the journal."""
    return ", ".join(dict.fromkeys(_texts(work.container_title)))


def _journal_ref(work: _Work) -> str:
    return journal_ref(
        _venue(work), work.volume or "", work.issue or "", work.page or work.article_number or ""
    )


def _licence(licences: tuple[_Licence, ...]) -> str:
    found = {licence.version: licence.url or "" for licence in reversed(licences)}
    return next(filter(None, (found.get(version) for version in _LICENSED)), "")


def _author(author: _Author) -> AuthorRecord:
    parts = (author.family, author.given, author.suffix, author.name)
    family, given, suffix, whole = (mended(plain(part or "")) for part in parts)
    return AuthorRecord(
        name=" ".join(filter(None, (given, family, suffix))) or whole,
        family=family,
        given=given,
        suffix=suffix,
        affiliations=tuple(plain(place.name or "") for place in author.affiliation or ()),
        person_ids=_person_ids(author),
        institutions=tuple(_institutions(author.affiliation or ())),
    )


def _institutions(affiliations: tuple[_Affiliation, ...]) -> Iterator[InstitutionId]:
    for place in affiliations:
        name = plain(place.name or "")
        found = dict.fromkeys(ror(given.id or "") for given in place.id or ())
        yield from (InstitutionId("ror", value, name) for value in found if value)


def _person_ids(author: _Author) -> tuple[PersonId, ...]:
    own = orcid(author.orcid or "")
    authenticated = str(author.authenticated).lower() == "true"
    return (PersonId("orcid", own, "person" if authenticated else "crossref"),) if own else ()


CROSSREF = Source("crossref", (".json", ".jsonl", ".ndjson"), _holds, _read)

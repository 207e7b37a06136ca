"""OpenAlex's works: JSON lines, a list body of the API, one work, or a part of the snapshot.

Rejected as no works: paratext (covers, contents pages). A byline is "unverified" where OpenAlex
says that it cut it (`is_authors_truncated`, or fewer authorships than `authors_count`), as its
lists of works do behind the hundredth author, and where it repeats names. A bare year is given
there as its first of January, so that day is read as the year alone. A retraction has no date.
An institution is known by its ROR id where OpenAlex gives it.
"""

import re
from collections.abc import Iterator
from functools import partial
from types import MappingProxyType
from xml.sax.saxutils import unescape

import msgspec

from works.domain.identifiers import arxiv, normal, orcid, published_doi, ror
from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    InstitutionId,
    Notice,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.domain.validate import Invalid
from works.sources.base import NOT_UTF8, Readable, Source, stated_id
from works.sources.journal import journal_ref
from works.sources.jsonitems import Items, holds_objects
from works.sources.jsonrecord import decoded, outcomes
from works.sources.openalex_text import bare

FORMAT = "openalex/works"

_INSIDE = MappingProxyType({b"results": b"["})
_START = rb'\{\s{0,64}"id"\s{0,8}:\s{0,8}"https://openalex\.org/W'
_NAMES_A_WORK = re.compile(
    rb'"(?:id|openalex)"\s*:\s*"(?:https?://openalex\.org/)?(?:works/)?(W[0-9]{1,18})"'
)
_KEY = re.compile(r"(?:https?://openalex\.org/)?(?:[a-z]+/)?([WATI][0-9]{1,18})", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"([0-9]{1,18})\Z")
# OpenAlex's own id for "no author".
_NOBODY = "A9999999999"
_FIRST_OF_JANUARY = "-01-01"
_PARATEXT = "paratext"
_SHELVES = ("repository", "ebook platform")
# Far more words than an abstract may have characters.
_MAX_INDEX_BYTES = 2_000_000
_MAX_WORDS = 100_001
_NO_NAME_PARTS = re.compile(
    r"(?:jr|sr|[ivx]+|ph\.? ?d|m\.? ?d|m\.?sc|b\.?sc|esq|et al)\.?", re.IGNORECASE
)


_NULL = msgspec.Raw(b"null")


class _Person(msgspec.Struct):
    id: str | None = None
    display_name: str | None = None
    orcid: str | None = None


class _Institution(msgspec.Struct):
    id: str | None = None
    ror: str | None = None
    display_name: str | None = None


class _Authorship(msgspec.Struct):
    author: _Person | None = None
    raw_author_name: str | None = None
    raw_orcid: str | None = None
    raw_affiliation_strings: tuple[str | None, ...] | None = None
    institutions: tuple[_Institution, ...] | None = None


class _Place(msgspec.Struct):
    display_name: str | None = None
    type: str | None = None


class _Location(msgspec.Struct):
    landing_page_url: str | None = None
    pdf_url: str | None = None
    license: str | None = None
    source: _Place | None = None


class _Biblio(msgspec.Struct):
    volume: str | None = None
    issue: str | None = None
    first_page: str | None = None
    last_page: str | None = None


class _Level(msgspec.Struct):
    id: str | int | None = None
    display_name: str | None = None


class _Topic(msgspec.Struct):
    id: str | None = None
    display_name: str | None = None
    subfield: _Level | None = None
    field: _Level | None = None
    domain: _Level | None = None


class _Ids(msgspec.Struct):
    openalex: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None


class _Work(msgspec.Struct):
    id: str | None = None
    doi: str | None = None
    ids: _Ids | None = None
    title: str | None = None
    display_name: str | None = None
    abstract_inverted_index: msgspec.Raw = _NULL
    type: str | None = None
    is_paratext: bool | None = None
    is_retracted: bool | None = None
    publication_date: str | None = None
    publication_year: int | None = None
    updated_date: str | None = None
    primary_location: _Location | None = None
    locations: tuple[_Location, ...] | None = None
    biblio: _Biblio | None = None
    primary_topic: _Topic | None = None
    topics: tuple[_Topic, ...] | None = None
    authorships: tuple[_Authorship, ...] | None = None
    authors_count: int | None = None
    is_authors_truncated: bool | None = None
    error: str | None = None


_WORK = msgspec.json.Decoder(_Work)
_INDEX = msgspec.json.Decoder(dict[str, tuple[int, ...]] | None)


def _holds(head: bytes) -> bool:
    return holds_objects(head, _NAMES_A_WORK)


def _read(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    return outcomes(Items(stream, _INSIDE, _START), _work, partial(stated_id, _NAMES_A_WORK))


def _work(data: bytes) -> WorkRecord:
    return _record(decoded(_WORK, data))


def _record(work: _Work) -> WorkRecord:
    ids = work.ids or _Ids()
    external_id = _key(work.id or ids.openalex)
    if not external_id and work.error:
        raise Refused("the answer is an error")
    if external_id and external_id[0] != "W":
        raise Invalid("external_id", "is not that of a work")
    if work.is_paratext or work.type == _PARATEXT:
        raise Invalid("type", "is paratext, such as a cover or a contents page, and no work")
    own_doi = published_doi(work.doi or ids.doi or "")
    place = work.primary_location or _Location()
    venue = _venue(place.source)
    authorships = work.authorships or ()
    kept = _without_repeats(authorships)
    return WorkRecord(
        source="openalex",
        format=FORMAT,
        external_id=external_id,
        record_date=(work.updated_date or "")[:10],
        ids=_ids(external_id, own_doi, work),
        title=_unescaped(work.title or work.display_name),
        abstract=bare(_unescaped(_abstract(work.abstract_inverted_index))),
        type=work.type or "",
        stated_year=work.publication_year,
        published=(work.publication_date or "").removesuffix(_FIRST_OF_JANUARY),
        categories=_topics(work),
        journal_ref=_journal_ref(venue, work.biblio or _Biblio()),
        venue=venue,
        doi=own_doi,
        licence=place.license or "",
        authors=tuple(map(_author, kept)),
        notices=(Notice("retraction"),) if work.is_retracted else (),
        unverified=frozenset(("authors",) if _is_cut(work) or kept != authorships else ()),
    )


def _key(text: str | None) -> str:
    """The bare identifier, such as W123; empty where it is none."""
    found = _KEY.fullmatch((text or "").strip())
    return found[1].upper() if found else ""


def _unescaped(text: str | None) -> str:
    return unescape(text or "", {"&quot;": '"', "&apos;": "'"})


def _ids(external_id: str, own_doi: str, work: _Work) -> tuple[ExternalId, ...]:
    ids = work.ids or _Ids()
    stated = (
        ("openalex", external_id),
        ("doi", own_doi),
        ("pmid", normal("pmid", ids.pmid or "")),
        ("pmcid", normal("pmcid", ids.pmcid or "")),
        ("arxiv", _arxiv(work)),
    )
    return tuple(ExternalId(scheme, value) for scheme, value in stated if value)


def _arxiv(work: _Work) -> str:
    """The work's arXiv identifier; none where its places name several, as wrong merges do."""
    places = work.locations or ()
    addresses = [address for place in places for address in (place.landing_page_url, place.pdf_url)]
    named = set(map(arxiv, filter(None, (*addresses, work.doi)))) - {""}
    return named.pop() if len(named) == 1 else ""


def _abstract(raw: msgspec.Raw) -> str:
    """The words in their order, as many as show that an abstract is too long."""
    if len(memoryview(raw)) > _MAX_INDEX_BYTES:
        raise Invalid("abstract", "has too large an index")
    try:
        index = _INDEX.decode(raw) or {}
    except msgspec.ValidationError as error:
        raise Invalid("abstract_inverted_index", "must be words with their positions") from error
    except UnicodeDecodeError as error:
        raise Invalid("record", NOT_UTF8) from error
    placed = sorted((at, word) for word, places in index.items() for at in places)
    return _joined(word for _, word in placed)


def _joined(words: Iterator[str]) -> str:
    text, length = [], 0
    for word in words:
        text.append(word)
        length += len(word) + 1
        if length > _MAX_WORDS:
            break
    return " ".join(text)


def _topics(work: _Work) -> tuple[Category, ...]:
    """The primary topic first; it is told twice, at times without its name or its way up."""
    found: dict[str, Category] = {}
    for topic in (work.primary_topic or _Topic(), *(work.topics or ())):
        if key := _key(topic.id):
            known = found.get(key)
            name = (known and known.name) or topic.display_name or ""
            found[key] = Category(
                "openalex", key, name, (known.broader if known else ()) or _broader(topic)
            )
    return tuple(found.values())


def _broader(topic: _Topic) -> tuple[Category, ...]:
    levels = (("subfield", topic.subfield), ("field", topic.field), ("domain", topic.domain))
    return tuple(
        Category(f"openalex-{name}", code, level.display_name or "")
        for name, level in levels
        if level is not None and (code := _number(level.id))
    )


def _number(address: str | int | None) -> str:
    """What an address such as https://openalex.org/subfields/2002 ends with."""
    found = _LAST_NUMBER.search(str(address or "").rstrip("/"))
    return found[1] if found else ""


def _venue(place: _Place | None) -> str:
    """Nothing for a place where a copy lies or is sold, which is not where the work appeared."""
    return "" if place is None or place.type in _SHELVES else _unescaped(place.display_name)


def _journal_ref(venue: str, biblio: _Biblio) -> str:
    pages = dict.fromkeys(filter(None, (biblio.first_page, biblio.last_page)))
    return journal_ref(venue, biblio.volume or "", biblio.issue or "", "-".join(pages))


def _is_cut(work: _Work) -> bool:
    return bool(work.is_authors_truncated) or (work.authors_count or 0) > len(
        work.authorships or ()
    )


def _without_repeats(authorships: tuple[_Authorship, ...]) -> tuple[_Authorship, ...]:
    """Without the ones that have no author and the name of one before, who has: a known fault."""
    seen: set[str] = set()
    kept = []
    for authorship in authorships:
        name = authorship.raw_author_name or ""
        identified = authorship.author is not None and bool(authorship.author.id)
        if identified or name not in seen:
            kept.append(authorship)
        if identified and name:
            seen.add(name)
    return tuple(kept) if len(kept) < len(authorships) else authorships


def _author(authorship: _Authorship) -> AuthorRecord:
    person = authorship.author or _Person()
    name = _unescaped(authorship.raw_author_name or person.display_name).strip()
    family, given = _inverted(name)
    return AuthorRecord(
        name=f"{given} {family}" if family else name,
        family=family,
        given=given,
        affiliations=tuple(map(_unescaped, authorship.raw_affiliation_strings or ())),
        person_ids=_person_ids(person, authorship.raw_orcid),
        institutions=_institutions(authorship.institutions or ()),
    )


def _institutions(given: tuple[_Institution, ...]) -> tuple[InstitutionId, ...]:
    found: dict[str, InstitutionId] = {}
    for place in given:
        own, name = ror(place.ror or ""), _unescaped(place.display_name)
        value = own or _key(place.id)
        if own or value[:1] == "I":
            found[value] = InstitutionId("ror" if own else "openalex", value, name)
    return tuple(found.values())


def _inverted(name: str) -> tuple[str, str]:
    """Family and given name of "Doe, Jane"; two empty texts for any other form."""
    family, *given = (part.strip() for part in name.split(","))
    if len(given) != 1 or not family or not given[0] or _NO_NAME_PARTS.fullmatch(given[0]):
        return "", ""
    return family, given[0]


def _person_ids(person: _Person, raw_orcid: str | None) -> tuple[PersonId, ...]:
    """What stands on the work itself is believed before what OpenAlex found for its author."""
    author = _key(person.id)
    stated = (
        ("openalex", author if author[:1] == "A" and author != _NOBODY else ""),
        ("orcid", orcid(raw_orcid or "") or orcid(person.orcid or "")),
    )
    return tuple(PersonId(scheme, value, "openalex") for scheme, value in stated if value)


# The snapshot's parts are called part_000.gz.
OPENALEX = Source("openalex", (".json", ".jsonl", ".ndjson", ""), _holds, _read)

"""arXiv's records in Dublin Core (`oai_dc`), the form that every OAI-PMH server has.

It says less than the others: no versions (its dates are those of the first and of the last),
and topics by name, where one name may belong to several categories. Which of them is meant
stands in the record's sets; where it does not, the topic is left out and not guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

import msgspec

from works.domain.records import AuthorRecord, Category, WorkRecord
from works.domain.taxonomy.arxiv import ARXIV
from works.domain.validate import Invalid
from works.sources.arxiv_notices import noted
from works.sources.arxiv_values import (
    ADDRESS,
    SOURCE,
    TYPE,
    author,
    day,
    first_doi,
    without_version,
)

_DC = "{http://purl.org/dc/elements/1.1/}"
_DOI = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)\s*(\S.*)", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"\s*Comments?:\s*")
_MAX_PARTS = 8
_LAST_SUFFIX = re.compile(r"(.*\S)\s+((?:Jr|Sr)\.?|I{2,3}|IV)", re.DOTALL)


def _by_name() -> Mapping[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code, name in ARXIV.items():
        codes[name] = (*codes.get(name, ()), code)
    return codes


_CODES = _by_name()


def dublin(fields: Element, base: WorkRecord, sets: Iterable[str]) -> WorkRecord:
    """What `oai_dc` says; `sets` are those of the record's header ("physics:cond-mat:soft")."""
    identifiers = _texts(fields, "identifier")
    _check_identifiers(identifiers, base.external_id)
    abstract, *comments = _texts(fields, "description") or [""]
    dates = sorted(map(day, _texts(fields, "date")))
    record = msgspec.structs.replace(
        base,
        type=TYPE,
        title=" ".join(_texts(fields, "title")[:1]),
        abstract=abstract,
        comments=" ".join(_COMMENT.sub("", comment, count=1) for comment in comments),
        created=dates[0] if dates else "",
        updated=dates[-1] if len(dates) > 1 else "",
        categories=tuple(dict.fromkeys(_categories(_texts(fields, "subject"), list(sets)))),
        licence=" ".join(_texts(fields, "rights")[:1]),
        authors=tuple(map(_author, _texts(fields, "creator"))),
        **_publication(identifiers),
    )
    return noted(record)


def _texts(fields: Element, name: str) -> list[str]:
    found = (element.text or "" for element in fields.iterfind(_DC + name))
    return [text.strip() for text in found if text.strip()]


def _check_identifiers(identifiers: Sequence[str], external_id: str) -> None:
    for identifier in identifiers:
        address = ADDRESS.fullmatch(identifier)
        if address and without_version(address.group(1)) != external_id:
            raise Invalid("external_id", "differs between the header and the record")


def _publication(identifiers: Iterable[str]) -> Mapping[str, str]:
    """Of the identifiers that are no address at arXiv: a DOI, and the journal in words."""
    others = [text for text in identifiers if not ADDRESS.fullmatch(text)]
    dois = [found.group(1) for found in map(_DOI.fullmatch, others) if found]
    journals = [text for text in others if not _DOI.fullmatch(text)]
    return {
        "doi": first_doi(dois[0]) if dois else "",
        "journal_ref": journals[0] if journals else "",
    }


def _categories(names: Iterable[str], sets: Sequence[str]) -> Iterator[Category]:
    coded = [_code_of_set(name) for name in sets]
    groups = {part for name in sets for part in name.split(":")}
    for name in names:
        codes = _CODES.get(name, ())
        if len(codes) > 1:
            meant = [code for code in coded if code in codes]
            codes = tuple(meant or (code for code in codes if code.partition(".")[0] in groups))
        yield from (Category(SOURCE, code) for code in codes)


def _code_of_set(name: str) -> str:
    """The category that a set is: "math:math:CO" is math.CO, "physics:hep-th" is hep-th."""
    _, *archive = name.split(":")
    return ".".join(archive)


def _author(creator: str) -> AuthorRecord:
    """A creator as "Family, Given" or "Family, Suffix, Given"; a body has no comma."""
    family, *rest = (part.strip() for part in creator.split(",", _MAX_PARTS))
    given = rest[-1] if rest else ""
    suffix = " ".join(rest[:-1])
    if rest and not suffix and (ending := _LAST_SUFFIX.fullmatch(family)):
        family, suffix = ending.groups()
    return author(family, given, suffix)

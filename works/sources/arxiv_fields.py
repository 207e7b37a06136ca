"""arXiv's own forms of a record in XML: `arXiv`, `arXivRaw` and the older `arXivOld`.

They share most elements. `arXiv` has the authors taken apart, `arXivRaw` every version with
its date, and both of the raw forms the byline as one string. Who submitted a work is left out.
"""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from xml.etree.ElementTree import Element

import msgspec

from works.domain.records import AuthorRecord, Version, WorkRecord
from works.domain.validate import Invalid
from works.sources.arxiv_byline import authors
from works.sources.arxiv_notices import IGNORED, noted
from works.sources.arxiv_values import TYPE, author, categories, day, first_doi, without_version

_NUMBER = re.compile(r"v([0-9]{1,6})")


def arxiv(fields: Element, base: WorkRecord, _sets: Iterable[str]) -> WorkRecord:
    """What `arXiv` says."""
    of = partial(_tag, fields)
    given = _given(fields, base)
    record = msgspec.structs.replace(
        _common(given, base),
        created=given.get("created", "").strip(),
        updated=given.get("updated", "").strip(),
        authors=tuple(_author(one, of) for one in fields.iterfind(f"{of('authors')}/*")),
    )
    return noted(record)


def raw(fields: Element, base: WorkRecord, _sets: Iterable[str]) -> WorkRecord:
    """What `arXivRaw` says, or `arXivOld`, which has no versions."""
    given = _given(fields, base)
    of = partial(_tag, fields)
    versions = {_version(version, of): version for version in fields.iterfind(of("version"))}
    record = msgspec.structs.replace(
        _common(given, base), authors=authors(given.get("authors", "")), **dated(versions)
    )
    return noted(
        record,
        [
            version
            for version, element in versions.items()
            if IGNORED in (element.findtext(of("source_type")) or "")
        ],
    )


def _version(version: Element, of: "partial[str]") -> Version:
    return Version(version.get("version", ""), day(version.findtext(of("date")) or ""))


def dated(versions: Iterable[Version]) -> Mapping[str, object]:
    """The fields of a record that its versions tell, whatever their order in the file."""
    listed = tuple(sorted(versions, key=_number))
    if not listed:
        return {}
    first, last = listed[0], listed[-1]
    return {
        "versions": listed,
        "created": first.date if first.label == "v1" else "",
        "updated": last.date if last.label != "v1" else "",
    }


def _number(version: Version) -> int:
    found = _NUMBER.fullmatch(version.label)
    if not found:
        raise Invalid("versions", "have a label that is no version's")
    return int(found.group(1))


def _common(given: Mapping[str, str], base: WorkRecord) -> WorkRecord:
    return msgspec.structs.replace(
        base,
        type=TYPE,
        title=given.get("title", ""),
        abstract=given.get("abstract", ""),
        categories=categories(given.get("categories", "")),
        comments=given.get("comments", ""),
        journal_ref=given.get("journal-ref", ""),
        doi=first_doi(given.get("doi", "")),
        licence=given.get("license", ""),
    )


def _given(fields: Element, base: WorkRecord) -> dict[str, str]:
    """The texts of the record by element; raises `Invalid` where they are about another work."""
    given = {child.tag.rpartition("}")[2]: child.text or "" for child in reversed(fields)}
    stated = without_version(given.get("id", "").strip())
    if not stated:
        raise Invalid("external_id", "is missing")
    if stated != base.external_id:
        raise Invalid("external_id", "differs between the header and the record")
    return given


def _author(element: Element, of: "partial[str]") -> AuthorRecord:
    family, given, suffix = (
        (element.findtext(of(name)) or "").strip() for name in ("keyname", "forenames", "suffix")
    )
    places = (place.text or "" for place in element.iterfind(of("affiliation")))
    return author(family, given, suffix, places)


def _tag(fields: Element, name: str) -> str:
    """The name of an element in the namespace of the record itself."""
    namespace, brace, _ = fields.tag.rpartition("}")
    return f"{namespace}{brace}{name}"

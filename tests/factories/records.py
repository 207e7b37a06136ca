"""WorkRecords as sources give them: whole ones by default, and each field as a test wants it."""

from itertools import count
from typing import Any

import msgspec

from works.domain.records import AuthorRecord, Category, ExternalId, PersonId, WorkRecord

_unused = count(90_000)


def person(name: str, *affiliations: str, orcid: str = "", **asserted: str) -> AuthorRecord:
    """A name of a byline; `orcid` is the person's own, other ids are their scheme's word."""
    ids = [PersonId(scheme, value, scheme) for scheme, value in asserted.items()]
    own = [PersonId("orcid", orcid, "person")] if orcid else []
    return AuthorRecord(name, affiliations=affiliations, person_ids=(*own, *ids))


def work(*authors: AuthorRecord | str, number: int | None = None, **fields: Any) -> WorkRecord:
    """A complete record of arXiv; `fields` replace its own.

    The same number is the same work; without a number it is a new one each time.
    """
    external_id = f"2401.{next(_unused) if number is None else number:05}"
    people = [person(one) if isinstance(one, str) else one for one in authors or ("Jo Doe",)]
    given: dict[str, Any] = {
        "source": "arxiv",
        "format": "arxiv-oai/arXiv",
        "external_id": external_id,
        "record_date": "2024-05-06",
        "ids": (ExternalId("arxiv", external_id),),
        "title": f"On {external_id}",
        "abstract": "We show that it holds.",
        "type": "preprint",
        "created": "2024-01-02",
        "authors": tuple(people),
    }
    return WorkRecord(**given | fields)


def deletion(of: WorkRecord, record_date: str = "2025-01-01") -> WorkRecord:
    """That the source withdrew its report."""
    identity = {name: getattr(of, name) for name in ("source", "format", "external_id", "ids")}
    return WorkRecord(**identity, record_date=record_date, deleted=True)


def changed(record: WorkRecord, **fields: Any) -> WorkRecord:
    return msgspec.structs.replace(record, **fields)


def people(count: int, start: int = 0) -> list[str]:
    """Names that are all different, of letters only."""
    letters = str.maketrans("0123456789", "abcdefghij")
    return [f"Jo {str(n).translate(letters).capitalize()}son" for n in range(start, start + count)]


def topics(*codes: str) -> tuple[Category, ...]:
    return tuple(Category("arxiv", code) for code in codes)


def line(record: WorkRecord) -> bytes:
    """The record as a line of the exchange format, with the line's end."""
    fields = msgspec.to_builtins(record, order="deterministic")
    del fields["format"]
    return msgspec.json.encode({"bzpeer": 1} | fields) + b"\n"

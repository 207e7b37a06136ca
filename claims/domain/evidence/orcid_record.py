"""ORCID's v3 record as JSON: which works are in it, and whether a source put them there.

Anybody can put anything into their own record, and whatever is not as the API writes it is passed
over: a record that is odd proves less, never more.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from works.domain.identity import orcid

# The two that write to records by themselves, from what publishers deposited, each by the path of
# its client: a name is free to choose. All other clients act on the holder's click.
UPDATERS = {"0000-0001-9884-1913": "crossref", "0000-0001-8099-6984": "datacite"}
MOST_WORKS = 20_000
LONGEST = 500


class OrcidWork(msgspec.Struct, frozen=True):
    """One entry. `ids` are (type, value) in lower case that name the work itself.

    `source` is the path or the iD of who added it; `updater` the source that did so by itself, or
    empty: then the holder stands behind it, and it proves nothing.
    """

    ids: tuple[tuple[str, str], ...]
    title: str
    source: str
    updater: str
    added: date | None

    @property
    def by_holder(self) -> bool:
        return not self.updater


class Unreadable(Exception):
    """No ORCID record: no JSON, an error of the API, or the record of nobody."""


class OrcidRecord(msgspec.Struct, frozen=True):
    orcid: str
    works: tuple[OrcidWork, ...] = ()


def read(data: bytes) -> OrcidRecord:
    """The works of `/v3.0/<iD>/works` or of a whole record; raises Unreadable."""
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("no JSON") from None
    section = _works_section(body)
    holder = _holder(body, section)
    if not holder:
        raise Unreadable("the record names no iD")
    summaries = (
        one for group in _listed(section, "group") for one in _listed(group, "work-summary")
    )
    works = (_work(one, holder) for one, _ in zip(summaries, range(MOST_WORKS)))
    return OrcidRecord(holder, tuple(works))


def _works_section(body: Any) -> Any:
    """The part that lists works, whichever of the two answers it is."""
    whole = _at(body, "activities-summary", "works")
    return whole if isinstance(whole, dict) else body


def _holder(body: Any, section: Any) -> str:
    whole = _text(body, "orcid-identifier", "path")
    path = _text(section, "path").strip("/").partition("/")[0]
    return orcid(whole or path)


def _work(summary: dict[str, Any], holder: str) -> OrcidWork:
    origin = _at(summary, "source")
    client = _text(origin, "source-client-id", "path")
    person = _text(origin, "source-orcid", "path")
    return OrcidWork(
        ids=tuple(sorted(set(_ids(summary)))),
        title=_text(summary, "title", "title", "value"),
        source=client or person,
        updater="" if _behind(origin, person, holder) else UPDATERS.get(client, ""),
        added=_day(_at(summary, "created-date", "value")),
    )


def _behind(origin: Any, person: str, holder: str) -> bool:
    """Whether a person stands behind an entry; some clients say on whose word they wrote it."""
    asserting = _text(origin, "assertion-origin-orcid", "path")
    return bool(asserting or person) or holder == _text(origin, "source-client-id", "path")


def _ids(summary: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for one in _listed(_at(summary, "external-ids"), "external-id"):
        # An id of the book or the series around it names other works as well.
        if _text(one, "external-id-relationship").lower() != "self":
            continue
        scheme = _text(one, "external-id-type").lower()
        plain = _text(one, "external-id-normalized", "value") or _text(one, "external-id-value")
        if scheme and plain:
            yield scheme, plain.strip().lower()


def _day(milliseconds: Any) -> date | None:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any, *path: str) -> str:
    found = _at(value, *path)
    return found[:LONGEST] if isinstance(found, str) else ""


def _listed(value: Any, name: str) -> list[dict[str, Any]]:
    found = _at(value, name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

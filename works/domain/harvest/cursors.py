"""The lists of works of OpenAlex and Crossref: JSON, page by page behind a cursor.

A cursor that was refused sends OpenAlex back to the beginning of its list. Crossref's list is
asked for in the order of its index dates, so it goes on from the day that was reached.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from works.domain.harvest.answers import client_error
from works.domain.harvest.values import Later, Page, Place, Protocol, Refusal, Reply, Scope, Verdict

OPENALEX_ROWS = 200
# Crossref's records may hold thousands of references.
CROSSREF_ROWS = 200
FIRST = "*"


class _Meta(msgspec.Struct, frozen=True):
    next_cursor: str | None = None


class _OpenAlexList(msgspec.Struct):
    results: list[msgspec.Raw]
    meta: _Meta = _Meta()


class _Indexed(msgspec.Struct):
    date: str | None = msgspec.field(default=None, name="date-time")


class _CrossrefItem(msgspec.Struct):
    indexed: _Indexed | None = None


class _Message(msgspec.Struct):
    items: list[msgspec.Raw]
    next_cursor: str | None = msgspec.field(default=None, name="next-cursor")


class _CrossrefList(msgspec.Struct):
    message: _Message


_JSON = msgspec.json.Decoder()
_OPENALEX = msgspec.json.Decoder(_OpenAlexList)
_ITEM = msgspec.json.Decoder(_CrossrefItem)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CROSSREF = msgspec.json.Decoder(_CrossrefList)


def openalex_address(scope: Scope, place: Place, contact: str) -> str:
    paging = {"per-page": str(OPENALEX_ROWS), "cursor": place.token or FIRST}
    return _address(scope.base_url, dict(scope.subject) | paging, contact)


def crossref_address(scope: Scope, place: Place, contact: str) -> str:
    query = dict(scope.subject)
    bounds = {"from-index-date": place.since, "until-index-date": scope.until}
    filters = [query.get("filter", ""), *(f"{name}:{day}" for name, day in bounds.items() if day)]
    if any(filters):
        query["filter"] = ",".join(filter(None, filters))
    paging = {"rows": str(CROSSREF_ROWS), "sort": "indexed", "order": "asc"}
    return _address(scope.base_url, query | paging | {"cursor": place.token or FIRST}, contact)


def _address(base_url: str, query: Mapping[str, str], contact: str) -> str:
    """`mailto` is how both want to be told who asks."""
    named = {**query, "mailto": contact} if contact else query
    return f"{base_url}?{urlencode(named)}"


def read_openalex(reply: Reply, place: Place) -> Verdict:
    if refused := client_error(reply.status, _said(reply.body), bool(place.token)):
        return refused
    try:
        found = _OPENALEX.decode(reply.body)
    except (msgspec.DecodeError, RecursionError) as error:
        return _undecoded(error)
    return _page(found.results, found.meta.next_cursor, ())


def read_crossref(reply: Reply, place: Place) -> Verdict:
    if refused := client_error(reply.status, _said(reply.body), bool(place.token)):
        return refused
    try:
        message = _CROSSREF.decode(reply.body).message
    except (msgspec.DecodeError, RecursionError) as error:
        return _undecoded(error)
    days = tuple(filter(None, map(_indexed_on, message.items)))
    return _page(message.items, message.next_cursor, days)


def _indexed_on(item: msgspec.Raw) -> str:
    """The day of a record; one that is broken has none, and is the parser's to turn down."""
    try:
        indexed = _ITEM.decode(item).indexed
    except msgspec.DecodeError:
        return ""
    day = (indexed.date or "" if indexed else "")[:10]
    return day if _DAY.fullmatch(day) else ""


def _undecoded(error: Exception) -> Verdict:
    """JSON that is none may be half an answer; JSON of another shape stays what it is."""
    if isinstance(error, msgspec.ValidationError):
        return Refusal("the answer is no list of works")
    return Later("the answer is no whole JSON")


def _page(items: Sequence[object], cursor: str | None, dates: tuple[str, ...]) -> Page:
    """An empty page ends the list, whatever cursor stands on it: both sources give one for ever."""
    return Page(len(items), (cursor or "") if items else "", dates=dates)


def _said(body: bytes) -> str:
    """The server's words about an error, in either source's form."""
    try:
        found = _JSON.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    words = found.get("message", "") if isinstance(found, dict) else ""
    if isinstance(words, list) and words and isinstance(words[0], dict):
        words = words[0].get("message", "")
    return words if isinstance(words, str) else ""


OPENALEX = Protocol(
    slug="openalex",
    records="openalex",
    base_url="https://api.openalex.org/works",
    address=openalex_address,
    read=read_openalex,
)
CROSSREF = Protocol(
    slug="crossref",
    records="crossref",
    base_url="https://api.crossref.org/works",
    address=crossref_address,
    read=read_crossref,
)

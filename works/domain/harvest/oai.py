"""OAI-PMH, as arXiv speaks it: ListRecords with resumption tokens."""

import re
from html import unescape
from urllib.parse import urlencode

from works.domain.harvest.answers import client_error, plain
from works.domain.harvest.values import (
    Later,
    Nothing,
    Page,
    Place,
    Protocol,
    Refusal,
    Reply,
    Scope,
    Stale,
    Verdict,
)
from works.domain.provenance import RICHNESS

_OURS = "arxiv-oai/"
# Metadata formats, the one that says most first.
FORMATS = sorted(
    (name.removeprefix(_OURS) for name in RICHNESS if name.startswith(_OURS)),
    key=lambda prefix: -RICHNESS[_OURS + prefix],
)

_NAME = rb"(?:[\w.-]{1,40}:)?"
_ROOT = re.compile(rb"<%sOAI-PMH[\s>]" % _NAME)
_END = re.compile(rb"</%sOAI-PMH\s*>(?:\s|<!--[^<]*-->)*\Z" % _NAME)
_RECORD = re.compile(rb"<%srecord[\s>]" % _NAME)
_LAST_RECORD = re.compile(rb"</%srecord\s*>" % _NAME)
_DATESTAMP = re.compile(rb"<%sdatestamp[^<>]*>\s*([0-9]{4}-[0-9]{2}-[0-9]{2})" % _NAME)
_ERROR = re.compile(
    rb"<%serror\s[^<>]*?code\s*=\s*[\"']([A-Za-z]{1,40})[\"'][^<>]*>([^<]*)" % _NAME
)
_TOKEN = re.compile(rb"<%sresumptionToken(\s[^<>]*?)?(?:/>|>\s*(?:([^<]*)</|(.)))" % _NAME)
_EXPIRES = re.compile(rb"\s(?:expirationDate|expires)\s*=\s*[\"']([^\"'<>]{1,40})[\"']")
_LOOK = 4_096
# What servers call a token that they no longer know.
_STALE = ("badResumptionToken", "badArgument")


def subject(set_: str, format: str = FORMATS[0]) -> tuple[tuple[str, str], ...]:
    """The query for a set that stays the same over all pages."""
    return (("metadataPrefix", format), ("set", set_))


def address(scope: Scope, place: Place, contact: str) -> str:
    if place.token:
        query = [("verb", "ListRecords"), ("resumptionToken", place.token)]
    else:
        bounds = [("from", place.since), ("until", scope.until)]
        query = [("verb", "ListRecords"), *scope.subject, *((k, v) for k, v in bounds if v)]
    return f"{scope.base_url}?{urlencode(query)}"


def read(reply: Reply, place: Place) -> Verdict:
    body = reply.body
    if not _ROOT.search(body, 0, _LOOK):
        refused = client_error(reply.status, "", bool(place.token))
        return refused or Later("the answer is no OAI-PMH")
    if not _END.search(body, max(0, len(body) - _LOOK)):
        return Later("the answer broke off")
    records = len(_RECORD.findall(body))
    if not records and (error := _ERROR.search(body)):
        return _error(error.group(1).decode(), _text(error.group(2)), bool(place.token))
    return client_error(reply.status, "", bool(place.token)) or _page(body, records)


def _error(code: str, said: str, with_token: bool) -> Verdict:
    if code == "noRecordsMatch":
        return Nothing()
    reason = plain(f"{code}: {said}")
    return Stale(reason) if code in _STALE and with_token else Refusal(reason)


def _page(body: bytes, records: int) -> Verdict:
    """The token stands behind the last record; one that cannot be read must not look like none."""
    ends = [match.end() for match in _LAST_RECORD.finditer(body)]
    found = _TOKEN.search(body, ends[-1] if ends else 0)
    attributes, token, unreadable = found.groups() if found else (None, None, None)
    if unreadable:
        return Later("the resumption token cannot be read")
    end = _EXPIRES.search(attributes or b"")
    dates = tuple(date.decode() for date in _DATESTAMP.findall(body))
    return Page(records, _text(token or b"").strip(), _text(end.group(1)) if end else "", dates)


def _text(data: bytes) -> str:
    return unescape(data.decode("utf-8", "replace"))


ARXIV = Protocol(
    slug="arxiv",
    records="arxiv-oai",
    base_url="https://oaipmh.arxiv.org/oai",
    address=address,
    read=read,
)

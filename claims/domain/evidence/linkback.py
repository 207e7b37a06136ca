"""A link back with the claim's token, from a page that a source or the institution vouches for."""

import re
from datetime import date, timedelta
from urllib.parse import unquote, urlsplit

import msgspec

from claims.domain.evidence import mailnames
from claims.domain.evidence.assessment import Assessment, none, strong, supporting
from claims.domain.evidence.domains import VISITORS
from claims.domain.evidence.mailbox import Place, is_recent
from claims.domain.evidence.page import Seen

RECHECK = timedelta(days=30)
SOON = timedelta(days=1)
_NAMED = re.compile(r"[^a-z0-9]+")
_ENDINGS = re.compile(r"\.(?:html?|php|aspx?|shtml)$")


class LinkFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`seen` is what the page said on `read_on`; None: not read yet, or not reached (`error`).

    `source_pages` maps pages that a source gives for this person to the source's name.
    """

    url: str
    token: str
    record_url: str
    today: date
    seen: Seen | None = None
    read_on: date | None = None
    error: str = ""
    names: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    source_pages: dict[str, str] = {}


def assess(facts: LinkFacts) -> Assessment:
    """Strong for the token on a page that a source names, or that bears the name at the domain."""
    if holds_token(facts.url, facts.token):
        return none("link_reflected")
    if facts.error:
        return none("link_unreachable", recheck_after=facts.today + SOON)
    if facts.seen is None:
        return none("link_unread")
    if not facts.seen.token:
        again = facts.today + SOON
        if facts.seen.link:
            return supporting("link_no_token", recheck_after=again)
        return none("link_absent", recheck_after=again)
    return _vouched(facts)


def _vouched(facts: LinkFacts) -> Assessment:
    again = facts.today + RECHECK
    source = facts.source_pages.get(_plain(facts.url))
    if source:
        return strong("link_strong", f"source:{source}", recheck_after=again)
    domain, place = _home(facts)
    if place is None:
        return supporting("link_unvouched", recheck_after=again)
    if not _carries_name(facts, domain, place):
        return supporting("link_unnamed", recheck_after=again)
    return strong("link_strong", f"domain:{domain}", recheck_after=again)


def holds_token(address: str, token: str) -> bool:
    """Whether the address holds the token: a search page repeats what anyone asks it."""
    for _ in range(3):
        address = unquote(address)
    return token.lower() in address.lower()


def _plain(url: str) -> str:
    return (
        url.strip().partition("#")[0].removeprefix("https://").removeprefix("http://").rstrip("/")
    )


def source_pages(pages: dict[str, str]) -> dict[str, str]:
    """Addresses as `LinkFacts` compares them, without scheme and last slash."""
    return {_plain(url): source for url, source in pages.items()}


def _home(facts: LinkFacts) -> tuple[str, Place | None]:
    """The recent institution on whose domain, or below it, the page lies."""
    host = _host(facts.url)
    for place in facts.places:
        if is_recent(place, facts.places, facts.today):
            for domain in (*place.domains, *place.near):
                if host == domain or host.endswith("." + domain):
                    return domain, place
    return "", None


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _carries_name(facts: LinkFacts, domain: str, place: Place) -> bool:
    """Whether a part of the address is the person's name as a mailbox would have it.

    Students and guests have pages on the domain too, and an address with a query is a program's
    answer, so neither is enough.
    """
    address = urlsplit(facts.url.strip())
    below = (address.hostname or "").rstrip(".").removesuffix(domain).strip(".").split(".")
    if address.query or VISITORS & set(below):
        return False
    path = [
        _ENDINGS.sub("", unquote(part).lower().lstrip("~@")) for part in address.path.split("/")
    ]
    labels = [_NAMED.sub("", label) for label in (*path, *below) if label]
    if VISITORS & set(labels):
        return False
    return any(
        mailnames.carries(label, name) and not mailnames.carried_by(label, place.others)
        for label in labels
        for name in facts.names
    )

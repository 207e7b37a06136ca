"""Links that a person puts on their page: https alone, to a named host, nothing hidden in them."""

import re
from urllib.parse import quote, urlsplit

from claims.domain.notes import line
from works.domain.institutions import host_name

MOST = 5
LONGEST, LONGEST_LABEL = 300, 60
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_NAME = re.compile(r"(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*")
# What may stand in an address; anything else is written with per cents.
_PLAIN = "/%:=&?~#+!$,;'@()*-._"


class Refused(ValueError):
    """Why a link is not shown, in words."""


def read(text: str) -> list[tuple[str, str]]:
    """(address, label) of each line, in order: an address, and what to call it. Raises Refused."""
    lines = [entry for entry in text.splitlines() if entry.strip()]
    if len(lines) > MOST:
        raise Refused(f"At most {MOST} links are shown; these are {len(lines)}.")
    return list(dict.fromkeys(_link(entry) for entry in lines))


def write(links: list[tuple[str, str]]) -> str:
    """The links as `read` takes them."""
    return "\n".join(f"{address} {label}" for address, label in links)


def _link(entry: str) -> tuple[str, str]:
    given, _, label = entry.strip().partition(" ")
    address = checked(given)
    return address, line(label)[:LONGEST_LABEL] or _short(address)


def checked(given: str) -> str:
    """The address in plain letters. Raises Refused."""
    scheme = _SCHEME.match(given)
    if scheme is None:
        raise Refused(f"“{given[:40]}” is no whole address: begin with https://.")
    if scheme[1].lower() != "https":
        raise Refused(f"{scheme[1].lower()}: addresses are not shown, only https: ones are.")
    if len(given) > LONGEST:
        raise Refused(f"An address has at most {LONGEST} characters.")
    try:
        parts = urlsplit(given)
        host, port = host_name(parts.hostname or ""), parts.port
    except ValueError:
        raise Refused(f"“{given[:40]}” is no address.") from None
    if "@" in parts.netloc or port is not None:
        raise Refused("An address with a user or a port in it is not shown.")
    if not given.lower().startswith("https://") or "\\" in given or not _NAME.fullmatch(host):
        raise Refused(f"“{given[:40]}” leads to no named host.")
    rest = given[len("https://") + len(parts.netloc) :]
    return f"https://{host}{quote(rest, safe=_PLAIN)}"


def _short(address: str) -> str:
    shown = address.removeprefix("https://").removeprefix("www.").rstrip("/")
    return shown if len(shown) <= LONGEST_LABEL else shown[: LONGEST_LABEL - 1] + "…"

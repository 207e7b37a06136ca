"""The words of a harvest: what is asked for, where it stands, what an answer means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for; `subject` is the query that stays the same over all pages.

    `start` and `until` are days (YYYY-MM-DD) or empty; they bound the source's datestamps.
    """

    source: str
    base_url: str
    subject: tuple[tuple[str, str], ...]
    start: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a harvest stands: behind the page that gave `token`, or before the first.

    `since` is the day that the list of the token began with, `latest` the last datestamp seen.
    `ordered`: so far datestamps only rose, so everything before `latest` has been seen.
    `setbacks` counts tokens that were refused since `latest` last rose. `expires` is when the
    token ends, empty where nobody said.
    """

    token: str = ""
    expires: str = ""
    since: str = ""
    latest: str = ""
    ordered: bool = True
    setbacks: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of HTTP: status, headers with names in lower case, the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Records, and the way to those behind them; without a token these were the last.

    `dates` are their datestamps (YYYY-MM-DD) in the order of the page; some sources have none.
    `expires` is the server's text for when the token ends.
    """

    records: int
    token: str = ""
    expires: str = ""
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """No record is like that: a finished harvest of none."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The token is no longer good; the list must be asked for anew."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """No sound answer; `seconds` is how long the server wants to be left alone, if it says."""

    reason: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What is asked for lies elsewhere; `location` as the server wrote it."""

    location: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that will be the same next time; a person must change something."""

    reason: str


Verdict = Page | Nothing | Stale | Later | Moved | Refusal


@dataclass(frozen=True, slots=True)
class Protocol:
    """A source that can be harvested.

    `records` names the parser of its pages (`works.sources.SOURCES`). `address` is the request
    behind a place; `contact` a mail address for those who ask for one, or empty. `read` is what a
    body means, given whether a token was asked for.
    """

    slug: str
    records: str
    base_url: str
    address: Callable[[Scope, Place, str], str]
    read: Callable[[Reply, Place], Verdict]

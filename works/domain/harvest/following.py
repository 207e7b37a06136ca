"""How the place of a harvest moves: on with each page, back from a stale token, to the next day."""

from dataclasses import replace
from datetime import UTC, datetime

from works.domain.harvest.values import Page, Place

# A server that refuses its own tokens so often without a step forward never gets further.
SETBACKS = 3


def start(since: str) -> Place:
    """Before the first page of all that is dated this day or later."""
    return Place(since=since)


def onward(place: Place, page: Page, now: datetime) -> Place:
    """Behind a page. A datestamp of the future counts as today's: it must not hide what comes."""
    today = now.date().isoformat()
    dates = [min(date, today) for date in page.dates]
    rising = dates == sorted(dates) and (not dates or dates[0] >= place.latest)
    latest = max([place.latest, *dates])
    return Place(
        token=page.token,
        expires=_end(page.expires, now),
        since=place.since,
        latest=latest,
        ordered=place.ordered and rising,
        setbacks=0 if latest > place.latest else place.setbacks,
    )


def goes_round(place: Place, page: Page) -> bool:
    """Whether the page leads to where we stand: a list that would never end."""
    return bool(page.token) and page.token == place.token


def back(place: Place) -> Place | None:
    """Where to ask anew when the token is stale; None after too many such steps.

    The day that was reached, where the list is in the order of its datestamps: what lies before
    it is all here. Otherwise the beginning of the list, so that nothing is left out.
    """
    if place.setbacks >= SETBACKS:
        return None
    since = place.latest if place.ordered and place.latest > place.since else place.since
    return replace(place, token="", expires="", since=since, setbacks=place.setbacks + 1)


def again(place: Place) -> Place:
    """Where the next harvest of a finished list begins: with its last day, which may have grown."""
    return start(max(place.latest, place.since))


def is_expired(place: Place, now: datetime) -> bool:
    """Whether the token is over. A server that takes it all the same may count from a list that has
    changed since, and leave records out."""
    return bool(place.token and place.expires) and place.expires <= _stamp(now)


def _end(expires: str, now: datetime) -> str:
    """The end of a token in one form. One that is over as it comes says that a clock is wrong."""
    try:
        end = datetime.fromisoformat(expires.strip())
    except ValueError:
        return ""
    stamp = _stamp(end if end.tzinfo else end.replace(tzinfo=UTC))
    return stamp if stamp > _stamp(now) else ""


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

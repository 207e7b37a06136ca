"""What an answer means before its body is read: statuses, Retry-After, pages that are no data."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from works.domain.harvest.values import Later, Moved, Refusal, Reply, Stale, Verdict

BUSY = (408, 425, 429)
# No server keeps us waiting longer than this at a time: a typing error, or malice.
LONGEST_WAIT_S = 3_600.0
# First wait after a failure; each further one is twice as long.
FIRST_WAIT_S = 5.0
LONGEST_BACKOFF_S = 300.0
SAID = 200

_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,12}")


def http_verdict(reply: Reply, now: datetime) -> Verdict | None:
    """What status and form say; None where the body is worth reading."""
    if reply.status in BUSY or reply.status >= 500:
        wait = retry_after(reply.headers.get("retry-after", ""), now)
        return Later(f"the server answers {reply.status}", wait)
    if 300 <= reply.status < 400:
        return Moved(reply.headers.get("location", ""))
    if _HTML.match(reply.body):
        return Later(f"a page of HTML instead of records (status {reply.status})")
    return None


def client_error(status: int, said: str, with_token: bool) -> Verdict | None:
    """What a status of 4xx means; None for others. `said` is the server's own reason."""
    if not 400 <= status < 500:
        return None
    reason = f"the server answers {status}: {plain(said)}".rstrip(": ")
    return Stale(reason) if with_token and status in (400, 404, 410, 422) else Refusal(reason)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds of a Retry-After, given as a number or a date; None where it says nothing."""
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_WAIT_S)
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if then.tzinfo is None:  # a date in no zone is meant as GMT
        then = then.replace(tzinfo=now.tzinfo)
    return min(max((then - now).total_seconds(), 0.0), LONGEST_WAIT_S)


def backoff(failures: int) -> float:
    """How long to wait after so many failures in a row, the first being 1."""
    return min(FIRST_WAIT_S * 2.0 ** min(failures - 1, 10), LONGEST_BACKOFF_S)


def redirected(url: str, location: str) -> str:
    """Where a redirect leads, if it stays with the same host, which may turn to https; else ""."""
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        same = (old.hostname, old.scheme, old.port) == (new.hostname, new.scheme, new.port)
        safer = (new.hostname, new.scheme, new.port) == (old.hostname, "https", None)
    except ValueError:
        return ""
    return target if location and (same or safer) and not (new.username or new.password) else ""


def plain(said: str) -> str:
    """A stranger's words for one line of ours."""
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())[:SAID]

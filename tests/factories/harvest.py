"""A source to harvest: an OAI-PMH server in a few lines; and a clock that tests turn."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tests.factories import oai
from tests.factories.server import Answer, Asked, Server
from works.domain.harvest.oai import ARXIV, subject
from works.domain.harvest.values import Scope
from works.harvest.client import asking
from works.harvest.service import Means

XML = {"Content-Type": "text/xml; charset=utf-8"}


class FakeClock:
    """Time passes by sleeping alone."""

    def __init__(self) -> None:
        self.start = datetime(2024, 5, 10, tzinfo=UTC)
        self.seconds = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.seconds += seconds


class Archive:
    """Records by datestamp, two a page; `faults` answers instead, by the request's number from 1.

    `stale` says which tokens are refused.
    """

    def __init__(self, days: list[str], size: int = 2) -> None:
        self.records = [(f"2401.{n:05}", day) for n, day in enumerate(days, 1)]
        self.size = size
        self.faults: dict[int, Answer] = {}
        self.stale: Callable[[str], bool] = lambda token: False
        self.queries: list[dict[str, str]] = []

    def __call__(self, asked: Asked) -> Answer:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        self.queries.append(query)
        return self.faults.get(len(self.queries)) or Answer(self.page(query), headers=XML)

    def page(self, query: dict[str, str]) -> bytes:
        token = query.get("resumptionToken", f"{query.get('from', '')}!{query.get('until', '')}!0")
        if self.stale(token):
            return error("badResumptionToken")
        since, until, at = token.split("!")
        listed = [one for one in self.records if one[1] >= since and one[1] <= (until or "9")]
        page = listed[int(at) : int(at) + self.size]
        if not listed:
            return error("noRecordsMatch")
        rest = int(at) + self.size
        more = f"{since}!{until}!{rest}" if rest < len(listed) else ""
        body = oai.answer(*(oai.record(name, date=day) for name, day in page))
        way_on = f"<resumptionToken>{more}</resumptionToken></ListRecords>".encode()
        return body.replace(b"</ListRecords>", way_on)


def error(code: str) -> bytes:
    return (
        b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><request/>'
        b"<error code='%s'>so it is</error></OAI-PMH>" % code.encode()
    )


def cs(server: Server, start: str = "2024-01-01", until: str = "") -> Scope:
    return Scope(ARXIV.slug, f"{server.address}/oai", subject("cs"), start, until)


def means(clock: FakeClock, lines: list[str] | None = None) -> Means:
    told = lines if lines is not None else []
    return Means(asking("", own_server=True), clock, tell=told.append)

"""The loop of a harvest: take a turn, ask, judge the answer, take its records, move on.

A page's records and the checkpoint behind it are one transaction, so a kill at any moment leaves
no gap and nothing twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

import msgspec
from django.conf import settings
from django.db import transaction

from works.domain.harvest import following
from works.domain.harvest.answers import backoff, http_verdict, redirected
from works.domain.harvest.values import (
    Later,
    Moved,
    Nothing,
    Page,
    Protocol,
    Refusal,
    Reply,
    Scope,
    Stale,
    Verdict,
)
from works.domain.records import Refused
from works.harvest import checkpoints
from works.harvest.client import Ask
from works.harvest.clock import Clock
from works.importing import analyze_behind, finish, told_of_failure
from works.ingest import Counts
from works.models import HarvestCheckpoint, ImportRun
from works.sources import SOURCES
from works.taking import portions, take

REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a harvest stops before its list ends: pages, failures in a row, seconds."""

    pages: int | None = None
    tries: int = 8
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What a harvest works with; `contact` is a mail address for sources that want one, or ""."""

    ask: Ask
    clock: Clock
    contact: str = ""
    tell: Callable[[str], None] = lambda line: None


@dataclass
class Outcome:
    """What a harvest did. Without an error and not `finished`, it stopped at one of its bounds."""

    counts: Counts = field(default_factory=Counts)
    finished: bool = False
    error: str = ""


def harvest(
    protocol: Protocol,
    scope: Scope,
    means: Means,
    bounds: Bounds = Bounds(),
    patience: float = checkpoints.PATIENCE_S,
) -> Outcome:
    """Harvest on from the checkpoint; raises checkpoints.Busy where another process does.

    With a `scope.start`, a list that was finished begins anew with that day, else with its last.
    """
    row = checkpoints.nearest(scope)
    with checkpoints.held(row, patience) as mine:
        paths = [f"{row.base_url}?{row.subject}"]
        run = ImportRun.objects.create(source=protocol.records, paths=paths)
        loop = Harvest(protocol, scope, mine, means, bounds, run)
        with told_of_failure(run):
            loop.go()
        finish(run, loop.outcome.error)
    analyze_behind(loop.outcome.counts)
    return loop.outcome


class Harvest:
    """One call of a harvest, which holds its row."""

    def __init__(
        self,
        protocol: Protocol,
        scope: Scope,
        row: HarvestCheckpoint,
        means: Means,
        bounds: Bounds,
        run: ImportRun,
    ) -> None:
        self.protocol, self.scope, self.row, self.run = protocol, scope, row, run
        self.means, self.clock, self.bounds = means, means.clock, bounds
        self.outcome = Outcome()
        self.place = checkpoints.begin(row, anew=bool(scope.start))
        self.interval = timedelta(seconds=settings.HARVEST_INTERVAL_S)
        self.end = None
        if bounds.seconds is not None:
            self.end = self.clock.now() + timedelta(seconds=bounds.seconds)
        self.asked_at: float | None = None
        self.redirect = ""
        self.redirects = self.pages = 0
        self.failures = row.failures

    def go(self) -> None:
        going = True
        while going and (self.bounds.pages is None or self.pages < self.bounds.pages):
            if following.is_expired(self.place, self.clock.now()):
                going = self._go_back("the token is over")
            elif self._wait():
                going = self._follow(*self._ask())
            else:
                going = False

    def _wait(self) -> bool:
        """Wait for our turn; False where it comes too late for this call."""
        now = self.clock.now()
        at = checkpoints.turn(self.row, now, self.interval, self.end)
        if at is None:
            return False
        seconds = (at - now).total_seconds()
        if self.asked_at is not None:  # whatever became of the wall clock
            ready = self.asked_at + self.interval.total_seconds()
            seconds = max(seconds, ready - self.clock.monotonic())
        if seconds > 2 * self.interval.total_seconds():
            self.means.tell(f"waiting {seconds:.0f} s for the server")
        if seconds > 0:
            self.clock.sleep(seconds)
        return True

    def _ask(self) -> tuple[Verdict, bytes]:
        url = self.redirect or self.protocol.address(self.scope, self.place, self.means.contact)
        self.asked_at = self.clock.monotonic()
        reply = self.means.ask(url)
        if not isinstance(reply, Reply):
            return reply, b""
        verdict = http_verdict(reply, self.clock.now()) or self.protocol.read(reply, self.place)
        if isinstance(verdict, Moved):
            return self._redirected(url, verdict), b""
        self.redirect, self.redirects = "", 0
        return verdict, reply.body

    def _redirected(self, url: str, moved: Moved) -> Moved | Refusal:
        self.redirect, self.redirects = redirected(url, moved.location), self.redirects + 1
        if not self.redirect:
            return Refusal(f"the server sends us to another place: {moved.location[:200]!r}")
        if self.redirects > REDIRECTS:
            return Refusal("the server sends us round in a circle")
        return moved

    def _follow(self, verdict: Verdict, body: bytes) -> bool:
        """Do what the answer asks for; whether to go on."""
        match verdict:
            case Page():
                return self._take(verdict, body)
            case Nothing():
                return self._finish()
            case Stale(reason):
                return self._go_back(reason)
            case Later(reason, seconds):
                return self._try_later(reason, seconds or 0.0)
            case Refusal(reason):
                return self._fail(reason)
            case Moved():
                return True

    def _take(self, page: Page, body: bytes) -> bool:
        if following.goes_round(self.place, page):
            return self._fail("the server leads back to the same page")
        place = following.onward(self.place, page, self.clock.now())
        try:
            with transaction.atomic():
                counts = self._take_records(body) if page.records else Counts()
                checkpoints.move(self.row, place, counts)
        except Refused as refused:
            return self._try_later(f"the page cannot be read: {refused}", 0.0)
        self.outcome.counts.add(counts)
        self.failures, self.pages, self.place = 0, self.pages + 1, place
        self._tell_page(page, counts)
        return True if place.token else self._finish()

    def _take_records(self, body: bytes) -> Counts:
        counts, today = Counts(), self.clock.now().date()
        name = self.protocol.address(self.scope, self.place, "")
        for portion in portions(SOURCES[self.protocol.records].read(BytesIO(body))):
            counts.add(take(self.run, name, portion, today))
        return counts

    def _tell_page(self, page: Page, counts: Counts) -> None:
        told = " ".join(f"{name}={n}" for name, n in msgspec.structs.asdict(counts).items())
        upto = f" up to {self.place.latest}" if self.place.latest else ""
        self.means.tell(f"page {self.pages}: {page.records} records{upto}, {told}")

    def _go_back(self, reason: str) -> bool:
        place = following.back(self.place)
        if place is None:
            return self._fail(f"the server refuses its own tokens: {reason}")
        self.means.tell(f"{reason}; going on from {place.since or 'the beginning'}")
        checkpoints.move(self.row, place)
        self.place = place
        return True

    def _try_later(self, reason: str, asked_for: float) -> bool:
        self.failures += 1
        seconds = max(backoff(self.failures), asked_for)
        until = self.clock.now() + timedelta(seconds=seconds)
        checkpoints.hold_back(self.row, until, self.failures)
        if self.failures >= self.bounds.tries:
            return self._fail(f"{reason}, {self.failures} times in a row")
        self.means.tell(reason)
        return True

    def _finish(self) -> bool:
        checkpoints.finish(self.row)
        self.outcome.finished = True
        return False

    def _fail(self, reason: str) -> bool:
        checkpoints.fail(self.row, reason)
        self.outcome.error = reason
        return False

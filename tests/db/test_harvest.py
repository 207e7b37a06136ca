"""Harvests from a server on this machine that misbehaves in every way that servers do."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import repeat

import pytest
from pytest_django import Settings

from bzpeer.lib.outbound import Limits
from tests.factories import oai
from tests.factories.harvest import XML, Archive, FakeClock, cs, error, means
from tests.factories.server import Answer, Asked, Server, serving
from works.domain.harvest.cursors import CROSSREF, OPENALEX
from works.domain.harvest.oai import ARXIV
from works.domain.harvest.values import Place, Scope
from works.harvest import checkpoints
from works.harvest.client import asking
from works.harvest.service import Bounds, Outcome, harvest
from works.ingest import Counts
from works.models import HarvestCheckpoint, ImportReject, ImportRun, Report

pytestmark = pytest.mark.django_db

DAYS = [
    "2024-01-02",
    "2024-01-03",
    "2024-01-03",
    "2024-02-01",
    "2024-02-01",
    "2024-03-01",
    "2024-03-02",
]
IDS = {f"2401.{n:05}" for n in range(1, len(DAYS) + 1)}


@pytest.fixture
def clock(settings: Settings) -> FakeClock:
    settings.HARVEST_INTERVAL_S = 3.0
    return FakeClock()


@pytest.fixture
def archive() -> Archive:
    """Seven records of 2024, two a page: four pages."""
    return Archive(DAYS)


@pytest.fixture
def server(archive: Archive) -> Iterator[Server]:
    with serving(archive) as running:
        yield running


def stored() -> set[str]:
    return set(Report.objects.values_list("external_id", flat=True))


def run(
    server: Server,
    clock: FakeClock,
    bounds: Bounds | None = None,
    start: str = "2024-01-01",
    lines: list[str] | None = None,
) -> Outcome:
    return harvest(ARXIV, cs(server, start), means(clock, lines), bounds or Bounds())


def row() -> HarvestCheckpoint:
    return HarvestCheckpoint.objects.get()


# The way through a list


def test_every_page_is_taken_and_counted(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    lines: list[str] = []
    outcome = run(server, clock, lines=lines)
    assert (outcome.finished, outcome.error, outcome.counts.created) == (True, "", 7)
    assert stored() == IDS
    assert (row().state, row().pages, row().created, row().token) == ("done", 4, 7, "")
    assert row().latest == "2024-03-02"
    assert lines[1].startswith("page 2: 2 records up to 2024-02-01, created=2 updated=0")
    run_row = ImportRun.objects.get()
    assert (run_row.source, run_row.created, run_row.error) == ("arxiv-oai", 7, "")
    assert run_row.finished_at is not None
    assert archive.queries[0]["from"] == "2024-01-01"


def test_one_request_in_three_seconds(server: Server, clock: FakeClock) -> None:
    run(server, clock)
    assert clock.sleeps == [3, 3, 3]


def test_the_pace_holds_over_the_end_of_a_process(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    for pages in range(4):
        run(server, clock, Bounds(pages=1))
        assert clock.seconds == 3 * pages
    assert len(archive.queries) == 4


def test_two_lists_of_one_server_share_its_patience(server: Server, clock: FakeClock) -> None:
    run(server, clock, Bounds(pages=1))
    other = replace(cs(server), subject=(("metadataPrefix", "arXivRaw"), ("set", "math")))
    harvest(ARXIV, other, means(clock), Bounds(pages=1))
    assert clock.sleeps == [3]


def test_a_clock_that_was_set_back_is_not_waited_for(server: Server, clock: FakeClock) -> None:
    run(server, clock, Bounds(pages=1))
    clock.start -= timedelta(days=30)
    run(server, clock, Bounds(pages=1))
    assert clock.sleeps == [3600]


def test_a_clock_that_jumps_ahead_does_not_hasten(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    answer = server.answer

    def jump(asked: Asked) -> Answer:
        clock.start += timedelta(hours=1)
        return answer(asked)

    server.answer = jump
    run(server, clock)
    assert clock.sleeps == [3, 3, 3]


def test_a_page_at_a_time_ends_like_all_at_once(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    ended = [run(server, clock, Bounds(pages=1)).finished for _ in range(4)]
    assert ended == [False, False, False, True]
    assert stored() == IDS
    assert [("resumptionToken" in query) for query in archive.queries] == [False, True, True, True]


def test_the_next_harvest_begins_with_the_last_day(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    run(server, clock)
    archive.records += [("2401.00008", "2024-03-02"), ("2401.00009", "2024-04-01")]
    outcome = run(server, clock, start="")
    assert archive.queries[4]["from"] == "2024-03-02"
    assert (outcome.counts.created, outcome.counts.unchanged) == (2, 1)
    assert row().start == "2024-01-01"
    again = run(server, clock, start="")
    assert archive.queries[-1]["from"] == "2024-04-01"
    assert (again.counts.created, again.counts.unchanged) == (0, 1)


def test_a_day_that_is_named_again_begins_there(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    run(server, clock)
    outcome = run(server, clock)
    assert (outcome.counts.created, outcome.counts.unchanged) == (0, 7)
    assert archive.queries[4]["from"] == "2024-01-01"


def test_a_killed_harvest_goes_on_without_its_days_being_named(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    run(server, clock, Bounds(pages=2))
    run(server, clock, start="")
    assert stored() == IDS
    assert "resumptionToken" in archive.queries[2]


def test_nothing_in_these_days_is_a_finished_harvest(server: Server, clock: FakeClock) -> None:
    outcome = run(server, clock, start="2025-01-01")
    assert (outcome.finished, outcome.counts.created, row().state) == (True, 0, "done")


def test_withdrawn_and_broken_records(server: Server, archive: Archive, clock: FakeClock) -> None:
    run(server, clock)
    bad = oai.record("2401.00008", inner="<created>2024-02-30</created>", date="2024-04-01")
    body = oai.answer(oai.deletion("2401.00001", "2024-04-01"), bad, oai.record("2401.00009"))
    archive.faults[5] = Answer(body, headers=XML)
    counts = run(server, clock, start="").counts
    assert (counts.created, counts.updated, counts.rejected) == (1, 1, 1)
    reject = ImportReject.objects.get()
    assert reject.external_id == "2401.00008"
    assert "from=2024-03-02" in reject.file
    assert Report.objects.get(external_id="2401.00001").deleted


# Servers that fail


FAULTS = {
    "503": Answer(b"busy", status=503),
    "429": Answer(b"slower", status=429),
    "500": Answer(b"oh", status=500),
    "HTML with status 200": Answer(b"<!DOCTYPE html><h1>Maintenance</h1>"),
    "another type": Answer(b"hello", headers={"Content-Type": "text/plain"}),
    "nothing": Answer(),
    "fewer bytes than said": Answer(Archive(DAYS).page({})[:700], length=2_000),
    "cut off inside": Answer(Archive(DAYS).page({})[:700]),
    "cut before its token": Answer(oai.HEAD + oai.record()),
    "gzip cut off": Answer(
        gzip.compress(Archive(DAYS).page({}))[:-20], headers={"Content-Encoding": "gzip"}
    ),
    "no gzip": Answer(b"plain", headers={"Content-Encoding": "gzip"}),
    "UTF-16": Answer('<?xml version="1.0" encoding="UTF-16"?><OAI-PMH/>'.encode("utf-16")),
    "a DOCTYPE": Answer(
        b'<!DOCTYPE OAI-PMH [<!ENTITY a "b">]>' + oai.answer(oai.record()), headers=XML
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("at", [1, 3])
def test_a_failure_is_waited_out(
    fault: Answer, at: int, server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults = {at: fault, at + 1: fault}
    outcome = run(server, clock)
    assert (outcome.finished, outcome.counts.created) == (True, 7)
    assert stored() == IDS
    assert archive.queries[at - 1] == archive.queries[at] == archive.queries[at + 1]
    assert [seconds for seconds in clock.sleeps if seconds != 3] == [5, 10]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Fri, 10 May 2024 00:02:00 GMT", 120), ("1", 5), ("999999999", 3600)],
)
def test_a_server_is_left_alone_as_long_as_it_wants(
    value: str, seconds: float, server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults[1] = Answer(status=503, headers={"Retry-After": value})
    assert run(server, clock).finished
    assert clock.sleeps[0] == seconds


def test_a_wish_to_be_left_alone_outlives_the_process(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults[1] = Answer(status=503, headers={"Retry-After": "900"})
    assert run(server, clock, Bounds(seconds=60)) == Outcome()
    assert (row().state, clock.sleeps) == ("open", [])
    assert run(server, clock).finished
    assert clock.sleeps[0] == 900


def test_a_server_that_stays_away_is_given_up_and_found_again(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults = dict.fromkeys(range(3, 11), FAULTS["503"])
    outcome = run(server, clock)
    assert "the server answers 503, 8 times in a row" in outcome.error
    assert (row().state, row().error) == ("failed", outcome.error)
    assert len(archive.queries) == 10
    assert clock.sleeps == [3, 3, 5, 10, 20, 40, 80, 160, 300]
    assert ImportRun.objects.get().error == outcome.error
    clock.seconds += 24 * 3600
    assert run(server, clock).finished
    assert stored() == IDS
    assert archive.queries[10] == archive.queries[2]


def test_nobody_there(clock: FakeClock) -> None:
    with serving(lambda asked: Answer()) as server:
        gone = server
    outcome = run(gone, clock)
    assert "no connection" in outcome.error
    assert len(clock.sleeps) == 7
    assert min(clock.sleeps) >= 3


def test_an_answer_without_end_is_refused(server: Server, clock: FakeClock) -> None:
    server.answer = lambda asked: Answer(length=-1, rest=repeat(b"<record>" * 1_000))
    small = replace(means(clock), ask=asking("", own_server=True, limits=Limits(30, 100_000)))
    outcome = harvest(ARXIV, cs(server), small)
    assert "larger than 100,000 bytes" in outcome.error
    assert len(server.asked) == 1


def test_a_gzip_bomb_is_refused(server: Server, archive: Archive, clock: FakeClock) -> None:
    bomb = gzip.compress(bytes(100 << 20))
    archive.faults[2] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    outcome = run(server, clock)
    assert "larger than" in outcome.error
    assert run(server, clock).finished
    assert stored() == IDS


def test_an_answer_that_trickles_is_cut_off(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults[2] = Answer(length=-1, rest=repeat(b"."), pause=0.01)
    quick = replace(means(clock), ask=asking("", own_server=True, limits=Limits(0.3, 1 << 20)))
    assert harvest(ARXIV, cs(server), quick).finished
    assert stored() == IDS


def test_a_page_and_the_checkpoint_behind_it_are_one(
    server: Server, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the process between the two takes back both."""
    move = checkpoints.move

    def break_down(row: HarvestCheckpoint, to: Place, counts: Counts | None = None) -> None:
        if row.pages or to.token.endswith("!4"):
            raise KeyboardInterrupt
        move(row, to, counts)

    monkeypatch.setattr(checkpoints, "move", break_down)
    with pytest.raises(KeyboardInterrupt):
        run(server, clock)
    assert stored() == {"2401.00001", "2401.00002"}
    assert (row().pages, row().token[-2:]) == (1, "!2")
    assert ImportRun.objects.get().created == 2
    assert ImportRun.objects.get().error.startswith("KeyboardInterrupt")
    monkeypatch.undo()
    assert run(server, clock).counts.created == 5


# Tokens


def test_a_stale_token_costs_a_day_not_the_harvest(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    run(server, clock, Bounds(pages=3))
    archive.stale = lambda token: token.startswith("2024-01-01") and token.endswith("6")
    outcome = run(server, clock)
    assert outcome.finished
    assert stored() == IDS
    assert archive.queries[4] == {
        "verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs", "from": "2024-03-01",
    }  # fmt: skip


def test_a_token_that_is_over_is_not_asked_for(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    body = archive.page({"from": "2024-01-01"})
    dated = b"<resumptionToken expires='2024-05-10T12:00:00Z'>"
    archive.faults[1] = Answer(body.replace(b"<resumptionToken>", dated), headers=XML)
    run(server, clock, Bounds(pages=1))
    assert row().expires == "2024-05-10T12:00:00Z"
    clock.seconds += 24 * 3600
    assert run(server, clock).finished
    assert archive.queries[1]["from"] == "2024-01-03"
    assert stored() == IDS


def test_a_list_out_of_order_begins_again(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.records.reverse()
    archive.stale = lambda token: token.endswith("!4") and len(archive.queries) == 3
    assert run(server, clock).finished
    assert archive.queries[3]["from"] == "2024-01-01"
    assert stored() == IDS


def test_a_server_that_refuses_all_its_tokens_is_given_up(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.stale = lambda token: not token.endswith("!0")
    outcome = run(server, clock)
    assert "refuses its own tokens" in outcome.error
    assert len(archive.queries) < 20
    assert row().state == "failed"
    archive.stale = lambda token: False
    assert run(server, clock).finished
    assert stored() == IDS


def test_a_server_that_leads_in_a_circle_is_given_up(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    same = oai.answer(oai.record()).replace(
        b"</ListRecords>", b"<resumptionToken>!!0</resumptionToken></ListRecords>"
    )
    archive.faults = dict.fromkeys(range(1, 100), Answer(same, headers=XML))
    assert "back to the same page" in run(server, clock).error
    assert len(archive.queries) == 2


def test_an_empty_page_in_the_middle_is_no_end(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    empty = oai.answer().replace(
        b"</ListRecords>",
        b"<resumptionToken>2024-01-01!!2</resumptionToken></ListRecords>",
    )
    archive.faults[2] = Answer(empty, headers=XML)
    archive.faults[1] = Answer(
        archive.page({"from": "2024-01-01"}).replace(b"!!2<", b"!!02<"), headers=XML
    )
    assert run(server, clock).finished
    assert stored() == IDS


@pytest.mark.parametrize("code", ["badArgument", "cannotDisseminateFormat", "noSetHierarchy"])
def test_a_refusal_ends_at_once_with_the_server_s_words(
    code: str, server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults[1] = Answer(error(code), headers=XML)
    assert run(server, clock).error == f"{code}: so it is"
    assert len(archive.queries) == 1
    assert run(server, clock).finished


# Redirects


def test_a_redirect_within_the_server_is_followed_at_its_pace(
    server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults[1] = Answer(status=302, headers={"Location": "/new?verb=ListRecords&from=2024"})
    assert run(server, clock).finished
    assert archive.queries[1] == {"verb": "ListRecords", "from": "2024"}
    assert set(clock.sleeps) == {3}


@pytest.mark.parametrize("location", ["http://169.254.169.254/", "https://other.example/", ""])
def test_a_redirect_to_another_place_is_an_error(
    location: str, server: Server, archive: Archive, clock: FakeClock
) -> None:
    archive.faults[1] = Answer(status=302, headers={"Location": location})
    assert "another place" in run(server, clock).error
    assert len(archive.queries) == 1


def test_redirects_without_end(server: Server, archive: Archive, clock: FakeClock) -> None:
    archive.faults = dict.fromkeys(range(1, 99), Answer(status=301, headers={"Location": "/oai"}))
    assert "circle" in run(server, clock).error
    assert len(archive.queries) == 4


# Cursors


def openalex_work(number: int) -> dict[str, object]:
    return {
        "id": f"https://openalex.org/W{number}",
        "title": f"On {number}",
        "publication_date": "2024-01-02",
        "updated_date": "2024-01-03",
        "authorships": [{"raw_author_name": "Jo Doe"}],
    }


def test_openalex_behind_its_cursors(clock: FakeClock) -> None:
    pages = {"*": ([1, 2], "c2"), "c2": ([3], "c3"), "c3": ([], None)}

    def answer(asked: Asked) -> Answer:
        ids, cursor = pages[
            asked.path.partition("cursor=")[2].partition("&")[0].replace("%2A", "*")
        ]
        body = {"meta": {"next_cursor": cursor}, "results": [openalex_work(n) for n in ids]}
        return Answer(json.dumps(body).encode(), headers={"Content-Type": "application/json"})

    with serving(answer) as server:
        scope = Scope("openalex", server.address, (("filter", "a:b"),))
        outcome = harvest(OPENALEX, scope, replace(means(clock), contact="me@example.org"))
        assert (outcome.finished, outcome.counts.created) == (True, 3)
        assert all("mailto=me%40example.org" in asked.path for asked in server.asked)
        assert stored() == {"W1", "W2", "W3"}
        assert harvest(OPENALEX, scope, means(clock)).counts.unchanged == 3


def test_crossref_goes_on_from_the_day_of_a_cursor_that_is_over(clock: FakeClock) -> None:
    def item(number: int, day: str) -> dict[str, object]:
        return {
            "indexed": {"date-time": f"{day}T00:00:00Z", "date-parts": [[2024, 1, 1]]},
            "DOI": f"10.1234/{number}",
            "title": [f"On {number}"],
            "author": [{"given": "Jo", "family": "Doe"}],
            "type": "journal-article",
        }

    asked_for: list[str] = []

    def answer(asked: Asked) -> Answer:
        asked_for.append(asked.path)
        if "cursor=c2" in asked.path:
            return Answer(b'{"message":[{"message":"cursor expired"}]}', status=404)
        second = "from-index-date%3A2024-01-02" in asked.path
        items = [item(2, "2024-01-02"), item(3, "2024-01-03")] if second else [
            item(1, "2024-01-01"), item(2, "2024-01-02")]  # fmt: skip
        last = "cursor=c3" in asked.path
        message = {"items": [] if last else items, "next-cursor": "c3" if second or last else "c2"}
        body = {"status": "ok", "message-type": "work-list", "message": message}
        return Answer(json.dumps(body).encode(), headers={"Content-Type": "application/json"})

    with serving(answer) as server:
        scope = Scope("crossref", server.address, (("query", "bees"),))
        outcome = harvest(CROSSREF, scope, means(clock))
    assert (outcome.finished, outcome.counts.created, outcome.counts.unchanged) == (True, 3, 1)
    assert stored() == {"10.1234/1", "10.1234/2", "10.1234/3"}
    assert len(asked_for) == 4


# Two at once


def test_who_has_lost_the_row_writes_nothing_more(server: Server) -> None:
    mine = checkpoints.nearest(cs(server))
    with checkpoints.held(mine) as held:
        HarvestCheckpoint.objects.update(holder=None)
        with pytest.raises(checkpoints.Busy, match="taken this harvest over"):
            checkpoints.move(held, checkpoints.place(held))

"""`harvest` as people call it, and as the worker does: usage, exit codes, kills, two at once."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import connection
from pytest_django import Settings

from bzpeer.settings.base import daily_harvests
from tests.factories.commands import Ended, run, start
from tests.factories.harvest import Archive, FakeClock, cs, means
from tests.factories.server import Answer, Asked, Server, serving
from works.domain.harvest.oai import ARXIV
from works.domain.harvest.values import Reply
from works.harvest import checkpoints, daily
from works.harvest.client import user_agent
from works.harvest.service import Bounds, harvest
from works.management.commands.harvest import Command
from works.models import Authorship, HarvestCheckpoint, ImportReject, ImportRun, Report, Work

DAYS = [f"2024-01-{day:02}" for day in range(1, 29)]
KILLABLE = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive() -> Archive:
    return Archive(DAYS, size=4)


@pytest.fixture
def server(archive: Archive) -> Iterator[Server]:
    with serving(archive) as running:
        yield running


def call(server: Server, *more: object) -> Ended:
    return run("harvest", "arxiv", "--set", "cs", "--base-url", f"{server.address}/oai", *more)


# Usage


@pytest.mark.django_db
def test_the_last_line_and_the_exit_code(server: Server) -> None:
    ended = call(server, "--from", "2024-01-01")
    assert (ended.code, ended.counts) == (0, (28, 0, 0, 0, 1))
    assert call(server).counts == (0, 0, 1, 0, 0)


@pytest.mark.django_db
def test_pages_are_a_bound_and_the_next_call_goes_on(server: Server, archive: Archive) -> None:
    assert call(server, "--from", "2024-01-01", "--pages", 2).counts[0] == 8
    assert call(server).counts[0] == 20
    assert len(archive.queries) == 7


@pytest.mark.django_db
def test_until_and_format_are_asked_for(server: Server, archive: Archive) -> None:
    ended = call(server, "--from", "2024-01-03", "--until", "2024-01-04", "--format", "oai_dc")
    assert ended.counts[0] == 2
    assert archive.queries[0]["until"] == "2024-01-04"
    assert archive.queries[0]["metadataPrefix"] == "oai_dc"


@pytest.mark.django_db
def test_a_harvest_that_fails_is_exit_1_and_says_why(server: Server, archive: Archive) -> None:
    archive.faults[2] = Answer(b"no", status=403)
    ended = call(server, "--from", "2024-01-01")
    assert (ended.code, ended.counts[0]) == (1, 4)
    assert "the server answers 403; the next call goes on" in ended.error


@pytest.mark.django_db
def test_progress_is_told_beside_the_last_line(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = call(server, "--from", "2024-01-01", "--pages", 1)
    assert len(ended.output.splitlines()) == 1
    said = capsys.readouterr().err
    assert "page 1: 4 records up to 2024-01-04, created=4" in said
    assert "stopped before the end" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "dblp",
        "arxiv",
        "arxiv --from 2024-01-01",
        "arxiv --set cs",
        "arxiv --set c&s --from 2024-01-01",
        "arxiv --set cs --from yesterday",
        "arxiv --set cs --from 2024-02-30",
        "arxiv --set cs --from 2024-02-02 --until 2024-02-01",
        "arxiv --set cs --from 2024-01-01 --format marc",
        "arxiv --set cs --from 2024-01-01 --pages 0",
        "arxiv --set cs --from 2024-01-01 --base-url ftp://localhost/",
        "arxiv --set cs --from 2024-01-01 --base-url http://localhost/?verb=Identify",
        "arxiv --set cs --from 2024-01-01 --base-url http://user@localhost/",
        "openalex",
        "openalex --filter=",
        "crossref",
        f"crossref --query {'x' * 995}",
    ],
)
def test_wrong_usage_is_exit_2(arguments: str) -> None:
    command = Command()
    setattr(command, "_called_from_command_line", True)  # noqa: B010 - no part of its type
    parser = command.create_parser("manage.py", "harvest")
    with pytest.raises((SystemExit, CommandError)) as ended:
        command.handle(**vars(parser.parse_args(arguments.split())))
    assert ended.value.args == (2,) or getattr(ended.value, "returncode", 0) == 2
    assert not HarvestCheckpoint.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["arxiv --set cs --from 2024-01-01", "openalex --filter a:b"])
def test_a_public_server_is_not_asked_by_nobody(source: str, settings: Settings) -> None:
    settings.HARVEST_CONTACT = ""
    ended = run("harvest", *source.split())
    assert (ended.code, "HARVEST_CONTACT is not set" in ended.error) == (2, True)


@pytest.mark.django_db
def test_the_server_is_told_who_asks(server: Server, settings: Settings) -> None:
    settings.HARVEST_CONTACT = "me@example.org"
    call(server, "--from", "2024-01-01", "--pages", 1)
    assert server.asked[0].headers["user-agent"] == "BZPEER harvest (+mailto:me@example.org)"
    assert user_agent("https://example.org/x@y") == "BZPEER harvest (+https://example.org/x@y)"


# Kills, and two at once


def corpus() -> list[Any]:
    """What a harvest leaves, generated ids aside."""
    reports = Report.objects.order_by("external_id")
    return [
        list(reports.values_list("external_id", "record_date", "rank", "deleted")),
        sorted(Work.objects.values_list("title_text", flat=True)),
        sorted(Authorship.objects.values_list("work__title_text", "position")),
        ImportReject.objects.count(),
    ]


@KILLABLE
@pytest.mark.parametrize("at", [1, 2, 4, 7])
def test_a_harvest_that_is_killed_ends_like_one_that_is_not(
    at: int, server: Server, archive: Archive
) -> None:
    """Killed while the server works on request `at`, then called again."""
    here, go_on = threading.Event(), threading.Event()

    def hang(asked: Asked) -> Answer:
        if len(archive.queries) == at - 1 and not go_on.is_set():
            here.set()
            go_on.wait(60)
        return archive(asked)

    server.answer = hang
    process = start("harvest", "arxiv", "--set", "cs", "--from", "2024-01-01",
                    "--base-url", f"{server.address}/oai")  # fmt: skip
    came = here.wait(30)
    process.kill()
    said = process.communicate()
    go_on.set()
    assert came, said
    assert Report.objects.count() == 4 * (at - 1)
    assert HarvestCheckpoint.objects.get().pages == at - 1
    again = call(server)
    assert (again.code, again.counts[0]) == (0, 28 - 4 * (at - 1))
    killed, row = corpus(), HarvestCheckpoint.objects.get()
    assert (row.state, row.pages, row.created, row.unchanged) == ("done", 7, 28, 0)

    Work.objects.all().delete()
    HarvestCheckpoint.objects.all().delete()
    assert call(server, "--from", "2024-01-01").counts[0] == 28
    assert corpus() == killed


@KILLABLE
def test_of_two_harvests_of_one_list_the_second_is_sent_away(server: Server) -> None:
    waiting, go_on = threading.Event(), threading.Event()
    answer, ended = server.answer, []

    def hold(asked: Asked) -> Answer:
        waiting.set()
        go_on.wait(60)
        return answer(asked)

    def first() -> None:
        ended.append(call(server, "--from", "2024-01-01"))
        connection.close()

    server.answer = hold
    thread = threading.Thread(target=first)
    thread.start()
    assert waiting.wait(60)
    with pytest.raises(checkpoints.Busy):
        harvest(ARXIV, cs(server), means(FakeClock()), Bounds(), patience=0.0)
    second = call(server, "--from", "2024-01-01")
    assert (second.code, second.error) == (1, "another process harvests this")
    assert len(server.asked) == 1
    go_on.set()
    thread.join(60)
    assert ended[0].counts[0] == 28
    assert call(server).code == 0


# Every day


@pytest.fixture
def nightly(settings: Settings, archive: Archive) -> Archive:
    """Two sets, asked of an archive without a network."""
    settings.HARVEST_CONTACT = "me@example.org"
    settings.HARVEST_DAILY = ["arxiv:cs", "arxiv:stat"]
    archive.records = [(name, "2024-05-09") for name, _ in archive.records]
    return archive


def sweep(archive: Archive, clock: FakeClock) -> None:
    def ask(url: str) -> Reply:
        answer = archive(Asked(url, {}))
        return Reply(answer.status, {}, answer.body)

    daily.harvest_due(clock, ask)


def states() -> dict[str, str]:
    rows = HarvestCheckpoint.objects.values_list("subject", "state")
    return {subject.rpartition("=")[2]: state for subject, state in rows}


@pytest.mark.django_db
def test_each_set_is_harvested_once_a_day(nightly: Archive) -> None:
    clock = FakeClock()
    sweep(nightly, clock)
    assert states() == {"cs": "done"}
    assert nightly.queries[0]["from"] == "2024-05-09"
    sweep(nightly, clock)
    assert states() == {"cs": "done", "stat": "done"}
    HarvestCheckpoint.objects.update(finished_at=clock.now())
    asked = len(nightly.queries)
    sweep(nightly, clock)
    assert len(nightly.queries) == asked
    clock.seconds += 24 * 3600
    sweep(nightly, clock)
    assert nightly.queries[asked]["set"] == "cs"
    assert nightly.queries[asked]["from"] == "2024-05-09"


@pytest.mark.django_db
def test_a_long_list_is_taken_in_stretches(nightly: Archive, settings: Settings) -> None:
    settings.HARVEST_INTERVAL_S = 9.0
    clock = FakeClock()
    sweep(nightly, clock)
    assert (states(), len(nightly.queries)) == ({"cs": "open"}, 3)
    for _ in range(2):
        sweep(nightly, clock)
    assert (states()["cs"], len(nightly.queries)) == ("done", 7)
    assert Report.objects.count() == 28


@pytest.mark.django_db
def test_a_source_that_is_away_is_asked_ever_more_rarely(nightly: Archive) -> None:
    nightly.faults = dict.fromkeys(range(1, 10_000), Answer(status=503))
    clock = FakeClock()
    asked = []
    for _ in range(4):
        for _ in range(60):
            sweep(nightly, clock)
            clock.seconds = (clock.seconds // 60 + 1) * 60
        asked.append(len(nightly.queries))
    # Eight tries in ten minutes for each of the two sets, and an hour without.
    assert asked[0] == 16
    assert asked[3] <= 4 * 16
    assert ImportRun.objects.count() <= len(nightly.queries)
    nightly.faults = {}
    clock.seconds += 2 * 3600
    for _ in range(4):
        sweep(nightly, clock)
    assert states() == {"cs": "done", "stat": "done"}


@pytest.mark.django_db
def test_nothing_is_harvested_unless_it_is_named(settings: Settings, archive: Archive) -> None:
    assert settings.HARVEST_DAILY == []
    sweep(archive, FakeClock())
    settings.HARVEST_DAILY, settings.HARVEST_CONTACT = ["arxiv:cs"], ""
    sweep(archive, FakeClock())
    assert archive.queries == []


@pytest.mark.parametrize("item", ["cs", "arxiv:", "openalex:x", "arxiv:c s", "arxiv:a&b"])
def test_a_wrong_list_stops_the_start(item: str) -> None:
    assert daily_harvests(["arxiv:cs", "arxiv:physics:hep-th"]) == [
        "arxiv:cs",
        "arxiv:physics:hep-th",
    ]
    with pytest.raises(ImproperlyConfigured, match="HARVEST_DAILY"):
        daily_harvests([item])


def test_a_day_is_over_at_midnight() -> None:
    clock = FakeClock()
    row = HarvestCheckpoint(state="done", finished_at=clock.now() - timedelta(seconds=1))
    assert daily.is_due(row, clock.now())
    row.finished_at = clock.now() + timedelta(seconds=1)
    assert not daily.is_due(row, clock.now() + timedelta(hours=20))

"""The staff pages of imports: who gets in, what is shown of strangers' records, what is ordered."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib.models import AuditEvent
from profiles.models import User
from tests.factories.accounts import staff
from tests.factories.records import line, work
from tests.web.dom import page
from works import import_pages, tasks
from works.domain.records import Rejected
from works.models import ImportReject, ImportRun, ReplayOrder, Work
from works.rejects import Reject, keep

pytestmark = pytest.mark.django_db

LIST = "/moderation/imports/"
HOSTILE = "<script>alert(1)</script>\"'&amp;\u202e{{ x }}"


@pytest.fixture
def mod(db: None) -> User:
    return staff()


@pytest.fixture
def as_mod(mod: User) -> Client:
    client = Client()
    client.force_login(mod)
    return client


def made(source: str = "bzpeer", **fields: Any) -> ImportRun:
    """A run that ended a minute after its start."""
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=60), "seen_at": now, "finished_at": now}
    return ImportRun.objects.create(source=source, **(times | fields))


def turned_down(run: ImportRun, count: int, reason: str = "is missing") -> None:
    """So many rejects of one reason, which sound records could replace."""
    said = [
        Rejected(n, "title", reason, f"raw {n}", f"x{n}", line(work(number=n)))
        for n in range(1, count + 1)
    ]
    keep(run, f"/data/{reason}.jsonl", [*map(Reject, said)])
    ImportRun.objects.filter(pk=run.pk).update(rejected=F("rejected") + count)


def at(run: ImportRun, part: str = "") -> str:
    return f"{LIST}{run.pk}/{part}"


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# The door


@pytest.mark.parametrize("part", [None, "", "progress/", "replay/"])
def test_only_staff_get_in(client: Client, as_ada: Client, part: str | None) -> None:
    place = LIST if part is None else at(made(), part)
    for response in (client.get(place), client.post(place)):
        assert response["Location"].startswith(f"/accounts/login/?next={LIST}")
    for response in (as_ada.get(place), as_ada.post(place)):
        assert response.status_code == 403
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("part", [None, "", "progress/"])
def test_what_staff_see_is_never_stored(as_mod: Client, part: str | None) -> None:
    response = as_mod.get(LIST if part is None else at(made(), part))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert as_mod.post(LIST if part is None else at(made(), part)).status_code == 405


@pytest.mark.parametrize("number", [0, 10**6, 10**30])
@pytest.mark.parametrize("part", ["", "progress/"])
def test_a_run_that_is_not(as_mod: Client, number: int, part: str) -> None:
    assert as_mod.get(f"{LIST}{number}/{part}").status_code == 404


def test_moderation_leads_here(as_mod: Client) -> None:
    assert LIST in page(as_mod.get("/moderation/admin/")).links()
    assert "Nothing was imported" in page(as_mod.get(LIST)).text


# The list


def test_a_run_with_all_that_is_to_know(as_mod: Client) -> None:
    run = made(
        "openalex", created=1_200, updated=30, unchanged=4, authors=77, paths=["/a.gz", "/b.gz"]
    )
    turned_down(run, 3)
    turned_down(run, 1, "is no title")
    shown = page(as_mod.get(LIST))
    for told in ("openalex", "Finished", "1,200", "77", "/a.gz and 1 other file", "1 min 00 s",
                 "3 title is missing", "1 title is no title"):  # fmt: skip
        assert told in shown.text
    assert "records a second" in shown.text
    assert at(run) in shown.links()


def test_the_reasons_beyond_the_third_are_on_the_page_of_the_run(as_mod: Client) -> None:
    run = made()
    for n in range(5):
        turned_down(run, 5 - n, f"is bad {n}")
    shown = page(as_mod.get(LIST)).text
    assert "is bad 2" in shown
    assert "is bad 3" not in shown
    assert "and other reasons" in shown
    assert "is bad 4" in page(as_mod.get(at(run))).text


def test_runs_of_a_source(as_mod: Client) -> None:
    made("dblp")
    run = made("acl")
    shown = page(as_mod.get(f"{LIST}?source=acl"))
    assert [link for link in shown.links() if link.startswith(LIST) and link[-2].isdigit()] == [
        at(run)
    ]
    assert {LIST, f"{LIST}?source=acl", f"{LIST}?source=dblp"} <= set(shown.links())
    assert "Nothing was imported from this source" in page(as_mod.get(f"{LIST}?source=x")).text


def test_runs_are_paged_the_newest_first(as_mod: Client) -> None:
    numbers = [made().pk for _ in range(45)]

    def found(address: str) -> list[int]:
        links = page(as_mod.get(address)).links()
        return [int(one.split("/")[3]) for one in links if one[-2:-1].isdigit() and "?" not in one]

    assert found(LIST) == numbers[:24:-1]
    assert found(f"{LIST}?page=2") == numbers[24:4:-1]
    assert found(f"{LIST}?page=3") == numbers[4::-1]
    assert found(f"{LIST}?page=4") == []
    assert found(f"{LIST}?page=x") == found(LIST)


NOW = timezone.now()


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"finished_at": NOW}, "finished"),
        ({"finished_at": NOW, "error": "no disk"}, "failed"),
        ({"finished_at": None, "seen_at": timedelta(minutes=9)}, "running"),
        ({"finished_at": None, "seen_at": timedelta(minutes=11)}, "silent"),
    ],
)
def test_the_state_of_a_run(as_mod: Client, fields: dict[str, Any], state: str) -> None:
    now = timezone.now()
    ago = {name: now - at for name, at in fields.items() if isinstance(at, timedelta)}
    run = made(**fields | ago)
    assert import_pages.state(run, now) == state
    for place in (LIST, at(run)):
        shown = page(as_mod.get(place)).one("span", class_=f"run-state {state}")
        assert shown.text == import_pages.LABELS[state]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0.0 s"), (0.44, "0.4 s"), (42, "42 s"), (310, "5 min 10 s"), (11_100, "3 h 05 min")],
)
def test_how_long_it_took(seconds: float, words: str) -> None:
    assert import_pages.duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("records", "seconds", "words"),
    [(0, 5, ""), (5, 0, ""), (1, 60, ""), (5, 2, "2.5"), (12_345, 1, "12,345")],
)
def test_how_fast_it_was(records: int, seconds: float, words: str) -> None:
    assert import_pages.speed(records, timedelta(seconds=seconds)) == words


# Three of the statements of each page tell who is there: session, account, second factor.


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_is_seven_statements(as_mod: Client, rows: int) -> None:
    for _ in range(rows):
        turned_down(made(), 2)
    assert asked(as_mod, LIST) == 7


# One run


@pytest.mark.parametrize("rows", [1, 20])
def test_a_run_is_nine_statements(as_mod: Client, rows: int) -> None:
    run = made()
    for n in range(rows):
        turned_down(run, rows, f"is bad {n}")
        made(kind="replay", of=run)
        ReplayOrder.objects.create(run=run, field="title", reason=f"is bad {n}")
    assert asked(as_mod, at(run)) == 9
    assert asked(as_mod, at(run, "progress/")) == 5


def test_a_strangers_record_is_text(as_mod: Client) -> None:
    run = made(paths=[HOSTILE], error=HOSTILE)
    keep(run, HOSTILE, [Reject(Rejected(1, "<b>", HOSTILE, HOSTILE, HOSTILE, b"x"))])
    for place in (LIST, at(run), f"{at(run)}?field=<b>&reason={HOSTILE}&page=2"):
        body = as_mod.get(place).content.decode()
        assert "<script>alert" not in body
        assert "&lt;script&gt;" in body
    (raw,) = page(as_mod.get(at(run))).all("pre")
    assert raw.text == HOSTILE


def test_records_are_looked_at_ten_at_a_time_and_by_reason(as_mod: Client) -> None:
    run = made()
    turned_down(run, 12, "is odd")
    turned_down(run, 3, "is even")

    def raws(query: str) -> list[str]:
        return [one.text for one in page(as_mod.get(f"{at(run)}{query}")).all("pre")]

    odd = "?field=title&reason=is+odd"
    assert raws(odd) == [f"raw {n}" for n in range(1, 11)]
    assert raws(f"{odd}&page=2") == ["raw 11", "raw 12"]
    assert raws("?field=title&reason=is+even") == ["raw 1", "raw 2", "raw 3"]
    assert raws("?field=title&reason=nothing") == []
    assert len(raws("")) == 10
    links = page(as_mod.get(f"{at(run)}{odd}")).links()
    assert f"{at(run)}{odd}&page=2#records" in links


def test_rejects_that_a_later_run_took_over_are_said_to_be_there(as_mod: Client) -> None:
    run = made()
    turned_down(run, 2)
    turned_down(made(), 2)
    shown = page(as_mod.get(at(run)))
    assert "2 records were rejected in this run" in shown.text
    assert shown.all("pre") == []


# Replay


def replay(client: Client, run: ImportRun, **group: str) -> Any:
    return client.post(at(run, "replay/"), group)


GROUP = {"field": "title", "reason": "is missing"}


def test_a_replay_is_ordered_done_by_the_worker_and_told(as_mod: Client, mod: User) -> None:
    run = made()
    turned_down(run, 3)
    turned_down(run, 1, "is odd")
    response = replay(as_mod, run, **GROUP)
    assert (response.status_code, response["Location"]) == (303, f"{at(run)}#progress")
    assert not Work.objects.exists()
    event = AuditEvent.objects.get(kind="replay_ordered")
    assert (event.user_id, event.detail) == (mod.pk, {"run": run.pk} | GROUP)
    shown = page(as_mod.get(at(run)))
    assert "Reading again: title is missing" in shown.text
    assert "Replay ordered" in shown.text
    tasks.replay_sweep()
    assert Work.objects.count() == 3
    done = ImportRun.objects.get(kind="replay")
    shown = page(as_mod.get(at(run)))
    assert at(done) in shown.links()
    assert "3 taken since" in shown.text
    assert "Taken now" in page(as_mod.get(at(done))).text
    assert f"Replay of {run.pk}" in page(as_mod.get(LIST)).text


def test_the_piece_that_moves_asks_again_until_all_is_done(as_mod: Client) -> None:
    run = made()
    turned_down(run, 3)
    replay(as_mod, run, **GROUP)
    (asking,) = [one for one in page(as_mod.get(at(run))).elements if "hx-get" in one.attributes]
    assert asking["hx-get"] == f"{at(run)}progress/?try=1"
    moving = page(as_mod.get(asking["hx-get"]))
    (asking,) = [one for one in moving.elements if "hx-get" in one.attributes]
    assert asking["hx-get"] == f"{at(run)}progress/?try=2"
    tasks.replay_sweep()
    moving = page(as_mod.get(asking["hx-get"]))
    assert not [one for one in moving.elements if "hx-get" in one.attributes]
    assert "Show what became of it" in moving.elements[0].text


def test_it_does_not_ask_for_ever(as_mod: Client) -> None:
    run = made(finished_at=None)
    last = page(as_mod.get(f"{at(run)}progress/?try={import_pages.TRIES}"))
    assert not [one for one in last.elements if "hx-get" in one.attributes]
    assert "Look again" in last.elements[0].text


def test_nothing_is_ordered_where_nothing_can_be_replayed(as_mod: Client) -> None:
    run = made()
    turned_down(run, 2)
    ImportReject.objects.update(again=b"")
    shown = page(as_mod.get(at(run)))
    assert "2 not kept whole" in shown.text
    assert not [one for one in shown.all("form") if "replay" in one["action"]]
    for group in (GROUP, {}, {"field": "x", "reason": "y"}):
        assert replay(as_mod, run, **group).status_code == 303
    assert not ReplayOrder.objects.exists()
    assert not AuditEvent.objects.filter(kind="replay_ordered").exists()


def test_a_replay_that_failed_says_so_and_may_be_ordered_again(as_mod: Client) -> None:
    run = made()
    turned_down(run, 2)
    ReplayOrder.objects.create(run=run, **GROUP, parked_at=timezone.now(), error="<no memory>")
    shown = page(as_mod.get(at(run)))
    assert "failed three times: <no memory>" in shown.text
    replay(as_mod, run, **GROUP)
    tasks.replay_sweep()
    assert Work.objects.count() == 2


def test_a_form_without_a_token_orders_nothing(mod: User) -> None:
    run = made()
    turned_down(run, 2)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(mod)
    assert replay(strict, run, **GROUP).status_code == 403
    assert not ReplayOrder.objects.exists()

"""What pages are made of is watched: each change is heard, and nothing is believed unheard."""

import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib import pages, watch
from bzpeer.lib.pages import Pages
from bzpeer.lib.watch import Watch
from graph.models import Slice
from graph.slices import draw_due
from tests.factories.corpus import author, publish, refresh_all
from tests.web.addresses import researcher
from tests.web.people import by
from works.models import Author, AuthorFacts
from works.services import authors_changed

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 20


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.005)


def hang_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            [watch.NAME],
        )


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    """Pages as a web process keeps them, its watch listening."""
    keeping = Pages(1_000_000)
    monkeypatch.setattr(pages, "KEPT", keeping)
    publish(by("Ann Lee", "Bo Li"))
    thread = Thread(target=broken_off, args=[keeping.watch])
    thread.start()
    until(lambda: keeping.watch.moment() is not None)
    yield keeping
    hang_up()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def broken_off(watch: Watch) -> None:
    with pytest.raises(psycopg.Error):
        watch.listen()


def statements(client: Client, address: str, **headers: str) -> tuple[int, int, bytes]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers=headers)
    return len(captured), response.status_code, response.content


def steady(keeping: Pages) -> None:
    """What the test did before was heard of."""
    before = keeping.watch.moment()
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {watch.CHANGES}")
    until(lambda: keeping.watch.moment() not in (None, before))


@pytest.mark.parametrize("part", ["", "graph/slice/"])
def test_while_nothing_changes_nothing_is_asked(kept: Pages, client: Client, part: str) -> None:
    address = researcher("Ann Lee", part)
    client.get(address)  # orders the drawing
    draw_due(timezone.now())
    steady(kept)
    count, status, content = statements(client, address)
    assert (count > 0, status) == (True, 200)
    tag = client.get(address)["ETag"]
    assert statements(client, address) == (0, 200, content)
    assert statements(client, address, If_None_Match=tag) == (0, 304, b"")
    assert statements(client, address, If_None_Match='"other"') == (0, 200, content)


def to_be_made_anew() -> None:
    authors_changed([author("Ann Lee").pk])


def made_anew() -> None:
    to_be_made_anew()
    refresh_all()


def drawn() -> None:
    Slice.objects.create(
        author=author("Ann Lee"), digest="y", html="x", facts_version=1, built_at=timezone.now()
    )


def of_ann(model: type[Model], name: str) -> QuerySet[Any]:
    return model._default_manager.filter(**{name: "Ann Lee"})


CHANGES: dict[str, Callable[[], object]] = {
    "a name": lambda: of_ann(Author, "name").update(name="Anne Lee"),
    "an address": lambda: of_ann(Author, "name").update(slug="anne-lee"),
    "facts": lambda: of_ann(AuthorFacts, "author__name").update(works=9),
    "facts that are gone": lambda: of_ann(AuthorFacts, "author__name").delete(),
    "facts to be made anew": to_be_made_anew,
    "facts made anew": made_anew,
    "a drawing": drawn,
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_heard(kept: Pages, what: str) -> None:
    steady(kept)
    kept.note("/a/", "stamp", kept.watch.moment())
    assert kept.stamp("/a/") == "stamp"
    CHANGES[what]()
    until(lambda: kept.stamp("/a/") is None)


def test_a_change_counts_once_it_is_kept(kept: Pages) -> None:
    steady(kept)
    before = kept.watch.moment()
    with transaction.atomic():
        CHANGES["facts"]()
        time.sleep(0.1)
        assert kept.watch.moment() == before
    until(lambda: kept.watch.moment() != before)


def test_what_was_asked_before_a_change_is_not_believed_after_it(kept: Pages) -> None:
    steady(kept)
    moment = kept.watch.moment()
    CHANGES["facts"]()
    until(lambda: kept.watch.moment() != moment)
    kept.note("/a/", "stamp", moment)
    assert kept.stamp("/a/") is None


def test_unheard_nothing_is_believed(kept: Pages) -> None:
    steady(kept)
    kept.note("/a/", "stamp", kept.watch.moment())
    hang_up()
    until(lambda: kept.stamp("/a/") is None)
    assert kept.watch.moment() is None
    kept.note("/b/", "stamp", kept.watch.moment())
    assert "/b/" not in kept.stamps


def test_a_silent_database_is_believed_for_three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    listener, clock = Watch(), [100.0]
    monkeypatch.setattr(watch, "monotonic", lambda: clock[0])
    monkeypatch.setattr(listener, "_sure_since", 100.0)
    clock[0] = 102.9
    assert listener.moment() == 0
    clock[0] = 103.0
    assert listener.moment() is None


def test_it_listens_again_after_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    listener, faults = Watch(), iter([psycopg.OperationalError("gone"), OSError("no route")])
    waits: list[float] = []

    def listen() -> None:
        fault = next(faults, None)
        if fault is None:
            raise SystemExit
        raise fault

    monkeypatch.setattr(listener, "listen", listen)
    monkeypatch.setattr(watch, "sleep", waits.append)
    with pytest.raises(SystemExit):
        listener._listen_always()
    assert waits == [watch.PAUSE_S] * 2


def test_a_lost_watch_means_pages_as_before(kept: Pages, client: Client) -> None:
    address = researcher("Ann Lee")
    content = client.get(address).content
    hang_up()
    until(lambda: kept.watch.moment() is None)
    assert statements(client, address) == (1, 200, content)

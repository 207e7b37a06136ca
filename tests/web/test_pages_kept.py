"""A web process keeps pages for their next reader, and never one that is not the page as it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from bzpeer.lib import caching, due, pages
from bzpeer.lib.pages import Pages
from profiles.services import refresh
from tests.factories.corpus import publish, take_in
from tests.web.addresses import OF_A_RESEARCHER, researcher
from tests.web.people import by
from works.models import AuthorChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Keep pages, as a web process does."""
    keeping = Pages(1_000_000)
    monkeypatch.setattr(pages, "KEPT", keeping)
    publish(by("Ann Lee", "Bo Li"))
    return keeping


def statements(client: Client, address: str, **headers: str) -> tuple[int, HttpResponse]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers=headers)
    assert isinstance(response, HttpResponse)
    return len(captured), response


@pytest.mark.parametrize("part", OF_A_RESEARCHER)
def test_the_next_reader_gets_the_same_answer(kept: Pages, client: Client, part: str) -> None:
    first = client.get(researcher("Ann Lee", part))
    again = Client().get(researcher("Ann Lee", part), headers={"User-Agent": "another"})
    assert again.content == first.content
    assert dict(again.items()) == dict(first.items())


def test_a_kept_page_costs_the_look_at_its_version(
    kept: Pages, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, first = statements(client, researcher("Ann Lee"))
    assert count == 1
    monkeypatch.setattr("works.heads.HEADS", None)  # nothing else is read
    count, again = statements(client, researcher("Ann Lee"))
    assert (count, again.content, again["ETag"]) == (1, first.content, first["ETag"])
    held = statements(client, researcher("Ann Lee"), If_None_Match=first["ETag"])[1]
    assert held.status_code == 304
    other = statements(client, researcher("Ann Lee"), If_None_Match='W/"other"')[1]
    assert other.content == first.content


def test_a_page_that_changed_is_made_anew(kept: Pages, client: Client) -> None:
    before = client.get(researcher("Ann Lee"))
    publish(by("Ann Lee", "Cy Ng"))
    after = client.get(researcher("Ann Lee"))
    assert b"Cy Ng" not in before.content
    assert b"Cy Ng" in after.content


def test_one_version_is_one_state_of_the_record(kept: Pages, client: Client) -> None:
    """The record as a refresh leaves it is not taken for the one that waits for the next."""
    take_in(by("Ann Lee", "Cy Ng"))
    changes = due.claim(AuthorChange, 9, timedelta(seconds=60))
    refresh([change.author_id for change in changes])
    held = client.get(researcher("Ann Lee"))["ETag"]
    due.done(changes)
    take_in(by("Ann Lee", "Di Poe"))
    after = client.get(researcher("Ann Lee"), headers={"If-None-Match": held})
    assert (after.status_code, b"Di Poe" in after.content) == (200, True)


@pytest.mark.parametrize("headers", [{"HX-Request": "true", "HX-Target": "works"}, {}])
def test_one_kept_page_serves_whoever_asks_and_however(
    kept: Pages, client: Client, headers: dict[str, str]
) -> None:
    for part in ("", "works/", "trust/"):
        address = researcher("Ann Lee", part)
        assert client.head(address, headers=headers).content == b""
        first = client.get(address, headers=headers)
        assert len(first.content) > 1_000
        for other in (Client().get(address), Client().get(address, headers=headers)):
            assert (other.content, dict(other.items())) == (first.content, dict(first.items()))


def test_signed_in_nothing_is_kept_and_nothing_kept_is_shown(
    kept: Pages, client: Client, as_ada: Client
) -> None:
    mine = as_ada.get(researcher("Ann Lee"))
    assert not kept.made
    other = client.get(researcher("Ann Lee"))
    assert len(kept.made) == 1
    assert b"csrfmiddlewaretoken" in mine.content
    assert b"csrfmiddlewaretoken" not in other.content
    assert b"csrfmiddlewaretoken" in as_ada.get(researcher("Ann Lee")).content


def test_pages_with_a_query_are_made_each_time(kept: Pages, client: Client) -> None:
    address = researcher("Ann Lee", "works/?q=holds")
    assert [statements(client, address)[0] for _ in range(2)] == [2, 2]
    assert not kept.made


def page(keeping: Pages, path: str, size: int) -> bytes:
    request: HttpRequest = RequestFactory().get(path)
    return keeping.page(request, "v", lambda: HttpResponse(path.encode().ljust(size))).content


def test_what_was_asked_for_last_stays() -> None:
    keeping = Pages(250)
    for path in ("/a", "/b", "/a", "/c", "/a"):
        assert page(keeping, path, 100).startswith(path.encode())
    assert [*keeping.made] == ["/c", "/a"]
    assert keeping.size == 200


def test_one_version_of_a_page_is_kept() -> None:
    keeping = Pages(250)
    request: HttpRequest = RequestFactory().get("/a")
    for stamp, size in (("v1", 100), ("v2", 120), ("v1", 90)):
        made = keeping.page(request, stamp, lambda size=size: HttpResponse("x" * size))  # type: ignore[misc]
        assert len(made.content) == keeping.size == size


def test_a_page_larger_than_the_room_is_not_kept() -> None:
    keeping = Pages(250)
    assert len(page(keeping, "/a", 300)) == 300
    assert (len(keeping.made), keeping.size) == (0, 0)


def test_only_pages_of_success_are_kept() -> None:
    keeping = Pages(250)
    request: HttpRequest = RequestFactory().get("/a")
    assert keeping.page(request, "v", lambda: HttpResponse("no", status=302)).status_code == 302
    assert not keeping.made


# What a reader may say to hold


def tags() -> list[str]:
    release = caching.release()
    return [
        '"other"',
        f'W/"{release}-1-9-9"',
        f'W/"{release}-"',
        f'W/"{release}-x\'; --"',
        f'"{release}-1-1-0", "b"',
        "W/",
        "",
        '"' * 50,
        f"{release}-é",
    ]


@pytest.mark.parametrize("number", range(9))
def test_who_holds_another_version_gets_the_page_for_one_statement(
    client: Client, number: int
) -> None:
    publish(by("Ann Lee", "Bo Li"))
    whole = client.get(researcher("Ann Lee"))
    count, answer = statements(client, researcher("Ann Lee"), If_None_Match=tags()[number])
    assert (count, answer.status_code) == (1, 200)
    assert answer.content == whole.content


@pytest.mark.parametrize("form", ['W/"{}"', '"{}"', ' W/"{}" ', '"a", W/"{}"', "*"])
def test_who_holds_this_version_gets_304(client: Client, form: str) -> None:
    publish(by("Ann Lee", "Bo Li"))
    stamp = client.get(researcher("Ann Lee"))["ETag"].removeprefix("W/").strip('"')
    held = form.format(stamp)
    count, answer = statements(client, researcher("Ann Lee"), If_None_Match=held)
    assert (count, answer.status_code) == (1, 304)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"{}', '{}"'])
@pytest.mark.parametrize("part", ["", "works/", "trust/"])
def test_who_says_it_wrongly_gets_the_page(client: Client, part: str, form: str) -> None:
    publish(by("Ann Lee", "Bo Li"))
    whole = client.get(researcher("Ann Lee", part))
    stamp = whole["ETag"].removeprefix("W/").strip('"')
    answer = client.get(researcher("Ann Lee", part), headers={"If-None-Match": form.format(stamp)})
    assert (answer.status_code, answer.content) == (200, whole.content)


def test_a_version_held_under_another_name_leads_to_the_record(client: Client) -> None:
    publish(by("Ann Lee", "Bo Li"))
    address = researcher("Ann Lee")
    held = client.get(address)["ETag"]
    old = address.replace("ann-lee", "an-old-name")
    assert client.get(old, headers={"If-None-Match": held}).status_code == 301

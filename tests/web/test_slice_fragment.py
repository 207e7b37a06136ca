"""The slice as readers get it: the waiting piece, the drawing, the old one, the failed one."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bzpeer.lib import due
from graph import slices
from graph.domain.slice import Drawn, SliceFacts, draw
from graph.fragments import DELAYS
from graph.models import Slice, SliceOrder
from profiles.services import follow
from tests.factories.corpus import author, publish, refresh_all, take_in
from tests.web.addresses import researcher
from tests.web.dom import Page, html, page
from tests.web.people import by, somebody
from works.models import Author

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PUBLIC_CACHE = "public, max-age=0, s-maxage=60, must-revalidate"
WAITING, AWAY = "Building this graph slice", "The graph is not ready yet"
FAILED = "This graph could not be drawn"


@pytest.fixture
def lee(db: None) -> Author:
    publish(by("Ann Lee", "Bo Li", title="One"))
    return author("Ann Lee")


def piece(client: Client, found: Author, query: str = "", **headers: str) -> Any:
    return client.get(researcher(found, f"graph/slice/{query}"), headers=headers)


def shown(response: HttpResponseBase) -> Page:
    """The fragment as the page's element holds it."""
    return Page(f"<body>{html(response)}</body>")


def pollers(response: HttpResponseBase) -> list[tuple[str, str]]:
    """(address, trigger) of what asks again by itself."""
    return [
        (element["hx-get"], element["hx-trigger"])
        for element in shown(response).all("div")
        if "hx-get" in element.attributes
    ]


def drawn(found: Author, now: datetime = NOON) -> Slice:
    slices.order(found.pk)
    slices.draw_due(now)
    return Slice.objects.get(author=found)


def park(found: Author) -> None:
    slices.order(found.pk)
    SliceOrder.objects.filter(author=found).update(
        attempts=due.STRIKES, parked_at=Now(), error="odd"
    )


# Before there is a drawing


def test_the_first_visit_orders_and_asks_again(client: Client, lee: Author) -> None:
    response = piece(client, lee)
    assert (response.status_code, response["Cache-Control"]) == (202, "private, no-store")
    assert "ETag" not in response
    assert WAITING in shown(response).text
    url = researcher(lee, "graph/slice/")
    assert pollers(response) == [(f"{url}?try=1", f"load delay:{DELAYS[0]}s")]
    (poller,) = [e for e in shown(response).all("div") if "hx-get" in e.attributes]
    assert poller["hx-swap"] == "outerHTML"
    assert "hx-target" not in poller.attributes
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#research-graph", "innerHTML")
    assert SliceOrder.objects.get().author == lee


def test_a_waiting_page_asks_six_times_ever_later_and_then_says_so(
    client: Client, lee: Author
) -> None:
    asked, delays = researcher(lee, "graph/slice/"), []
    while True:
        response = client.get(asked)
        if not pollers(response):
            break
        assert response.status_code == 202
        ((asked, trigger),) = pollers(response)
        delays.append(trigger)
    assert delays == [f"load delay:{seconds}s" for seconds in (1, 1, 2, 3, 5, 8)]
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert AWAY in shown(response).text
    retry = shown(response).one("a", id="graph-retry")
    assert retry["href"] == researcher(lee, "graph/")
    assert retry["hx-get"] == researcher(lee, "graph/slice/")
    assert shown(response).one(id="graph-status").text == "The research graph is not ready yet."
    assert SliceOrder.objects.count() == 1


@pytest.mark.parametrize("odd", ["-1", "7", "x", "", "1e3", "999999999999999999999", "٣"])
def test_an_odd_count_of_tries_is_the_first(client: Client, lee: Author, odd: str) -> None:
    response = piece(client, lee, f"?try={odd}")
    assert pollers(response)[0][0].endswith("?try=1")


def test_a_record_before_its_facts_waits_too(client: Client) -> None:
    take_in(by("Ann Lee", "Bo Li"))
    lee = author("Ann Lee")
    assert piece(client, lee).status_code == 202
    slices.draw_due(NOON)
    assert piece(client, lee).status_code == 202
    refresh_all()
    slices.draw_due(NOON)
    assert piece(client, lee).status_code == 200


def test_nothing_is_drawn_in_a_request(
    client: Client, lee: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    for name in ("draw", "digest", "gather", "circles_of"):
        monkeypatch.setattr(slices, name, never)
    assert piece(client, lee).status_code == 202
    assert client.get(researcher(lee, "graph/")).status_code == 200
    assert client.get(researcher(lee)).status_code == 200


# The drawing


def test_a_current_slice_is_one_thing_for_everybody(
    lee: Author, client: Client, as_ada: Client
) -> None:
    kept = drawn(lee)
    first = piece(client, lee)
    assert (first.status_code, first["Cache-Control"]) == (200, PUBLIC_CACHE)
    assert first["Vary"] == "Accept-Encoding"
    assert kept.html in html(first)
    assert shown(first).one(id="graph-status").text == "The research graph is ready."
    assert pollers(first) == []
    odd: list[dict[str, str]] = [
        {"HX-Request": "true", "HX-Target": "research-graph"},
        {"Cookie": "sessionid=stale-and-long-forgotten"},
        {"Cookie": "csrftoken=abc; sessionid=\"x"},
        {"Accept-Language": "de", "Authorization": "Basic YTpi"},
    ]  # fmt: skip
    others = [Client().get(researcher(lee, "graph/slice/"), headers=one) for one in odd]
    for other in (*others, piece(as_ada, lee), piece(client, lee, "?try=3&retry=1")):
        assert other.content == first.content
        assert dict(other.items()) == dict(first.items())
        assert not other.cookies
    assert not SliceOrder.objects.exists()


def test_a_stale_drawing_is_not_brought_again_while_a_newer_one_is_awaited(
    client: Client, lee: Author
) -> None:
    drawn(lee)
    Slice.objects.update(facts_version=0)
    assert "<svg" in piece(client, lee).content.decode()
    again = piece(client, lee, query="?try=1")
    assert "<svg" not in again.content.decode()
    assert "HX-Retarget" not in again
    assert [url for url, _ in pollers(again)] == [researcher(lee, "graph/slice/?try=2")]
    slices.draw_due(NOON)
    assert piece(client, lee, query="?try=2")["HX-Retarget"] == "#research-graph"


@pytest.mark.parametrize("state", ["waiting", "stale", "failed"])
def test_no_state_sets_a_cookie(client: Client, as_ada: Client, lee: Author, state: str) -> None:
    if state == "stale":
        drawn(lee)
        publish(by("Ann Lee", "Bo Li"))
    if state == "failed":
        park(lee)
    spoilt = {"Cookie": "csrftoken=abc; sessionid=old"}
    for response in (piece(client, lee), piece(as_ada, lee), piece(Client(), lee, **spoilt)):
        assert not response.cookies
        assert response["Cache-Control"] == "private, no-store"
        assert b"csrfmiddlewaretoken" not in response.content


def test_who_holds_the_slice_gets_304(client: Client, lee: Author) -> None:
    drawn(lee)
    first = piece(client, lee)
    again = piece(client, lee, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    headers = ("ETag", "Vary", "Cache-Control")
    assert [again[name] for name in headers] == [first[name] for name in headers]
    assert piece(client, lee, **{"If-None-Match": 'W/"other"'}).status_code == 200
    publish(by("Ann Lee", "Bo Li"))
    assert piece(client, lee, **{"If-None-Match": first["ETag"]}).status_code == 200
    drawn(lee, LATER)
    third = piece(client, lee, **{"If-None-Match": first["ETag"]})
    assert third.status_code == 200
    assert third["ETag"] != first["ETag"]


@pytest.mark.parametrize("form", ["{}", '"{}"', '"other-{}", "b"', "W/{}"])
def test_who_only_names_the_drawing_is_brought_it(client: Client, lee: Author, form: str) -> None:
    digest = drawn(lee).digest
    whole = piece(client, lee)
    answer = piece(client, lee, **{"If-None-Match": form.format(digest)})
    assert (answer.status_code, answer.content) == (200, whole.content)


def test_what_changes_no_line_of_the_drawing_keeps_its_etag(
    client: Client, as_ada: Client, lee: Author
) -> None:
    drawn(lee)
    held = piece(client, lee)["ETag"]
    follow(as_ada.get("/accounts/").context["user"], lee)
    refresh_all()
    drawn(lee, LATER)
    assert piece(client, lee, **{"If-None-Match": held}).status_code == 304


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_is_only_read(client: Client, lee: Author, method: str) -> None:
    address = researcher(lee, "graph/slice/")
    assert getattr(client, method)(address).status_code == 405
    assert client.head(address).status_code == 202


# The old one while a newer one is made


def test_after_an_import_the_old_slice_is_shown_with_its_date_then_the_new(
    client: Client, lee: Author
) -> None:
    old = drawn(lee).html
    take_in(by("Ann Lee", "Cy Ng", title="Two"))
    for refreshed in (False, True):
        if refreshed:
            refresh_all()
        response = piece(client, lee)
        assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
        assert old in html(response)
        note = shown(response).one("p", class_="slice-note").text
        assert note == "Drawn on 1 November 2026, 12:00. A newer drawing is on its way."
        assert pollers(response)[0][0].endswith("?try=1")
        assert shown(response).one(id="graph-status").text == ""
        assert SliceOrder.objects.count() == 1
    slices.draw_due(LATER)
    fresh = html(piece(client, lee))
    assert "Two" in fresh
    assert "slice-note" not in fresh
    assert old not in fresh


def test_an_old_slice_stays_when_nobody_draws(client: Client, lee: Author) -> None:
    old = drawn(lee).html
    publish(by("Ann Lee", "Cy Ng"))
    response = piece(client, lee, f"?try={len(DELAYS)}")
    assert (response.status_code, pollers(response)) == (200, [])
    assert old in html(response)
    note = shown(response).one("p", class_="slice-note").text
    assert note == "Drawn on 1 November 2026, 12:00. A newer drawing will follow."


# When it failed


def test_a_failed_drawing_says_so_and_can_be_tried_again(client: Client, lee: Author) -> None:
    park(lee)
    response = piece(client, lee)
    assert (response.status_code, pollers(response)) == (200, [])
    assert FAILED in shown(response).text
    assert shown(response).one(id="graph-status").text == "The research graph could not be drawn."
    retry = shown(response).one("a", id="graph-retry")
    assert retry["hx-get"] == researcher(lee, "graph/slice/?retry=1")
    again = client.get(retry["hx-get"])
    assert (again.status_code, WAITING in shown(again).text) == (202, True)
    assert slices.draw_due(NOON) == 1
    assert piece(client, lee).status_code == 200


def test_an_old_slice_whose_successor_failed_can_be_tried_again(
    client: Client, lee: Author
) -> None:
    old = drawn(lee).html
    publish(by("Ann Lee", "Cy Ng"))
    park(lee)
    response = piece(client, lee)
    assert (response.status_code, pollers(response)) == (200, [])
    assert old in html(response)
    note = shown(response).one("p", class_="slice-note").text
    assert note == "Drawn on 1 November 2026, 12:00. A newer drawing failed. Try again"
    again = client.get(shown(response).one("a", id="graph-retry")["hx-get"])
    assert len(pollers(again)) == 1
    assert slices.draw_due(LATER) == 1
    assert "slice-note" not in html(piece(client, lee))


def test_trying_again_is_limited(client: Client, lee: Author) -> None:
    for _ in range(3):
        park(lee)
        assert piece(client, lee, "?retry=1").status_code == 202
    park(lee)
    assert FAILED in shown(piece(client, lee, "?retry=1")).text
    other = author("Bo Li")
    park(other)
    assert piece(client, other, "?retry=1").status_code == 202


def test_only_what_failed_is_renewed_by_trying_again(client: Client, lee: Author) -> None:
    slices.order(lee.pk)
    due.claim(SliceOrder, 1, timedelta(seconds=60))
    assert piece(client, lee, "?retry=1").status_code == 202
    assert slices.draw_due(NOON) == 0


# Whose it is


PARTS = ("graph/slice/", "graph/slice/?try=2", "graph/")


@pytest.mark.parametrize("part", PARTS)
def test_nobody_has_no_slice(client: Client, lee: Author, part: str) -> None:
    assert client.get(researcher(lee, part).replace(lee.public_id, "0000000")).status_code == 404
    assert not SliceOrder.objects.exists()


@pytest.mark.parametrize("part", PARTS)
def test_old_names_and_merged_records_lead_on(client: Client, lee: Author, part: str) -> None:
    old = client.get(f"/researchers/zoe-{lee.public_id}/{part}")
    assert (old.status_code, old["Location"]) == (301, researcher(lee, part))
    heir = author("Bo Li")
    lee.merged_into = heir
    lee.save()
    merged = client.get(researcher(lee, part))
    assert (merged.status_code, merged["Location"]) == (301, researcher(heir, part))
    assert not SliceOrder.objects.exists()


@pytest.mark.parametrize("part", ["graph/slice/", "graph/"])
@pytest.mark.parametrize("current", [False, True])
def test_search_engines_keep_no_unclaimed_record(
    client: Client, lee: Author, part: str, current: bool
) -> None:
    if current:
        drawn(lee)
    assert client.get(researcher(lee, part))["X-Robots-Tag"] == "noindex"


# What it costs


def statements(client: Client, address: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address, headers=headers)
    return len(captured)


@pytest.mark.parametrize("rows", [1, 40])
def test_a_slice_costs_the_same_whatever_is_near(client: Client, rows: int) -> None:
    publish(*(by("Ann Lee", *map(somebody, range(n, n + 3))) for n in range(rows)))
    lee = author("Ann Lee")
    address = researcher(lee, "graph/slice/")
    assert statements(client, address) == 4
    assert statements(client, address) == 4
    slices.draw_due(NOON)
    assert statements(client, address) == 1
    held = client.get(address)["ETag"]
    assert statements(client, address, If_None_Match=held) == 1
    assert statements(client, researcher(lee, "graph/")) == 6
    held = client.get(researcher(lee, "graph/"))["ETag"]
    assert statements(client, researcher(lee, "graph/"), If_None_Match=held) == 2


# The pages around it


def test_the_profile_does_not_depend_on_the_slice(client: Client, lee: Author) -> None:
    before = client.get(researcher(lee))
    slices.order(lee.pk)
    ordered = client.get(researcher(lee))
    drawn(lee)
    after = client.get(researcher(lee))
    park(lee)
    for other in (ordered, after, client.get(researcher(lee))):
        assert (other.content, other["ETag"]) == (before.content, before["ETag"])


def test_the_slot_loads_by_itself_and_has_a_way_without_scripts(
    client: Client, lee: Author
) -> None:
    found = page(client.get(researcher(lee)))
    slot = found.one(id="research-graph")
    assert (slot["hx-get"], slot["hx-trigger"]) == (researcher(lee, "graph/slice/"), "revealed")
    assert WAITING in slot.text
    assert researcher(lee, "graph/") in found.links()
    status = found.one(id="graph-status")
    assert (status["role"], slot in status.around) == ("status", False)


@pytest.mark.parametrize(("works", "low"), [(2, True), (3, False)])
@pytest.mark.parametrize("part", ["", "graph/"])
def test_the_slot_is_as_low_as_its_drawing(
    client: Client, part: str, works: int, low: bool
) -> None:
    publish(*(by("Bo Li", title=f"On {number}") for number in range(works)))
    found = author("Bo Li")
    drawn(found)
    slot = page(client.get(researcher(found, part))).one(id="research-graph")
    drawing = shown(piece(client, found)).one("svg", class_="slice wide")
    assert slot.attributes.get("class") == ("low" if low else None)
    assert drawing["viewbox"] == ("0 0 820 300" if low else "0 0 820 590")


STATES = ("waiting", "current", "stale", "stale and failed", "failed")


def bring_to(state: str, lee: Author) -> None:
    if state in ("current", "stale", "stale and failed"):
        drawn(lee)
    if state in ("stale", "stale and failed"):
        publish(by("Ann Lee", "Cy Ng", title="Two"))
    if state in ("failed", "stale and failed"):
        park(lee)


SAID = {
    "waiting": WAITING,
    "current": "Read this graph as a list",
    "stale": "Drawn on 1 November 2026, 12:00. A newer drawing is on its way.",
    "stale and failed": "Drawn on 1 November 2026, 12:00. A newer drawing failed.",
    "failed": FAILED,
}


@pytest.mark.parametrize("state", STATES)
def test_the_page_of_its_own_works_without_scripts(client: Client, lee: Author, state: str) -> None:
    bring_to(state, lee)
    response = client.get(researcher(lee, "graph/"))
    found = page(response)
    assert response.status_code == 200
    assert SAID[state] in found.text
    assert researcher(author("Bo Li")) in found.links()
    current = state == "current"
    assert response["Cache-Control"] == (PUBLIC_CACHE if current else "private, no-store")
    assert ("ETag" in response) is current
    assert bool(found.all("noscript")) is (state == "waiting")
    assert not response.cookies


def test_the_page_of_its_own_has_the_version_of_its_drawing(client: Client, lee: Author) -> None:
    drawn(lee)
    first = client.get(researcher(lee, "graph/"))
    held = {"If-None-Match": first["ETag"]}
    assert client.get(researcher(lee, "graph/"), headers=held).status_code == 304
    Slice.objects.update(digest=Slice.objects.get().digest[:-1])
    assert client.get(researcher(lee, "graph/"), headers=held).status_code == 200


@pytest.mark.parametrize("state", ["failed", "stale and failed"])
def test_trying_again_needs_no_script(client: Client, lee: Author, state: str) -> None:
    bring_to(state, lee)
    retry = page(client.get(researcher(lee, "graph/"))).one("a", id="graph-retry")
    client.get(retry["href"])
    assert slices.draw_due(LATER) == 1
    assert SAID["current"] in page(client.get(retry["href"])).text


@pytest.mark.parametrize("state", STATES)
def test_ids_are_unique_with_the_fragment_in_the_page(
    client: Client, lee: Author, state: str
) -> None:
    bring_to(state, lee)
    fragment = html(piece(client, lee))
    outside = [
        element["id"]
        for element in page(client.get(researcher(lee))).elements
        if "id" in element.attributes
        and not any(around.attributes.get("id") == "research-graph" for around in element.around)
    ]
    inside = [e["id"] for e in Page(fragment).elements if "id" in e.attributes]
    assert inside.count("graph-status") == 1  # swapped out of band into the one that is there
    twice = Counter([*outside, *(one for one in inside if one != "graph-status")])
    assert [one for one, times in twice.items() if times > 1] == []
    whole = page(client.get(researcher(lee, "graph/")))
    ids = Counter(e["id"] for e in whole.elements if "id" in e.attributes)
    assert [one for one, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'Jo "O\'Q" & Söhne', "שלום"])
def test_names_and_titles_are_text(client: Client, name: str) -> None:
    publish(by("Ann Lee", name, title=f"On {name} {{{{ x }}}}"))
    lee = author("Ann Lee")
    drawn(lee)
    response = piece(client, lee)
    assert not re.search(r"<script|\son\w+=|style=|javascript:", html(response))
    assert all("hx-on" not in name for e in shown(response).elements for name in e.attributes)


# Two hundred first visitors


@pytest.mark.django_db(transaction=True)
def test_two_hundred_first_visitors_are_one_order_and_one_drawing(
    lee: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(facts: SliceFacts) -> Drawn:
        made.append(facts.name)
        return draw(facts)

    monkeypatch.setattr(slices, "draw", counted)

    def visit(_: int) -> int:
        try:
            return int(piece(Client(), lee).status_code)
        finally:
            connection.close()

    def sweep(_: int) -> int:
        try:
            return slices.draw_due(NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as visitors:
        assert set(visitors.map(visit, range(200))) == {202}
    assert SliceOrder.objects.count() == 1
    with ThreadPoolExecutor(3) as workers:
        assert sorted(workers.map(sweep, range(3))) == [0, 0, 1]
    with ThreadPoolExecutor(20) as visitors:
        assert set(visitors.map(visit, range(40))) == {200}
    assert (made, SliceOrder.objects.count()) == (["Ann Lee"], 0)

"""The slice as people meet it: it arrives by itself, is walked and filtered, and never jumps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from graph import fragments, slices
from graph.models import Slice, SliceOrder
from profiles.services import refresh_due
from tests.browser.conftest import SIZES, Visitor
from tests.browser.test_every_page import LOOKS, overflow, shoot, violations
from tests.factories.corpus import author, publish, take_in
from tests.web.addresses import researcher
from tests.web.people import by
from works.models import Author

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
DRAWING = "#research-graph .frame:visible svg.slice"
QUICK = (0.2,) * 6
# The sum of what moved, as browsers count it, but for what a reader's own input moved.
SHIFT = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(sum), 300);
})"""

# The middle of what has the focus is inside the drawing, and that part of it on the screen.
IN_SIGHT = """() => {
    const of = element => element.getBoundingClientRect();
    const drawing = of(document.activeElement.closest('svg'));
    const mark = of(document.activeElement.querySelector('circle, rect, path, polygon'));
    const x = mark.x + mark.width / 2, y = mark.y + mark.height / 2;
    return x > drawing.left && x < drawing.right && y > drawing.top && y < drawing.bottom
        && y > 0 && y < innerHeight;
}"""


@pytest.fixture
def lee(transactional_db: None) -> Author:
    publish(by("Ann Lee", "Bo Li", "Cy Ng", title="One"), by("Ann Lee", "Bo Li", title="Two"))
    return author("Ann Lee")


@contextmanager
def worker(task: Callable[[], object] = lambda: slices.draw_due(timezone.now())) -> Iterator[None]:
    """Somebody who does this again and again until the block ends, as the sweeps do."""
    over = Event()

    def sweep() -> None:
        while not over.wait(0.1):
            task()
        connection.close()

    thread = Thread(target=sweep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def drawn(found: Author) -> None:
    slices.order(found.pk)
    slices.draw_due(NOON)


def undrawn(found: Author) -> None:
    Slice.objects.filter(author=found).delete()


def reveal(page: Page) -> None:
    page.locator("#research-graph").scroll_into_view_if_needed()


def status(page: Page) -> str:
    return page.locator("#graph-status").inner_text()


# How it arrives


def test_it_arrives_in_the_same_visit_and_at_once_in_the_next(
    lee: Author, visitor: Visitor
) -> None:
    visit, answers = visitor(), list[tuple[int, str]]()

    def keep(got: Response) -> None:
        if "/graph/slice/" in got.url:
            answers.append((got.status, got.url))

    visit.page.on("response", keep)
    with worker():
        page = visit.go(researcher(lee))
        page.evaluate("document.body.dataset.visit = 'the first'")
        page.locator("#site-search").focus()
        reveal(page)
        expect(page.locator(DRAWING)).to_be_visible(timeout=10_000)
        expect(page.locator("#graph-status")).to_have_text("The research graph is ready.")
    assert page.evaluate("document.body.dataset.visit") == "the first"
    assert page.evaluate("document.activeElement.id") == "site-search"
    assert (answers[0][0], answers[-1][0]) == (202, 200)
    answers.clear()
    page = visit.go(researcher(lee))
    reveal(page)
    expect(page.locator(DRAWING)).to_be_visible()
    assert [url.rpartition("/")[2] for _, url in answers] == [""]
    shoot(page, "slice-of-three")


def test_without_scripts_the_link_leads_to_it(lee: Author, visitor: Visitor) -> None:
    page = visitor(scripts=False).go(researcher(lee))
    expect(page.get_by_text("The graph has its own page")).to_be_visible()
    expect(page.get_by_text("Building this graph slice")).to_be_hidden()
    shoot(page, "slice-without-scripts")
    page.get_by_role("link", name="Read the nearby people, works and topics").click()
    expect(page.locator("#research-graph")).to_contain_text("Building this graph slice")
    expect(page.get_by_role("link", name="Bo Li")).to_be_visible()
    slices.draw_due(NOON)
    page.get_by_role("link", name="Look again in a few seconds").click()
    expect(page.locator(DRAWING)).to_be_visible()
    people = page.locator(f"{DRAWING} .node.person:not(.me)")
    expect(people).to_have_count(2)
    page.locator("#show-person").uncheck()
    for person in people.all():
        expect(person).to_be_hidden()
    expect(page.locator(f"{DRAWING} .node.work").first).to_be_visible()
    expect(page.locator(f"{DRAWING} .node.me")).to_be_visible()
    page.locator("#show-person").check()
    expect(people.first).to_be_visible()
    take_in(by("Ann Lee", "Di Ma", title="Three"))
    page.reload()
    expect(page.locator(".slice-note")).to_contain_text("Drawn on 1 November 2026, 12:00.")
    expect(page.locator(DRAWING)).to_be_visible()


def test_while_nobody_draws_the_page_says_so_and_can_be_asked_again(
    lee: Author, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fragments, "DELAYS", QUICK)
    page = visitor().go(researcher(lee))
    reveal(page)
    expect(page.locator("#research-graph")).to_contain_text("The graph is not ready yet")
    assert status(page) == "The research graph is not ready yet."
    retry = page.locator("#graph-retry")
    assert retry.get_attribute("href") == researcher(lee, "graph/")
    shoot(page, "slice-away")
    with worker():
        retry.click()
        expect(page.locator(DRAWING)).to_be_visible()
    assert page.url.endswith(researcher(lee))
    assert status(page) == "The research graph is ready."


def test_a_failed_drawing_is_told_and_tried_again(
    lee: Author, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fragments, "DELAYS", QUICK)
    slices.order(lee.pk)
    SliceOrder.objects.update(attempts=3, parked_at=NOON)
    page = visitor("narrow").go(researcher(lee))
    reveal(page)
    expect(page.locator("#research-graph")).to_contain_text("This graph could not be drawn")
    assert status(page) == "The research graph could not be drawn."
    assert violations(page) + overflow(page) == []
    with worker():
        page.locator("#graph-retry").click()
        expect(page.locator(DRAWING)).to_be_visible()


def test_what_can_not_be_loaded_is_told_and_asked_for_again(lee: Author, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.page
    page.route("**/graph/slice/", lambda asked: asked.abort())
    visit.go(researcher(lee))
    reveal(page)
    expect(page.locator("#research-graph")).to_contain_text("The graph could not be loaded")
    assert status(page) == "The research graph could not be loaded."
    retry = page.locator("#graph-retry")
    assert retry.get_attribute("href") == researcher(lee, "graph/")
    visit.forgive()
    assert violations(page) + overflow(page) == []
    shoot(page, "slice-not-loaded")
    page.unroute_all()
    page.route("**/graph/slice/?try=1", lambda asked: asked.fulfill(status=503))
    retry.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#research-graph")).to_be_focused()
    expect(page.locator("#research-graph")).to_contain_text("The graph could not be loaded")
    visit.forgive()
    page.unroute_all()
    with worker():
        retry.click()
        expect(page.locator(DRAWING)).to_be_visible()
    assert page.url.endswith(researcher(lee))
    assert status(page) == "The research graph is ready."


def test_after_an_import_the_old_one_is_shown_with_its_date_then_the_new(
    lee: Author, visitor: Visitor
) -> None:
    drawn(lee)
    take_in(by("Ann Lee", "Di Ma", title="Three"))
    page = visitor().go(researcher(lee))
    reveal(page)
    expect(page.locator(".slice-note")).to_contain_text("Drawn on 1 November 2026, 12:00.")
    expect(page.locator(DRAWING)).to_be_visible()
    expect(page.locator(f"{DRAWING} .node.work")).to_have_count(2)
    assert violations(page) == []
    with worker(), worker(refresh_due):
        expect(page.locator(f"{DRAWING} .node.work")).to_have_count(3)
        expect(page.locator(".slice-note")).to_have_count(0)
    assert status(page) == "The research graph is ready."


# What can be done with it


def lit(page: Page) -> set[str]:
    found = page.locator(f"{DRAWING} .node.lit").evaluate_all("all => all.map(e => e.id)")
    return set(found)


def test_hover_and_focus_light_the_neighbours_and_arrows_walk(
    lee: Author, visitor: Visitor
) -> None:
    drawn(lee)
    page = visitor().go(researcher(lee, "graph/"))
    ng = page.locator(f"{DRAWING} .node.person", has_text="Cy Ng")
    one = page.locator(f"{DRAWING} .node.work", has_text="One")
    ng.hover()
    expect(page.locator(f"{DRAWING}.hot")).to_have_count(1)
    near = lit(page)
    assert {ng.get_attribute("id"), one.get_attribute("id")} <= near
    assert len(near) < page.locator(f"{DRAWING} .node").count()
    page.mouse.move(2, 2)
    expect(page.locator(f"{DRAWING}.hot")).to_have_count(0)
    me = page.locator(f"{DRAWING} .node.me")
    me.focus()
    assert me.get_attribute("id") in lit(page)
    seen = {me.get_attribute("id")}
    for arrow in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp") * 2:
        page.keyboard.press(arrow)
        seen.add(page.evaluate("document.activeElement.id"))
    assert len(seen) > 2
    assert page.evaluate("!!document.activeElement.closest('.slice .node')")
    at = page.locator(f"{DRAWING} .node[tabindex='0']")
    expect(at).to_have_count(1)
    address = at.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_the_buttons_zoom(lee: Author, visitor: Visitor) -> None:
    drawn(lee)
    page = visitor().go(researcher(lee, "graph/"))
    drawing = page.locator(DRAWING)
    whole = drawing.get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    assert drawing.get_attribute("viewBox") != whole
    page.get_by_role("button", name="Reset the zoom").click()
    assert drawing.get_attribute("viewBox") == whole
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom out").click()
    assert drawing.get_attribute("viewBox") == whole


def test_a_zoomed_drawing_moves_to_where_the_keyboard_goes(lee: Author, visitor: Visitor) -> None:
    drawn(lee)
    page = visitor().go(researcher(lee, "graph/"))
    for _ in range(5):
        page.get_by_role("button", name="Zoom in").click()
    page.locator(f"{DRAWING} .node.me").focus()
    seen = set()
    for arrow in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp") * 2:
        page.keyboard.press(arrow)
        seen.add(page.evaluate("document.activeElement.id"))
        assert page.evaluate(IN_SIGHT)
    assert len(seen) > 2


def test_a_newer_drawing_takes_the_focus_of_nobody(lee: Author, visitor: Visitor) -> None:
    drawn(lee)
    take_in(by("Ann Lee", "Di Ma", title="Three"))
    page = visitor().go(researcher(lee))
    reveal(page)
    li = page.locator(f"{DRAWING} .node.person", has_text="Bo Li")
    li.focus()
    with worker(), worker(refresh_due):
        expect(page.locator(f"{DRAWING} .node.work")).to_have_count(3)
    expect(li).to_be_focused()


# On the sample


@pytest.mark.parametrize("size", SIZES)
def test_on_the_sample_nothing_is_against_the_rules_and_nothing_moves(
    sample: Author, visitor: Visitor, size: str
) -> None:
    undrawn(sample)
    page = visitor(size).go(researcher(sample))
    reveal(page)
    with worker():
        expect(page.locator(DRAWING)).to_be_visible()
        expect(page.locator("#research-graph .zoom:visible")).to_have_count(1)
    moved = page.evaluate(SHIFT)
    page.locator(".as-list > summary").click()
    faults = {}
    for look in LOOKS:
        page.emulate_media(color_scheme=look)
        shoot(page, f"slice-profile-{size}-{look}")
        faults[look] = violations(page) + overflow(page)
    assert faults == {look: [] for look in LOOKS}
    assert moved <= 0.02


def test_on_the_sample_the_circles_are_told_and_the_close_stand_out(
    sample: Author, visitor: Visitor
) -> None:
    page = visitor().go(researcher(sample, "graph/"))
    expect(page.locator(f"{DRAWING} .node.person.close:not(.me)")).to_have_count(4)
    circles = page.locator("#research-graph .circles")
    expect(circles.get_by_role("link", name="Pose Estimation")).to_have_count(3)
    expect(circles).to_contain_text("one work with no shared co-author: Security of Deep Learning")

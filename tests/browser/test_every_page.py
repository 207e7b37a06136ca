"""Every page in two sizes and two lights: accessible, no wider than the screen, and quiet."""

import json
import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.conftest import SIZES, Visitor
from tests.web.addresses import any_institution
from works.models import Author, Topic, Work

ADDRESSES = {
    "home": "/",
    "search": "/search/?q=lin",
    "search-none": "/search/?q=zzz",
    "browse": "/researchers/?letter=L",
    "profile": "{researcher}",
    "works-filtered": "{researcher}works/?year=2020",
    "works-none": "{researcher}works/?q=zzzz",
    "ledger": "{researcher}trust/",
    "graph": "{researcher}graph/",
    "work": "{work}",
    "topic": "{topic}",
    "correct-institution": "{institution}correct/",
    "correct-topic": "{topic}correct/",
    "claim": "{researcher}claim/",
    "invite": "{researcher}invite/",
    "follow": "{researcher}follow/",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "not-found": "/nothing/",
    "about": "/about/",
    "about-trust": "/about/trust/",
}
LOOKS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# A pass of axe looks at every rule that it has, those of best practice too.
AXE = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true })"


def violations(page: Page) -> list[str]:
    # Through DevTools, which the page's policy does not bind: axe is no script of the page.
    page.evaluate(AXE_SCRIPT)
    return _violations(page)


def _violations(page: Page) -> list[str]:
    return [
        f"{found['id']}: {node['html'][:160]} {json.dumps(node['any'][:1])[:300]}"
        for found in page.evaluate(AXE)
        for node in found["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """What stands out on the right of the screen."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 120)).concat(['the page is wider than the screen'])"""
    )
    return found


def shoot(page: Page, name: str) -> None:
    """A picture for people, where BZPEER_SHOTS names a folder."""
    if folder := os.environ.get("BZPEER_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def views(page: Page) -> Iterator[str]:
    """Show the page in each size and light, and last as a visit begins: the names of both."""
    for size, look in product(reversed(SIZES), reversed(LOOKS)):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=look)
        yield f"{size}-{look}"


def faults_of(page: Page, name: str, *, unfolded: bool = False) -> list[str]:
    """What is wrong with the page in any size and light; for people, a picture of each.

    The page is loaded once: all that size and light change is in the style sheets. `unfolded`
    opens what can be opened, behind the pictures.
    """
    if os.environ.get("BZPEER_SHOTS"):
        for view in views(page):
            shoot(page, f"{name}-{view}")
    if unfolded:
        page.evaluate(UNFOLD)
    page.evaluate(AXE_SCRIPT)
    return [
        f"{view}: {fault}" for view in views(page) for fault in _violations(page) + overflow(page)
    ]


def test_every_page(sample: Author, visitor: Visitor) -> None:
    visit = visitor()
    work = Work.objects.filter(unverified__contains=["authors"])[0]
    places = {
        "researcher": f"/researchers/{sample.slug}/",
        "work": f"/works/{work.pk}/",
        "topic": f"/topics/{Topic.objects.all()[0].slug}/",
        "institution": any_institution(),
    }
    faults = {}
    for name, address in ADDRESSES.items():
        if found := faults_of(visit.go(address.format(**places)), name, unfolded=True):
            faults[name] = found
    assert faults == {}
    cookies = visit.context.cookies()
    assert {cookie["name"] for cookie in cookies} <= {"csrftoken"}


def test_readers_get_no_cookie(sample: Author, visitor: Visitor) -> None:
    visit = visitor()
    for address in ("/", f"/researchers/{sample.slug}/", "/search/?q=lin", "/researchers/"):
        visit.go(address)
    assert visit.context.cookies() == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_while_the_profile_loads(sample: Author, visitor: Visitor, size: str) -> None:
    visit = visitor(size)
    page = visit.go(f"/researchers/{sample.slug}/")
    shift: float = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) sum += entry.value;
            }).observe({type: 'layout-shift', buffered: true});
            scrollTo(0, 600);
            setTimeout(() => done(sum), 800);
        })"""
    )
    assert shift < 0.01

"""Reading a profile: filters by HTMX and without it, the back button, the keyboard."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visitor
from tests.browser.test_every_page import overflow
from tests.factories.corpus import publish
from tests.factories.records import work
from tests.web.addresses import researcher
from works.models import Author, Work


def works(page: Page) -> int:
    return page.locator("#works article").count()


def mark(page: Page) -> None:
    """A sign that is lost when the whole page is loaded again."""
    page.evaluate("window.unbroken = true")


def unbroken(page: Page) -> bool:
    return bool(page.evaluate("window.unbroken === true"))


@pytest.fixture
def in_2022(sample: Author) -> int:
    return Work.objects.filter(year=2022).count()


def test_a_year_and_back_without_loading_the_page(
    sample: Author, in_2022: int, visitor: Visitor
) -> None:
    page = visitor().go(f"/researchers/{sample.slug}/")
    mark(page)
    page.locator("#year-2022").click()
    expect(page.locator("#works article")).to_have_count(in_2022)
    expect(page).to_have_url(re.compile(r"/works/\?year=2022$"))
    expect(page.locator("#year-2022")).to_have_attribute("aria-current", "true")
    expect(page.locator("#works-status")).to_contain_text(f"{in_2022} published items shown")
    assert unbroken(page)
    page.go_back()
    expect(page.locator("#works article")).to_have_count(25)
    expect(page).to_have_url(re.compile(rf"/researchers/{sample.slug}/$"))


def test_words_filter_without_loading_the_page(sample: Author, visitor: Visitor) -> None:
    page = visitor().go(f"/researchers/{sample.slug}/")
    mark(page)
    page.locator("#works-q").fill("quantization")
    page.locator("#works-q").press("Enter")
    expect(page).to_have_url(re.compile(r"/works/\?q=quantization$"))
    expect(page.locator("#works-clear")).to_have_text("Show all 25")
    assert 0 < works(page) < 25
    assert unbroken(page)
    page.locator("#works-clear").click()
    expect(page.locator("#works article")).to_have_count(25)
    assert unbroken(page)


def test_where_htmx_fails_the_browser_goes_there(sample: Author, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.page
    page.route(re.compile(r"/works/\?"), refuse_htmx)
    visit.go(f"/researchers/{sample.slug}/")
    mark(page)
    page.locator("#year-2022").click()
    page.wait_for_url(re.compile(r"/works/\?year=2022"))
    assert not unbroken(page)
    mark(page)
    page.locator("#works-q").press("Enter")
    page.wait_for_url(re.compile(r"/works/\?q=&year=2022"))
    assert not unbroken(page)
    visit.forgive()


def refuse_htmx(asked: Route) -> None:
    if "hx-request" in asked.request.headers:
        asked.abort()
    else:
        asked.continue_()


def test_nothing_found_says_so(sample: Author, visitor: Visitor) -> None:
    page = visitor().go(f"/researchers/{sample.slug}/")
    page.locator("#works-q").fill("zzzz")
    page.locator("#works-q").press("Enter")
    expect(page.get_by_text("Nothing matches here")).to_be_visible()


def test_the_same_without_scripts(sample: Author, in_2022: int, visitor: Visitor) -> None:
    page = visitor(scripts=False).go(f"/researchers/{sample.slug}/")
    page.locator("#year-2022").click()
    expect(page.locator("#works article")).to_have_count(in_2022)
    assert page.url.endswith("/works/?year=2022#works")
    page.locator("#works-q").fill("quantization")
    page.locator("#works-q").press("Enter")
    assert "q=quantization" in page.url
    assert "year=2022" in page.url
    page.goto(page.url.split("/works/")[0] + "/")
    page.get_by_role("link", name="Open full explorer").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    page.locator("#site-search").fill("lin xue")
    page.locator("#site-search").press("Enter")
    page.get_by_role("link", name="Xue Lin").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xue Lin")


def test_the_keyboard_reaches_the_page(sample: Author, visitor: Visitor) -> None:
    page = visitor().go(f"/researchers/{sample.slug}/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(VISIBLE_FOCUS), page.evaluate("document.activeElement.outerHTML")


# Something is drawn around or under what has the focus that is not there without it.
VISIBLE_FOCUS = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (element.closest('svg')) return true;  // the drawing lights up what has the focus
    return box.width > 0 && box.height > 0 && element.matches(':focus-visible')
        && (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
            || style.boxShadow !== 'none');
}"""


def test_after_a_filter_the_focus_is_where_it_was(sample: Author, visitor: Visitor) -> None:
    page = visitor().go(f"/researchers/{sample.slug}/")
    page.locator("#year-2022").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#year-2022")).to_have_attribute("aria-current", "true")
    expect(page.locator("#year-2022")).to_be_focused()


def test_an_abstract_opens_and_closes(sample: Author, visitor: Visitor) -> None:
    page = visitor().go(f"/researchers/{sample.slug}/")
    more = page.locator("#works details").first
    expect(more.locator("p")).to_be_hidden()
    more.locator("summary").click()
    expect(more.locator("p")).to_be_visible()


def test_a_long_address_in_an_abstract_fits_a_phone(
    transactional_db: None, visitor: Visitor
) -> None:
    address = f"https://code.example/{'TheNameOfAMethod' * 4}"
    publish(work("Jo Doe", abstract=f"We prune. See {address}."))
    page = visitor("narrow").go(researcher("Jo Doe"))
    page.locator(".work-more summary").click()
    assert page.locator(".work-more details p").is_visible()
    assert overflow(page) == []

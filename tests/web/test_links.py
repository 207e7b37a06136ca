"""Every page that can be reached is there, and is sound HTML."""

import re
from collections import Counter
from itertools import islice
from urllib.parse import urlsplit

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from tests.factories.corpus import publish
from tests.web.addresses import NEVER_STORED, PUBLIC, filled, researcher
from tests.web.crawl import crawl
from tests.web.dom import Page, html, page
from tests.web.people import by
from works.models import Author

pytestmark = pytest.mark.django_db

ANCHOR = re.compile(r'href="([^"#]*)#([^"]+)"')
EVERY = PUBLIC | NEVER_STORED


@pytest.fixture(scope="module")
def site(sample: Author) -> dict[str, HttpResponseBase]:
    return dict(crawl(Client()))


def test_no_link_is_dead(sample: Author, site: dict[str, HttpResponseBase]) -> None:
    assert {address: r.status_code for address, r in site.items() if r.status_code >= 300} == {}
    kinds = Counter(re.sub(r"^(/[a-z]+/)[^/?]+", r"\1…", address) for address in site)
    assert kinds["/works/…/"] == 25
    assert kinds["/researchers/…/"] == kinds["/researchers/…/trust/"] == 82


def test_every_anchor_is_on_the_page_it_points_to(site: dict[str, HttpResponseBase]) -> None:
    ids = {a: {e.attributes.get("id") for e in Page(html(r)).elements} for a, r in pages(site)}
    lost = {
        (address, path, anchor)
        for address, response in pages(site)
        for path, anchor in ANCHOR.findall(html(response).replace("&amp;", "&"))
        if anchor not in ids.get(path or address, {anchor})
    }
    assert lost == set()


def pages(site: dict[str, HttpResponseBase]) -> list[tuple[str, HttpResponseBase]]:
    return [(a, r) for a, r in site.items() if r["Content-Type"].startswith("text/html")]


def test_links_elsewhere_are_encrypted_and_take_nothing_along(
    site: dict[str, HttpResponseBase],
) -> None:
    for _, response in pages(site):
        for link in Page(html(response)).all("a"):
            parts = urlsplit(link["href"])
            if parts.netloc:
                assert parts.scheme == "https"
                assert "noopener" in link["rel"]


# Sound HTML


@pytest.mark.parametrize("name", EVERY)
def test_a_page_is_sound(sample: Author, client: Client, name: str) -> None:
    if name == "data":
        return
    check_sound(page(client.get(filled(EVERY[name], sample))))


@pytest.mark.parametrize(
    "address", ["/nothing/", "/accounts/", "/accounts/reauthenticate/", "/accounts/sessions/"]
)
def test_a_page_of_the_signed_in_is_sound(as_ada: Client, address: str) -> None:
    check_sound(page(as_ada.get(address)))


@pytest.mark.parametrize("name", PUBLIC)
def test_signed_in_a_page_is_sound_too(sample: Author, as_ada: Client, name: str) -> None:
    if name != "data":
        check_sound(page(as_ada.get(filled(PUBLIC[name], sample))))


def check_sound(shown: Page) -> None:
    assert shown.one("html")["lang"] == "en"
    (title,) = [element for element in shown.all("title") if not element.within("svg")]
    assert title.text.endswith("– BZPEER")
    assert len(shown.all("h1")) == 1
    assert len(shown.all("main")) == 1
    ids = Counter(e["id"] for e in shown.elements if "id" in e.attributes)
    assert [key for key, count in ids.items() if count > 1] == []
    check_names(shown, set(ids))
    check_order_of_headings(shown)
    assert [e for e in shown.elements if "style" in e.attributes] == []
    assert [e for e in shown.elements if any(name.startswith("on") for name in e.attributes)] == []
    assert all(e["src"].startswith("/static/") and not e.text for e in shown.all("script"))


def check_names(shown: Page, ids: set[str]) -> None:
    """Everything that is used or drawn has a name, and every reference has its end."""
    labelled = {label["for"] for label in shown.all("label") if "for" in label.attributes}
    assert labelled <= ids
    for field in shown.all("input"):
        hidden = field.attributes.get("type") == "hidden"
        told = field.within("label") or "aria-label" in field.attributes
        assert hidden or told or field["id"] in labelled
    for element in shown.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(element.attributes.get(name, "").split()) <= ids
    for drawing in shown.all("svg"):
        named = {"aria-label", "aria-labelledby"} & drawing.attributes.keys()
        assert drawing.attributes.get("aria-hidden") == "true" or named
    for link in [*shown.all("a"), *shown.all("button")]:
        assert link.text or "aria-label" in link.attributes


def check_order_of_headings(shown: Page) -> None:
    levels = [int(e.tag[1]) for e in shown.elements if re.fullmatch("h[1-6]", e.tag)]
    skipped = [(a, b) for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]
    assert skipped == []


def test_records_of_another_kind_have_no_dead_link(sample: Author, client: Client) -> None:
    publish(
        by("Ann Lee", "ATLAS Collaboration", ids=(), abstract="", categories=(), created=""),
        by("李 明", "Ann Lee", doi="10.1000/a<b>c%20d?e#f", journal_ref="J. 1"),
        by("O'Neil, Jr.", "X Æ A-12", "Ann Lee", title="$\\alpha$ & <b>"),
    )
    start = researcher("Ann Lee")
    near = islice(crawl(client, start), 150)
    assert {address: r.status_code for address, r in near if r.status_code != 200} == {}

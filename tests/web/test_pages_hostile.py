"""Whatever a source writes, it stays text: imported, and then read on every page."""

import io
from collections.abc import Iterator
from itertools import islice, pairwise

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.factories.corpus import refresh_all, take_in
from tests.factories.records import line, person, work
from tests.web.crawl import crawl
from tests.web.dom import Page, html
from tests.web.hostile import HOSTILE
from works.domain.records import Category, ExternalId, WorkRecord
from works.models import Work
from works.sources.bzpeer import BZPEER

OURS_HX = {"hx-get", "hx-target", "hx-select", "hx-select-oob", "hx-swap", "hx-push-url",
           "hx-trigger", "hx-swap-oob"}  # fmt: skip
ALIVE = {"iframe", "object", "embed", "base", "style", "video", "audio", "template", "plaintext",
         "math", "foreignobject", "source", "img"}  # fmt: skip


def hostile_work(text: str, other: str) -> WorkRecord:
    return work(
        person(text, f"{other} University", f"Institute {text}"),
        person(f"Ann {other}"),
        "Ann Lee",
        title=text,
        abstract=f"{other} First sentence. {text} and {other}. A third.",
        comments=f"{text} {other}",
        journal_ref=text,
        doi=f"10.1000/{text}",
        licence=text,
        ids=(ExternalId("odd", text), ExternalId("doi", f"10.1/{other}")),
        type=text,
        categories=(Category("arxiv", text), Category("odd scheme", other)),
    )


def records() -> Iterator[WorkRecord]:
    """Every string in every field; and one field at a time, where the whole would be refused."""
    for text, other in pairwise((*HOSTILE, HOSTILE[0])):
        whole = hostile_work(text, other)
        yield whole
        for field in ("title", "abstract", "comments", "journal_ref", "licence", "authors"):
            yield work("Ann Lee", **{field: getattr(whole, field)})


@pytest.fixture(scope="module")
def taken(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """How many of the records passed the parser and were stored."""
    lines = b"".join(map(line, records()))
    read = [item for item in BZPEER.read(io.BytesIO(lines)) if isinstance(item, WorkRecord)]
    with django_db_blocker.unblock(), transaction.atomic():
        take_in(*read)
        refresh_all()
        yield len(read)
        transaction.set_rollback(True)


@pytest.fixture
def site(taken: int, client: Client, db: None) -> Iterator[tuple[str, Page]]:
    return (
        (address, Page(html(response)))
        for address, response in islice(crawl(client), 700)
        if response["Content-Type"].startswith("text/html")
    )


def test_most_strings_are_taken(taken: int, db: None) -> None:
    assert taken == Work.objects.count()
    assert taken > 5 * len(HOSTILE)


def test_nothing_of_it_comes_alive(site: Iterator[tuple[str, Page]]) -> None:
    for address, shown in site:
        for element in shown.elements:
            names = element.attributes.keys()
            assert not any(name.startswith(("on", "data-hx-")) for name in names), address
            assert {name for name in names if name.startswith("hx-")} <= OURS_HX, address
            assert "style" not in names, address
            assert element.tag not in ALIVE, address
            if element.tag == "script":
                assert element["src"].startswith("/static/"), address
                assert not element.text, address
            if element.tag == "link":
                assert element["href"].startswith(("/", "http://127.0.0.1:8000/")), address
            if element.tag == "meta":
                assert element.attributes.get("http-equiv") is None, address
            if element.tag == "form":
                assert element["action"].startswith("/"), address
                assert not element["action"].startswith("//"), address
            check_address(element.attributes.get("href", "/"))


def check_address(href: str) -> None:
    assert href.startswith(("/", "#", "https://", "http://127.0.0.1:8000/"))
    assert not href.startswith("//")
    assert not any(letter.isspace() or letter in "<>\"'" for letter in href), href


def test_every_page_with_it_is_sound(client: Client, taken: int, db: None) -> None:
    statuses = {address: response.status_code for address, response in islice(crawl(client), 400)}
    assert {address: status for address, status in statuses.items() if status != 200} == {}
    assert len(statuses) > 100


def test_the_letters_are_still_there(client: Client, taken: int, db: None) -> None:
    shown = [Page(html(client.get(f"/search/?q={word}"))).text for word in ("script", "alert")]
    found = Work.objects.filter(title_text__contains="<script>alert(1)</script>")
    assert found.count() > 5
    assert all("Researchers named" in text for text in shown)
    text = Page(html(client.get(f"/works/{found[0].pk}/"))).one("h1").text
    assert "<script>alert(1)</script>" in text

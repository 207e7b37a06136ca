"""Paths and suggestions in a browser: in two sizes and two lights, and what HTMX does with them."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from profiles.models import User
from profiles.suggesting import suggest_due
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of
from tests.factories.corpus import author, publish
from tests.factories.records import people, person, topics, work
from tests.factories.suggestions import found_for, holder

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Maria Concepción Hernández-Villavicencio de la Fuente"


@pytest.fixture
def ann(transactional_db: None) -> User:
    """Ann wrote with Bo, who wrote with many others; one of them is open to invitations."""
    title = "Attention and its discontents: a long title that has to wrap on a narrow screen"
    both = topics("cs.LG", "cs.CL")
    publish(
        work("Ann Lee", "Bo Chen", title=title, categories=both),
        work("Bo Chen", LONG, title=title, categories=both),
        work("Bo Chen", person("Di Eng", "University of Somewhere"), categories=both),
        *(work("Bo Chen", name) for name in people(4)),
        work("Cy Dahl"),
        work("Cy Dahlberg"),
    )
    holder("Di Eng", level=3, open_to=("coauthor",), seeks=["review"])
    return holder("Ann Lee")


def slug(name: str) -> str:
    return author(name).slug


def test_every_state_of_a_path(ann: User, visitor: Visitor) -> None:
    visit = visitor()
    states = {
        "nothing": "",
        "connected": f"?from={slug('Ann Lee')}&to={slug(LONG)}",
        "apart": f"?from={slug('Ann Lee')}&to={slug('Cy Dahlberg')}",
        "choice": "?from=Ann Lee&to=Dahl",
        "unknown": "?from=Ann Lee&to=Nobody at all",
    }
    found = {}
    for name, query in states.items():
        page = visit.go(f"/explore/path/{query}")
        found[name] = faults_of(page, f"path-{name}")
    assert not any(found.values()), found


def signed_in(visit: Visit, user: User) -> None:
    """Let this visit be the person's."""
    client = Client()
    client.force_login(user)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": visit.site}
    visit.context.add_cookies([session])  # type: ignore[list-item]


def test_every_state_of_suggestions(ann: User, visitor: Visitor) -> None:
    visit = visitor()
    signed_in(visit, ann)
    page = visit.go("/collaborate/")
    found = {"waiting": faults_of(page, "collaborate-waiting")}
    suggest_due()
    expect(page.get_by_role("link", name="Di Eng", exact=True)).to_be_visible()
    found["people"] = faults_of(page, "collaborate-people")
    page.get_by_role("button", name="Switch suggestions off").click()
    expect(page.get_by_role("heading", name="Suggestions are off")).to_be_visible()
    found["off"] = faults_of(page, "collaborate-off")
    assert not any(found.values()), found


@pytest.mark.parametrize("scripts", [True, False])
def test_dismissing_with_and_without_scripts(ann: User, visitor: Visitor, scripts: bool) -> None:
    found_for(ann)
    visit = visitor(scripts=scripts)
    signed_in(visit, ann)
    page = visit.go("/collaborate/")
    page.get_by_role("button", name="Not for me Di Eng").click()
    if scripts:
        expect(page.get_by_role("status")).to_have_text("Di Eng is not suggested again.")
        page.get_by_role("button", name="Take it back Di Eng").click()
        expect(page.get_by_role("button", name="Not for me Di Eng")).to_be_visible()
    else:
        expect(page.get_by_role("link", name="Di Eng", exact=True)).to_have_count(0)
        page.get_by_role("button", name="Bring back 1 person").click()
        suggest_due()
        visit.go("/collaborate/")
        expect(page.get_by_role("link", name="Di Eng", exact=True)).to_be_visible()

"""The page of people whom somebody might work with."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from profiles.models import (
    Follow,
    Suggestion,
    SuggestionChoice,
    SuggestionDismissal,
    SuggestionOrder,
    User,
)
from profiles.suggesting import suggest_due
from tests.factories.corpus import author, publish
from tests.factories.records import people, work
from tests.factories.suggestions import found_for, holder
from tests.web.addresses import researcher
from tests.web.dom import Page, page

pytestmark = pytest.mark.django_db
PAGE = "/collaborate/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ann() -> User:
    publish(work("Ann Lee", "Bo Chen"), work("Bo Chen", "Cy Dahl"), work("Bo Chen", "Di Eng"))
    return holder("Ann Lee")


@pytest.fixture
def as_ann(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def shown(client: Client, address: str = PAGE) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return page(response)


def names(found: Page) -> list[str]:
    return [link.text for link in found.all("a") if link.within("h2")]


def test_strangers_log_in_first(client: Client) -> None:
    for response in (client.get(PAGE), client.post(PAGE, {"action": "off"})):
        assert response["Location"] == f"/accounts/login/?next={PAGE}"


def test_the_first_visit_asks_the_worker_and_the_next_shows_what_it_found(
    as_ann: Client, ann: User
) -> None:
    first = shown(as_ann)
    assert "Looking for people" in first.text
    assert first.one("div", hx_trigger="load delay:2s")["hx-get"] == f"{PAGE}?try=1"
    assert SuggestionOrder.objects.get().user_id == ann.pk
    suggest_due()
    found = shown(as_ann)
    assert set(names(found)) == {"Cy Dahl", "Di Eng"}
    assert {researcher("Cy Dahl"), researcher("Cy Dahl", "invite/")} <= set(found.links())
    assert "One shared collaborator" in found.text
    assert "an invitation would be held" in found.text
    assert not SuggestionOrder.objects.exists()


def test_whoever_follows_somebody_is_looked_for_anew(as_ann: Client, ann: User) -> None:
    publish(work("Far Away"))
    found_for(ann)
    shown(as_ann)
    assert not SuggestionOrder.objects.exists()
    Follow.objects.create(user=ann, author=author("Far Away"))
    assert "Far Away" not in names(shown(as_ann))
    suggest_due()
    assert "Far Away" in names(shown(as_ann))


def test_suggestions_of_yesterday_are_shown_while_new_ones_are_found(
    as_ann: Client, ann: User
) -> None:
    found_for(ann)
    SuggestionChoice.objects.update(found_at=timezone.now() - timedelta(days=2))
    assert len(names(shown(as_ann))) == 2
    assert SuggestionOrder.objects.count() == 1


def test_the_page_stops_asking_by_itself(as_ann: Client) -> None:
    assert shown(as_ann, f"{PAGE}?try=5").all("div", hx_trigger="load delay:64s")
    last = shown(as_ann, f"{PAGE}?try=6")
    assert not [one for one in last.elements if "hx-get" in one.attributes]


def test_open_people_are_marked_as_such(as_ann: Client, ann: User) -> None:
    holder("Di Eng", level=3, open_to=("talk",))
    found_for(ann)
    found = shown(as_ann)
    assert names(found) == ["Di Eng", "Cy Dahl"]
    assert "Claimed, L3, open to invitations" in found.text


def test_nobody_to_suggest(as_ada: Client, ada: User) -> None:
    found_for(ada)
    found = shown(as_ada)
    assert "Nobody to suggest yet" in found.text
    assert "Claim your record" in found.text


def test_a_reader_without_a_record_is_told_what_inviting_takes(as_ada: Client, ada: User) -> None:
    publish(work("Cy Dahl"))
    Follow.objects.create(user=ada, author=author("Cy Dahl"))
    found_for(ada)
    found = shown(as_ada)
    assert "You follow them" in found.text
    assert researcher("Cy Dahl", "invite/") not in found.links()
    assert "You can invite people once you speak for a record" in found.text


@pytest.mark.parametrize("htmx", [False, True])
def test_dismissing_and_taking_it_back(as_ann: Client, ann: User, htmx: bool) -> None:
    found_for(ann)
    slug = author("Di Eng").slug
    headers = HTMX if htmx else {}
    answer = as_ann.post(PAGE, {"action": "dismiss", "slug": slug}, headers=headers)
    if htmx:
        assert "Di Eng is not suggested again." in answer.content.decode()
        assert 'value="restore"' in answer.content.decode()
    else:
        assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert names(shown(as_ann)) == ["Cy Dahl"]
    assert "Bring back 1 person you dismissed" in shown(as_ann).text
    as_ann.post(PAGE, {"action": "restore", "slug": slug}, headers=headers)
    assert set(names(shown(as_ann))) == {"Cy Dahl", "Di Eng"}


def test_all_dismissals_can_be_taken_back(as_ann: Client, ann: User) -> None:
    found_for(ann)
    for name in ("Di Eng", "Cy Dahl"):
        as_ann.post(PAGE, {"action": "dismiss", "slug": author(name).slug})
    assert "Nobody to suggest yet" in shown(as_ann).text
    as_ann.post(PAGE, {"action": "forget"})
    suggest_due()
    assert len(names(shown(as_ann))) == 2


def test_switching_off_and_on(as_ann: Client, ann: User) -> None:
    found_for(ann)
    assert as_ann.post(PAGE, {"action": "off"}).status_code == 303
    assert "Suggestions are off" in shown(as_ann).text
    assert not Suggestion.objects.exists()
    assert not SuggestionOrder.objects.exists()
    as_ann.post(PAGE, {"action": "on"})
    assert "Looking for people" in shown(as_ann).text
    suggest_due()
    assert len(names(shown(as_ann))) == 2


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "dismiss"},
        {"action": "dismiss", "slug": "nobody-zzzzzz"},
        {"action": "like", "slug": "{slug}"},
    ],
)
def test_what_makes_no_sense_changes_nothing(as_ann: Client, sent: dict[str, str]) -> None:
    filled = {key: value.format(slug=author("Di Eng").slug) for key, value in sent.items()}
    assert as_ann.post(PAGE, filled).status_code == 404
    assert not SuggestionDismissal.objects.exists()


def test_what_others_dismiss_is_not_mine(as_ann: Client, ann: User, as_ada: Client) -> None:
    found_for(ann)
    as_ada.post(PAGE, {"action": "dismiss", "slug": author("Di Eng").slug})
    assert len(names(shown(as_ann))) == 2


@pytest.mark.parametrize("count", [1, 20])
def test_the_statements_do_not_grow_with_the_people(as_ann: Client, ann: User, count: int) -> None:
    publish(*(work("Bo Chen", name) for name in people(count)))
    found_for(ann)
    with CaptureQueriesContext(connection) as captured:
        found = as_ann.get(PAGE)
    assert len(names(page(found))) == count + 2
    # The session and its account, unread notices, how things stand, and the list.
    assert len(captured) == 5

"""What one follows and is told of, in a browser: pages, the mark in the header, and the way out."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bzpeer.lib import limits
from profiles import follow_views
from profiles.domain.notices import Kind
from profiles.follow_topics import topic_follow
from profiles.models import User
from profiles.notices.mailing import headers
from profiles.notices.news import news_spread
from profiles.services import follow
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of
from tests.factories.accounts import person, signed_in_as
from tests.factories.corpus import author, publish
from tests.factories.notices import tell, topic
from tests.web.people import by, somebody
from works.models import Author

OWN = {
    "following": "/following/",
    "following-researchers": "/following/researchers/",
    "following-topics": "/following/topics/",
    "notices": "/notifications/",
    "notices-settings": "/settings/notifications/",
    "topic-followed": "/topics/arxiv-cs-lg/",
    "topic-follow": "/topics/arxiv-cs-lg/follow/",
}
# A text alone would be found in "Unfollow topic", too.
FOLLOW = re.compile("^Follow topic")
STRANGE = ("W" * 300, "\u202bשלום עולם مرحبا <b>x</b>", "On $x^2$")


@pytest.fixture
def ada(transactional_db: None) -> User:
    """Follows a researcher and a topic with news of both, and has notices."""
    publish(by("Amy Ash"))
    user = person(name="Ada")
    follow(user, author("Amy Ash"))
    topic_follow(user, topic())
    publish(*(by("Amy Ash", title=title) for title in STRANGE))
    publish(*(by(somebody(number)) for number in range(20)))
    news_spread(timezone.now())
    amy = author("Amy Ash")
    tell(user, "claim_reject", author=amy.pk, reason="not_shown", url="/claims/x/")
    Author.objects.filter(pk=amy.pk).update(name="W" * 90)
    return user


def as_person(visit: Visit, user: User) -> Visit:
    session = signed_in_as(user).cookies["sessionid"].value
    visit.context.add_cookies([{"name": "sessionid", "value": session, "url": visit.site}])
    return visit


def seen(visit: Visit, addresses: dict[str, str]) -> dict[str, list[str]]:
    """What is wrong with each of these pages."""
    faults = {}
    for name, address in addresses.items():
        page = visit.go(address)
        page.wait_for_load_state("networkidle")
        if found := faults_of(page, name):
            faults[name] = found
    return faults


def test_the_pages(ada: User, visitor: Visitor) -> None:
    out = headers(ada.pk, Kind.CLAIMS)["List-Unsubscribe"].strip("<>").partition(":8000")[2]
    stop = {"stop": out, "stop-cut-short": out[:-2]}
    empty = {f"{name}-none": OWN[name] for name in ("following", "following-topics", "notices")}
    eve = person("eve@example.org")
    assert seen(as_person(visitor(), ada), OWN) == {}
    assert seen(as_person(visitor(), eve), empty) == {}
    assert seen(visitor(), stop) == {}


def test_reading_a_notice_takes_it_off_the_mark(ada: User, visitor: Visitor) -> None:
    page = as_person(visitor(), ada).go("/notifications/")
    expect(page.locator("#notices-link")).to_contain_text("2 unread")
    page.locator(".notice-row.unread button").first.click()
    expect(page.locator(".notice-row.unread")).to_have_count(1)
    expect(page.locator("#notices-link")).to_contain_text("1 unread")


@pytest.mark.parametrize("scripts", [True, False])
def test_following_a_topic_from_its_page(ada: User, visitor: Visitor, scripts: bool) -> None:
    page = as_person(visitor(scripts=scripts), ada).go("/topics/arxiv-cs-lg/")
    if not scripts:
        page.get_by_role("link", name="Follow topic").click()
    page.get_by_role("button", name="Unfollow topic").click()
    if not scripts:
        page.get_by_role("link", name="Follow topic").click()
    expect(page.get_by_role("button", name=FOLLOW)).to_contain_text("0")


def test_one_who_follows_too_fast_is_told(
    ada: User, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_views, "FOLLOWS", limits.Limit("follow-once", 1, 3600))
    visit = as_person(visitor(), ada)
    page = visit.go("/topics/arxiv-cs-lg/")
    page.get_by_role("button", name="Unfollow topic").click()
    page.get_by_role("button", name=FOLLOW).click()
    # Three requests, one after the other: HTMX's, the browser's own, and the page that it is.
    expect(page.locator("h1")).to_have_text("Too many tries in a short time", timeout=20_000)
    visit.forgive()


def test_choosing_and_stopping_without_scripts(ada: User, visitor: Visitor) -> None:
    visit = as_person(visitor(scripts=False), ada)
    page = visit.go("/settings/notifications/")
    page.get_by_label("New works").select_option("weekly")
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("status")).to_contain_text("Kept")
    expect(page.get_by_label("New works")).to_have_value("weekly")
    out = headers(ada.pk, Kind.CLAIMS)["List-Unsubscribe"].strip("<>").partition(":8000")[2]
    stranger = visitor(scripts=False).go(out)
    stranger.get_by_role("button", name="Stop it").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("No more of this mail")
    page = visit.go("/settings/notifications/")
    expect(page.get_by_label("Claims")).to_have_value("page")

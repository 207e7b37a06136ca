"""Two people in two browsers: one invites, the other answers, and both talk."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from claims.invitation_delivery import held_open, invitations_deliver
from claims.models import Invitation
from profiles.notices.delivering import notices_deliver
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of
from tests.factories.accounts import mails
from tests.factories.claims import account
from tests.factories.corpus import publish
from tests.factories.inviting import WORDS, Somebody, delivered, somebody, speak, unclaimed, wish
from tests.factories.records import topics, work

pytestmark = pytest.mark.usefixtures("untried")
CONVERSATION = re.compile(r"/conversations/[\w-]+/$")


@pytest.fixture
def pair(transactional_db: None) -> tuple[Somebody, Somebody]:
    """Two who wrote together once, each with a record of their own."""
    ann, bo = somebody("Ann Lee"), somebody("Bo Day")
    title = "Pruning sparse networks after training: what is lost and what is not"
    publish(work("Ann Lee", "Bo Day", title=title, categories=topics("cs.LG")))
    wish(bo, seeks=["data", "review"], words="Sensor data of at least a year")
    return ann, bo


def enter(visit: Visit, one: Somebody) -> None:
    client = Client()
    client.force_login(one.user)
    key = client.cookies["sessionid"].value
    visit.context.add_cookies([{"name": "sessionid", "value": key, "url": visit.site}])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_invited_accepted_and_talking(
    pair: tuple[Somebody, Somebody], visitor: Visitor, scripts: bool
) -> None:
    ann, bo = pair
    one, other = visitor(scripts=scripts), visitor(scripts=scripts)
    enter(one, ann)
    enter(other, bo)
    page = one.go(f"/researchers/{bo.author.slug}/")
    page.get_by_role("link", name="Invite to work together").click()
    expect(page.get_by_text("1 work together")).to_be_visible()
    page.get_by_label("Write together").check()
    page.get_by_label("Your message").fill(WORDS)
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("Waiting for an answer")).to_be_visible()
    invitations_deliver(timezone.now())
    notices_deliver()
    assert [mail["to"] for mail in mails()] == [[bo.user.email]]

    theirs = other.go("/notifications/")
    theirs.get_by_text("Ann Lee invites you").first.click()
    other.go("/invitations/")
    theirs.get_by_role("link", name="Ann Lee").click()
    expect(theirs.get_by_text(WORDS)).to_be_visible()
    theirs.get_by_role("button", name="Accept and open a conversation").click()
    expect(theirs).to_have_url(CONVERSATION)

    page.reload()
    page.get_by_role("link", name="Open the conversation").click()
    expect(page).to_have_url(CONVERSATION)
    one.go(f"/researchers/{bo.author.slug}/")
    expect(page.get_by_text("You are in a conversation")).to_be_visible()


def test_declined_with_a_reason(pair: tuple[Somebody, Somebody], visitor: Visitor) -> None:
    ann, bo = pair
    found = delivered(ann, bo, timezone.now())
    one, other = visitor(), visitor(size="narrow")
    enter(one, ann)
    enter(other, bo)
    theirs = other.go(f"/invitations/{found.public_id}/")
    theirs.locator("summary", has_text="Decline").click()
    theirs.get_by_label("Reason").select_option("time")
    theirs.get_by_role("button", name="Decline").click()
    expect(theirs.get_by_text("You declined on")).to_be_visible()
    page = one.go(f"/invitations/{found.public_id}/")
    expect(page.get_by_text("Reason: No time for it.")).to_be_visible()


def test_held_until_there_is_somebody(pair: tuple[Somebody, Somebody], visitor: Visitor) -> None:
    ann, _ = pair
    record = unclaimed("Cy Fox")
    one, other = visitor(), visitor()
    enter(one, ann)
    page = one.go(f"/researchers/{record.slug}/")
    page.get_by_role("link", name="Leave an invitation").click()
    page.get_by_label("Data or code").check()
    page.get_by_label("Your message").fill(WORDS)
    page.get_by_role("button", name="Keep it for them").click()
    expect(page.get_by_text("It is never mailed.")).to_be_visible()
    user = account("Cy Fox")
    speak(user, record)
    held_open(record.pk, timezone.now())
    invitations_deliver(timezone.now())
    notices_deliver()
    assert mails() == []
    enter(other, Somebody(user, record))
    theirs = other.go("/invitations/")
    theirs.get_by_role("link", name="Ann Lee").click()
    expect(theirs.get_by_text(WORDS)).to_be_visible()


def test_blocked_and_none_the_wiser(pair: tuple[Somebody, Somebody], visitor: Visitor) -> None:
    ann, bo = pair
    found = delivered(ann, bo, timezone.now())
    one, other = visitor(), visitor()
    enter(one, ann)
    enter(other, bo)
    theirs = other.go(f"/invitations/{found.public_id}/")
    theirs.get_by_role("button", name="Block Ann Lee").click()
    expect(theirs.get_by_text("None yet. Say in your")).to_be_visible()
    other.go(f"/researchers/{ann.author.slug}/")
    expect(theirs.get_by_text("You blocked this person")).to_be_visible()
    page = one.go(f"/invitations/{found.public_id}/")
    expect(page.get_by_text("Waiting for an answer")).to_be_visible()
    assert Invitation.objects.get().state == "open"


def test_every_page_of_invitations(pair: tuple[Somebody, Somebody], visitor: Visitor) -> None:
    ann, bo = pair
    cy, now = somebody("Cy Fox"), timezone.now()
    text = f"{WORDS}\n\nWould March suit you? https://example.org/plan"
    more = {"role": "Check the proofs of section 3", "time_frame": "Two afternoons in March"}
    found = delivered(ann, bo, now, message=text, **more)
    back = delivered(cy, ann, now, message=text, **more)
    record = unclaimed("Di Gil")
    visit = visitor()
    enter(visit, ann)
    places = {
        "profile": f"/researchers/{cy.author.slug}/",
        "invite": f"/researchers/{cy.author.slug}/invite/",
        "held": f"/researchers/{record.slug}/invite/",
        "refused": f"/researchers/{bo.author.slug}/invite/",
        "sent": f"/invitations/{found.public_id}/",
        "received": f"/invitations/{back.public_id}/",
        "list": "/invitations/",
        "settings": "/settings/collaboration/",
    }
    faults = {}
    for name, address in places.items():
        if wrong := faults_of(visit.go(address), f"invitations-{name}", unfolded=True):
            faults[name] = wrong
    assert faults == {}

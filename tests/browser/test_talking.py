"""Two people talk, each in a browser of their own."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from claims.claim_steps import Actor
from claims.conversation_reports import message_report
from claims.domain.transitions import Role
from claims.models import Conversation, Message, Proposal, SenderFreeze
from claims.protecting import abuse_report
from profiles.models import User
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of
from tests.factories.accounts import staff
from tests.factories.conversations import conversation, holder, say


@pytest.fixture
def ada(transactional_db: None) -> User:
    return holder("Ada Noether")


@pytest.fixture
def bob(transactional_db: None) -> User:
    return holder("Bob Birk")


@pytest.fixture
def talk(ada: User, bob: User) -> Conversation:
    return conversation(ada, bob)


def signed_in(visit: Visit, user: User) -> Visit:
    """The visit with the cookie of somebody who logged in."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    visit.context.add_cookies([{"name": name, "value": client.cookies[name].value,
                                "url": visit.site}])  # fmt: skip
    return visit


def write(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()


def test_a_message_arrives_without_loading_the_page(
    visitor: Visitor, talk: Conversation, ada: User, bob: User
) -> None:
    address = f"/conversations/{talk.public_id}/"
    of_bob = signed_in(visitor(), bob).go(address)
    expect(of_bob.get_by_text("Nobody has written yet.")).to_be_visible()
    of_bob.evaluate("window.unbroken = true")
    of_bob.get_by_label("Your message").fill("half a thought")
    of_ada = signed_in(visitor(), ada).go(address)
    write(of_ada, "Shall we prove $x^2 > 0$?\nSoon.")
    expect(of_ada.locator("#messages > li")).to_have_count(1)
    message = of_bob.locator("#messages > li")
    expect(message).to_have_count(1)
    expect(message.locator("sup")).to_have_text("2")
    expect(of_bob.get_by_text("Nobody has written yet.")).to_be_hidden()
    expect(of_bob.locator("#talk-status")).to_have_text("1 new message")
    # What was being typed is still there, and so is the page.
    expect(of_bob.get_by_label("Your message")).to_have_value("half a thought")
    assert of_bob.evaluate("window.unbroken === true")
    write(of_bob, "Yes.")
    expect(of_ada.get_by_text("Yes.", exact=True)).to_be_visible()
    assert Message.objects.count() == 2


def test_the_same_without_scripts(
    visitor: Visitor, talk: Conversation, ada: User, bob: User
) -> None:
    address = f"/conversations/{talk.public_id}/"
    of_bob = signed_in(visitor(scripts=False), bob).go(address)
    write(signed_in(visitor(scripts=False), ada).go(address), "Hello.")
    of_bob.reload()
    expect(of_bob.get_by_text("Hello.")).to_be_visible()
    of_bob.get_by_role("link", name="All conversations").click()
    expect(of_bob.get_by_role("link", name="Ada Noether")).to_be_visible()


def test_a_page_that_is_not_seen_asks_nothing(
    visitor: Visitor, talk: Conversation, ada: User, bob: User
) -> None:
    visit = signed_in(visitor(), bob)
    asked: list[str] = []
    visit.page.on("request", lambda one: asked.append(one.url) if "/new/" in one.url else None)
    visit.page.add_init_script("""
        window.away = true;
        Object.defineProperty(document, 'hidden', {get: () => window.away});
        window.tried = new Promise(done =>
            document.addEventListener('htmx:beforeRequest', () => setTimeout(done)));
    """)
    page = visit.go(f"/conversations/{talk.public_id}/")
    say(talk, ada, "While you were away.")
    page.evaluate("window.tried")
    assert asked == []
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("While you were away.")).to_be_visible()
    assert len(asked) == 1


def test_close_and_leave(visitor: Visitor, talk: Conversation, ada: User, bob: User) -> None:
    address = f"/conversations/{talk.public_id}/"
    page = signed_in(visitor(), ada).go(address)
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text(re.compile("nobody can write"))).to_be_visible()
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_label("Your message")).to_be_visible()
    page.get_by_text("Leave", exact=True).click()
    page.get_by_role("button", name="Leave for good").click()
    expect(page.get_by_text(re.compile("You left on"))).to_be_visible()


def full(talk: Conversation, ada: User, bob: User) -> dict[str, str]:
    """Pages with all that can be on them, by name."""
    third = holder("Cyprian Youngblood-Featherstonehaugh")
    first = say(
        talk,
        ada,
        "Dear Bob,\n\nyour bound on $\\sum_{i=1}^n x_i^2$ could be sharper: see"
        " https://example.org/a/very/long/address/that/goes/on/and/on/until/it/breaks."
        "\n\n\\begin{equation}\n\\int_0^1 f(x)\\,dx = \\frac{a}{b}\n\\end{equation}",
    )
    say(talk, bob, "Agreed.")
    say(talk, ada, "שלום, what about Tuesday?")
    Message.objects.filter(pk=first.pk).update(reported_at=first.created_at,
                                               staff_read_at=first.created_at)  # fmt: skip
    Proposal.objects.create(conversation=talk, person=third, proposed_by=ada, agreed=[ada.pk])
    other = conversation(third, bob)
    say(other, third, "A word " * 60)
    late = conversation(holder("Dan Day"), bob)
    Proposal.objects.create(conversation=conversation(ada, holder("Eve Low")), person=bob,
                            asked_at=first.created_at, agreed=[ada.pk])  # fmt: skip
    Conversation.objects.filter(pk=late.pk).update(state="closed", closed_at=late.opened_at)
    mine = Message.objects.get(body="Agreed.")
    return {
        "conversations": "/conversations/",
        "conversations-search": "/conversations/?q=word",
        "conversations-none": "/conversations/?q=zzz",
        "conversation": f"/conversations/{talk.public_id}/",
        "conversation-closed": f"/conversations/{late.public_id}/",
        "message": f"/messages/{mine.public_id}/",
        "message-report": f"/messages/{first.public_id}/report/",
    }


def seen(visit: Visit, places: dict[str, str]) -> dict[str, list[str]]:
    """What is wrong with each of these pages, all that can be unfolded being open."""
    faults = {}
    for name, address in places.items():
        if found := faults_of(visit.go(address), name, unfolded=True):
            faults[name] = found
    return faults


def test_every_page_of_conversations(
    visitor: Visitor, talk: Conversation, ada: User, bob: User
) -> None:
    visit = signed_in(visitor(), bob)
    assert seen(visit, full(talk, ada, bob)) == {}


def test_every_page_of_reports(visitor: Visitor, talk: Conversation, ada: User, bob: User) -> None:
    visit = signed_in(visitor(), staff())
    assert seen(visit, {"reports-none": "/moderation/reports/"}) == {}
    actor, words = Actor(Role.CLAIMANT, bob.pk), "They write to everybody.\n\nEvery day."
    message = say(talk, ada, "Buy a place in our journal at https://example.org/places/to/buy.")
    message_report(message, actor, "spam", words, message.created_at)
    assert talk.invitation is not None
    abuse_report(actor, ada.pk, f"/invitations/{talk.invitation.public_id}/", "fraud", words,
                 message.created_at)  # fmt: skip
    SenderFreeze.objects.create(user=ada)
    places = {
        "reports": "/moderation/reports/",
        "reported": f"/moderation/messages/{message.public_id}/",
    }
    assert seen(visit, places) == {}
    page = visit.go(places["reported"])
    page.get_by_role("button", name="Read the message").click()
    expect(page.get_by_text("Buy a place in our journal")).to_be_visible()
    assert faults_of(page, "reported-read") == []

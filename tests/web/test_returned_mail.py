"""An address that mail came back from, as its owner and staff see it (SAFETY 1, 5, 7, 12, 22)."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress, Login
from allauth.socialaccount.models import SocialAccount
from django.core import mail as django_mail
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib import outbox
from bzpeer.lib.models import AuditEvent, MailDay, OutboxEvent, ReturnedAddress, SentMail
from profiles.account_erasure import erase
from profiles.account_export import rows_of
from profiles.account_links import UNDO, link_make
from profiles.account_returned import was_verified
from profiles.models import User
from profiles.returned_mail import Why, address_returned
from profiles.tasks import erase_sweep, notices_sweep
from tests.factories.accounts import (
    KNOWN,
    PASSWORD,
    app_code,
    code_in,
    log_in,
    mails,
    person,
    signed_in,
    signed_in_as,
    staff,
    with_app,
)
from tests.factories.notices import tell
from tests.web.dom import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
MODERATION = "/moderation/mail/"
CONFIRM = "/accounts/confirm-email/"


@pytest.fixture
def ada(db: None) -> User:
    return person(name="Ada Noether")


def came_back(address: str = KNOWN, why: Why = Why.FAILED) -> None:
    address_returned(address, why, "5.1.1" if why == Why.FAILED else "", timezone.now())


def arrived() -> list[str]:
    """The subjects of the mails that leave now."""
    django_mail.outbox.clear()
    outbox.send_mail()
    return [str(message.subject) for message in django_mail.outbox]


def verified(address: str = KNOWN) -> bool:
    return bool(EmailAddress.objects.get(email=address).verified)


# What its owner sees


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why.FAILED, "its server refused it for good (5.1.1)"),
        (Why.COMPLAINT, "Our mail to it was reported as unwanted"),
    ],
)
def test_the_account_page_says_why(ada: User, why: Why, words: str) -> None:
    client = signed_in_as(ada)
    assert "verified again" not in page(client.get("/accounts/")).text
    came_back(why=why)
    seen = page(client.get("/accounts/"))
    assert words in seen.text
    assert "no longer verified" in seen.text
    assert "not verified yet" not in seen.text


def test_events_and_notices_say_it_in_words(ada: User) -> None:
    client = signed_in_as(ada)
    came_back()
    notices_sweep()
    assert "it is no longer verified" in page(client.get("/accounts/events/")).text
    assert "Mail to an address of yours came back" in page(client.get("/notifications/")).text


def test_another_account_that_asks_for_the_address_is_told_nothing(ada: User) -> None:
    eve = person("eve@example.org")
    came_back()
    EmailAddress.objects.create(user=eve, email=KNOWN)
    seen = page(signed_in_as(eve).get("/accounts/"))
    assert "not verified yet" in seen.text
    assert "came back" not in seen.text


def test_the_page_costs_no_query_more_for_what_came_back(ada: User) -> None:
    client = signed_in_as(ada)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/accounts/")
        return len(captured)

    before = cost()
    for number in range(3):
        address = f"{number}@example.org"
        EmailAddress.objects.create(user=ada, email=address, verified=True)
        came_back(address)
    assert cost() == before


# Verified again


def test_a_code_verifies_it_again(ada: User) -> None:
    SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0002-1825-0097")
    came_back()
    arrived()
    client = signed_in_as(ada)
    client.post("/accounts/email/", {"email": KNOWN, "action_send": ""})
    code = code_in(mails()[-1])
    assert arrived() == ["Your BZPEER code"]
    client.post(CONFIRM, {"code": code})
    assert verified()
    assert not ReturnedAddress.objects.exists()
    assert not SentMail.objects.filter(address=KNOWN).exists()
    # It is not the first proof of an address: what the account had is its owner's.
    assert SocialAccount.objects.filter(user=ada).exists()
    assert "no longer verified" not in page(client.get("/accounts/")).text


def test_the_first_proof_of_an_address_still_closes_other_ways_in(db: None) -> None:
    trojan = person()
    EmailAddress.objects.update(verified=False)
    SocialAccount.objects.create(user=trojan, provider="orcid", uid="0000-0002-1825-0097")
    client = signed_in_as(trojan)
    client.post("/accounts/email/", {"email": KNOWN, "action_send": ""})
    client.post(CONFIRM, {"code": code_in(mails()[-1])})
    assert verified()
    assert not SocialAccount.objects.exists()


def test_the_link_of_an_address_that_was_lost_trusts_it_again(ada: User) -> None:
    came_back()
    client = Client()
    client.post(link_make(ada, UNDO, KNOWN).removeprefix("http://127.0.0.1:8000"))
    assert verified()
    assert not ReturnedAddress.objects.exists()
    assert len(arrived()) == 1


# The way in


def test_whose_mailbox_is_gone_gets_in_and_adds_another(ada: User) -> None:
    came_back()
    client = Client()
    log_in(client)
    assert signed_in(client)
    assert arrived() == []
    client.post("/accounts/email/", {"email": "ada@new.example", "action_add": ""})
    client.post(CONFIRM, {"code": code_in(mails()[-1])})
    assert verified("ada@new.example")
    assert not verified()


def test_an_address_that_was_never_verified_lets_nobody_in(db: None) -> None:
    person()
    EmailAddress.objects.update(verified=False)
    came_back()
    assert not ReturnedAddress.objects.exists()
    client = Client()
    assert log_in(client)["Location"] == CONFIRM
    assert not signed_in(client)


def test_an_address_beside_the_one_that_came_back_lets_nobody_in(ada: User) -> None:
    EmailAddress.objects.create(user=ada, email="ada@never.example")
    came_back()
    client = Client()
    assert log_in(client, "ada@never.example")["Location"] == CONFIRM
    assert not signed_in(client)


def test_a_way_in_that_names_no_address_is_open_as_well(ada: User) -> None:
    by_passkey, by_nobody = Login(user=ada), Login(user=None)
    assert not was_verified(by_passkey)
    came_back()
    assert was_verified(by_passkey)
    assert not was_verified(by_nobody)
    EmailAddress.objects.update(verified=True)
    erase_sweep()
    assert not was_verified(by_passkey)


def test_the_second_factor_is_asked_as_ever(ada: User) -> None:
    with_app(ada)
    came_back()
    client = Client()
    assert log_in(client)["Location"] == "/accounts/2fa/authenticate/"
    assert not signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": app_code()})
    assert signed_in(client)


# What is not sent


def test_no_reset_reaches_it_and_nobody_sees_a_difference(ada: User) -> None:
    person("bob@example.org")
    came_back()
    answers = []
    for address in (KNOWN, "bob@example.org", "nobody@example.org"):
        before = OutboxEvent.objects.filter(kind="mail").count()
        response = Client().post("/accounts/password/reset/", {"email": address})
        written = OutboxEvent.objects.filter(kind="mail").count() - before
        answers.append((response.status_code, response["Location"], written))
    assert len(set(answers)) == 1
    arrived()
    assert [message.to for message in django_mail.outbox] == [
        ["bob@example.org"], ["nobody@example.org"],
    ]  # fmt: skip


def test_no_code_to_log_in_with_reaches_it(ada: User) -> None:
    came_back()
    Client().post("/accounts/login/code/", {"email": KNOWN})
    assert arrived() == []


def test_warnings_of_the_account_go_to_an_address_that_works(ada: User) -> None:
    EmailAddress.objects.create(user=ada, email="ada@second.example", verified=True)
    came_back()
    client = signed_in_as(ada)
    twice = {"password1": "mine alone 2026", "password2": "mine alone 2026"}
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **twice})
    assert len(arrived()) == 1
    assert django_mail.outbox[0].to == ["ada@second.example"]


def test_notices_go_to_an_address_that_works_or_nowhere(ada: User) -> None:
    came_back()
    tell(ada)
    assert arrived() == []
    EmailAddress.objects.create(user=ada, email="ada@second.example", verified=True)
    tell(ada, subject="2")
    assert len(arrived()) == 1


# One's data


def test_what_is_kept_of_mail_is_in_the_copy_and_goes_with_the_account(ada: User) -> None:
    EmailAddress.objects.create(user=ada, email="ada@second.example", verified=True)
    for address in (KNOWN, "ada@second.example", "bob@example.org"):
        django_mail.EmailMessage("Hello", "text", to=[address]).send()
    outbox.send_mail()
    came_back()
    held = {row.address for row in rows_of(ada, SentMail)}
    assert held == {KNOWN, "ada@second.example"}
    assert [row.address for row in rows_of(ada, ReturnedAddress)] == [KNOWN]
    erase(ada)
    assert [row.address for row in SentMail.objects.all()] == ["bob@example.org"]
    assert not ReturnedAddress.objects.exists()


# Staff


@pytest.fixture
def as_mod(db: None) -> Client:
    return signed_in_as(staff())


def held(number: int) -> None:
    link = {"List-Unsubscribe": "<https://bzpeer.example/stop/>"}
    for one in range(number):
        mail = django_mail.EmailMessage(f"notice {one}", "text", to=[KNOWN], headers=link)
        mail.send()
    outbox.send_mail()


@pytest.mark.parametrize(
    ("complaints", "title", "waits"),
    [
        (0, "All is well.", ""),
        (9, "All is well.", ""),
        (10, "Too many people call it unwanted.", "10 complaints about our mail"),
        (30, "Stopped, but for what accounts need.", "3 mails wait: too many complaints"),
    ],
)
def test_staff_sees_how_our_mail_is_received(
    as_mod: Client, complaints: int, title: str, waits: str
) -> None:
    MailDay.objects.create(day=timezone.now().date(), sent=10_000, complaints=complaints)
    if complaints == 30:
        held(3)
    assert title in page(as_mod.get(MODERATION)).text
    queue = page(as_mod.get("/moderation/"))
    assert (waits or "What waits") in queue.text
    assert ("complaints" in queue.text) is bool(waits)


def test_staff_lets_it_go_on(as_mod: Client) -> None:
    MailDay.objects.create(day=timezone.now().date(), sent=10_000, complaints=30)
    held(2)
    assert arrived() == []
    assert "Let the mail go on" in page(as_mod.get(MODERATION)).text
    response = as_mod.post(MODERATION)
    assert (response.status_code, response["Location"]) == (303, MODERATION)
    assert arrived() == ["notice 0", "notice 1"]
    assert AuditEvent.objects.get(kind="mail_let_go").detail == {"complaints": 30, "held": 2}
    assert "Let the mail go on" not in page(as_mod.get(MODERATION)).text
    as_mod.post(MODERATION)
    assert arrived() == []


def test_old_news_is_not_sent_when_it_goes_on(as_mod: Client) -> None:
    MailDay.objects.create(day=timezone.now().date(), sent=10_000, complaints=30)
    held(1)
    OutboxEvent.objects.update(created_at=Now() - timedelta(days=8))
    as_mod.post(MODERATION)
    assert arrived() == []
    assert not OutboxEvent.objects.filter(kind="mail").exists()


def test_the_queue_reads_no_more_for_it(as_mod: Client) -> None:
    def statements() -> list[Any]:
        with CaptureQueriesContext(connection) as captured:
            as_mod.get("/moderation/")
        return [query["sql"] for query in captured if "lib_mailday" in query["sql"]]

    assert len(statements()) == 1

"""Step-up, addresses and how to get them back, sessions, and the list of events."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from bzpeer.lib import sessions
from bzpeer.lib.limits import Limit
from bzpeer.lib.models import AuditEvent
from claims.domain.transitions import TRANSITIONS, Role
from profiles import account_adapter
from profiles.account_audit import KINDS, ORCID
from profiles.account_events import WORDS
from profiles.account_links import digest
from profiles.account_recovery import codes_make
from profiles.account_sessions import browser_words
from profiles.models import SecretLink, User
from tests.factories.accounts import (
    KNOWN,
    NEW_PASSWORD,
    PASSWORD,
    code_in,
    link_in,
    log_in,
    mails,
    person,
    reset_password,
    signed_in,
    signed_in_as,
    with_app,
)
from tests.web.dom import page
from tests.web.test_accounts import EVIL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
NEW = "ada@new.example.org"


@pytest.fixture
def ada(db: None) -> User:
    return person()


def kinds() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))


def add_address(client: Client, email: str = NEW) -> None:
    response = client.post("/accounts/email/", {"email": email, "action_add": ""})
    assert response["Location"] == "/accounts/confirm-email/"
    sent = [mail for mail in mails() if mail["to"] == [email]]
    client.post("/accounts/confirm-email/", {"code": code_in(sent[-1])})


def make_main(client: Client, email: str = NEW) -> None:
    client.post("/accounts/email/", {"email": email, "action_primary": ""})


def addresses(user: User) -> dict[str, bool]:
    """Address → whether it is the main one, of the verified ones."""
    held = EmailAddress.objects.filter(user=user, verified=True)
    return dict(held.values_list("email", "primary"))


# Step-up


def older(client: Client, seconds: int) -> None:
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= seconds
    session.save()


@pytest.mark.parametrize(("seconds", "status"), [(290, 200), (301, 302)])
def test_a_proof_is_good_for_five_minutes(ada: User, seconds: int, status: int) -> None:
    client = Client()
    log_in(client)
    older(client, seconds)
    assert client.get("/accounts/email/").status_code == status


def test_a_proof_of_another_account_in_the_same_browser_is_none(ada: User) -> None:
    client = signed_in_as(person("bob@example.org"))
    client.force_login(ada)
    assert client.get("/accounts/email/").status_code == 302


def test_the_password_proves_it_and_leads_back(ada: User) -> None:
    client = signed_in_as(ada, proved=False)
    page_of_proof = client.get("/accounts/delete/")["Location"]
    assert page_of_proof == "/accounts/reauthenticate/?next=/accounts/delete/"
    fields = {"password": "a guess", "next": "/accounts/delete/"}
    assert client.post("/accounts/reauthenticate/", fields).status_code == 200
    response = client.post("/accounts/reauthenticate/", fields | {"password": PASSWORD})
    assert response["Location"] == "/accounts/delete/"
    assert client.get("/accounts/delete/").status_code == 200


@pytest.mark.parametrize("target", EVIL)
def test_a_proof_leads_nowhere_else(ada: User, target: str) -> None:
    client = signed_in_as(ada, proved=False)
    fields = {"password": PASSWORD, "next": target}
    assert client.post("/accounts/reauthenticate/", fields)["Location"] == "/accounts/"


def test_what_was_posted_without_a_proof_is_kept_nowhere(ada: User) -> None:
    client = signed_in_as(ada, proved=False)
    fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/accounts/password/change/", fields)
    assert NEW_PASSWORD not in str(dict(client.session))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_guesses_at_a_proof_are_limited(ada: User) -> None:
    client = signed_in_as(ada, proved=False)
    for number in range(6):
        client.post("/accounts/reauthenticate/", {"password": f"guess {number}"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/email/").status_code == 302


def test_htmx_is_sent_to_the_proof_and_back_to_its_page(ada: User) -> None:
    client = signed_in_as(ada, proved=False)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/orcid/?x=1"}
    response = client.post("/accounts/email/", headers=headers)
    assert response["HX-Redirect"] == "/accounts/reauthenticate/?next=/accounts/orcid/"


# Addresses


def test_an_address_is_added_by_its_code_and_the_old_one_is_told(ada: User) -> None:
    client = signed_in_as(ada)
    client.post("/accounts/email/", {"email": NEW, "action_add": ""})
    assert addresses(ada) == {KNOWN: True}
    add_address(client, "ada@third.example.org")
    assert addresses(ada) == {KNOWN: True, "ada@third.example.org": False}
    assert mails()[-1]["to"] == [KNOWN]
    assert "was added" in mails()[-1]["subject"]
    assert kinds()[-2:] == ["email_added", "email_verified"]


def test_each_verified_address_logs_in(ada: User) -> None:
    add_address(signed_in_as(ada))
    client = Client()
    log_in(client, NEW)
    assert signed_in(client)


def test_the_old_main_address_gets_a_link_that_undoes_the_change(ada: User) -> None:
    thief, owner = signed_in_as(ada), Client()
    add_address(thief)
    make_main(thief)
    thief.post("/accounts/email/", {"email": KNOWN, "action_remove": ""})
    assert addresses(ada) == {NEW: True}
    ada.refresh_from_db()
    assert ada.email == NEW
    changed, removed = (mail for mail in mails() if "good for 72 hours" in mail["text"])
    assert changed["to"] == removed["to"] == [KNOWN]
    with_app(ada)
    codes_make(ada)
    link = link_in(changed)
    assert "Give me the account back" in page(owner.get(link)).text
    assert addresses(ada) == {NEW: True}
    assert "yours again" in page(owner.post(link)).text
    assert addresses(ada) == {KNOWN: True}
    ada.refresh_from_db()
    assert (ada.email, ada.has_usable_password()) == (KNOWN, False)
    assert not signed_in(thief)
    assert Authenticator.objects.count() == 0
    for used in (link, link_in(removed)):
        assert "no longer good" in page(owner.post(used)).text
    reset_password(owner)
    log_in(owner, password=NEW_PASSWORD)
    assert signed_in(owner)
    assert {"email_primary", "email_removed", "email_restored"} <= set(kinds())


def test_a_factor_from_before_stays_when_a_change_is_undone(ada: User) -> None:
    with_app(ada)
    Authenticator.objects.update(created_at=timezone.now() - timedelta(days=2))
    client = signed_in_as(ada)
    add_address(client)
    make_main(client)
    undo = next(mail for mail in mails() if "good for 72 hours" in mail["text"])
    Client().post(link_in(undo))
    assert ada.has_second_factor()


def change_and_link(user: User) -> str:
    client = signed_in_as(user)
    add_address(client)
    make_main(client)
    return link_in(next(mail for mail in mails() if "good for 72 hours" in mail["text"]))


def test_the_link_is_good_for_72_hours(ada: User) -> None:
    link = change_and_link(ada)
    kept = SecretLink.objects.get()
    assert abs(kept.expires_at - timezone.now() - timedelta(hours=72)) < timedelta(minutes=1)
    SecretLink.objects.update(expires_at=timezone.now())
    client = Client()
    assert "no longer good" in page(client.get(link)).text
    assert "no longer good" in page(client.post(link)).text
    assert addresses(ada) == {KNOWN: False, NEW: True}


def test_the_link_is_known_here_by_its_digest_alone(ada: User) -> None:
    token = change_and_link(ada).rstrip("/").rsplit("/")[-1]
    assert token not in str(SecretLink.objects.values())
    assert SecretLink.objects.get().digest == digest(token)


def test_an_address_that_another_account_has_by_now_is_not_taken_from_it(ada: User) -> None:
    link = change_and_link(ada)
    EmailAddress.objects.filter(email=KNOWN).delete()
    person(KNOWN, name="Somebody else")
    assert "no longer good" in page(Client().post(link)).text
    assert addresses(ada) == {NEW: True}


@pytest.mark.parametrize("path", ["/accounts/email/undo/x/", "/accounts/restore/x/"])
def test_made_up_links(client: Client, path: str) -> None:
    for response in (client.get(path), client.post(path)):
        assert "no longer good" in page(response).text


def test_the_main_address_is_not_removed_and_others_addresses_not_touched(ada: User) -> None:
    person("bob@example.org")
    client = signed_in_as(ada)
    for email in (KNOWN, "bob@example.org", "x"):
        for action in ("action_remove", "action_primary", "action_send"):
            client.post("/accounts/email/", {"email": email, action: ""})
    assert addresses(ada) == {KNOWN: True}
    assert EmailAddress.objects.count() == 2


def test_adding_an_address_tells_nobody_whether_it_is_known(ada: User) -> None:
    person("bob@example.org")
    seen = []
    for email in ("bob@example.org", "unknown@example.org"):
        cache.clear()
        client = signed_in_as(ada)
        response = client.post("/accounts/email/", {"email": email, "action_add": ""})
        shown = page(client.get(response["Location"])).text.replace(email, "ADDRESS")
        seen.append((response.status_code, response["Location"], shown))
    assert seen[0] == seen[1]
    assert [mail["to"] for mail in mails()] == [["bob@example.org"], ["unknown@example.org"]]


def test_a_change_that_waits_is_void_once_another_has_the_address(ada: User) -> None:
    """The unexpired e-mail change: it began before the victim came."""
    attacker, victim = signed_in_as(ada), Client()
    attacker.post("/accounts/email/", {"email": "eve@example.org", "action_add": ""})
    old_code = code_in(mails()[-1])
    cache.clear()
    victim.post("/accounts/signup/", {"email": "eve@example.org", "password1": NEW_PASSWORD})
    victim.post("/accounts/confirm-email/", {"code": code_in(mails()[-1])})
    assert signed_in(victim)
    attacker.post("/accounts/confirm-email/", {"code": old_code})
    assert addresses(ada) == {KNOWN: True}


# Before the account is yours


def test_a_session_from_before_i_owned_the_account_is_worth_nothing(client: Client) -> None:
    """The unexpired session: the attacker waits on the page for the code, and in a session."""
    attacker = Client()
    attacker.post("/accounts/signup/", {"email": KNOWN, "password1": PASSWORD})
    reset_password(client)
    cache.clear()
    log_in(client, password=NEW_PASSWORD)
    client.post("/accounts/confirm-email/", {"code": code_in(mails()[-1])})
    assert signed_in(client)
    for path in ("/accounts/confirm-email/", "/accounts/", "/accounts/email/"):
        attacker.get(path)
    assert not signed_in(attacker)


def test_a_code_to_log_in_goes_to_verified_addresses_alone(client: Client) -> None:
    """Else I would verify the account that somebody opened for me, whose password they know."""
    Client().post("/accounts/signup/", {"email": KNOWN, "password1": PASSWORD})
    client.post("/accounts/login/code/", {"email": KNOWN})
    assert "No BZPEER account" in mails()[-1]["subject"]
    assert not EmailAddress.objects.get().verified


# A code by mail


def by_mail(client: Client, email: str = KNOWN) -> Any:
    client.post("/accounts/login/code/", {"email": email})
    return client.post("/accounts/login/code/confirm/", {"code": code_in(mails()[-1])})


def test_who_is_locked_out_by_guessers_gets_in_by_a_code(ada: User) -> None:
    for number in range(6):
        log_in(Client(), password=f"guess {number}")
    client = Client()
    assert "Too many" in log_in(client).content.decode()
    assert by_mail(client)["Location"] == "/accounts/"
    assert signed_in(client)


@pytest.mark.parametrize("tries", [2, 3])
def test_three_wrong_codes_end_the_log_in(ada: User, tries: int) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": KNOWN})
    for _ in range(tries):
        client.post("/accounts/login/code/confirm/", {"code": "WRNG-CODE"})
    client.post("/accounts/login/code/confirm/", {"code": code_in(mails()[-1])})
    assert signed_in(client) == (tries < 3)
    assert kinds().count("login_code_failed") == tries


def test_a_code_is_good_in_the_browser_that_asked_for_it(ada: User) -> None:
    mine, other = Client(), Client()
    for client in (mine, other):
        client.post("/accounts/login/code/", {"email": KNOWN})
    first = code_in(mails()[0])
    other.post("/accounts/login/code/confirm/", {"code": first})
    assert not signed_in(other)


def test_codes_by_mail_are_limited(ada: User) -> None:
    for _ in range(5):
        Client().post("/accounts/login/code/", {"email": KNOWN})
    assert len(mails()) == 3


# Sessions


def test_sessions_are_listed_and_ended(ada: User) -> None:
    here, phone, other = (Client(headers={"User-Agent": name}) for name in ("Here", "Phone", "X"))
    for client in (here, phone, other):
        log_in(client)
    shown = page(here.get("/accounts/sessions/"))
    assert all(name in shown.text for name in ("Here", "Phone", "X"))
    target = UserSession.objects.get(user_agent="Phone").pk
    here.post("/accounts/sessions/", {"session": target})
    assert [signed_in(client) for client in (here, phone, other)] == [True, False, True]
    here.post("/accounts/sessions/", {"all": "1"})
    assert [signed_in(client) for client in (here, phone, other)] == [True, False, False]
    assert kinds().count("sessions_ended") == 2


def test_a_session_ends_however_many_there_were_before(ada: User) -> None:
    here, there = Client(), Client()
    log_in(there)
    UserSession.objects.update(id=2**40)
    log_in(here)
    assert here.post("/accounts/sessions/", {"session": 2**40}).status_code == 302
    assert [signed_in(client) for client in (here, there)] == [True, False]


@pytest.mark.parametrize("number", ["0", "x", "99999999999999999999", "", "{theirs}"])
def test_the_sessions_of_others_are_not_there(ada: User, number: str) -> None:
    bob = Client()
    person("bob@example.org")
    log_in(bob, "bob@example.org")
    theirs = UserSession.objects.get().pk
    client = signed_in_as(ada)
    response = client.post("/accounts/sessions/", {"session": number.format(theirs=theirs)})
    assert response.status_code == 404
    assert signed_in(bob)


AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36":
        "Chrome on Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0":
        "Firefox on Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1":
        "Safari on iPhone",
    "Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0": "Edge on Windows",
    "Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile Safari/537.36": "Chrome on Android",
    "curl/9.0": "curl/9.0",
    "x" * 300: "x" * 40,
    "": "Unknown browser",
}  # fmt: skip


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_browsers_in_words(agent: str, words: str) -> None:
    assert browser_words(agent) == words


def moved(client: Client, monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Let so many days pass for the next requests."""
    now = sessions.time() + days * 86_400  # type: ignore[attr-defined]
    monkeypatch.setattr(sessions, "time", lambda: now)


def test_a_session_in_use_is_kept_alive_by_one_write_a_day(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    log_in(client)
    assert "sessionid" not in client.get("/accounts/").cookies
    moved(client, monkeypatch, 1.1)
    renewed = client.get("/accounts/").cookies
    assert renewed["sessionid"]["max-age"] == 14 * 86_400
    assert "sessionid" not in client.get("/accounts/").cookies


@pytest.mark.parametrize(("days", "alive"), [(89, True), (91, False)])
def test_a_session_ends_after_ninety_days_whatever_happens(
    ada: User, monkeypatch: pytest.MonkeyPatch, days: int, alive: bool
) -> None:
    client = Client()
    log_in(client)
    moved(client, monkeypatch, days)
    assert signed_in(client) == alive
    if not alive:
        moved(client, monkeypatch, -days)
        assert not signed_in(client)


def test_a_changed_password_does_not_make_a_session_young(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    log_in(client)
    began = client.session[sessions.BEGAN]
    fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/accounts/password/change/", fields)
    assert client.session[sessions.BEGAN] == began
    moved(client, monkeypatch, 91)
    assert not signed_in(client)


# What is told


def test_a_new_browser_is_told_of_and_a_known_one_is_not(ada: User) -> None:
    for agent in ("Home", "Home", "Elsewhere", "Elsewhere"):
        log_in(Client(headers={"User-Agent": agent}))
    assert kinds().count("login_new_device") == 1
    assert [mail["subject"] for mail in mails()] == ["New log-in to BZPEER"]
    assert "Home" not in str(AuditEvent.objects.values())


def test_the_events_are_those_of_the_account_in_words(ada: User) -> None:
    log_in(Client(), "bob@example.org", "wrong")
    client = Client()
    log_in(client, password="wrong")
    log_in(client)
    AuditEvent.objects.create(kind="claim_opened", user_id=ada.pk)
    AuditEvent.objects.create(kind="claim_opened", user_id=ada.pk + 1)
    shown = page(client.get("/accounts/events/"))
    rows = [row.text for row in shown.all("li") if row.within("ol")]
    assert len(rows) == 3
    assert rows[0].startswith("You opened a claim of a record")
    assert rows[1].startswith("Logged in")
    assert "127.0.0.1" in rows[2]


def test_events_are_shown_fifty_a_page(ada: User) -> None:
    AuditEvent.objects.bulk_create(AuditEvent(kind="login", user_id=ada.pk) for _ in range(51))
    client = signed_in_as(ada)
    for number, rows in ((1, 50), (2, 1), (3, 0)):
        shown = page(client.get("/accounts/events/", {"page": number}))
        assert len(shown.all("time")) == rows
    assert "?page=2" in page(client.get("/accounts/events/")).links()


def test_every_kind_that_the_accounts_record_has_words() -> None:
    assert {*KINDS.values(), *ORCID.values()} <= set(WORDS)


def test_every_step_of_a_claim_that_nobody_reviewed_has_words() -> None:
    own = {step.name for step in TRANSITIONS if Role.REVIEWER not in step.roles}
    assert {f"claim_{name}" for name in {*own, "opened", "evidence", "code_sent"}} <= set(WORDS)


def test_many_failures_from_everywhere_are_logged(
    ada: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(account_adapter, "EVERYWHERE", Limit("few", times=2, seconds=300))
    for number in range(3):
        sender = f"192.0.2.{number}"
        log_in(Client(REMOTE_ADDR=sender), f"x{number}@example.org", "wrong")
    assert [r.message[:20] for r in caplog.records if r.levelname == "WARNING"] == [
        "log-ins fail in numb"
    ]  # fmt: skip


SHOWN: dict[str, Callable[[User], Any]] = {
    "": lambda user: None,
    "email/": lambda user: None,
    "2fa/": with_app,
    "2fa/recovery-codes/": with_app,
    "2fa/app/": lambda user: None,
    "2fa/passkeys/add/": lambda user: None,
    "sessions/": lambda user: None,
    "events/": lambda user: None,
    "export/": lambda user: None,
    "delete/": lambda user: None,
    "orcid/": lambda user: None,
    "password/change/": lambda user: None,
}


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_of_the_account_is_stored_nowhere(ada: User, path: str) -> None:
    SHOWN[path](ada)
    response = signed_in_as(ada).get(f"/accounts/{path}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert len(page(response).all("h1")) == 1

"""A person's own data: the copy, the deletion, the way back, and what is left in the end."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from bzpeer.lib.models import AuditEvent, OutboxEvent, SentMail
from claims.models import Correction
from profiles.account_erasure import erase, erase_due
from profiles.account_export import ALSO, HIDDEN, export, tables
from profiles.account_recovery import codes_make
from profiles.models import Erasure, Follow, SecretLink, User
from profiles.services import follow, refresh_due
from profiles.tasks import erase_sweep
from tests.factories.accounts import (
    KNOWN,
    PASSWORD,
    SEED,
    link_in,
    log_in,
    mails,
    person,
    signed_in,
    signed_in_as,
    with_app,
)
from tests.factories.corpus import author, take_in
from tests.web.dom import page
from tests.web.people import by
from works.models import AuthorFacts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
NAME, IP_OF_NOBODY = "Adalgisa Noethersdottir", "203.0.113.77"
ORCID = "0000-0002-1825-0097"
# Whoever adds a table of people looks here: which of its columns does nobody need to see?
TABLES = {
    "account.emailaddress",
    "account.emailconfirmation",
    "admin.logentry",
    "claims.abusereport",
    "claims.block",
    "claims.challenge",
    "claims.claim",
    "claims.claimevent",
    "claims.collaborationwishes",
    "claims.conversation",
    "claims.correction",
    "claims.evidence",
    "claims.evidencecode",
    "claims.invitation",
    "claims.invitationdelivery",
    "claims.message",
    "claims.outcome",
    "claims.pagecheck",
    "claims.participant",
    "claims.proposal",
    "claims.senderfreeze",
    "lib.auditevent",
    "lib.returnedaddress",
    "lib.sentmail",
    "mfa.authenticator",
    "profiles.digest",
    "profiles.erasure",
    "profiles.follow",
    "profiles.notice",
    "profiles.noticechoice",
    "profiles.profile",
    "profiles.recoverycode",
    "profiles.secretlink",
    "profiles.suggestion",
    "profiles.suggestionchoice",
    "profiles.suggestiondismissal",
    "profiles.suggestionorder",
    "profiles.topicfollow",
    "profiles.user",
    "profiles.user_groups",
    "profiles.user_user_permissions",
    "socialaccount.socialaccount",
    "socialaccount.socialtoken",
    "usersessions.usersession",
}

OF_NOBODY = {"works_replayorder"}  # what staff had the worker do
# "…_by" names who decided; the row is about somebody else, or about nobody.
REFERENCES = """
    SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND confrelid = 'profiles_user'::regclass AND attname !~ '_by_id$'
    UNION SELECT table_name FROM information_schema.columns JOIN information_schema.tables
        USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
        AND column_name IN ('user', 'user_id', 'email')
"""
TEXTS = """
    SELECT table_name, column_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
    AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'character', 'inet')
"""


@pytest.fixture
def ada(db: None) -> User:
    """Somebody with a row in every table that people have."""
    user = person(name=NAME)
    EmailAddress.objects.create(user=user, email="ada@second.example.org", verified=True)
    SocialAccount.objects.create(
        user=user, provider="orcid", uid=ORCID, extra_data={"orcid": ORCID, "name": NAME}
    )
    log_in(Client(REMOTE_ADDR=IP_OF_NOBODY, headers={"User-Agent": "Lovelace 1843"}))
    with_app(user)
    codes_make(user)
    SecretLink.objects.create(
        user=user, purpose="undo", digest="d", email="ada@lost.example.org",
        expires_at=timezone.now(),
    )  # fmt: skip
    take_in(by("Amy Ash"))
    refresh_due()
    follow(user, author("Amy Ash"))
    Correction.objects.create(
        once="o", record="/works/1/", record_title="T", kind="fact", message="The year is wrong.",
        name=NAME, email="Ada@example.org", sent_at=timezone.now(),
    )  # fmt: skip
    OutboxEvent.objects.create(kind="mail", payload={"to": [KNOWN], "text": f"Dear {NAME}"})
    return user


def copy_of(user: User) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads("".join(export(user)))["tables"]
    return found


# The copy


def test_every_table_of_people_is_in_the_copy() -> None:
    labels = {model._meta.label_lower for model in tables()}
    assert labels == TABLES
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES)
        referring = {name for (name,) in cursor.fetchall()}
    assert {"profiles_follow", "mfa_authenticator"} < referring
    assert referring - OF_NOBODY <= {model._meta.db_table for model in tables()}


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    for label, columns in HIDDEN.items():
        model = apps.get_model(label)
        assert columns <= {field.name for field in model._meta.concrete_fields}
    assert {model._meta.label_lower for model in ALSO} <= TABLES


def test_the_copy_holds_all_of_a_person_and_nothing_of_others(ada: User) -> None:
    bob = person("bob@example.org", name="Bob Birk")
    with_app(bob)
    copy = copy_of(ada)
    assert set(copy) == TABLES
    assert copy["profiles.user"][0]["email"] == KNOWN
    assert len(copy["account.emailaddress"]) == 2
    assert copy["claims.correction"][0]["message"] == "The year is wrong."
    assert copy["profiles.follow"][0]["author_id"] == author("Amy Ash").pk
    assert len(copy["profiles.recoverycode"]) == 10
    assert copy["socialaccount.socialaccount"][0]["uid"] == ORCID
    assert {event["kind"] for event in copy["lib.auditevent"]} >= {"login"}
    text = json.dumps(copy)
    assert "Bob" not in text
    assert len(copy["mfa.authenticator"]) == 1


def test_the_copy_has_notes_from_each_address_that_is_shown_to_be_theirs(ada: User) -> None:
    eve = person("eve@example.org", name="Eve")
    EmailAddress.objects.create(user=eve, email="ada@second.example.org", verified=False)
    for number, email in enumerate(("ADA@second.example.org", "ada@elsewhere.example.org", "")):
        Correction.objects.create(
            once=f"once {number}", record="/works/1/", record_title="T", kind="fact",
            message=f"Note {number} about the year.", email=email,
        )  # fmt: skip
    notes = [row["message"] for row in copy_of(ada)["claims.correction"]]
    assert notes == ["The year is wrong.", "Note 0 about the year."]
    assert copy_of(eve)["claims.correction"] == []


def test_who_adds_the_address_of_another_learns_nothing_of_mail_to_it(ada: User) -> None:
    eve = person("eve@example.org", name="Eve")
    EmailAddress.objects.create(user=eve, email="ada@second.example.org", verified=False)
    SentMail.objects.create(token="f" * 32, address="ada@second.example.org")
    assert copy_of(eve)["lib.sentmail"] == []
    assert "ada@second.example.org" in {row["address"] for row in copy_of(ada)["lib.sentmail"]}


def test_the_copy_opens_no_account(ada: User) -> None:
    text = "".join(export(ada))
    ada.refresh_from_db()
    assert ada.password not in text
    assert SEED not in text
    assert "secret" not in json.loads(text)["tables"]["mfa.authenticator"][0]


def test_the_copy_is_sent_as_a_file_after_a_proof(ada: User) -> None:
    stale = signed_in_as(ada, proved=False)
    for response in (stale.get("/accounts/export/"), stale.post("/accounts/export/")):
        assert response["Location"].startswith("/accounts/reauthenticate/")
    client = signed_in_as(ada)
    assert client.get("/accounts/export/")["Content-Type"].startswith("text/html")
    response = client.post("/accounts/export/")
    assert response.streaming
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith('attachment; filename="bzpeer-account-2')
    sent = json.loads(response.getvalue())
    assert sent["tables"]["profiles.user"][0]["name"] == NAME
    assert AuditEvent.objects.filter(kind="exported", user_id=ada.pk).count() == 1


def test_copies_are_limited(ada: User) -> None:
    client = signed_in_as(ada)
    answers = [client.post("/accounts/export/").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


# Deleting


def delete(user: User) -> Client:
    client = signed_in_as(user)
    response = client.post("/accounts/delete/", {"sure": "yes"})
    assert response["Location"] == "/accounts/deleted/"
    return client


def test_deleting_takes_a_tick(ada: User) -> None:
    client = signed_in_as(ada)
    assert "30 days" not in client.post("/accounts/delete/").content.decode()
    ada.refresh_from_db()
    assert ada.is_active
    assert Erasure.objects.count() == 0


def test_a_deleted_account_is_out_everywhere_at_once(ada: User) -> None:
    elsewhere = signed_in_as(ada)
    client = delete(ada)
    assert not signed_in(client)
    assert not signed_in(elsewhere)
    again = Client()
    assert log_in(again)["Location"] == "/accounts/inactive/"
    assert not signed_in(again)
    kept = Erasure.objects.get()
    assert abs(kept.due_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert AuditEvent.objects.filter(kind="deletion_asked").count() == 1


def test_every_address_that_the_account_has_or_lost_lately_is_told(ada: User) -> None:
    delete(ada)
    told = {mail["to"][0] for mail in mails() if "switched off" in mail.get("subject", "")}
    assert told == {KNOWN, "ada@second.example.org", "ada@lost.example.org"}


def snapshot(user: User) -> Any:
    rows = json.loads("".join(export(user)))["tables"]
    for label in ("lib.auditevent", "profiles.secretlink", "usersessions.usersession"):
        del rows[label]
    del rows["profiles.user"][0]["last_login"]
    return rows


def test_the_way_back_gives_everything_back_as_it_was(ada: User) -> None:
    before = snapshot(ada)
    delete(ada)
    link = link_in([mail for mail in mails() if mail["to"] == [KNOWN]][-1])
    client = Client()
    assert "Bring the account back" in page(client.get(link)).text
    assert not User.objects.get(pk=ada.pk).is_active
    assert "The account is back" in page(client.post(link)).text
    assert snapshot(ada) == before
    assert "no longer good" in page(client.post(link)).text
    assert erase_due() == 0
    assert log_in(client)["Location"] == "/accounts/2fa/authenticate/"


def test_sessions_from_before_do_not_come_back(ada: User) -> None:
    Session.objects.all().delete()
    ada.authenticator_set.all().delete()  # type: ignore[attr-defined]
    thief = Client()
    log_in(thief)
    thief.post("/accounts/delete/", {"sure": "yes"})
    other = Client()
    other.post(link_in([mail for mail in mails() if mail["to"] == [KNOWN]][-1]))
    assert User.objects.get(pk=ada.pk).is_active
    assert not signed_in(thief)


def test_the_link_of_a_lost_address_undoes_a_deletion_as_well(ada: User) -> None:
    ada.authenticator_set.all().delete()  # type: ignore[attr-defined]
    thief = signed_in_as(ada)
    thief.post("/accounts/email/", {"email": "ada@second.example.org", "action_primary": ""})
    undo = link_in(mails()[-1])
    thief.post("/accounts/delete/", {"sure": "yes"})
    assert "yours again" in page(Client().post(undo)).text
    ada.refresh_from_db()
    assert (ada.is_active, ada.email) == (True, KNOWN)
    assert Erasure.objects.count() == 0


def test_an_account_that_was_switched_off_by_staff_is_not_restored_by_a_link(ada: User) -> None:
    delete(ada)
    link = link_in([mail for mail in mails() if mail["to"] == [KNOWN]][-1])
    Erasure.objects.all().delete()
    Client().post(link)
    assert not User.objects.get(pk=ada.pk).is_active


# Erasing


def hits(*needles: str) -> Iterator[str]:
    """Every column of every table that still holds one of the texts."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS)
        for table, column in cursor.fetchall():
            for needle in needles:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s',
                    [f"%{needle}%"],
                )
                if cursor.fetchone() != (0,):
                    yield f"{table}.{column}: {needle}"


def everything_of_ada() -> list[str]:
    return list(hits(KNOWN, "second.example", "lost.example", "Adalgisa", ORCID, "Lovelace"))


def test_the_search_finds_what_is_there(ada: User) -> None:
    assert len(everything_of_ada()) >= 8


def test_after_thirty_days_nothing_of_the_person_is_left(ada: User) -> None:
    delete(ada)
    number = ada.pk
    Session.objects.all().delete()  # idle for fourteen days, they are gone by then
    assert erase_due() == 0
    Erasure.objects.update(due_at=timezone.now())
    erase_sweep()
    assert not User.objects.filter(pk=number).exists()
    assert everything_of_ada() == []
    assert Follow.objects.count() == 0
    assert AuthorFacts.objects.get(author=author("Amy Ash")).followers == 0
    assert Correction.objects.get().message == "The year is wrong."
    kept = list(AuditEvent.objects.filter(user_id=number).values_list("kind", flat=True))
    assert {"login", "deletion_asked", "erased"} <= set(kept)
    assert Erasure.objects.count() == 0


def test_the_rows_of_others_stay(ada: User) -> None:
    bob = person("bob@example.org", name="Bob Birk")
    with_app(bob)
    EmailAddress.objects.create(user=bob, email="ada@lost.example.org", verified=True)
    OutboxEvent.objects.create(kind="mail", payload={"to": ["ada@lost.example.org"], "text": "x"})
    before = snapshot(bob)
    erase(ada)
    assert snapshot(bob) == before
    assert OutboxEvent.objects.filter(payload__to=["ada@lost.example.org"]).count() == 1


def test_an_erasure_that_fails_is_tried_again_and_half_of_it_is_undone(
    ada: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    delete(ada)
    Erasure.objects.update(due_at=timezone.now())

    def broken(*args: Any) -> None:
        raise RuntimeError(KNOWN)

    with monkeypatch.context() as patch:
        patch.setattr("profiles.account_erasure.followers_recount", broken)
        assert erase_due() == 0
    row = Erasure.objects.get()
    assert (row.attempts, row.error) == (1, "RuntimeError")
    assert Follow.objects.count() == 1
    Erasure.objects.update(due_at=timezone.now())
    assert erase_due() == 1


def test_notes_that_serve_no_more_are_forgotten(ada: User) -> None:
    SecretLink.objects.create(
        user=ada, purpose="undo", digest="e", email="ada@old.example.org",
        expires_at=timezone.now() - timedelta(days=31),
    )  # fmt: skip
    erase_sweep()
    assert UserSession.objects.count() == 1
    assert list(SecretLink.objects.values_list("email", flat=True)) == ["ada@lost.example.org"]
    Session.objects.update(expire_date=timezone.now())
    erase_sweep()
    assert UserSession.objects.count() == 0


def test_the_same_address_may_open_an_account_again(ada: User, client: Client) -> None:
    erase(ada)
    client.post("/accounts/signup/", {"email": KNOWN, "password1": PASSWORD})
    assert User.objects.get(email=KNOWN).pk != ada.pk

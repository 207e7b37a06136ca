"""Notices told once, mails to whom they may go, digests one a slot, and the way out of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from bzpeer.lib import due, mail, outbox
from bzpeer.lib.models import OutboxEvent
from bzpeer.lib.notices import raise_notice
from claims.domain.transitions import TRANSITIONS, Role
from profiles.domain.notices import DEFAULT, DIGESTS, OFFERED, SAID, Kind, Way, next_slot, words
from profiles.follow_topics import topic_follow
from profiles.models import Digest, Notice, User
from profiles.notices import digests
from profiles.notices.choices import choose, mail_stop, ways
from profiles.notices.delivering import kept, notices_deliver
from profiles.notices.digests import digests_send
from profiles.notices.letters import MOST_NOTICES, MOST_WORKS, digest_send
from profiles.notices.mailing import mailbox, queued_drop, stop_token
from profiles.notices.reading import notices_forget
from profiles.services import follow
from profiles.tasks import digests_sweep, notices_sweep
from tests.factories.accounts import mails, person
from tests.factories.corpus import author, publish
from tests.factories.notices import slot_comes, tell, told_by, topic
from tests.web.people import by, somebody
from works.models import Author

pytestmark = pytest.mark.usefixtures("our_outbox")
HOSTILE = (
    "a\r\nBcc: all@example.org",
    "\u202eevil\u202c <script>alert(1)</script>",
    "x" * 10_000,
    '"><img src=//track.example/p.gif>',
    "http://spam.example " * 50,
    "",
    "\0\x1b[2J",
)  # fmt: skip


@pytest.fixture
def ada(db: None) -> User:
    return person()


# Words and slots


def test_everything_that_claims_tell_has_words() -> None:
    steps = {f"claim_{step.name}" for step in TRANSITIONS if step.roles != {Role.CLAIMANT}}
    told = {"proof_lapsed", "proof_lapsing", "challenge_admitted", "claim_dispute",
            "dispute_silent", "claim_frozen", "claim_unfrozen", "confirmation_asked"}  # fmt: skip
    assert steps | told <= set(SAID)


@pytest.mark.parametrize("what", SAID)
def test_words_name_the_record_or_none(what: str) -> None:
    assert "{" not in words(what, "Xue Lin")
    assert words(what, "") == words(what, "a record")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "now", "slot"),
    [
        (Way.DAILY, "2026-11-22T05:59", "2026-11-22T06:00"),
        (Way.DAILY, "2026-11-22T06:00", "2026-11-23T06:00"),
        (Way.DAILY, "2026-12-31T23:59", "2027-01-01T06:00"),
        (Way.WEEKLY, "2026-11-22T12:00", "2026-11-23T06:00"),  # a Sunday
        (Way.WEEKLY, "2026-11-23T05:00", "2026-11-23T06:00"),
        (Way.WEEKLY, "2026-11-23T06:00", "2026-11-30T06:00"),
    ],
)
def test_the_next_slot(rhythm: Way, now: str, slot: str) -> None:
    assert next_slot(rhythm, at(now)) == at(slot)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(DIGESTS))
def test_a_slot_is_ahead_and_no_further_than_its_step(now: datetime, rhythm: Way) -> None:
    if now.year < 9999:
        step = timedelta(days=1 if rhythm == Way.DAILY else 7)
        assert now < next_slot(rhythm, now) <= now + step


# Once


@pytest.mark.django_db
def test_the_same_thing_is_told_once(ada: User) -> None:
    for _ in range(3):
        tell(ada, "claim_accept", "7")
    tell(ada, "claim_accept", "8")
    tell(ada, "claim_reject", "7")
    assert Notice.objects.count() == len(mails()) == 3
    assert not OutboxEvent.objects.filter(kind="notice").exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_once() -> None:
    user = person()
    for number in range(30):
        raise_notice("claim_accept", user.pk, str(number % 10))
        # As the claims leave it: the same event twice, under two keys of the outbox.
        payload = {"user": user.pk, "what": "claim_reject", "url": "/claims/x/"}
        outbox.add("notice", payload, dedupe_key=f"notice:reject:{number % 5}")

    def sweep() -> None:
        try:
            notices_sweep()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(sweep) for _ in range(8)]:
            done.result(timeout=60)
    notices_sweep()
    assert Notice.objects.count() == len(mails()) == 15


@pytest.mark.django_db
def test_a_row_that_comes_again_after_a_lost_answer_changes_nothing(ada: User) -> None:
    raise_notice("claim_accept", ada.pk, "7")
    row = OutboxEvent.objects.get()
    notices_deliver()
    OutboxEvent.objects.create(kind="notice", payload=row.payload, dedupe_key=row.dedupe_key)
    notices_deliver()
    assert (Notice.objects.count(), len(mails())) == (1, 1)


@pytest.mark.django_db
def test_nobody_is_told_in_place_of_who_is_gone(ada: User) -> None:
    raise_notice("claim_accept", ada.pk, "7")
    ada.delete()
    assert notices_deliver() == 1
    assert not Notice.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("payload", [{}, {"what": "odd", "user": 1}, {"what": "claim_ask"}])
def test_what_makes_no_sense_is_parked_for_a_person(ada: User, payload: dict[str, Any]) -> None:
    outbox.add("notice", payload)
    tell(ada)
    for _ in range(due.STRIKES - 1):
        OutboxEvent.objects.filter(kind="notice").update(due_at=Now())
        notices_deliver()
    assert OutboxEvent.objects.get(kind="notice").parked_at
    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_long_subjects_stay_apart(ada: User) -> None:
    for end in "ab":
        tell(ada, "claim_accept", "x" * 5_000 + end)
    assert Notice.objects.count() == 2


# What a notice holds


@pytest.mark.parametrize(
    "payload",
    [
        {"email": "eve@example.org", "name": "Eve", "to": ["eve@example.org"]},
        {"author": "17", "on": 5, "reason": ["x"], "url": {"a": 1}},
        {"url": "//evil.example/"}, {"url": "https://evil.example/"}, {"url": "javascript:x"},
        {"url": "/\\evil.example"}, {"url": "x/"}, {"reason": "x" * 501}, {"author": True},
    ],
)  # fmt: skip
def test_only_ids_and_codes_are_kept(payload: dict[str, Any]) -> None:
    assert kept(payload) == {}


def test_what_is_kept() -> None:
    payload = {"author": 17, "on": "2026-12-01", "reason": "duplicate", "url": "/claims/x/?a=b"}
    assert kept(payload | {"user": 1, "what": "claim_ask", "claim": "x"}) == payload


@pytest.mark.django_db
def test_a_year_is_kept(ada: User) -> None:
    for subject, days in (("old", 366), ("young", 364)):
        tell(ada, subject=subject)
        latest = Notice.objects.filter(subject__endswith=subject)
        latest.update(created_at=F("created_at") - timedelta(days=days))
    notices_forget(timezone.now())
    assert Notice.objects.get().subject.endswith("young")


# Ways


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("way", "notices", "sent", "waiting"),
    [
        ("off", 0, 0, 0),
        ("page", 1, 0, 0),
        ("mail", 1, 1, 0),
        ("daily", 1, 0, 1),
        ("weekly", 1, 0, 1),
    ],
)
def test_each_way(ada: User, way: str, notices: int, sent: int, waiting: int) -> None:
    told_by(ada, Way(way), Kind.CLAIMS)
    tell(ada)
    found = Notice.objects.all()
    assert (found.count(), len(mails())) == (notices, sent)
    assert found.exclude(digest="").count() == waiting
    tell(ada, "identity_changed")
    assert len(mails()) == sent + 1


@pytest.mark.django_db
def test_new_works_never_come_by_mail_at_once(ada: User) -> None:
    assert Way.MAIL not in OFFERED[Kind.WORKS]
    told_by(ada, Way.MAIL, Kind.WORKS)
    assert ways(ada.pk) == DEFAULT
    assert DEFAULT[Kind.WORKS] == Way.PAGE


@pytest.mark.django_db
def test_a_digest_is_there_while_something_asks_for_it(ada: User) -> None:
    steps: list[tuple[Way, list[Kind], set[str]]] = [
        (Way.DAILY, [Kind.CLAIMS], {"daily"}),
        (Way.WEEKLY, [Kind.WORKS], {"daily", "weekly"}),
        (Way.WEEKLY, [Kind.CLAIMS], {"weekly"}),
        (Way.OFF, [Kind.CLAIMS, Kind.WORKS], set()),
    ]
    for way, kinds, rhythms in steps:
        told_by(ada, way, *kinds)
        assert set(Digest.objects.values_list("rhythm", flat=True)) == rhythms


@pytest.mark.django_db
def test_what_waits_follows_a_change_of_mind(ada: User) -> None:
    told_by(ada, Way.DAILY, Kind.CLAIMS)
    tell(ada)
    told_by(ada, Way.WEEKLY, Kind.CLAIMS)
    assert Notice.objects.get().digest == "weekly"
    told_by(ada, Way.PAGE, Kind.CLAIMS)
    assert Notice.objects.get().digest == ""
    slot_comes()
    assert digests_send() == 0


# Digests


@pytest.fixture
def weekly(ada: User) -> User:
    """Follows Amy Ash and the topic cs.LG, and gets all of it weekly."""
    publish(by("Amy Ash"))
    follow(ada, author("Amy Ash"))
    topic_follow(ada, topic())
    told_by(ada, Way.WEEKLY)
    return ada


@pytest.mark.django_db
def test_a_mail_a_slot(weekly: User) -> None:
    publish(by("Amy Ash", title="Of <all> & things"), by("Bob Birk", title="Second"))
    tell(weekly, author=author("Amy Ash").pk, url="/claims/x/")
    assert digests_send() == 0  # not yet
    slot_comes()
    assert [digests_send(), digests_send()] == [1, 0]
    (letter,) = mails()
    assert letter["subject"] == "Your week on BZPEER: 2 new works and 1 notice"
    text = letter["text"]
    assert "Of <all> & things\nby Amy Ash, whom you follow; on Machine Learning" in text
    assert text.count("/works/") == 2
    assert "CLAIMS\n\nYour claim of Amy Ash was accepted\nhttp://127.0.0.1:8000/claims/x/" in text
    assert "Of &lt;all&gt; &amp; things" in letter["html"]
    assert "<script" not in letter["html"]
    slot_comes()
    assert digests_send() == 0  # nothing new


@pytest.mark.django_db
def test_missed_slots_are_one(weekly: User) -> None:
    publish(by("Amy Ash"))
    Digest.objects.update(due_at=Now() - timedelta(days=40))
    assert digests_send() == 1
    row = Digest.objects.get()
    assert timezone.now() < row.due_at <= timezone.now() + timedelta(days=7)
    assert (row.attempts, row.due_at.weekday(), row.due_at.hour) == (0, 0, 6)


@pytest.mark.django_db(transaction=True)
def test_two_beats_send_one() -> None:
    publish(by("Amy Ash"))
    users = [person(f"a{number}@example.org") for number in range(6)]
    for user in users:
        follow(user, author("Amy Ash"))
        told_by(user, Way.DAILY)
    publish(by("Amy Ash"))
    slot_comes()

    def sweep() -> None:
        try:
            digests_sweep()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(sweep) for _ in range(8)]:
            done.result(timeout=60)
    assert sorted(letter["to"][0] for letter in mails()) == [user.email for user in users]


@pytest.mark.django_db
def test_who_claimed_too_long_ago_writes_nothing(weekly: User, monkeypatch: Any) -> None:
    publish(by("Amy Ash"))
    slot_comes()
    (late,) = due.claim(Digest, 1, digests.LEASE)
    slot_comes()
    assert digests_send() == 1
    assert digests._send(late) is False
    assert len(mails()) == 1


@pytest.mark.django_db
def test_what_fails_is_tried_again_and_loses_nothing(weekly: User, monkeypatch: Any) -> None:
    publish(by("Amy Ash"))
    tell(weekly)
    slot_comes()
    with monkeypatch.context() as broken:
        broken.setattr(digests, "digest_send", lambda *_: 1 / 0)
        assert digests_send() == 0
    assert "ZeroDivisionError" in Digest.objects.get().error
    slot_comes()
    assert digests_send() == 1
    assert mails()[0]["subject"] == "Your week on BZPEER: 1 new work and 1 notice"


@pytest.mark.django_db
def test_a_digest_is_capped_and_says_so(weekly: User) -> None:
    publish(*(by(somebody(number)) for number in range(MOST_WORKS + 240)))
    for number in range(MOST_NOTICES + 5):
        tell(weekly, subject=str(number))
    slot_comes()
    digests_send()
    (letter,) = mails()
    assert letter["subject"] == "Your week on BZPEER: 255 new works and 35 notices"
    assert letter["text"].count("/works/") == MOST_WORKS
    assert "and 240 more: http://127.0.0.1:8000/following/" in letter["text"]
    assert "and 5 more: http://127.0.0.1:8000/notifications/" in letter["text"]
    assert not Notice.objects.exclude(digest="").exists()


@pytest.mark.django_db
def test_more_than_is_counted(weekly: User, monkeypatch: Any) -> None:
    for module in ("digests", "letters"):
        monkeypatch.setattr(f"profiles.notices.{module}.MOST_COUNTED", 20)
    publish(*(by(somebody(number)) for number in range(30)))
    slot_comes()
    digests_send()
    assert "and more than 5 more" in mails()[0]["text"]


@pytest.mark.django_db
def test_works_come_in_the_digest_that_was_chosen_for_them(weekly: User) -> None:
    told_by(weekly, Way.DAILY, Kind.CLAIMS)
    publish(by("Amy Ash"))
    tell(weekly)
    Digest.objects.filter(rhythm="daily").update(due_at=Now())
    digests_send()
    assert mails()[0]["subject"] == "Your day on BZPEER: 1 notice"


# To whom


@pytest.mark.django_db
@pytest.mark.parametrize("way", [Way.MAIL, Way.DAILY, Way.WEEKLY])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    active=st.booleans(),
    addresses=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=3),
    what=st.sampled_from(sorted(SAID)),
)
def test_mail_goes_to_a_verified_address_of_an_active_account_or_nowhere(
    db: None, way: Way, active: bool, addresses: list[tuple[bool, bool]], what: str
) -> None:
    with transaction.atomic():
        user = account(active, addresses)
        told_by(user, way)
        tell(user, what)
        slot_comes()
        digests_send()
        known = EmailAddress.objects.filter(user=user, verified=True, user__is_active=True)
        good, sent = set(known.values_list("email", flat=True)), mails()
        transaction.set_rollback(True)
    said = SAID[what]
    by_page = not said.mailed or (way == Way.MAIL and said.kind == Kind.WORKS)
    assert len(sent) == bool(good and not by_page)
    for letter in sent:
        assert len(letter["to"]) == 1
        assert set(letter["to"]) <= good
        assert letter["cc"] == letter["bcc"] == letter["reply_to"] == []


def account(active: bool, addresses: list[tuple[bool, bool]]) -> User:
    """An account with these addresses: whether each is verified, whether it is the main one."""
    user = User.objects.create_user("ada@example.org", is_active=active)
    mains = [main for _, main in addresses].count(True)
    for number, (verified, main) in enumerate(addresses):
        EmailAddress.objects.create(
            user=user,
            email=f"a{number}@example.org",
            verified=verified,
            primary=main and mains == 1,
        )
    return user


@pytest.mark.django_db
def test_the_main_address_comes_first(ada: User) -> None:
    EmailAddress.objects.create(user=ada, email="other@example.org", verified=True)
    assert mailbox(ada.pk) == ada.email
    EmailAddress.objects.filter(primary=True).update(verified=False)
    assert mailbox(ada.pk) == "other@example.org"


@pytest.mark.django_db
def test_who_has_no_mailbox_yet_gets_the_notices_when_there_is_one(weekly: User) -> None:
    EmailAddress.objects.update(verified=False)
    tell(weekly)
    slot_comes()
    assert digests_send() == 0
    EmailAddress.objects.update(verified=True)
    slot_comes()
    assert digests_send() == 1


@pytest.mark.django_db
def test_a_refused_mail_leaves_the_notice_on_the_page(ada: User, settings: Settings) -> None:
    settings.DELIVERY_EMAIL_BACKEND = "tests.db.test_outbox.Refusing"
    Author.objects.create(
        public_id="x", slug="x", name="refuse", key_scheme="k", key_value="k", name_key="r"
    )
    tell(ada, author=Author.objects.get().pk)
    for _ in range(due.STRIKES + 1):
        OutboxEvent.objects.update(due_at=Now() - timedelta(seconds=1))
        outbox.send_mail()
    assert OutboxEvent.objects.get().parked_at
    assert django_mail.outbox == []
    assert Notice.objects.count() == 1


# What mails are made of


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_titles_do_no_harm(weekly: User, text: str) -> None:
    publish(by("Amy Ash", title=text.replace("\0", "") or "x"))
    Author.objects.filter(name="Amy Ash").update(name=text.replace("\0", "")[:300])
    told_by(weekly, Way.MAIL, Kind.CLAIMS)
    tell(weekly, author=Author.objects.get(key_value__contains="amy").pk)
    slot_comes()
    assert digests_send() == 1
    for event in OutboxEvent.objects.filter(kind="mail"):
        raw = mail.unpack(event.payload, event.pk).message().as_bytes()
        parsed = message_from_bytes(raw)
        assert parsed["To"] == weekly.email
        assert parsed["Bcc"] is None
        assert len(parsed.get_all("Subject", [])) == 1
        assert [part.get_content_type() for part in parsed.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip
        shown = event.payload["subject"] + event.payload["text"] + event.payload["html"]
        assert not set(shown) & set("\u202a\u202b\u202d\u202e\x1b\0\r")
        assert not {"<script", "<img", "<style", "<link"} & set(event.payload["html"].split(" "))
        assert "<img" not in event.payload["html"]
        assert "<script" not in event.payload["html"]
        assert len(event.payload["subject"]) <= 150


@pytest.mark.django_db
@pytest.mark.parametrize("way", [Way.MAIL, Way.DAILY, Way.WEEKLY])
def test_every_mail_says_how_to_stop_it(ada: User, way: Way) -> None:
    told_by(ada, way, Kind.CLAIMS)
    tell(ada)
    slot_comes()
    digests_send()
    event = OutboxEvent.objects.get(kind="mail")
    parsed = message_from_bytes(mail.unpack(event.payload, event.pk).message().as_bytes())
    link = "".join(parsed["List-Unsubscribe"].split())
    assert link.startswith("<http://127.0.0.1:8000/notifications/unsubscribe/")
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert link[1:-1] in event.payload["text"]
    assert link[1:-1] in event.payload["html"].replace("&#x27;", "'")
    what = Kind.CLAIMS if way == Way.MAIL else way
    assert stop_token(link[1:-1].split("/")[-2]) == (ada.pk, what)


# The way out


@pytest.mark.django_db
def test_stopping_a_kind_stops_its_mail_alone(ada: User) -> None:
    told_by(ada, Way.DAILY, Kind.IDENTITY)
    assert mail_stop(ada.pk, Kind.CLAIMS, timezone.now())
    assert ways(ada.pk) == DEFAULT | {Kind.CLAIMS: Way.PAGE, Kind.IDENTITY: Way.DAILY}
    assert not mail_stop(ada.pk, Kind.CLAIMS, timezone.now())
    assert not mail_stop(ada.pk, Kind.IDENTITY, timezone.now())


@pytest.mark.django_db
def test_stopping_a_rhythm_stops_all_that_came_in_it(ada: User) -> None:
    told_by(ada, Way.DAILY, Kind.IDENTITY, Kind.WORKS)
    assert mail_stop(ada.pk, Way.DAILY, timezone.now())
    assert ways(ada.pk) == DEFAULT | {Kind.IDENTITY: Way.PAGE, Kind.WORKS: Way.PAGE}
    assert not Digest.objects.exists()


@pytest.mark.django_db
def test_stopping_the_mail_of_who_is_gone(db: None) -> None:
    mail_stop(4711, Kind.CLAIMS, timezone.now())
    choose(4711, {Kind.CLAIMS: Way.DAILY}, timezone.now())
    assert not Digest.objects.exists()


@pytest.mark.django_db
def test_what_is_queued_goes_too(ada: User) -> None:
    eve = person("eve@example.org")
    for user in (ada, eve):
        tell(user)
        tell(user, "identity_changed")
    queued_drop(ada.pk, Kind.CLAIMS)
    left = [(letter["to"][0], letter["subject"].split()[1]) for letter in mails()]
    assert left == [
        ("ada@example.org", "record"), ("eve@example.org", "claim"), ("eve@example.org", "record"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_nothing_to_say_is_no_mail(ada: User) -> None:
    told_by(ada, Way.DAILY)
    slot_comes()
    assert digests_send() == 0
    assert mails() == []


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "x:y", "a" * 5_000, "WzEsImNsYWltcyJd:forged"])
def test_tokens_that_are_not_ours(token: str) -> None:
    assert stop_token(token) is None


@pytest.mark.django_db
def test_a_digest_without_a_mailbox_is_not_sent(ada: User) -> None:
    EmailAddress.objects.all().delete()
    assert digest_send(ada.pk, Way.DAILY, [], [], 0) is False

"""Complaints about our mail: the alarm, what they stop, and how it goes on (SAFETY 22)."""

import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bzpeer.lib import mail_brake, mail_gate, outbox
from bzpeer.lib.mail_brake import FEWEST, Standing, standing
from bzpeer.lib.models import MailDay, OutboxEvent
from profiles.domain.notices import Kind, Way
from profiles.models import Digest, Notice, User
from profiles.notices.digests import digests_send
from profiles.notices.mailing import queued_drop
from tests.factories.accounts import KNOWN, mails, person
from tests.factories.commands import run
from tests.factories.notices import slot_comes, tell, told_by
from tests.factories.returned import complaint, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
LINK = {"List-Unsubscribe": "<https://bzpeer.example/stop/>"}


@pytest.fixture
def ada(db: None) -> User:
    return person(name="Ada")


def today() -> date:
    return timezone.now().date()


def counted(sent: int, complaints: int, days_ago: int = 0) -> None:
    day = today() - timedelta(days=days_ago)
    MailDay.objects.create(day=day, sent=sent, complaints=complaints)


def stop() -> None:
    counted(10_000, 30)


def write(subject: str, **headers: str) -> None:
    EmailMultiAlternatives(subject, "text", to=[KNOWN], headers=headers).send()


def delivered() -> list[str]:
    outbox.send_mail()
    return [str(message.subject) for message in django_mail.outbox]


def waiting() -> list[str]:
    return [row["subject"] for row in mails()]


# The rate


@pytest.mark.parametrize(
    ("sent", "complaints", "alarming", "stopped"),
    [
        (0, 0, False, False),
        (10, 1, False, False),
        (1_000, 1, False, False),
        (10, 2, True, False),
        (10, 5, True, False),
        (10, 6, True, True),
        (FEWEST, 1, False, False),
        (FEWEST, 2, True, False),
        (10_000, 9, False, False),
        (10_000, 10, True, False),
        (10_000, 29, True, False),
        (10_000, 30, True, True),
        (1_000_000, 999, False, False),
        (1_000_000, 3_000, True, True),
    ],
)
def test_one_complaint_is_a_person_and_no_rate(
    sent: int, complaints: int, alarming: bool, stopped: bool
) -> None:
    found = Standing(sent, complaints)
    assert (found.alarming, found.stopped) == (alarming, stopped)


@given(st.integers(0, 10**7), st.integers(0, 10**5), st.integers(0, 10**6))
def test_more_complaints_are_never_better_and_more_mail_never_worse(
    sent: int, complaints: int, more: int
) -> None:
    here = Standing(sent, complaints)
    assert Standing(sent, complaints + more).rate >= here.rate
    assert Standing(sent + more, complaints).rate <= here.rate
    assert here.alarming or not here.stopped


def test_the_last_thirty_days_count(django_assert_num_queries: Any) -> None:
    for days_ago, complaints in ((31, 1_000), (30, 100), (29, 10), (0, 1)):
        counted(5_000, complaints, days_ago)
    with django_assert_num_queries(1):
        assert standing() == Standing(10_000, 11)
    assert standing(today() - timedelta(days=1)) == Standing(15_000, 111)


def test_what_is_sent_and_what_is_reported_is_counted(ada: User, tmp_path: Path) -> None:
    for number in range(12):
        write(f"mail {number}")
    token = token_of()
    outbox.send_mail()
    (tmp_path / "a.eml").write_bytes(complaint(token))
    assert "complaints=1" in run("mail_returned", tmp_path / "a.eml").output
    day = MailDay.objects.get()
    assert (day.day, day.sent, day.complaints) == (today(), 12, 1)


# The alarm


def test_the_log_says_it_once_a_day(caplog: pytest.LogCaptureFixture) -> None:
    def errors() -> list[str]:
        return [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]

    counted(20_000, 19)
    outbox.send_mail()
    assert errors() == []
    MailDay.objects.update(complaints=21)
    outbox.send_mail()
    outbox.send_mail()
    assert errors() == ["our mail is unwanted sent=20000 complaints=21 rate=0.10%"]
    # What comes on top of it does not wait for the next day.
    MailDay.objects.update(complaints=61)
    outbox.send_mail()
    outbox.send_mail()
    assert len(errors()) == 2


def test_the_log_says_what_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    stop()
    outbox.send_mail()
    (line,) = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert line.endswith("rate=0.30%: all mail but that of accounts waits")


# What is stopped


def test_mail_of_accounts_goes_on_and_the_rest_waits() -> None:
    stop()
    write("a notice", **LINK)
    write("a code")
    assert delivered() == ["a code"]
    assert delivered() == ["a code"]
    assert waiting() == ["a notice"]
    row = OutboxEvent.objects.get()
    assert (row.attempts, row.parked_at, row.error) == (0, None, mail_gate.HELD)


def test_what_slips_in_between_is_not_sent_either(monkeypatch: pytest.MonkeyPatch) -> None:
    stop()
    write("a notice", **LINK)
    monkeypatch.setattr(mail_gate, "hold", lambda: None)
    assert delivered() == []
    assert OutboxEvent.objects.get().error == mail_gate.HELD


def test_thousands_that_wait_are_one_statement_and_in_nobodys_way(
    django_assert_max_num_queries: Any,
) -> None:
    stop()
    for number in range(200):
        write(f"notice {number}", **LINK)
    write("a code")
    with django_assert_max_num_queries(12):
        assert delivered() == ["a code"]
    assert mail_gate.held_count(1_000) == 200


def test_an_alarm_alone_stops_nothing() -> None:
    counted(10_000, 29)
    write("a notice", **LINK)
    assert delivered() == ["a notice"]


def test_it_goes_on_when_the_rate_falls() -> None:
    stop()
    write("a notice", **LINK)
    assert delivered() == []
    MailDay.objects.update(day=today() - timedelta(days=30))
    OutboxEvent.objects.update(due_at=Now())
    assert delivered() == ["a notice"]
    assert waiting() == []


def test_staff_lets_it_go_on_until_there_are_new_complaints() -> None:
    stop()
    write("a notice", **LINK)
    assert delivered() == []
    assert (mail_brake.excuse(), mail_gate.let_go()) == (30, 1)
    assert delivered() == ["a notice"]
    assert (mail_brake.excuse(), mail_gate.let_go()) == (0, 0)
    MailDay.objects.update(complaints=F("complaints") + 40)
    write("another", **LINK)
    assert delivered() == ["a notice"]


def test_what_waited_too_long_is_dropped_and_only_that() -> None:
    stop()
    write("old news", **LINK)
    write("news", **LINK)
    delivered()
    old = OutboxEvent.objects.order_by("pk").first()
    assert old is not None
    OutboxEvent.objects.filter(pk=old.pk).update(created_at=Now() - timedelta(days=8))
    write("late, but never held", **LINK)
    late = OutboxEvent.objects.filter(error="")
    late.update(created_at=Now() - timedelta(days=8))
    mail_brake.excuse()
    mail_gate.let_go()
    assert sorted(delivered()) == ["late, but never held", "news"]
    assert waiting() == []


# Notices and digests


def test_a_notice_is_on_the_page_at_once_and_its_mail_waits(ada: User) -> None:
    stop()
    tell(ada)
    assert delivered() == []
    assert Notice.objects.filter(user=ada).count() == 1
    assert len(waiting()) == 1


def test_whoever_unsubscribes_meanwhile_gets_nothing_later(ada: User) -> None:
    stop()
    tell(ada)
    delivered()
    queued_drop(ada.pk, Kind.CLAIMS)
    assert waiting() == []


def test_a_digest_is_put_off_and_the_next_one_says_all(ada: User) -> None:
    stop()
    told_by(ada, Way.DAILY, Kind.CLAIMS)
    tell(ada, subject="1")
    before = Digest.objects.get()
    slot_comes()
    assert digests_send() == 0
    after = Digest.objects.get()
    assert (after.due_at > timezone.now(), after.attempts) == (True, 0)
    assert after.after_work == before.after_work
    tell(ada, subject="2")
    mail_brake.excuse()
    slot_comes()
    assert digests_send() == 1
    (letter,) = mails()
    assert "2 notices" in letter["subject"]


def test_mail_of_every_kind_that_can_be_unsubscribed_is_known_as_such(ada: User) -> None:
    tell(ada)
    told_by(ada, Way.DAILY, Kind.CLAIMS)
    tell(ada, subject="2")
    slot_comes()
    digests_send()
    assert [mail_gate.is_optional(payload) for payload in mails()] == [True, True]

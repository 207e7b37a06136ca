import smtplib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from pytest_django import Settings

from bzpeer.lib import due, outbox, tasks
from bzpeer.lib.models import OutboxEvent

LEASE = timedelta(minutes=5)


class Refusing(EmailBackend):
    """Takes the connection, refuses every mail whose subject says so."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if any("refuse" in message.subject for message in messages):
            raise smtplib.SMTPRecipientsRefused({})
        return super().send_messages(messages)


class Away(EmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError(111, "nobody there")


@pytest.fixture
def through(our_outbox: None, settings: Settings) -> Callable[[type], None]:
    def use(backend: type) -> None:
        settings.DELIVERY_EMAIL_BACKEND = f"{__name__}.{backend.__name__}"

    return use


def write(subject: str = "Hello", **more: Any) -> None:
    EmailMultiAlternatives(subject, "text", to=["reader@example.org"], **more).send()


def make_due() -> None:
    OutboxEvent.objects.update(due_at=Now() - timedelta(seconds=1))


@pytest.fixture
def ours(through: Any) -> None:
    """The outbox as mail backend, and the in-memory one for delivery."""


@pytest.mark.django_db
def test_a_mail_is_kept_with_what_caused_it_or_not_at_all(ours: None) -> None:
    def sign_up() -> None:
        with transaction.atomic():
            write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sign_up()
    assert OutboxEvent.objects.count() == 0
    write()
    assert OutboxEvent.objects.get().kind == "mail"
    assert django_mail.outbox == []


@pytest.mark.django_db
def test_the_task_sends_each_row_once(ours: None) -> None:
    for number in range(25):
        write(f"mail {number}")
    tasks.mail()
    tasks.mail()
    assert [message.subject for message in django_mail.outbox] == [f"mail {n}" for n in range(25)]
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_mail_arrives_as_it_was_written(ours: None) -> None:
    message = EmailMultiAlternatives(
        "Grüße", "a < b", "a@x.org", ["b@x.org"], bcc=["c@x.org"], cc=["d@x.org"],
        reply_to=["e@x.org"], headers={"X-Kind": "test"},
    )  # fmt: skip
    message.attach_alternative("<p>a &lt; b</p>", "text/html")
    message.send()
    outbox.send_mail()
    (sent,) = django_mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    assert (sent.subject, sent.body, sent.from_email) == ("Grüße", "a < b", "a@x.org")
    assert (sent.to, sent.cc, sent.bcc, sent.reply_to) == (
        ["b@x.org"], ["d@x.org"], ["c@x.org"], ["e@x.org"],
    )  # fmt: skip
    assert [tuple(part) for part in sent.alternatives] == [("<p>a &lt; b</p>", "text/html")]
    assert sent.extra_headers["X-Kind"] == "test"
    assert sent.extra_headers["Message-ID"].startswith("<outbox-")


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\nBcc: all@example.org\n"])
@pytest.mark.parametrize("field", ["subject", "from_email", "to", "reply_to", "headers"])
def test_no_header_can_be_smuggled_in(ours: None, field: str, ending: str) -> None:
    poison = f"reader{ending}Bcc: everyone@example.org"
    shapes: dict[str, Any] = {
        "to": [poison], "reply_to": [poison], "headers": {"X-Name": poison},
    }  # fmt: skip
    values = {"to": ["reader@example.org"]} | {field: shapes.get(field, poison)}
    with pytest.raises(BadHeaderError):
        EmailMessage(body="text", **values).send()
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_attachments_are_refused_while_the_sender_can_be_told(ours: None) -> None:
    message = EmailMessage("s", "b", to=["reader@example.org"])
    message.attach("a.exe", b"MZ", "application/octet-stream")
    with pytest.raises(ValueError, match="attachments"):
        message.send()


@pytest.mark.django_db
def test_a_mail_to_nobody_is_no_event(ours: None) -> None:
    assert send_mail("s", "b", None, []) == 0
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_refused_mail_is_parked_after_three_strikes_and_harms_no_other(
    through: Callable[[type], None],
) -> None:
    through(Refusing)
    write("please refuse")
    write("fine")
    for strike in (1, 2, 3):
        assert outbox.send_mail() == (strike == 1)
        row = OutboxEvent.objects.get()
        assert row.attempts == strike
        assert (row.parked_at is not None) == (strike == 3)
        assert "SMTPRecipientsRefused" in row.error
        make_due()
    assert outbox.send_mail() == 0
    assert [message.subject for message in django_mail.outbox] == ["fine"]


@pytest.mark.django_db
def test_while_the_server_is_away_mail_waits_and_counts_no_strike(
    through: Callable[[type], None],
) -> None:
    through(Away)
    write()
    for _ in range(5):
        assert outbox.send_mail() == 0
        make_due()
    row = OutboxEvent.objects.get()
    assert (row.attempts, row.parked_at) == (0, None)
    through(EmailBackend)
    through(Refusing)
    assert outbox.send_mail() == 1


@pytest.mark.django_db
def test_the_same_event_twice_is_one(ours: None) -> None:
    outbox.add("follow", {"n": 1}, dedupe_key="follow:1:2")
    outbox.add("follow", {"n": 2}, dedupe_key="follow:1:2")
    outbox.add("follow", {"n": 3})
    outbox.add("follow", {"n": 4})
    assert sorted(e.payload["n"] for e in OutboxEvent.objects.all()) == [1, 3, 4]


@pytest.mark.django_db
def test_mail_leaves_other_events_alone(ours: None) -> None:
    outbox.add("notice", {})
    assert outbox.send_mail() == 0
    assert OutboxEvent.objects.get().attempts == 0


@pytest.mark.django_db
def test_a_claim_takes_the_longest_due_and_no_more_than_asked() -> None:
    for number in range(4):
        outbox.add("x", {"n": number})
        OutboxEvent.objects.filter(payload__n=number).update(
            due_at=Now() - timedelta(minutes=number)
        )
    outbox.add("later", {})
    OutboxEvent.objects.filter(kind="later").update(due_at=Now() + timedelta(hours=1))
    assert {row.payload["n"] for row in due.claim(OutboxEvent, 2, LEASE)} == {2, 3}
    assert {row.payload["n"] for row in due.claim(OutboxEvent, 9, LEASE)} == {0, 1}
    assert due.claim(OutboxEvent, 9, LEASE) == []


@pytest.mark.django_db
def test_a_worker_that_lost_its_claim_can_neither_finish_nor_fail_the_row() -> None:
    outbox.add("x", {})
    first = due.claim(OutboxEvent, 1, LEASE)
    make_due()
    second = due.claim(OutboxEvent, 1, LEASE)
    due.failed(first, "late")
    due.postpone(first, "late")
    assert due.done(first) == 0
    assert OutboxEvent.objects.get().error == ""
    assert due.done(second) == 1


@pytest.mark.django_db
def test_a_row_renewed_during_the_work_stays_to_be_done_again() -> None:
    outbox.add("x", {})
    rows = due.claim(OutboxEvent, 1, LEASE)
    OutboxEvent.objects.update(due_at=Now(), attempts=0)
    again = due.claim(OutboxEvent, 1, LEASE)
    assert due.done(rows) == 0
    assert due.done(again) == 1


@pytest.mark.django_db
def test_a_row_that_kills_three_workers_is_parked() -> None:
    outbox.add("x", {})
    for _ in range(3):
        assert len(due.claim(OutboxEvent, 1, LEASE)) == 1
        make_due()
    assert due.claim(OutboxEvent, 1, LEASE) == []
    row = OutboxEvent.objects.get()
    assert row.parked_at is not None
    assert row.error == due.SILENT


@pytest.mark.django_db
def test_an_empty_batch_costs_no_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert due.done([]) == 0
        due.failed([], "x")
        due.postpone([], "x")


@pytest.mark.django_db(transaction=True)
def test_parallel_claims_share_the_rows_without_overlap() -> None:
    for number in range(40):
        outbox.add("x", {"n": number})

    def take(_: int) -> list[int]:
        try:
            return [row.pk for _ in range(5) for row in due.claim(OutboxEvent, 3, LEASE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for pks in pool.map(take, range(4)) for pk in pks]
    assert len(taken) == len(set(taken)) == 40
    assert not OutboxEvent.objects.exclude(attempts=F("attempts") * 0 + 1).exists()

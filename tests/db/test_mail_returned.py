"""Mail that comes back: only what we sent has an effect, once, and what it is (SAFETY 12)."""

import logging
import smtplib
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from bzpeer.lib import mail_returns, outbox, tasks
from bzpeer.lib.mail import CodeMail
from bzpeer.lib.mail_returns import Outcome
from bzpeer.lib.models import AuditEvent, MailDay, OutboxEvent, ReturnedAddress, SentMail
from claims.claiming import claim_open, claim_submit
from claims.mailbox_codes import mail_code_check, mail_code_send
from claims.models import Claim, Evidence
from profiles.domain.notices import Kind, Way
from profiles.models import Digest, Notice, User
from profiles.notices.choices import ways
from profiles.tasks import erase_sweep, notices_sweep, returned_mail_sweep
from tests.factories.accounts import KNOWN, code_in, mails, person
from tests.factories.claims import NOW, account, claimant, institution, record
from tests.factories.commands import Ended, manage, run
from tests.factories.corpus import facts_of
from tests.factories.notices import told_by
from tests.factories.races import together
from tests.factories.returned import bounce, complaint, group, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]


class NoSuchMailbox(EmailBackend):
    """Refuses every recipient with the words in `says`."""

    says = (550, b"5.1.1 no such user here")

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: self.says})


@pytest.fixture
def ada(db: None) -> User:
    return person(name="Ada")


def sent(to: str = KNOWN, kind: type[EmailMessage] = EmailMultiAlternatives) -> str:
    """Send a mail; returns its token."""
    kind("Good morning", "text", to=[to]).send()
    token = token_of()
    outbox.send_mail()
    return token


def take(*raw: bytes, folder: Path) -> str:
    """Read these mails from files; returns the counts that are not nothing."""
    files = []
    for number, content in enumerate(raw):
        files.append(folder / f"{number}.eml")
        files[-1].write_bytes(content)
    return counts(run("mail_returned", *files))


def counts(ended: Ended) -> str:
    assert ended.code == 0, ended.error
    last = ended.output.splitlines()[-1].split(" ")
    return " ".join(one for one in last if not one.endswith("=0"))


def verified(address: str = KNOWN) -> bool:
    return bool(EmailAddress.objects.get(email=address).verified)


# What a mail is known by


def test_each_mail_leaves_with_a_token_that_nobody_can_guess() -> None:
    tokens = {sent(), sent(), sent()}
    assert len(tokens) == 3
    for message, token in zip(django_mail.outbox, SentMail.objects.order_by("sent_at")):
        head = message.message()
        assert head["Message-ID"] == f"<outbox-{token.token.hex}@localhost>"
        assert head["X-BZPEER-Mail"] == token.token.hex
    assert {row.token.hex for row in SentMail.objects.all()} == tokens
    assert {row.address for row in SentMail.objects.all()} == {KNOWN}


def test_a_mail_that_is_tried_again_has_the_same_token(settings: Settings) -> None:
    settings.DELIVERY_EMAIL_BACKEND = "tests.db.test_outbox.Refusing"
    EmailMessage("refuse this", "text", to=[KNOWN]).send()
    token = token_of()
    outbox.send_mail()
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    OutboxEvent.objects.update(due_at=timezone.now())
    outbox.send_mail()
    assert django_mail.outbox[0].message()["X-BZPEER-Mail"] == token
    assert SentMail.objects.get().token.hex == token


def test_a_mail_queued_before_there_were_tokens_leaves_as_well() -> None:
    EmailMessage("Hello", "text", to=[KNOWN]).send()
    row = OutboxEvent.objects.get()
    del row.payload["token"], row.payload["asked"]
    row.save()
    assert outbox.send_mail() == 1
    assert django_mail.outbox[0].message()["Message-ID"] == f"<outbox-{row.pk}@localhost>"
    assert "X-BZPEER-Mail" not in django_mail.outbox[0].extra_headers
    assert not SentMail.objects.exists()


def test_a_mail_to_several_says_nothing_of_any_of_them() -> None:
    EmailMessage("Hello", "text", to=[KNOWN, "bob@example.org"]).send()
    outbox.send_mail()
    assert not SentMail.objects.exists()


# What it does


def test_a_bounce_takes_the_address_from_the_account(ada: User, tmp_path: Path) -> None:
    assert take(bounce(token=sent()), folder=tmp_path) == "failed=1"
    assert verified()  # the accounts learn of it by the worker
    returned_mail_sweep()
    assert not verified()
    kept = ReturnedAddress.objects.get()
    assert (kept.address, kept.user_id, kept.why, kept.status) == (KNOWN, ada.pk, "failed", "5.1.1")
    event = AuditEvent.objects.get(kind="address_failed")
    assert (event.user_id, event.detail) == (ada.pk, {"status": "5.1.1"})
    notices_sweep()
    notice = Notice.objects.get()
    assert (notice.what, notice.user_id, notice.data["url"]) == (
        "address_failed", ada.pk, "/accounts/",
    )  # fmt: skip
    assert not OutboxEvent.objects.filter(kind=mail_returns.KIND).exists()


def test_the_same_report_twice_and_a_second_one_of_the_same_mail_are_one(
    ada: User, tmp_path: Path
) -> None:
    token = sent()
    other = bounce(group(status="5.2.1"), token=token)
    reports = [bounce(token=token), bounce(token=token), other]
    assert take(*reports, folder=tmp_path) == "failed=1 again=2"
    returned_mail_sweep()
    assert take(*reports, folder=tmp_path) == "again=3"
    returned_mail_sweep()
    assert AuditEvent.objects.filter(kind="address_failed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_reports_at_one_moment_are_one(ada: User) -> None:
    reports = [complaint(token) for token in (sent(), sent())] * 4
    found = together([partial(mail_returns.returned, raw) for raw in reports])
    assert Counter(found) == {Outcome.COMPLAINT: 1, Outcome.AGAIN: 7}
    assert MailDay.objects.get().complaints == 1
    assert OutboxEvent.objects.filter(kind=mail_returns.KIND).count() == 1


@pytest.mark.parametrize(
    "made_up",
    [
        bounce(),
        bounce(token="0" * 32),
        bounce(by="none"),
        complaint(),
        complaint(by="none"),
        bounce().replace(b"<outbox-0123456789abcdef0123456789abcdef@", b"<outbox-1@"),
    ],
)
def test_a_made_up_report_does_nothing(ada: User, tmp_path: Path, made_up: bytes) -> None:
    sent()
    assert take(made_up, folder=tmp_path) == "unknown=1"
    returned_mail_sweep()
    assert verified()
    assert not MailDay.objects.filter(complaints__gt=0).exists()


def test_the_token_of_ones_own_mail_says_nothing_of_others(ada: User, tmp_path: Path) -> None:
    person("eve@example.org")
    hers = sent("eve@example.org")
    assert take(bounce(group(KNOWN), token=hers), folder=tmp_path) == "harmless=1"
    assert take(complaint(hers), folder=tmp_path) == "complaints=1"
    returned_mail_sweep()
    assert verified()
    assert not verified("eve@example.org")


@pytest.mark.parametrize(
    "said",
    [
        group(status="4.2.2"),
        group(action="delayed", status="4.4.1"),
        group(action="delivered", status="2.0.0"),
        group(status="5.7.1"),
        group("forwarded@elsewhere.example"),
    ],
)
def test_what_may_yet_arrive_or_is_our_own_fault_does_nothing(
    ada: User, tmp_path: Path, said: str
) -> None:
    token = sent()
    assert take(bounce(said, token=token), folder=tmp_path) == "harmless=1"
    assert not OutboxEvent.objects.exists()
    # The failure that follows a delay counts.
    assert take(bounce(token=token), folder=tmp_path) == "failed=1"


def test_a_complaint_turns_off_all_mail_that_one_can_do_without(ada: User, tmp_path: Path) -> None:
    told_by(ada, Way.WEEKLY, Kind.WORKS)
    told_by(ada, Way.OFF, Kind.INVITATIONS)
    assert Digest.objects.count() == 1
    assert take(complaint(sent()), folder=tmp_path) == "complaints=1"
    returned_mail_sweep()
    assert ways(ada.pk) == dict.fromkeys(Kind, Way.PAGE) | {Kind.INVITATIONS: Way.OFF}
    assert not Digest.objects.exists()
    assert not verified()
    assert AuditEvent.objects.filter(kind="address_complained", user_id=ada.pk).count() == 1


def test_somebody_who_got_many_mails_is_one_complaint(ada: User, tmp_path: Path) -> None:
    reports = [complaint(token) for token in [sent() for _ in range(4)]]
    assert take(*reports, folder=tmp_path) == "complaints=1 again=3"
    assert MailDay.objects.get().complaints == 1


def test_other_addresses_of_the_account_stay_and_get_its_mail(ada: User, tmp_path: Path) -> None:
    second = EmailAddress.objects.create(user=ada, email="ada@second.org", verified=True)
    take(bounce(token=sent()), folder=tmp_path)
    returned_mail_sweep()
    second.refresh_from_db()
    assert second.verified


def test_an_address_of_nobody_does_no_harm(tmp_path: Path) -> None:
    assert take(bounce(group("x@y.org"), token=sent("x@y.org")), folder=tmp_path) == "failed=1"
    returned_mail_sweep()
    assert not ReturnedAddress.objects.exists()
    assert not OutboxEvent.objects.exists()


def with_mailbox() -> tuple[Claim, Evidence]:
    """A claim at L3 by a mailbox, which is the account's address as well."""
    institution()
    user = account("Xue Lin")
    EmailAddress.objects.create(user=user, email="xue.lin@some.edu", verified=True)
    claim = claim_open(claimant(user), record("Xue Lin"), NOW)
    assert isinstance(claim, Claim)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    evidence = mail_code_send(claim, claimant(user), "xue.lin@some.edu", NOW)
    assert isinstance(evidence, Evidence)
    mail_code_check(claim, claimant(user), evidence, code_in(mails()[-1]), NOW)
    return Claim.objects.get(pk=claim.pk), evidence


def test_a_mailbox_that_proved_a_claim_proves_it_no_more(tmp_path: Path) -> None:
    _, evidence = with_mailbox()
    assert facts_of("Xue Lin").level == 3
    token = sent("xue.lin@some.edu")
    take(bounce(group("xue.lin@some.edu"), token=token), folder=tmp_path)
    returned_mail_sweep()
    evidence.refresh_from_db()
    assert evidence.lapsed_at is not None
    assert facts_of("Xue Lin").level == 2
    assert facts_of("Xue Lin").claim_state == "claimed"


def test_a_claim_rests_on_no_account_without_an_address(tmp_path: Path) -> None:
    claim, _ = with_mailbox()
    for address in EmailAddress.objects.values_list("email", flat=True):
        take(bounce(group(address), token=sent(address)), folder=tmp_path)
        returned_mail_sweep()
    assert facts_of("Xue Lin").level == 1
    claim.refresh_from_db()
    assert claim.state == "accepted"


def test_a_code_that_was_read_outdoes_the_bounce_of_an_earlier_mail(tmp_path: Path) -> None:
    claim, evidence = with_mailbox()
    user = claimant(User.objects.get(pk=claim.user_id))
    late = bounce(group("xue.lin@some.edu"), token=sent("xue.lin@some.edu"))
    assert not isinstance(mail_code_send(claim, user, "xue.lin@some.edu", NOW), Claim)
    mail_code_check(claim, user, evidence, code_in(mails()[-1]), NOW)
    assert take(late, folder=tmp_path) == "unknown=1"


# What it stops


def test_an_address_that_mail_came_back_from_gets_codes_alone(ada: User, tmp_path: Path) -> None:
    EmailMessage("queued before", "text", to=[KNOWN]).send()
    queued = OutboxEvent.objects.get().pk
    OutboxEvent.objects.update(due_at=timezone.now() + timedelta(hours=1))
    take(bounce(token=sent()), folder=tmp_path)
    returned_mail_sweep()
    django_mail.outbox.clear()
    OutboxEvent.objects.filter(pk=queued).update(due_at=timezone.now())
    sent()
    assert django_mail.outbox == []
    sent(kind=CodeMail)
    assert len(django_mail.outbox) == 1
    assert not OutboxEvent.objects.filter(kind="mail").exists()


@pytest.mark.parametrize(
    ("says", "gone"),
    [
        ((550, b"5.1.1 no such user here"), True),
        ((556, b"5.1.10 this domain takes no mail"), True),
        ((550, b"5.7.1 your address is on a list"), False),
        ((550, b"no"), False),
        ((450, b"5.1.1 confused"), False),
        ((452, b"4.2.2 full"), False),
    ],
)
def test_a_server_that_knows_no_such_mailbox_is_asked_once(
    ada: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    says: tuple[int, bytes],
    gone: bool,
) -> None:
    settings.DELIVERY_EMAIL_BACKEND = f"{__name__}.NoSuchMailbox"
    monkeypatch.setattr(NoSuchMailbox, "says", says)
    EmailMessage("Hello", "text", to=[KNOWN]).send()
    assert outbox.send_mail() == 0
    assert OutboxEvent.objects.filter(kind="mail").exists() is not gone
    returned_mail_sweep()
    assert verified() is not gone


# Forgetting


def test_what_is_kept_of_mail_is_forgotten(ada: User, tmp_path: Path) -> None:
    take(bounce(token=sent()), folder=tmp_path)
    returned_mail_sweep()
    tasks.clear_sessions()
    erase_sweep()
    assert (SentMail.objects.count(), ReturnedAddress.objects.count()) == (1, 1)
    SentMail.objects.update(sent_at=timezone.now() - timedelta(days=31))
    tasks.clear_sessions()
    EmailAddress.objects.filter(user=ada).delete()
    erase_sweep()
    assert (SentMail.objects.count(), ReturnedAddress.objects.count()) == (0, 0)


def test_a_failure_of_the_effect_is_tried_again(
    ada: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError(KNOWN)

    take(bounce(token=sent()), folder=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("profiles.returned_mail.claims_settle", broken)
        returned_mail_sweep()
    assert verified()
    waiting = OutboxEvent.objects.get(kind=mail_returns.KIND)
    assert (waiting.attempts, waiting.error) == (1, "RuntimeError")
    OutboxEvent.objects.update(due_at=timezone.now())
    returned_mail_sweep()
    assert not verified()


# The door


def test_one_mail_comes_by_a_pipe(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = TextIOWrapper(BytesIO(bounce(token=sent())))
    monkeypatch.setattr("sys.stdin", piped)
    assert counts(run("mail_returned")) == "failed=1"


def test_a_pipe_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = TextIOWrapper(BytesIO(b"x" * 5_000_000))
    monkeypatch.setattr("sys.stdin", piped)
    assert counts(run("mail_returned")) == "unreadable=1"
    assert piped.buffer.read() == b""


def test_at_a_terminal_nobody_is_left_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    ended = run("mail_returned")
    assert (ended.code, ended.error) == (2, "pipe a mail here, or name files")


def test_a_maildir_is_read_once_and_what_could_not_be_is_flagged(
    ada: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.mx").write_bytes(bounce(token=sent()))
    (tmp_path / "new" / "2.mx").write_bytes(b"Subject: out of office\n\nBack on Monday.")
    (tmp_path / "tmp" / "3.mx").write_bytes(b"not whole yet")
    assert counts(run("mail_returned", tmp_path)) == "failed=1 unreadable=1"
    found = sorted(path.name for path in (tmp_path / "cur").iterdir())
    assert found == ["1.mx:2,S", "2.mx:2,FS"]
    assert "2.mx: it is text/plain, not a report" in capsys.readouterr().err
    assert counts(run("mail_returned", tmp_path)) == ""
    assert (tmp_path / "tmp" / "3.mx").exists()


def test_a_folder_of_files_stays_as_it_is(ada: User, tmp_path: Path) -> None:
    token = sent()
    (tmp_path / "a.eml").write_bytes(bounce(token=token))
    (tmp_path / "b.eml").write_bytes(complaint(token))
    assert counts(run("mail_returned", tmp_path)) == "failed=1 again=1"
    assert {path.name for path in tmp_path.iterdir()} == {"a.eml", "b.eml"}


def test_what_cannot_be_read_ends_nothing(
    ada: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = [b"", b"x" * 3_000_000, bounce(token=sent())]
    assert take(*raw, folder=tmp_path) == "failed=1 unreadable=2"
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": it ")[2] for line in said] == [
        "has no header", "is larger than a megabyte",
    ]  # fmt: skip


def test_a_file_that_is_not_there_is_a_mistake_of_usage(tmp_path: Path) -> None:
    ended = run("mail_returned", tmp_path / "none.eml")
    assert (ended.code, ended.error) == (2, f"no such file: {tmp_path}/none.eml")


def test_without_a_database_the_mail_server_is_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(raw: bytes) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("bzpeer.lib.management.commands.mail_returned.returned", away)
    (tmp_path / "a.eml").write_bytes(bounce())
    ended = run("mail_returned", tmp_path / "a.eml")
    assert (ended.code, ended.error) == (75, "the database is away: connection refused")


@pytest.mark.django_db(transaction=True)
def test_a_process_of_its_own_says_what_it_did(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bounce())
    ended = manage("mail_returned", tmp_path / "a.eml")
    assert (ended.code, ended.error) == (0, "")
    line = "failed=0 complaints=0 again=0 harmless=0 unknown=1 unreadable=0"
    assert ended.output.splitlines() == [line]


def test_no_log_names_an_address(
    ada: User, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        take(complaint(sent()), folder=tmp_path)
        returned_mail_sweep()
        sent()
    told = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert told
    assert not [line for line in told if KNOWN in line]

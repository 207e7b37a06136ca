"""Invitations from end to end in the database: sent, delivered, answered, held, capped, stopped."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bzpeer.lib import outbox
from bzpeer.lib.models import AuditEvent, OutboxEvent
from bzpeer.lib.notices import raise_notice
from claims.domain.transitions import Refusal
from claims.invitation_delivery import (
    held_open,
    held_sweep,
    invitations_deliver,
    invitations_expire,
    queue_release,
)
from claims.invitation_queries import received, sent
from claims.inviting import (
    invitation_accept,
    invitation_decline,
    invitation_find,
    invitation_postpone,
    invitation_withdraw,
)
from claims.models import (
    AbuseReport,
    Block,
    Claim,
    Conversation,
    Invitation,
    InvitationDelivery,
    SenderFreeze,
)
from claims.protecting import abuse_report, block_add, block_remove, report_decide
from profiles.domain.notices import SAID
from profiles.models import Notice, User
from profiles.notices.delivering import notices_deliver
from tests.factories.accounts import mails
from tests.factories.claims import NOW, account
from tests.factories.inviting import (
    Somebody,
    delivered,
    invite,
    somebody,
    speak,
    unclaimed,
    wish,
)
from tests.factories.races import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def ann(db: None) -> Somebody:
    return somebody("Ann Lee")


@pytest.fixture
def bo(db: None) -> Somebody:
    return somebody("Bo Day")


def code_of(found: Any) -> str:
    return found.code if isinstance(found, Refusal) else "done"


def fresh(invitation: Invitation) -> Invitation:
    return Invitation.objects.get(pk=invitation.pk)


def told(what: str) -> list[dict[str, Any]]:
    return [one for one in mails("notice") if one["what"] == what]


def all_told(now: datetime = NOW) -> list[dict[str, Any]]:
    """Everything delivered, and the mails that came of it."""
    invitations_deliver(now)
    notices_deliver()
    return mails()


# From one to the other


def test_sent_delivered_and_accepted(ann: Somebody, bo: Somebody) -> None:
    invitation = invite(ann, bo)
    assert (invitation.state, invitation.expires_at) == ("open", NOW + 30 * DAY)
    assert invitation_find(invitation.public_id, bo.user.pk) is None
    assert received(bo.user.pk) == []
    invitations_deliver(NOW)
    assert [one.pk for one in received(bo.user.pk)] == [invitation.pk]
    found = invitation_accept(invitation, bo.actor, NOW + DAY)
    assert isinstance(found, Conversation)
    seats = set(found.participants.values_list("user_id", flat=True))
    assert seats == {ann.user.pk, bo.user.pk}
    kept = fresh(invitation)
    assert (kept.state, kept.answered_at) == ("accepted", NOW + DAY)
    assert [one["user"] for one in told("invitation_accepted")] == [ann.user.pk]


@pytest.mark.parametrize(
    ("answer", "state", "what"),
    [
        (partial(invitation_decline, reason="time"), "declined", "invitation_declined"),
        (partial(invitation_postpone, days=90), "postponed", "invitation_postponed"),
    ],
)
def test_answers_that_are_no(
    ann: Somebody, bo: Somebody, answer: Callable[..., Any], state: str, what: str
) -> None:
    invitation = delivered(ann, bo)
    assert code_of(answer(invitation, bo.actor, now=NOW)) == "done"
    assert fresh(invitation).state == state
    assert len(told(what)) == 1
    assert code_of(invitation_accept(invitation, bo.actor, NOW)) == "no_step"
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("reason", "kept"), [("time", "time"), ("", ""), ("<script>", ""), ("x" * 500, "")]
)
def test_a_reason_is_one_of_the_list(ann: Somebody, bo: Somebody, reason: str, kept: str) -> None:
    invitation = delivered(ann, bo)
    invitation_decline(invitation, bo.actor, reason, NOW)
    assert fresh(invitation).reason == kept


def test_only_the_other_side_answers(ann: Somebody, bo: Somebody) -> None:
    invitation, stranger = delivered(ann, bo), somebody("Cy Fox")
    assert code_of(invitation_accept(invitation, ann.actor, NOW)) == "not_yours"
    assert code_of(invitation_withdraw(invitation, bo.actor, NOW)) == "not_yours"
    assert code_of(invitation_accept(invitation, stranger.actor, NOW)) == "not_yours"
    assert invitation_find(invitation.public_id, stranger.user.pk) is None
    assert fresh(invitation).state == "open"


def test_after_withdrawing_nothing_is_accepted(ann: Somebody, bo: Somebody) -> None:
    invitation = delivered(ann, bo)
    invitation_withdraw(invitation, ann.actor, NOW)
    assert code_of(invitation_accept(invitation, bo.actor, NOW)) == "no_step"
    assert fresh(invitation).state == "withdrawn"


def test_it_runs_out(ann: Somebody, bo: Somebody) -> None:
    invitation = delivered(ann, bo, days=7)
    late = NOW + 7 * DAY
    assert code_of(invitation_accept(invitation, bo.actor, late)) == "ran_out"
    assert invitations_expire(late - timedelta(seconds=1)) == 0
    assert invitations_expire(late) == 1
    assert fresh(invitation).state == "expired"


def test_what_was_done_can_be_read_later(ann: Somebody, bo: Somebody) -> None:
    invitation = delivered(ann, bo)
    invitation_accept(invitation, bo.actor, NOW)
    kinds = AuditEvent.objects.filter(kind__startswith="invitation_").order_by("pk")
    assert list(kinds.values_list("kind", "user_id")) == [
        ("invitation_sent", ann.user.pk),
        ("invitation_accept", bo.user.pk),
    ]


# Who may


@pytest.mark.parametrize("level", [0, 1])
def test_below_l2_nobody_invites(bo: Somebody, level: int) -> None:
    low = somebody("Cy Fox", level=level)
    assert code_of(invite(low, bo)) == "no_level"


@pytest.mark.parametrize("level", [0, 1])
def test_below_l2_it_is_held(ann: Somebody, level: int) -> None:
    low = somebody("Cy Fox", level=level)
    assert invite(ann, low).state == "held"


@pytest.mark.parametrize(
    ("wishes", "purpose", "found"),
    [
        ({"open_to": ["review"]}, "review", "done"),
        ({"open_to": ["review"]}, "talk", "purpose_closed"),
        ({"from_level": 3}, "talk", "level_closed"),
        ({"open_to": []}, "talk", "done"),
    ],
)
def test_what_the_invitee_wishes(
    ann: Somebody, bo: Somebody, wishes: dict[str, Any], purpose: str, found: str
) -> None:
    wish(bo, **wishes)
    assert code_of(invite(ann, bo, purpose=purpose)) == found


def test_who_is_closed_is_not_invited(ann: Somebody) -> None:
    closed = somebody("Cy Fox", is_open=False)
    assert code_of(invite(ann, closed)) == "closed"


@pytest.mark.parametrize("change", [{"frozen_at": NOW}, {"state": "disputed"}])
def test_a_claim_that_does_not_stand_invites_nobody(
    ann: Somebody, bo: Somebody, change: dict[str, Any]
) -> None:
    Claim.objects.filter(user=ann.user).update(**change)
    assert code_of(invite(ann, bo)) == "no_level"
    Claim.objects.filter(user=ann.user).update(frozen_at=None, state="accepted")
    Claim.objects.filter(user=bo.user).update(**change)
    expected = "disputed" if "state" in change else "done"
    found = invite(ann, bo)
    assert code_of(found) == expected
    assert isinstance(found, Refusal) or found.state == "held"


def test_nobody_invites_themselves(ann: Somebody) -> None:
    assert code_of(invite(ann, ann)) == "own"


# SAFETY 17: no mail to outsiders


def test_for_nobody_nothing_goes_out(ann: Somebody) -> None:
    before = OutboxEvent.objects.count()
    found = invite(ann, unclaimed("Cy Fox"))
    assert (found.state, found.to_user_id, found.was_held) == ("held", None, True)
    for day in range(0, 200, 50):
        now = NOW + day * DAY
        invitations_deliver(now)
        held_sweep(now)
        queue_release(now)
        notices_deliver()
    assert OutboxEvent.objects.count() == before
    assert not InvitationDelivery.objects.exists()
    assert [one.pk for one in sent(ann.user.pk)] == [found.pk]


def test_what_was_held_is_shown_after_a_claim_and_never_mailed(ann: Somebody) -> None:
    record = unclaimed("Cy Fox")
    found = invite(ann, record)
    user = account("Cy Fox")
    claim = speak(user, record, level=1)
    assert held_open(record.pk, NOW) == 0
    Claim.objects.filter(pk=claim.pk).update(level=2)
    later = NOW + 100 * DAY
    assert held_open(record.pk, later) == 1
    assert all_told(later) == []
    kept = fresh(found)
    assert (kept.state, kept.to_user_id, kept.expires_at) == ("open", user.pk, later + 30 * DAY)
    assert [one.pk for one in received(user.pk)] == [found.pk]
    assert [one.what for one in Notice.objects.filter(user=user)] == ["invitation_held"]
    assert held_open(record.pk, later) == 0


def test_more_than_a_person_takes_waits_after_a_claim(ann: Somebody, bo: Somebody) -> None:
    record = unclaimed("Cy Fox")
    found = [invite(one, record) for one in (ann, bo)]
    user = account("Cy Fox")
    claim = speak(user, record)
    wish(Somebody(claim.user, record), a_month=1)
    held_sweep(NOW)
    assert [fresh(one).state for one in found] == ["open", "queued"]


def test_who_turns_out_to_be_the_person_invites_nobody(ann: Somebody) -> None:
    record = unclaimed("A. Lee")
    found = invite(ann, record)
    speak(ann.user, record)
    held_open(record.pk, NOW)
    assert fresh(found).state == "expired"


def test_a_record_that_changes_hands_takes_the_invitation_along(
    ann: Somebody, bo: Somebody
) -> None:
    found = invite(ann, bo)
    Claim.objects.filter(user=bo.user).update(state="revoked", level=0)
    assert all_told() == []
    kept = fresh(found)
    assert (kept.state, kept.to_user_id, kept.delivered_at) == ("held", None, None)
    assert invitation_find(found.public_id, bo.user.pk) is None


@pytest.mark.parametrize("why", ["unverified", "inactive"])
def test_only_verified_addresses_of_active_accounts(ann: Somebody, bo: Somebody, why: str) -> None:
    if why == "unverified":
        bo.user.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    found = invite(ann, bo)
    if why == "inactive":
        User.objects.filter(pk=bo.user.pk).update(is_active=False)
    assert all_told() == []
    assert fresh(found).state == ("open" if why == "unverified" else "held")


@pytest.mark.parametrize("what", sorted(SAID))
def test_mail_of_every_kind_is_for_verified_addresses_of_active_accounts(what: str) -> None:
    people = {name: account(name) for name in ("Ann Lee", "Bo Day", "Cy Fox", "Di Gil")}
    verified = EmailAddress.objects.filter(verified=True)
    verified.filter(user=people["Bo Day"]).update(verified=False)
    User.objects.filter(pk=people["Cy Fox"].pk).update(is_active=False)
    verified.filter(user=people["Di Gil"]).delete()
    for user in (*people.values(), User(pk=999_999)):
        raise_notice(what, user.pk, "1", {"url": "/invitations/", "author": 999_999})
    notices_deliver()
    assert {to for one in mails() for to in one["to"]} <= {people["Ann Lee"].email}


# SAFETY 18: one mail


def test_one_mail_and_no_reminder(ann: Somebody, bo: Somebody) -> None:
    invite(ann, bo)
    for day in range(61):
        all_told(NOW + day * DAY)
        outbox.send_mail()
        invitations_expire(NOW + day * DAY)
    assert [message.to for message in mail.outbox] == [[bo.user.email]]
    assert mails() == []


@pytest.mark.parametrize("step", ["at once", "delivered", "noticed"])
def test_withdrawn_before_it_is_sent_is_no_mail(ann: Somebody, bo: Somebody, step: str) -> None:
    found = invite(ann, bo)
    if step != "at once":
        invitations_deliver(NOW)
    if step == "noticed":
        notices_deliver()
        assert len(mails()) == 1
    invitation_withdraw(found, ann.actor, NOW)
    assert all_told() == []


# SAFETY 19: caps


def many(count: int) -> list[Any]:
    return [unclaimed(f"Jo {chr(97 + n // 26)}{chr(97 + n % 26)}son".title()) for n in range(count)]


@pytest.mark.parametrize(("days", "most"), [(30, 20), (7, 20), (6, 3), (0, 3)])
def test_so_many_a_day(days: int, most: int) -> None:
    ann = somebody("Ann Lee", joined=NOW - days * DAY)
    found = Counter(code_of(invite(ann, record)) for record in many(most + 1))
    refused = "too_many_young" if days < 7 else "too_many_today"
    assert found == {"done": most, refused: 1}
    withdrawn = Invitation.objects.earliest("pk")
    invitation_withdraw(withdrawn, ann.actor, NOW)
    assert code_of(invite(ann, unclaimed("Zo Zed"))) == refused
    assert code_of(invite(ann, unclaimed("Zo Yed"), NOW + DAY)) == "done"


def test_one_at_a_time_to_one_person(ann: Somebody, bo: Somebody) -> None:
    found = invite(ann, bo)
    assert code_of(invite(ann, bo)) == "pair_live"
    speak(bo.user, other := unclaimed("B. Day"))
    assert code_of(invite(ann, other)) == "pair_live"
    invitation_withdraw(found, ann.actor, NOW)
    assert code_of(invite(ann, bo)) == "done"


@pytest.mark.parametrize("blocked", [False, True])
def test_what_had_gone_out_is_not_sent_anew_after_it_was_taken_back(
    ann: Somebody, bo: Somebody, blocked: bool
) -> None:
    if blocked:
        block_add(bo.actor, ann.user.pk, NOW)
    found = delivered(ann, bo, days=14)
    invitation_withdraw(found, ann.actor, NOW + DAY)
    assert code_of(invite(ann, bo, NOW + 13 * DAY)) == "taken_back"
    assert code_of(invite(ann, bo, NOW + 14 * DAY)) == "done"


@pytest.mark.parametrize("blocked", [False, True])
def test_what_waited_in_line_is_sent_anew_at_once(
    ann: Somebody, bo: Somebody, blocked: bool
) -> None:
    wish(bo, a_month=1)
    delivered(somebody("Cy Fox"), bo)
    found = invite(ann, bo)
    assert found.state == "queued"
    if blocked:
        block_add(bo.actor, ann.user.pk, NOW)
    invitation_withdraw(found, ann.actor, NOW)
    assert code_of(invite(ann, bo)) == "done"


def test_who_is_invited_answers_that(ann: Somebody, bo: Somebody) -> None:
    delivered(ann, bo)
    assert code_of(invite(bo, ann)) == "invited_back"


@pytest.mark.parametrize(
    ("days", "found"), [(0, "declined_lately"), (89, "declined_lately"), (90, "done")]
)
def test_ninety_days_after_a_decline(ann: Somebody, bo: Somebody, days: int, found: str) -> None:
    invitation_decline(delivered(ann, bo), bo.actor, "", NOW)
    assert code_of(invite(ann, bo, NOW + days * DAY)) == found


def test_who_asks_to_come_back_later_is_left_in_peace(ann: Somebody, bo: Somebody) -> None:
    invitation_postpone(delivered(ann, bo), bo.actor, 30, NOW)
    assert code_of(invite(ann, bo, NOW + 29 * DAY)) == "later"
    assert code_of(invite(ann, bo, NOW + 30 * DAY)) == "done"


def test_beyond_the_number_a_month_it_waits_in_line(ann: Somebody, bo: Somebody) -> None:
    wish(bo, a_month=1)
    first = delivered(ann, bo)
    second, third = invite(somebody("Cy Fox"), bo), invite(somebody("Di Gil"), bo)
    assert (second.state, third.state) == ("queued", "queued")
    all_told()
    assert len(mails()) == 1
    assert [one.pk for one in received(bo.user.pk)] == [first.pk]
    assert queue_release(NOW + 29 * DAY) == 0
    assert queue_release(NOW + 30 * DAY) == 1
    assert (fresh(second).state, fresh(third).state) == ("open", "queued")
    all_told(NOW + 30 * DAY)
    assert len(mails()) == 2
    assert queue_release(NOW + 31 * DAY) == 0


@pytest.mark.parametrize("step", ["sent", "in line"])
def test_who_is_stopped_takes_nobodys_place(ann: Somebody, bo: Somebody, step: str) -> None:
    wish(bo, a_month=1)
    if step == "in line":
        delivered(somebody("Di Gil"), bo, NOW - 30 * DAY + HOUR)
    stopped = invite(ann, bo)
    SenderFreeze.objects.create(user=ann.user)
    other = invite(somebody("Cy Fox"), bo)
    queue_release(NOW + DAY)
    invitations_deliver(NOW + DAY)
    assert fresh(other).delivered_at is not None
    assert fresh(stopped).delivered_at is None


# Both sides speak for their records, or nothing comes of it


@pytest.mark.parametrize("side", ["inviter", "invitee"])
@pytest.mark.parametrize(
    "change", [{"state": "revoked"}, {"state": "disputed"}, {"frozen_at": NOW}]
)
def test_who_speaks_for_the_record_no_more_begins_nothing_in_its_name(
    ann: Somebody, bo: Somebody, side: str, change: dict[str, Any]
) -> None:
    found = delivered(ann, bo)
    gone = ann if side == "inviter" else bo
    Claim.objects.filter(user=gone.user).update(**change)
    assert code_of(invitation_accept(found, bo.actor, NOW)) == "no_voice"
    assert (fresh(found).state, Conversation.objects.count()) == ("open", 0)
    Claim.objects.filter(user=gone.user).update(state="accepted", frozen_at=None)
    assert isinstance(invitation_accept(found, bo.actor, NOW), Conversation)


def test_nothing_arrives_in_the_name_of_a_record_that_was_taken_away(
    ann: Somebody, bo: Somebody
) -> None:
    wish(bo, a_month=1)
    found = invite(ann, bo)
    Claim.objects.filter(user=ann.user).update(state="revoked")
    assert all_told() == []
    assert received(bo.user.pk) == []
    delivered(somebody("Cy Fox"), bo)
    assert [one.from_author.name for one in received(bo.user.pk)] == ["Cy Fox"]
    assert fresh(found).delivered_at is None


# SAFETY 20: blocked, reported


def shape(one: Somebody, other: Somebody) -> tuple[list[str], list[Any]]:
    """What sending costs and says: the statements without their values, and the row."""
    with CaptureQueriesContext(connection) as captured:
        found = invite(one, other)
    row = [found.state, found.days, found.expires_at, found.to_user_id is not None]
    asked = (query["sql"].split(" WHERE ")[0].split("VALUES")[0] for query in captured)
    return [sql.split('"s')[0] if "SAVEPOINT" in sql else sql for sql in asked], row


def test_the_blocked_see_and_cost_what_others_do(ann: Somebody, bo: Somebody) -> None:
    cy = somebody("Cy Fox")
    block_add(bo.actor, ann.user.pk, NOW)
    blocked, free = shape(ann, bo), shape(cy, bo)
    assert blocked == free
    assert [one["to"] for one in all_told()] == [[bo.user.email]]
    assert [one.from_user_id for one in received(bo.user.pk)] == [cy.user.pk]
    silenced = Invitation.objects.get(from_user=ann.user)
    assert invitation_find(silenced.public_id, bo.user.pk) is None
    assert code_of(invitation_accept(silenced, bo.actor, NOW)) == "not_yours"
    assert silenced.state == "open"
    assert code_of(invite(ann, bo)) == code_of(invite(cy, bo)) == "pair_live"
    for one in (ann, cy):
        found = invitation_withdraw(Invitation.objects.get(from_user=one.user), one.actor, NOW)
        assert code_of(found) == "done"


def test_the_blocked_take_nobodys_place(ann: Somebody, bo: Somebody) -> None:
    wish(bo, a_month=1)
    block_add(bo.actor, ann.user.pk, NOW)
    assert delivered(ann, bo).silenced_at == NOW
    assert invite(somebody("Cy Fox"), bo).state == "open"


def test_blocking_ends_what_is_open_between_the_two(ann: Somebody, bo: Somebody) -> None:
    theirs = delivered(ann, bo)
    all_told()
    block_add(bo.actor, ann.user.pk, NOW)
    assert received(bo.user.pk) == []
    assert mails() == []
    assert fresh(theirs).state == "open"
    own = delivered(bo, somebody("Cy Fox"))
    block_add(bo.actor, own.to_user_id, NOW)  # type: ignore[arg-type]
    assert fresh(own).state == "withdrawn"
    assert code_of(invite(bo, ann)) == "blocked_by_you"
    block_remove(bo.actor, ann.user.pk)
    assert received(bo.user.pk) == []
    assert not Block.objects.filter(blocked=ann.user).exists()


def report(one: Somebody, other: Somebody, about: str = "") -> Any:
    path = about or f"/invitations/{one.user.pk}/"
    return abuse_report(one.actor, other.user.pk, path, "spam", "Sent to all of us.", NOW)


def test_two_trusted_reports_stop_the_sender(ann: Somebody, bo: Somebody) -> None:
    cy, low = somebody("Cy Fox"), somebody("Di Gil", level=1)
    waiting = invite(ann, bo)
    report(bo, ann)
    report(bo, ann, "/invitations/other/")
    report(low, ann)
    assert not SenderFreeze.objects.exists()
    report(cy, ann)
    assert SenderFreeze.objects.get().user_id == ann.user.pk
    assert code_of(invite(ann, cy)) == "sender_frozen"
    assert all_told() == [] or [m["to"] for m in mails()] == [[ann.user.email]]
    assert received(bo.user.pk) == []
    kinds = AuditEvent.objects.values_list("kind", flat=True)
    assert Counter(kinds)["abuse_reported"] == 4
    assert Counter(kinds)["sender_frozen"] == 1
    assert fresh(waiting).state == "open"
    told_ann = [str(one) for one in told("sender_frozen")]
    assert not any(str(bo.user.pk) in one for one in told_ann)


def test_a_moderator_lets_go_or_does_not(ann: Somebody, bo: Somebody) -> None:
    cy, judge = somebody("Cy Fox"), somebody("Ed Law")
    waiting = invite(ann, bo)
    first, second = report(bo, ann), report(cy, ann)
    report_decide(first, judge.actor, upheld=True, now=NOW)
    assert SenderFreeze.objects.exists()
    report_decide(second, judge.actor, upheld=False, now=NOW)
    assert not SenderFreeze.objects.exists()
    report_decide(second, judge.actor, upheld=True, now=NOW)
    assert AbuseReport.objects.get(pk=second.pk).upheld is False
    InvitationDelivery.objects.update(due_at=NOW)
    invitations_deliver(NOW)
    assert [one.pk for one in received(bo.user.pk)] == [waiting.pk]


# SAFETY 21: what is written


HOSTILE = {
    "line breaks": "Hello\r\nBcc: all@example.org\r\n\r\nMore of it",
    "markup": '<img src=x onerror=alert(1)> <a href="https://bad.example">click here</a>',
    "direction": "Pay to \u202etxt.exe\u202c now, please do",
    "links": " ".join(f"https://bad.example/{n}" for n in range(50)),
    "long": "word " * 2_000,
    "controls": "a\x00b\x07c\x1b[31m and so on it goes",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_was_typed_is_in_a_mail(ann: Somebody, bo: Somebody, name: str) -> None:
    text = HOSTILE[name]
    kept = delivered(ann, bo, message=text, role=text, time_frame=text)
    assert len(kept.message) <= 1_500
    assert not set(kept.message + kept.role) & set("\u202e\x00\x07\x1b\r")
    assert "\n" not in kept.role + kept.time_frame
    notices_deliver()
    (letter,) = mails()
    whole = str(letter)
    assert "bad.example" not in whole
    assert "onerror" not in whole
    assert ann.user.email not in whole
    assert [letter[name] for name in ("to", "cc", "bcc", "reply_to")] == [
        [bo.user.email],
        [],
        [],
        [],
    ]
    assert "\n" not in letter["subject"]
    assert "<img" not in letter["html"]
    assert {"List-Unsubscribe", "List-Unsubscribe-Post"} <= set(letter["headers"])


# Twenty at one moment


def codes(found: list[Any]) -> Counter[str]:
    return Counter(code_of(one) for one in found)


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_send_one(ann: Somebody, bo: Somebody) -> None:
    found = codes(together([partial(invite, ann, bo)] * 20))
    assert found == {"done": 1, "pair_live": 19}
    assert Invitation.objects.count() == InvitationDelivery.objects.count() == 1
    together([partial(invitations_deliver, NOW)] * 5)
    assert len(told("invitation")) == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_accept_once(ann: Somebody, bo: Somebody) -> None:
    invitation = delivered(ann, bo)
    found = together([partial(invitation_accept, invitation, bo.actor, NOW)] * 20)
    assert len({one.pk for one in found}) == 1
    assert Conversation.objects.count() == 1
    assert len(told("invitation_accepted")) == 1
    assert AuditEvent.objects.filter(kind="invitation_accept").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_accepting_declining_and_withdrawing_one_happens(ann: Somebody, bo: Somebody) -> None:
    invitation = delivered(ann, bo)
    calls: list[Callable[[], Any]] = []
    for _ in range(7):
        calls.append(partial(invitation_accept, invitation, bo.actor, NOW))
        calls.append(partial(invitation_decline, invitation, bo.actor, "", NOW))
        calls.append(partial(invitation_withdraw, invitation, ann.actor, NOW))
    found = codes(together(calls))
    assert found == {"done": 7, "no_step": 14}
    state = fresh(invitation).state
    steps = AuditEvent.objects.filter(kind__startswith="invitation_").exclude(
        kind="invitation_sent"
    )
    assert steps.count() == 1
    assert Conversation.objects.count() == (state == "accepted")
    answers = len(told("invitation_accepted")) + len(told("invitation_declined"))
    assert answers == (state != "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_the_cap_holds_under_twenty_posts_at_once(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    young = somebody("Ann Lee", joined=NOW - DAY)
    records = many(20)
    found = codes(together([partial(invite, young, record) for record in records]))
    assert found == {"done": 3, "too_many_young": 17}


@pytest.mark.django_db(transaction=True)
def test_the_number_a_month_holds_under_many_senders() -> None:
    bo = somebody("Bo Day")
    wish(bo, a_month=3)
    senders = [somebody(f"Ann {chr(65 + n)}ee") for n in range(12)]
    found = together([partial(invite, one, bo) for one in senders])
    assert Counter(one.state for one in found) == {"open": 3, "queued": 9}


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_each_other_wait_for_neither(ann: Somebody, bo: Somebody) -> None:
    found = together([partial(invite, ann, bo), partial(invite, bo, ann)] * 8)
    assert codes(found) == {"done": 2, "pair_live": 14}


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_one_moment_are_two(ann: Somebody, bo: Somebody) -> None:
    cy = somebody("Cy Fox")
    together([partial(report, bo, ann), partial(report, cy, ann)])
    assert SenderFreeze.objects.count() == 1
    assert len(told("sender_frozen")) == 1

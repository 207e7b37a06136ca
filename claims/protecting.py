"""Blocking, reporting, and what comes of it. Who is blocked or reported is not told by whom."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from bzpeer.lib import audit, limits
from bzpeer.lib.notices import raise_notice
from claims.claim_steps import Actor
from claims.domain import invitations as rules
from claims.domain.invitations import freezes, refused
from claims.domain.notes import paragraphs
from claims.domain.transitions import Refusal
from claims.invitation_facts import accounts_locked, voice_of_user
from claims.inviting import delivery_drop, invitation_withdraw
from claims.models import AbuseReport, Block, Invitation, SenderFreeze

REPORTS = limits.Limit("abuse_report", times=10, seconds=86_400)
LONGEST_WORDS = 1_500


@transaction.atomic
def block_add(actor: Actor, blocked_id: int, now: datetime) -> None:
    """Hear nothing of somebody any more. Their open invitations are gone here, and stay there.

    One's own open invitations to them are withdrawn.
    """
    if blocked_id == actor.user_id:
        return
    _, new = Block.objects.get_or_create(user_id=actor.user_id, blocked_id=blocked_id)
    live = Invitation.objects.filter(state__in=[*rules.LIVE])
    # What waits in line finds the block when its turn comes.
    sent = live.filter(state=rules.State.OPEN.value, silenced_at=None)
    theirs = sent.filter(from_user_id=blocked_id, to_user_id=actor.user_id)
    for invitation in theirs.select_for_update().order_by("pk"):
        delivery_drop(invitation)
        Invitation.objects.filter(pk=invitation.pk).update(silenced_at=now)
    for invitation in live.filter(from_user_id=actor.user_id, to_user_id=blocked_id):
        invitation_withdraw(invitation, actor, now)
    if new:
        audit.record("blocked", actor.request, actor.user_id, account=blocked_id)


@transaction.atomic
def block_remove(actor: Actor, blocked_id: int) -> None:
    """Hear of them again, of what comes from now on."""
    if Block.objects.filter(user_id=actor.user_id, blocked_id=blocked_id).delete()[0]:
        audit.record("unblocked", actor.request, actor.user_id, account=blocked_id)


@transaction.atomic
def abuse_report(
    actor: Actor, reported_id: int, about: str, reason: str, words: str, now: datetime
) -> AbuseReport | Refusal:
    """Report an account for something that it sent; the same thing once a person.

    `about` is the path of what was sent, `reason` a key of REPORT_REASONS. The second person at L2
    or above who does freezes the account until a moderator has looked.
    """
    accounts_locked({reported_id})
    known = AbuseReport.objects.filter(user_id=actor.user_id, about=about).first()
    if known is not None:
        return known
    if not limits.allowed(REPORTS, actor.user_id):
        return refused("too_many_reports")
    report = AbuseReport.objects.create(
        user_id=actor.user_id,
        reported_id=reported_id,
        about=about,
        reason=reason if reason in rules.REPORT_REASONS else "other",
        words=paragraphs(words)[:LONGEST_WORDS],
        trusted=voice_of_user(actor.user_id) is not None,
        sent_at=now,
    )
    audit.record("abuse_reported", actor.request, actor.user_id, report=report.pk)
    _freeze(reported_id, report, now)
    return report


def _freeze(user_id: int, report: AbuseReport, now: datetime) -> None:
    """The caller holds the account's lock: of two who report at one moment, one is the second."""
    if not freezes(_trusted_reporters(user_id)):
        return
    _, new = SenderFreeze.objects.get_or_create(user_id=user_id, defaults={"frozen_at": now})
    if new:
        audit.record("sender_frozen", user_id=user_id, report=report.pk)
        raise_notice("sender_frozen", user_id, now.isoformat(), {"url": "/invitations/"})


def _trusted_reporters(user_id: int) -> int:
    """People at L2 or above whose reports nobody has dismissed."""
    counted = AbuseReport.objects.filter(reported_id=user_id, trusted=True)
    standing = counted.filter(Q(upheld=None) | Q(upheld=True))
    return standing.values("user_id").distinct().count()


@transaction.atomic
def report_decide(report: AbuseReport, actor: Actor, *, upheld: bool, now: datetime) -> None:
    """What a moderator found; the account is free again once too few reports of it stand."""
    accounts_locked({report.reported_id})
    open_still = AbuseReport.objects.filter(pk=report.pk, decided_at=None)
    if not open_still.update(decided_at=now, decided_by=actor.user_id, upheld=upheld):
        return
    told = {"report": report.pk, "account": report.reported_id, "upheld": upheld}
    audit.record("abuse_decided", actor.request, actor.user_id, **told)
    if freezes(_trusted_reporters(report.reported_id)):
        return
    if SenderFreeze.objects.filter(user_id=report.reported_id).delete()[0]:
        audit.record("sender_released", actor.request, report.reported_id, report=report.pk)
        subject = now.isoformat()
        raise_notice("sender_released", report.reported_id, subject, {"url": "/invitations/"})

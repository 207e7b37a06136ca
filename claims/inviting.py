"""Sending, answering and taking back invitations: one row change each, under lock.

What the rules refuse comes back as a Refusal; an invitation that is not there for somebody is the
caller's 404. Sending never asks whether the invitee blocked the inviter: the answer, and the work
for it, are the same, and the worker that delivers leaves it undelivered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from bzpeer.lib import audit
from bzpeer.lib.notices import notice_take_back, raise_notice
from claims.claim_steps import Actor
from claims.conversing import conversation_open
from claims.domain import invitations as rules
from claims.domain.invitations import Side, State, decide, refused
from claims.domain.notes import line, paragraphs
from claims.domain.transitions import Refusal
from claims.invitation_facts import accounts_locked, asking, sender_speaks, voice_of_author
from claims.models import Conversation, Invitation, InvitationDelivery
from works.models import Author


@dataclass(frozen=True, slots=True)
class Written:
    """What the inviter wrote. Direction marks and control characters are taken out."""

    purpose: str
    message: str
    role: str = ""
    time_frame: str = ""
    days: int = rules.DEFAULT_DAYS


@transaction.atomic
def invitation_send(
    actor: Actor, author: Author, written: Written, now: datetime
) -> Invitation | Refusal:
    """Send, queue or hold an invitation, or say why not; twice at one moment is once."""
    invitee = voice_of_author(author.pk)
    accounts_locked({actor.user_id, *([invitee.user_id] if invitee else [])})
    found = asking(actor.user_id, author.pk, written.purpose, now)
    state = decide(found.asked)
    if isinstance(state, Refusal):
        return state
    assert found.sender is not None, "decide lets nobody invite who speaks for no record"
    held = state is State.HELD
    wait = timedelta(days=written.days if state is State.OPEN else rules.WAITING_DAYS)
    invitation = Invitation(
        from_user_id=actor.user_id,
        from_author_id=found.sender.author_id,
        to_author=author,
        to_user_id=found.invitee.user_id if found.invitee else None,
        purpose=written.purpose,
        role=line(written.role)[:120],
        time_frame=line(written.time_frame)[:120],
        message=paragraphs(written.message)[: rules.LONGEST_MESSAGE],
        days=written.days,
        state=state.value,
        was_held=held,
        sent_at=now,
        expires_at=now + wait,
    )
    if not _kept(invitation):
        return refused("pair_live")
    if state is State.OPEN:
        InvitationDelivery.objects.create(invitation=invitation)
    _record("sent", invitation, actor)
    return invitation


def _kept(invitation: Invitation) -> bool:
    """False where a claim was merged meanwhile and the pair has a live invitation after all."""
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def invitation_accept(
    invitation: Invitation, actor: Actor, now: datetime
) -> Conversation | Refusal:
    """Open the conversation; done twice, it is the same one.

    Whoever speaks for their record no more begins nothing in its name.
    """
    if invitation.state == State.OPEN and not _both_speak(invitation):
        return refused("no_voice")
    found = _step(invitation, "accept", actor, now, answered_at=now)
    if isinstance(found, Refusal):
        return found
    conversation = conversation_open(found)
    _tell_inviter(found, "invitation_accepted")
    return conversation


def _both_speak(invitation: Invitation) -> bool:
    voice = voice_of_author(invitation.to_author_id)
    if voice is None or voice.user_id != invitation.to_user_id:
        return False
    return Invitation.objects.filter(sender_speaks(), pk=invitation.pk).exists()


@transaction.atomic
def invitation_decline(
    invitation: Invitation, actor: Actor, reason: str, now: datetime
) -> Invitation | Refusal:
    """Decline, with one of DECLINE_REASONS or none; a reason that is none of them is none."""
    known = reason if reason in rules.DECLINE_REASONS else ""
    found = _step(invitation, "decline", actor, now, answered_at=now, reason=known)
    if isinstance(found, Invitation):
        _tell_inviter(found, "invitation_declined")
    return found


@transaction.atomic
def invitation_postpone(
    invitation: Invitation, actor: Actor, days: int, now: datetime
) -> Invitation | Refusal:
    """Ask the inviter to come back after so many days; until then they cannot."""
    again = now + timedelta(days=days if days in rules.LATER_DAYS else rules.LATER_DAYS[0])
    found = _step(invitation, "postpone", actor, now, answered_at=now, again_at=again)
    if isinstance(found, Invitation):
        _tell_inviter(found, "invitation_postponed")
    return found


@transaction.atomic
def invitation_withdraw(
    invitation: Invitation, actor: Actor, now: datetime
) -> Invitation | Refusal:
    """Take it back. What has not gone out to the invitee yet never does."""
    found = _step(invitation, "withdraw", actor, now)
    if isinstance(found, Invitation):
        delivery_drop(found)
    return found


def delivery_drop(invitation: Invitation) -> None:
    """Nothing more is delivered of it, and no mail about it is sent that has not gone out."""
    InvitationDelivery.objects.filter(invitation=invitation).delete()
    if invitation.to_user_id is not None:
        notice_take_back("invitation", invitation.to_user_id, invitation.public_id)


def side_of(invitation: Invitation, user_id: int) -> Side | None:
    """Which side of it somebody is; None for strangers, and before it has reached the invitee."""
    if invitation.from_user_id == user_id:
        return Side.INVITER
    there = invitation.delivered_at is not None and invitation.silenced_at is None
    return Side.INVITEE if there and invitation.to_user_id == user_id else None


def invitation_find(public_id: str, user_id: int) -> Invitation | None:
    """An invitation that is there for this person; another's is as much there as none."""
    sides = Q(from_user_id=user_id) | Q(to_user_id=user_id)
    known = Invitation.objects.select_related("from_author", "to_author")
    found = known.filter(sides, public_id=public_id).first()
    return found if found is not None and side_of(found, user_id) else None


def _step(
    invitation: Invitation, name: str, actor: Actor, now: datetime, **values: object
) -> Invitation | Refusal:
    """Take one step under the row's lock; one that this very side has taken changes nothing."""
    found = Invitation.objects.select_for_update().get(pk=invitation.pk)
    side = side_of(found, actor.user_id)
    step = rules.BY_NAME[name]
    if side is None:
        return refused("not_yours")
    if side is step.side and found.state == step.target:
        return found
    ran_out = found.expires_at <= now
    refusal = rules.step_refusal(State(found.state), name, side, ran_out=ran_out)
    if refusal is not None:
        return refusal
    state_set(found, name, **values)
    _record(name, found, actor)
    return found


def state_set(invitation: Invitation, step: str, **values: object) -> None:
    """The one row change of a step; the caller holds the row's lock."""
    before, known = invitation.state, rules.BY_NAME[step]
    assert before in known.sources, f"{step} is no step from {before}"
    kept = {"state": known.target.value, **values}
    for name, value in kept.items():
        setattr(invitation, name, value)
    rows = Invitation.objects.filter(pk=invitation.pk, state=before).update(**kept)
    assert rows == 1, "an invitation changed under its lock"


def _tell_inviter(invitation: Invitation, what: str) -> None:
    data = {"author": invitation.to_author_id, "url": invitation_url(invitation)}
    raise_notice(what, invitation.from_user_id, invitation.public_id, data)


def invitation_url(invitation: Invitation) -> str:
    return f"/invitations/{invitation.public_id}/"


def _record(name: str, invitation: Invitation, actor: Actor) -> None:
    audit.record(
        f"invitation_{name}",
        actor.request,
        actor.user_id,
        invitation=invitation.pk,
        record=invitation.to_author_id,
        state=invitation.state,
    )

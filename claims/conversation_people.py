"""Bringing a third person into a conversation: somebody proposes, all agree, the person too."""

from datetime import datetime, timedelta

from django.db import transaction

from bzpeer.lib import limits
from claims.conversation_rooms import (
    Gone,
    Locked,
    blockers,
    conversation_url,
    frozen,
    locked,
    tell,
)
from claims.domain import conversations as rules
from claims.domain.invitations import DECLINED_DAYS
from claims.domain.transitions import Refusal
from claims.invitation_facts import voice_of_author
from claims.models import Block, Conversation, Participant, Proposal
from works import heads

PROPOSED = limits.Limit("conversation_proposal", times=10, seconds=86_400)
ASKED_URL = "/conversations/"


@transaction.atomic
def participant_add(
    conversation: Conversation, user_id: int, slug: str, now: datetime
) -> Proposal | Refusal:
    """Propose whoever speaks for the record of this address. Raises Gone.

    They are asked when all who are in the conversation agree, and are in it once they agree too.
    """
    room = locked(conversation.pk)
    room.of(user_id)
    if refusal := frozen(user_id):
        return refusal
    person = _speaker(slug)
    if person is None:
        return rules.refused("nobody_to_add")
    if refusal := rules.add_refusal(room.room, user_id, person):
        return refusal
    if refusal := _asked_before(conversation, person, now):
        return refusal
    if not limits.allowed(PROPOSED, user_id):
        return rules.refused("too_many")
    proposal = Proposal.objects.create(
        conversation=conversation,
        person_id=person,
        proposed_by_id=user_id,
        agreed=[user_id],
        proposed_at=now,
    )
    unheard = blockers(room, user_id)
    for one in room.others(user_id):
        assert one.user_id is not None
        url = conversation_url(room.conversation)
        if one.user_id not in unheard:
            tell("conversation_proposal", one.user_id, user_id, f"{proposal.pk}", url)
    return proposal


def _asked_before(conversation: Conversation, person: int, now: datetime) -> Refusal | None:
    """One waits already, or somebody said no lately: the person, or one who is in it."""
    before = conversation.proposals.filter(person=person)
    if before.filter(state=Proposal.State.WAITING).exists():
        return rules.refused("asked_already")
    lately = now - timedelta(days=DECLINED_DAYS)
    refused = before.filter(state=Proposal.State.REFUSED, settled_at__gt=lately)
    return rules.refused("refused_lately") if refused.exists() else None


def _speaker(slug: str) -> int | None:
    head = heads.head(slug)
    voice = voice_of_author(head.id) if head else None
    return voice.user_id if voice else None


@transaction.atomic
def proposal_answer(
    proposal: Proposal, user_id: int, agrees: bool, now: datetime
) -> Proposal | Refusal:
    """Agree or not, as one who is in the conversation or as the person who is asked. Raises Gone.

    One "no" ends it, and who said it is not told.
    """
    room = locked(proposal.conversation_id)
    found = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if not _may_answer(room, found, user_id):
        raise Gone
    if found.state != Proposal.State.WAITING:
        return rules.refused("settled")
    if not agrees:
        return _settle(found, Proposal.State.REFUSED, now)
    found.agreed = sorted({*found.agreed, user_id})
    if found.asked_at is None and rules.asked(room.room, found.agreed):
        _ask(room, found, now)
    if rules.joins(room.room, found.agreed, found.person_id):
        return _join(room, found, now)
    found.save(update_fields=["agreed", "asked_at"])
    return found


def _may_answer(room: Locked, proposal: Proposal, user_id: int) -> bool:
    asked = user_id == proposal.person_id and proposal.asked_at is not None
    return asked or user_id in room.room.here()


def _ask(room: Locked, proposal: Proposal, now: datetime) -> None:
    """Tell the person, unless they want nothing from one of those who ask."""
    proposal.asked_at = now
    blocked = Block.objects.filter(user=proposal.person_id, blocked_id__in=room.room.here())
    if not blocked.exists():
        tell("conversation_asked", proposal.person_id, proposal.proposed_by_id,
             f"{proposal.pk}", ASKED_URL)  # fmt: skip


def _join(room: Locked, proposal: Proposal, now: datetime) -> Proposal:
    newest = room.newest()
    Participant.objects.create(
        conversation=room.conversation,
        user_id=proposal.person_id,
        joined_at=now,
        since=newest,
        last_read=newest,
    )
    return _settle(proposal, Proposal.State.JOINED, now)


def _settle(proposal: Proposal, state: Proposal.State, now: datetime) -> Proposal:
    proposal.state, proposal.settled_at = state, now
    proposal.save(update_fields=["state", "settled_at", "agreed", "asked_at"])
    return proposal

"""Opening, writing in, closing and leaving conversations. Each under the conversation's lock.

What the rules refuse comes back as a Refusal, which says why in words. Who never had a seat is
told nothing: Gone is the caller's 404.
"""

from datetime import datetime

from django.db import transaction

from bzpeer.lib import limits
from claims.conversation_rooms import Locked, blockers, conversation_url, frozen, locked, tell
from claims.domain import conversations as rules
from claims.domain import messages
from claims.domain.conversations import Written
from claims.domain.notes import paragraphs
from claims.domain.transitions import Refusal
from claims.models import (
    Conversation,
    Invitation,
    Message,
    Participant,
    Proposal,
)

SENT = limits.Limit("conversation_message", times=60, seconds=3_600)
EDITED = limits.Limit("conversation_edit", times=60, seconds=3_600)


@transaction.atomic
def conversation_open(invitation: Invitation) -> Conversation:
    """The conversation of an accepted invitation, the same one each time, with both in it.

    The caller holds the invitation's lock and has seen to it that both have an account.
    """
    conversation, created = Conversation.objects.get_or_create(invitation=invitation)
    if created:
        pair = (invitation.from_user_id, invitation.to_user_id)
        seats = [Participant(conversation=conversation, user_id=user) for user in pair]
        Participant.objects.bulk_create(seats)
    return conversation


@transaction.atomic
def message_send(
    conversation: Conversation, user_id: int, text: str, once: str, now: datetime
) -> Message | Refusal:
    """Write a message; the same `once` again is the message that is there. Raises Gone."""
    body = paragraphs(text)
    if refusal := rules.body_refusal(body):
        return refusal
    html = messages.html(body)  # before the lock: nobody waits for somebody else's formulas
    room = locked(conversation.pk)
    room.of(user_id)
    known = Message.objects.filter(conversation=conversation, author_id=user_id, once=once)
    if sent := known.first():
        return sent
    if refusal := rules.write_refusal(room.room, user_id) or frozen(user_id):
        return refusal
    if not limits.allowed(SENT, user_id):
        return rules.refused("too_many")
    message = Message.objects.create(
        conversation=conversation,
        author_id=user_id,
        once=once,
        body=body,
        html=html,
        withheld_from=blockers(room, user_id),
        created_at=now,
    )
    _announce(room, message)
    return message


def _announce(room: Locked, message: Message) -> None:
    """One notice for all that a person has not read: the next one comes once they looked."""
    assert message.author_id is not None
    url = conversation_url(room.conversation)
    for one in room.others(message.author_id):
        assert one.user_id is not None
        if one.user_id not in message.withheld_from:
            about = f"{room.conversation.pk}:{one.last_read}"
            tell("conversation_message", one.user_id, message.author_id, about, url)


@transaction.atomic
def message_edit(message: Message, user_id: int, text: str, now: datetime) -> Message | Refusal:
    """Change one's own message within five minutes; who blocked one since has it no more.

    Raises Gone.
    """
    body = paragraphs(text)
    if refusal := rules.body_refusal(body):
        return refusal
    html = messages.html(body)
    room = locked(message.conversation_id)
    room.of(user_id)
    found = Message.objects.get(pk=message.pk)
    seen = written(found)
    if refusal := rules.edit_refusal(room.room, seen, user_id, now) or frozen(user_id):
        return refusal
    if not limits.allowed(EDITED, user_id):
        return rules.refused("too_many")
    found.body, found.html, found.edited_at = body, html, now
    found.withheld_from = sorted({*found.withheld_from, *blockers(room, user_id)})
    found.save(update_fields=["body", "html", "edited_at", "withheld_from"])
    return found


def written(message: Message) -> Written:
    return Written(message.author_id, message.created_at, message.reported_at is not None)


@transaction.atomic
def conversation_close(conversation: Conversation, user_id: int, now: datetime) -> Refusal | None:
    """Nobody writes in it any more, until whoever closed it opens it again. Raises Gone."""
    room = locked(conversation.pk)
    room.of(user_id)
    if refusal := rules.close_refusal(room.room, user_id):
        return refusal
    room.change(state=Conversation.State.CLOSED, closed_at=now, closed_by=user_id)
    return None


@transaction.atomic
def conversation_reopen(conversation: Conversation, user_id: int) -> Refusal | None:
    """Take the closing back. Raises Gone."""
    room = locked(conversation.pk)
    room.of(user_id)
    if refusal := rules.reopen_refusal(room.room, user_id):
        return refusal
    room.change(state=Conversation.State.OPEN, closed_at=None, closed_by=None)
    return None


@transaction.atomic
def participant_leave(conversation: Conversation, user_id: int, now: datetime) -> Refusal | None:
    """Leave, and keep what one could read until then. With one person left it closes. Raises Gone.

    The seat is not given back: who left can't be added again.
    """
    room = locked(conversation.pk)
    seat = room.of(user_id)
    if refusal := rules.leave_refusal(room.room, user_id):
        return refusal
    Participant.objects.filter(pk=seat.pk).update(left_at=now, until=room.newest())
    # Those who agreed are others than those who are in it now.
    waiting = room.conversation.proposals.filter(state=Proposal.State.WAITING)
    waiting.update(state=Proposal.State.DROPPED, settled_at=now)
    if room.room.open and len(room.room.here()) <= 2:
        room.change(state=Conversation.State.CLOSED, closed_at=now, closed_by=user_id)
    return None


def mark_read(participant: Participant, message_id: int) -> None:
    """The person has seen all up to this message; nothing is written where they had before."""
    if participant.last_read < message_id:
        later = Participant.objects.filter(pk=participant.pk, last_read__lt=message_id)
        later.update(last_read=message_id)


@transaction.atomic
def conversations_forget(user_id: int, now: datetime) -> None:
    """Before an account is erased: its seats are left, and the words that it wrote are gone.

    The conversations stay with the others, who read "deleted user" in the place of the person.
    """
    seats = Participant.objects.filter(user_id=user_id, left_at=None).order_by("conversation_id")
    for seat in seats.select_related("conversation"):
        room = locked(seat.conversation_id)
        newest = room.newest()
        Participant.objects.filter(pk=seat.pk).update(left_at=now, until=newest)
    Message.objects.filter(author_id=user_id).update(body="", html="")

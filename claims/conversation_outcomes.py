"""What came of a conversation, and what the profiles of its people may say of that."""

from datetime import datetime

from django.db import transaction

from claims.conversation_rooms import Locked, locked
from claims.domain import conversations as rules
from claims.domain.transitions import HELD, Refusal
from claims.models import Claim, Conversation, Outcome, Participant
from works.models import Authorship, Work
from works.services import authors_changed


@transaction.atomic
def outcome_mark(
    conversation: Conversation, user_id: int, work_id: int | None, now: datetime
) -> Outcome | Refusal:
    """Say that something came of it, and which later work of one of them. Raises Gone."""
    room = locked(conversation.pk)
    room.of(user_id)
    if user_id not in room.room.here():
        return rules.refused("not_here")
    if work_id is not None and (refusal := _work_refusal(room, work_id)):
        return refusal
    values = {"work": work_id, "marked_at": now, "marked_by_id": user_id}
    outcome, _ = Outcome.objects.update_or_create(conversation=conversation, defaults=values)
    _pages_changed(room)
    return outcome


def _work_refusal(room: Locked, work_id: int) -> Refusal | None:
    work = Work.objects.filter(pk=work_id, removed=False).first()
    if work is None or _is_older(work, room.conversation.opened_at):
        return rules.refused("no_work")
    users = [one.user_id for one in room.participants if one.user_id is not None]
    held = Claim.objects.filter(user_id__in=users, state__in=HELD)
    bylines = Authorship.objects.filter(work=work, author_id__in=held.values("author_id"))
    return None if bylines.exists() else rules.refused("nobodys_work")


def _is_older(work: Work, opened: datetime) -> bool:
    """Whether a work is of before that day; of one of the same year, as far as its date says."""
    if work.year != opened.year:
        return (work.year or 0) < opened.year
    return work.date < f"{opened:%Y-%m-%d}"[: len(work.date)]


@transaction.atomic
def outcome_unmark(conversation: Conversation, user_id: int) -> Refusal | None:
    """Take it back; anybody of the conversation may. Raises Gone."""
    room = locked(conversation.pk)
    room.of(user_id)
    if user_id not in room.room.here():
        return rules.refused("not_here")
    Outcome.objects.filter(conversation=conversation).delete()
    _pages_changed(room)
    return None


@transaction.atomic
def outcome_show(conversation: Conversation, user_id: int, shows: bool) -> None:
    """Whether one's profile may count it; it does where all of the conversation wish so."""
    room = locked(conversation.pk)
    Participant.objects.filter(pk=room.of(user_id).pk).update(shows_outcome=shows)
    _pages_changed(room)


def _pages_changed(room: Locked) -> None:
    """The pages of all in the conversation count what came of it."""
    users = [one.user_id for one in room.participants if one.user_id is not None]
    held = Claim.objects.filter(user_id__in=users, state__in=HELD)
    authors_changed(sorted(held.values_list("author_id", flat=True)))

"""Messages that were reported: staff read of conversations only these, and the people are told."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from bzpeer.lib import audit
from claims.claim_steps import Actor
from claims.conversation_rooms import conversation_url, locked, tell
from claims.domain import conversations as rules
from claims.domain.transitions import Refusal
from claims.models import AbuseReport, Message
from claims.protecting import abuse_report


def message_path(message: Message) -> str:
    """Where a message is changed and reported, and what its report is about."""
    return f"/messages/{message.public_id}/"


@transaction.atomic
def message_report(
    message: Message, actor: Actor, reason: str, words: str, now: datetime
) -> AbuseReport | Refusal:
    """Report a message that one may read to staff, who may read it from then on. Raises Gone.

    It stays as it is: who wrote it can't change it any more.
    """
    locked(message.conversation_id).of(actor.user_id)
    if message.author_id is None or message.author_id == actor.user_id:
        return rules.refused("own_message")
    about = message_path(message)
    found = abuse_report(actor, message.author_id, about, reason, words, now)
    if isinstance(found, AbuseReport):
        Message.objects.filter(pk=message.pk, reported_at=None).update(reported_at=now)
    return found


def reported_message(message_id: str) -> Message | None:
    """A message that was reported, for staff; any other is as much there as none."""
    reported = Message.objects.filter(public_id=message_id, reported_at__isnull=False)
    return reported.select_related("conversation", "author").first()


@transaction.atomic
def reported_message_read(message: Message, request: HttpRequest, now: datetime) -> Message:
    """Before staff read it: it is logged each time, and all in the conversation are told once."""
    room = locked(message.conversation_id)
    audit.record("reported_message_read", request, request.user.pk, message=message.pk)
    found = Message.objects.select_related("author").get(pk=message.pk)
    if found.staff_read_at is None:
        found.staff_read_at = now
        found.save(update_fields=["staff_read_at"])
        for user in sorted(room.room.here()):
            url = conversation_url(room.conversation)
            tell("conversation_read_by_staff", user, None, f"{message.pk}", url)
    return found

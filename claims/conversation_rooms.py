"""A conversation with its seats, ours until the transaction ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from bzpeer.lib.notices import raise_notice
from claims.domain.conversations import Room, Seat, refused
from claims.domain.transitions import HELD, Refusal
from claims.models import Block, Claim, Conversation, Message, Participant, SenderFreeze


class Gone(Exception):
    """There is no such conversation, or the person never had a seat in it."""


@dataclass(frozen=True, slots=True)
class Locked:
    """What a service works on while nobody else writes in the conversation."""

    conversation: Conversation
    participants: tuple[Participant, ...]
    room: Room

    def of(self, user_id: int) -> Participant:
        """The person's seat; raises Gone."""
        found = next((one for one in self.participants if one.user_id == user_id), None)
        if found is None:
            raise Gone
        return found

    def others(self, user_id: int) -> list[Participant]:
        """Those who read along, without this person."""
        here = self.room.here() - {user_id}
        return [one for one in self.participants if one.user_id in here]

    def newest(self) -> int:
        """The number of the last message; 0 before the first."""
        found = Message.objects.filter(conversation=self.conversation).aggregate(Max("id"))
        return found["id__max"] or 0

    def change(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.conversation, name, value)
        Conversation.objects.filter(pk=self.conversation.pk).update(**values)


def locked(conversation_id: int) -> Locked:
    """The conversation, in the caller's transaction; raises Gone."""
    rows = Conversation.objects.select_for_update(no_key=True)
    found = rows.filter(pk=conversation_id).first()
    if found is None:
        raise Gone
    seats = tuple(found.participants.select_related("user").order_by("pk"))
    return Locked(found, seats, room_of(found, seats))


def room_of(conversation: Conversation, participants: Iterable[Participant]) -> Room:
    """What the rules see of a conversation; the accounts of its people are loaded."""
    people = [(Seat(one.user_id, one.left_at is not None), one.user) for one in participants]
    off = {user.pk for _, user in people if user is not None and not user.is_active}
    return Room(
        seats=tuple(seat for seat, _ in people),
        open=conversation.state == Conversation.State.OPEN,
        closed_by=conversation.closed_by,
        switched_off=frozenset(off),
    )


def frozen(user_id: int) -> Refusal | None:
    """Why an account that was reported can send nothing; None for most."""
    held = SenderFreeze.objects.filter(user_id=user_id).exists()
    return refused("frozen") if held else None


def blockers(room: Locked, user_id: int) -> list[int]:
    """Those in the conversation who want nothing from this person."""
    others = room.room.here() - {user_id}
    found = Block.objects.filter(blocked_id=user_id, user_id__in=others)
    return sorted(found.values_list("user_id", flat=True))


def conversation_url(conversation: Conversation) -> str:
    return f"/conversations/{conversation.public_id}/"


def tell(kind: str, to: int, by: int | None, about: str, url: str) -> None:
    """A notice that names the record of whoever gave cause to it, and nothing of what they said."""
    author = _record_of(by) if by else None
    raise_notice(kind, to, about, {"url": url} | ({"author": author} if author else {}))


def _record_of(user_id: int) -> int | None:
    held = Claim.objects.filter(user_id=user_id, state__in=HELD).order_by("pk")
    return held.values_list("author_id", flat=True).first()

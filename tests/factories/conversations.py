"""People in conversations with each other, for the tests of talking."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from claims.conversing import conversation_open, message_send
from claims.models import Claim, Conversation, Invitation, Message
from profiles.models import User
from tests.factories import claims
from tests.factories.corpus import author, publish
from tests.factories.records import work
from works.models import Author

NOW = claims.NOW
_once = count(1)


def holder(name: str, level: int = 3) -> User:
    """Somebody who speaks for a record of their own name, at this level."""
    if not Author.objects.filter(name=name).exists():
        publish(work(name))
    user = claims.account(name)
    Claim.objects.create(
        user=user, author=author(name), state="accepted", level=level, opened_at=NOW
    )
    return user


def invitation(one: User, other: User) -> Invitation:
    """One that was accepted."""
    records = [Claim.objects.get(user=user).author for user in (one, other)]
    return Invitation.objects.create(
        from_user=one, from_author=records[0], to_user=other, to_author=records[1],
        purpose="coauthor", message="Shall we?", state="accepted",
        expires_at=NOW + timedelta(days=30),
    )  # fmt: skip


def conversation(one: User, other: User) -> Conversation:
    return conversation_open(invitation(one, other))


def say(where: Conversation, who: User, text: str, at: datetime = NOW, **more: Any) -> Message:
    once = more.get("once") or f"once-{next(_once)}"
    sent = message_send(where, who.pk, text, once, at)
    assert isinstance(sent, Message), sent
    return sent

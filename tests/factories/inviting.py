"""People who speak for a record of theirs, and what they send each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from claims.claim_steps import Actor
from claims.domain.invitations import PURPOSES
from claims.domain.transitions import Role
from claims.invitation_delivery import invitations_deliver
from claims.inviting import Written, invitation_send
from claims.models import Claim, CollaborationWishes, Invitation
from claims.wishing import openness_set
from profiles.models import User
from profiles.services import refresh
from tests.factories.claims import NOW, account
from tests.factories.corpus import author, publish
from tests.factories.records import work
from works.models import Author

WORDS = "Your paper on sparse nets fits our data, and I would like to write with you."


@dataclass(frozen=True, slots=True)
class Somebody:
    user: User
    author: Author

    @property
    def actor(self) -> Actor:
        return Actor(Role.CLAIMANT, self.user.pk)


def speak(user: User, record: Author, level: int = 2, *, is_open: bool = True) -> Claim:
    """Let an account speak for a record, at a level that its proofs would have given."""
    claim = Claim.objects.create(user=user, author=record, state="accepted", level=level)
    openness_set(user.pk, is_open=is_open, now=NOW)
    refresh([record.pk])
    record.authorfacts.__class__.objects.filter(author=record).update(
        claim_state="claimed", level=level
    )
    return claim


def somebody(
    name: str, *, level: int = 2, is_open: bool = True, joined: datetime | None = None
) -> Somebody:
    """An account of a month with a record of one work, which it speaks for."""
    publish(work(name))
    user = account(name)
    User.objects.filter(pk=user.pk).update(date_joined=joined or NOW - timedelta(days=30))
    found = Somebody(user, author(name))
    speak(user, found.author, level, is_open=is_open)
    return found


def unclaimed(name: str) -> Author:
    publish(work(name))
    return author(name)


def wish(one: Somebody, **wishes: Any) -> None:
    given = {"is_open": True, "open_to": [*PURPOSES], **wishes}
    CollaborationWishes.objects.update_or_create(user=one.user, defaults=given)


def invite(one: Somebody, other: Somebody | Author, now: datetime = NOW, **written: Any) -> Any:
    """What became of it: the invitation, or a refusal."""
    to = other.author if isinstance(other, Somebody) else other
    given = {"purpose": "coauthor", "message": WORDS, **written}
    return invitation_send(one.actor, to, Written(**given), now)


def delivered(one: Somebody, other: Somebody, now: datetime = NOW, **written: Any) -> Invitation:
    """An invitation that has reached the other."""
    found = invite(one, other, now, **written)
    assert isinstance(found, Invitation), found
    invitations_deliver(now)
    return Invitation.objects.get(pk=found.pk)

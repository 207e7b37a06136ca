"""What is known of two people when one invites the other: who speaks for whom, and what was before.

The accounts are locked before anything is counted: what two people send, or are sent, at one
moment is counted one after the other.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.domain import invitations as rules
from claims.domain.invitations import PURPOSES, Asked, Invitee, State
from claims.domain.transitions import HELD
from claims.domain.transitions import State as ClaimState
from claims.models import Block, Claim, CollaborationWishes, Invitation, SenderFreeze

A_DAY = timedelta(days=1)
A_MONTH = timedelta(days=rules.MONTH_DAYS)


class Voice(NamedTuple):
    """Who speaks for a record, and how sure that is."""

    user_id: int
    author_id: int
    level: int


class Asking(NamedTuple):
    """All that an invitation needs: the rules' facts, and the voices of both sides."""

    asked: Asked
    sender: Voice | None
    invitee: Voice | None

    def for_purpose(self, purpose: str) -> Asked:
        return msgspec.structs.replace(self.asked, purpose=purpose)


class Before(NamedTuple):
    """What was between an inviter and an invitee before."""

    live: bool
    invited_back: bool
    days_since_decline: int | None
    later: bool
    taken_back: bool


def voice_of_user(user_id: int) -> Voice | None:
    """The record at L2 or above that an account speaks for; the surest, where there are more."""
    return _voice(Q(user_id=user_id))


def voice_of_author(author_id: int) -> Voice | None:
    """Who speaks for a record at L2 or above; nobody while that is in dispute."""
    return _voice(Q(author_id=author_id))


def sure_claims(of: Q) -> QuerySet[Claim]:
    """Claims by which somebody speaks for a record at L2 or above, undisputed and not frozen."""
    sure = Claim.objects.filter(
        of,
        state=ClaimState.ACCEPTED.value,
        level__gte=rules.LOWEST_LEVEL,
        frozen_at=None,
        user__is_active=True,
    )
    return sure.order_by("-level", "author_id")


def sender_speaks() -> Q:
    """Of invitations: the inviter speaks for the record still, and is not stopped after reports."""
    sure = sure_claims(Q(user=OuterRef("from_user"), author=OuterRef("from_author")))
    stopped = SenderFreeze.objects.filter(user=OuterRef("from_user"))
    return Q(Exists(sure)) & ~Q(Exists(stopped))


def _voice(of: Q) -> Voice | None:
    row = sure_claims(of).values_list("user_id", "author_id", "level").first()
    return Voice(*row) if row else None


def accounts_locked(user_ids: Collection[int]) -> dict[int, datetime]:
    """Since when these accounts are there; theirs is ours until the transaction ends.

    Locked in the order of their numbers: of two who lock both, one waits and neither for ever.
    """
    users = get_user_model()._default_manager
    rows = users.select_for_update(no_key=True).filter(pk__in=user_ids).order_by("pk")
    return dict(rows.values_list("pk", "date_joined"))


def asking(user_id: int, author_id: int, purpose: str, now: datetime) -> Asking:
    """What is so at this moment; inside a transaction that locked the accounts, it stays so."""
    sender, invitee = voice_of_user(user_id), voice_of_author(author_id)
    joined = get_user_model()._default_manager.values_list("date_joined", flat=True).get(pk=user_id)
    held = Claim.objects.filter(author_id=author_id, state__in=[*HELD])
    holders = dict(held.values_list("user_id", "state"))
    before = _before(user_id, author_id, invitee, now)
    blocked = invitee is not None and Block.objects.filter(
        user_id=user_id, blocked_id=invitee.user_id
    )
    asked = Asked(
        purpose=purpose,
        level=sender.level if sender else 0,
        frozen=SenderFreeze.objects.filter(user_id=user_id).exists(),
        own=user_id in holders,
        blocked_by_inviter=bool(blocked),
        account_days=(now - joined).days,
        sent_today=Invitation.objects.filter(from_user_id=user_id, sent_at__gt=now - A_DAY).count(),
        pair_live=before.live,
        invited_back=before.invited_back,
        days_since_decline=before.days_since_decline,
        later=before.later,
        taken_back=before.taken_back,
        disputed=ClaimState.DISPUTED.value in holders.values(),
        invitee=invitee_facts(invitee, now) if invitee else None,
    )
    return Asking(asked, sender, invitee)


def _before(user_id: int, author_id: int, invitee: Voice | None, now: datetime) -> Before:
    """What was between the two; the invitee's other records count as well."""
    same = Q(to_author_id=author_id)
    if invitee is not None:
        same |= Q(to_user_id=invitee.user_id)
    rows = list(Invitation.objects.filter(same, from_user_id=user_id))
    declined = [one.answered_at for one in rows if one.state == State.DECLINED and one.answered_at]
    return Before(
        live=any(one.state in rules.LIVE for one in rows),
        invited_back=invitee is not None and _reached(invitee.user_id, user_id, now),
        days_since_decline=(now - max(declined)).days if declined else None,
        later=any(one.again_at is not None and one.again_at > now for one in rows),
        taken_back=any(_gone_out(one) and one.expires_at > now for one in rows),
    )


def _gone_out(invitation: Invitation) -> bool:
    """Taken back after it arrived, or would have but for a block, which makes no difference."""
    arrived = invitation.delivered_at or invitation.silenced_at
    return invitation.state == State.WITHDRAWN and arrived is not None


def _reached(from_user: int, to_user: int, now: datetime) -> bool:
    """Whether an invitation of theirs is there to be answered."""
    found = Invitation.objects.filter(
        from_user_id=from_user, to_user_id=to_user, state=State.OPEN.value, expires_at__gt=now
    )
    return found.filter(silenced_at=None).exclude(delivered_at=None).exists()


def invitee_facts(voice: Voice, now: datetime) -> Invitee:
    """What somebody takes: nothing while they are not open; every purpose where they name none."""
    wishes = CollaborationWishes.objects.filter(user_id=voice.user_id).first()
    found = Invitee(taken=taken_lately(voice.user_id, now))
    if wishes is None:
        return found
    return msgspec.structs.replace(
        found,
        open_to=frozenset(wishes.open_to or PURPOSES) if wishes.is_open else frozenset(),
        from_level=wishes.from_level,
        a_month=wishes.a_month,
    )


def taken_lately(user_id: int, now: datetime) -> int:
    """Invitations that reached somebody in the last thirty days, or are on their way.

    Those of people whom they blocked or who are stopped reach nobody, and take nobody's place.
    """
    on_the_way = Q(state=State.OPEN.value, delivered_at=None) & sender_speaks()
    reached = Invitation.objects.filter(to_user_id=user_id, silenced_at=None)
    return reached.filter(on_the_way | Q(delivered_at__gt=now - A_MONTH)).count()

"""What time and other people do to invitations: they arrive, are released, or run out."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bzpeer.lib import due
from bzpeer.lib.notices import raise_notice
from claims.domain import invitations as rules
from claims.domain.invitations import State, has_room
from claims.invitation_facts import (
    Voice,
    accounts_locked,
    invitee_facts,
    sender_speaks,
    sure_claims,
    voice_of_author,
)
from claims.inviting import delivery_drop, invitation_url, state_set
from claims.models import Block, Invitation, InvitationDelivery

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 100
ON_HOLD = "the sender's invitations are on hold"


def invitations_deliver(now: datetime) -> int:
    """Bring what is due to the invitees; returns how many came to an end of their way."""
    rows = due.claim(InvitationDelivery, BATCH, LEASE)
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                done += _deliver(row, now)
        except Exception as error:
            log.exception("delivery failed invitation=%d", row.invitation_id)
            due.failed([row], type(error).__name__)
    return done


def _deliver(row: InvitationDelivery, now: datetime) -> bool:
    invitation = Invitation.objects.select_for_update().filter(pk=row.invitation_id).first()
    if invitation is None or invitation.state != State.OPEN:
        return bool(due.done([row]))
    if not Invitation.objects.filter(sender_speaks(), pk=invitation.pk).exists():
        due.postpone([row], ON_HOLD)
        return False
    voice = voice_of_author(invitation.to_author_id)
    if voice is None or voice.user_id != invitation.to_user_id:
        # Somebody else speaks for the record by now, or nobody: it waits for who comes.
        state_set(invitation, "hold", to_user=None, was_held=True, expires_at=_waits(now))
    elif _is_blocked(invitation):
        Invitation.objects.filter(pk=invitation.pk).update(silenced_at=now)
    else:
        Invitation.objects.filter(pk=invitation.pk).update(delivered_at=now)
        _tell_invitee(invitation)
    return bool(due.done([row]))


def _is_blocked(invitation: Invitation) -> bool:
    blocks = Block.objects.filter(user=invitation.to_user, blocked=invitation.from_user)
    return blocks.exists()


def _tell_invitee(invitation: Invitation) -> None:
    """The one notice of an invitation; one that was held is only ever told of on the page."""
    assert invitation.to_user_id is not None, "an open invitation has an invitee"
    what = "invitation_held" if invitation.was_held else "invitation"
    data = {"author": invitation.from_author_id, "url": invitation_url(invitation)}
    raise_notice(what, invitation.to_user_id, invitation.public_id, data)


@transaction.atomic
def held_open(author_id: int, now: datetime) -> int:
    """Hand over what was held for a record, now that somebody speaks for it at L2 or above.

    Beyond the number that the person takes in a month, the rest is queued. Returns how many
    changed; nothing while nobody speaks for the record.
    """
    voice = voice_of_author(author_id)
    if voice is None:
        return 0
    accounts_locked({voice.user_id})
    held = Invitation.objects.select_for_update().filter(
        to_author_id=author_id, state=State.HELD.value
    )
    changed = 0
    for invitation in held.order_by("sent_at", "pk"):
        _hand_over(invitation, voice, now)
        changed += 1
    return changed


def _hand_over(invitation: Invitation, voice: Voice, now: datetime) -> None:
    if invitation.from_user_id == voice.user_id:
        # The inviter turned out to be the person.
        state_set(invitation, "expire")
    elif has_room(invitee_facts(voice, now)):
        _open(invitation, voice.user_id, now)
    else:
        state_set(invitation, "queue", to_user_id=voice.user_id)


def _open(invitation: Invitation, user_id: int, now: datetime) -> None:
    expires = now + timedelta(days=invitation.days)
    state_set(invitation, "open", to_user_id=user_id, expires_at=expires)
    InvitationDelivery.objects.create(invitation=invitation)


def queue_release(now: datetime) -> int:
    """Open queued invitations, the oldest first, as far as the invitees take some again."""
    queued = Invitation.objects.filter(state=State.QUEUED.value)
    authors = queued.order_by("to_author_id").values_list("to_author_id", flat=True).distinct()
    return sum(_release(author_id, now) for author_id in list(authors))


@transaction.atomic
def _release(author_id: int, now: datetime) -> int:
    """Those for one record; somebody else may speak for it by now, and gets what waits."""
    voice = voice_of_author(author_id)
    if voice is None:
        return 0
    accounts_locked({voice.user_id})
    facts = invitee_facts(voice, now)
    room = max(0, facts.a_month - facts.taken)
    queued = Invitation.objects.select_for_update().filter(
        sender_speaks(), to_author_id=author_id, state=State.QUEUED.value
    )
    rows = list(queued.order_by("sent_at", "pk")[:room])
    for invitation in rows:
        _open(invitation, voice.user_id, now)
    return len(rows)


@transaction.atomic
def invitations_expire(now: datetime) -> int:
    """Let run out what was not answered in time; nobody is told, as the date was said before."""
    over = Invitation.objects.select_for_update(skip_locked=True).filter(
        state__in=[*rules.LIVE], expires_at__lte=now
    )
    rows = list(over.order_by("pk")[:BATCH])
    for invitation in rows:
        state_set(invitation, "expire")
        delivery_drop(invitation)
    return len(rows)


def held_sweep(now: datetime) -> int:
    """The same as `held_open` for every record that invitations are held for."""
    spoken_for = sure_claims(Q()).order_by().values("author_id")
    held = Invitation.objects.filter(state=State.HELD.value, to_author_id__in=spoken_for)
    authors = held.order_by("to_author_id").values_list("to_author_id", flat=True).distinct()
    return sum(held_open(author_id, now) for author_id in list(authors))


def _waits(now: datetime) -> datetime:
    return now + timedelta(days=rules.WAITING_DAYS)

"""Invitations follow the records that they are from and to, as these become one with others."""

from collections.abc import Sequence

from django.db.models import Q

from claims.domain import invitations as rules
from claims.domain.invitations import State
from claims.invitation_facts import accounts_locked
from claims.inviting import delivery_drop, state_set
from claims.models import Invitation
from works.queries import heirs_of


def invitations_move(author_ids: Sequence[int]) -> None:
    """Let what was sent to or from a merged record be to or from its heir; one statement mostly.

    The answers go along, so that nobody invites anew whom they may not. Who has a live invitation
    to both keeps the one that is nearer to the person. The caller holds a transaction.
    """
    if not (heirs := heirs_of(author_ids)):
        return
    named = Invitation.objects.filter(Q(to_author__in=heirs) | Q(from_author__in=heirs))
    known = {one for pair in named.values_list("to_author", "from_author") for one in pair}
    if not (moved := sorted(known.intersection(heirs))):
        return
    to_gone = Invitation.objects.filter(to_author_id__in=moved)
    # Nobody sends one to the heir meanwhile: that waits for the same accounts.
    accounts_locked(set(to_gone.values_list("from_user_id", flat=True)))
    for gone in moved:
        heir = heirs[gone]
        Invitation.objects.filter(from_author_id=gone).update(from_author_id=heir)
        _second_dropped(gone, heir)
        Invitation.objects.filter(to_author_id=gone).update(to_author_id=heir)


def _second_dropped(gone: int, heir: int) -> None:
    """Leave each sender one live invitation to the two."""
    live = Invitation.objects.filter(to_author_id__in=[gone, heir], state__in=[*rules.LIVE])
    kept = set()
    for one in sorted(live.select_for_update().order_by("pk"), key=_distance):
        if one.from_user_id in kept:
            state_set(one, "expire")
            delivery_drop(one)
        kept.add(one.from_user_id)


def _distance(invitation: Invitation) -> tuple[int, bool, int]:
    place = rules.NEAREST_FIRST.index(State(invitation.state))
    return place, invitation.delivered_at is None, invitation.pk

"""Invitations follow the records that they are from and to, as these become one with others."""

from collections.abc import Sequence

from django.db import connection

from claims.domain import invitations as rules
from claims.domain.invitations import State
from claims.invitation_facts import accounts_locked
from claims.inviting import delivery_drop, state_set
from claims.models import Invitation

# Where a record has gone that some invitation names; what it was merged into may be gone as well.
GONE = """
WITH RECURSIVE way AS (
    SELECT id, merged_into_id AS heir, 1 AS depth FROM works_author
    WHERE id = ANY(%s) AND merged_into_id IS NOT NULL
    UNION ALL
    SELECT way.id, a.merged_into_id, depth + 1 FROM way JOIN works_author a ON a.id = way.heir
    WHERE a.merged_into_id IS NOT NULL AND depth < 20
)
SELECT DISTINCT ON (id) id, heir FROM way
WHERE EXISTS (SELECT FROM claims_invitation i WHERE i.to_author_id = way.id)
    OR EXISTS (SELECT FROM claims_invitation i WHERE i.from_author_id = way.id)
ORDER BY id, depth DESC
"""


def invitations_move(author_ids: Sequence[int]) -> None:
    """Let what was sent to or from a merged record be to or from its heir; one statement mostly.

    The answers go along, so that nobody invites anew whom they may not. Who has a live invitation
    to both keeps the one that is nearer to the person. The caller holds a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(GONE, [list(author_ids)])
        heirs: list[tuple[int, int]] = cursor.fetchall()
    if not heirs:
        return
    to_gone = Invitation.objects.filter(to_author_id__in=[gone for gone, _ in heirs])
    # Nobody sends one to the heir meanwhile: that waits for the same accounts.
    accounts_locked(set(to_gone.values_list("from_user_id", flat=True)))
    for gone, heir in heirs:
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

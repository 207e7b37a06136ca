"""What a profile says of working together: to everybody, and to whoever is signed in."""

from typing import Any

from django.db import connection
from django.db.models import Q

from claims.invitation_facts import sure_claims

# What is between a person and the holder of a record, the strongest first. Whether the holder
# blocked the person is not asked: who is blocked sees what anyone sees.
BETWEEN = """
WITH holder AS (
    SELECT user_id FROM claims_claim
    WHERE author_id = %(author)s AND state IN ('accepted', 'disputed')
)
SELECT 'own', NULL FROM holder WHERE user_id = %(viewer)s
UNION ALL
SELECT 'blocked', NULL FROM holder JOIN claims_block b
    ON b.user_id = %(viewer)s AND b.blocked_id = holder.user_id
UNION ALL
SELECT 'conversation', '/conversations/' || c.public_id || '/'
FROM holder JOIN claims_participant theirs ON theirs.user_id = holder.user_id
JOIN claims_participant mine
    ON mine.conversation_id = theirs.conversation_id AND mine.user_id = %(viewer)s
JOIN claims_conversation c ON c.id = mine.conversation_id AND c.state = 'open'
WHERE theirs.left_at IS NULL AND mine.left_at IS NULL
UNION ALL
SELECT 'invited', '/invitations/' || public_id || '/' FROM claims_invitation
WHERE from_user_id = %(viewer)s AND to_author_id = %(author)s
    AND state IN ('open', 'held', 'queued')
UNION ALL
SELECT 'invited_you', '/invitations/' || i.public_id || '/'
FROM holder JOIN claims_invitation i
    ON i.from_user_id = holder.user_id AND i.to_user_id = %(viewer)s AND i.state = 'open'
WHERE i.delivered_at IS NOT NULL AND i.silenced_at IS NULL
"""
ORDER = ("own", "blocked", "conversation", "invited", "invited_you")


def card(viewer_id: int | None, author_id: int, claim_state: str, is_open: bool) -> dict[str, Any]:
    """`collaboration` of the templates: `state`, and the path of what it speaks of.

    One statement for somebody who is signed in and none for others. States: unclaimed, closed,
    open, and to whoever is signed in own, blocked, conversation, invited and invited_you.
    """
    public = "open" if is_open else "closed" if claim_state in ("claimed", "disputed") else ""
    state, url = public or "unclaimed", ""
    if viewer_id is not None:
        state, url = _between(viewer_id, author_id) or (state, url)
    return {"state": state, "url": url, "open": is_open, "claimed": bool(public)}


def is_open(author_id: int, claim_state: str) -> bool:
    """Whether whoever speaks for the record takes invitations; asks nothing where nobody does."""
    if claim_state != "claimed":
        return False
    sure = sure_claims(Q(author_id=author_id))
    return sure.filter(user__collaborationwishes__open_to__len__gt=0).exists()


def _between(viewer_id: int, author_id: int) -> tuple[str, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(BETWEEN, {"viewer": viewer_id, "author": author_id})
        found = {state: url or "" for state, url in cursor.fetchall()}
    return next(((state, found[state]) for state in ORDER if state in found), None)

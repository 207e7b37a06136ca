"""What a profile says of working together: to everybody, and to whoever is signed in."""

from typing import Any

from django.db import connection

# What is between a person and the holder of a record, the strongest first. Whether the holder
# blocked the person is not asked: who is blocked sees what anyone sees.
BETWEEN = """
WITH holder AS (
    SELECT c.user_id FROM claims_claim c JOIN profiles_user u ON u.id = c.user_id AND u.is_active
    WHERE c.author_id = %(author)s AND c.state IN ('accepted', 'disputed')
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


def card(
    viewer_id: int | None, author_id: int, claim_state: str, is_open: bool | None
) -> dict[str, Any]:
    """`collaboration` of the templates: `state`, and the path of what it speaks of.

    `is_open` is what the record's page says, as its facts hold it.
    One statement for somebody who is signed in and none for others. States: unclaimed, closed,
    open, and to whoever is signed in own, blocked, conversation, invited and invited_you.
    """
    held = claim_state in ("claimed", "disputed")
    open_now = bool(is_open) and claim_state == "claimed"
    state, url = "open" if open_now else "closed" if held else "unclaimed", ""
    if viewer_id is not None:
        state, url = _between(viewer_id, author_id) or (state, url)
    return {"state": state, "url": url, "open": open_now}


def _between(viewer_id: int, author_id: int) -> tuple[str, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(BETWEEN, {"viewer": viewer_id, "author": author_id})
        found = {state: url or "" for state, url in cursor.fetchall()}
    return next(((state, found[state]) for state in ORDER if state in found), None)

"""What waits for a person to be read, as the head of every page counts it."""

from typing import NamedTuple

from django.db import connection

# Both by indexes that hold little else: unread notices, and of each conversation what came after
# the message that the person saw last. Nobody needs to know how many there are beyond a hundred.
MOST = 100
WAITING = f"""
SELECT (
    SELECT count(*) FROM (
        SELECT FROM profiles_notice WHERE user_id = %(user)s AND read_at IS NULL LIMIT {MOST}
    ) notices
), (
    SELECT count(*) FROM (
        SELECT FROM claims_participant p JOIN claims_message m
            ON m.conversation_id = p.conversation_id AND m.id > greatest(p.last_read, p.since)
        WHERE p.user_id = %(user)s AND p.left_at IS NULL
            AND m.author_id IS DISTINCT FROM p.user_id AND NOT m.withheld_from @> ARRAY[p.user_id]
        LIMIT {MOST}
    ) messages
)
"""


class Waiting(NamedTuple):
    """Unread notices and messages, each up to MOST."""

    notices: int
    messages: int


def waiting_for(user_id: int) -> Waiting:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"user": user_id})
        return Waiting(*cursor.fetchone())

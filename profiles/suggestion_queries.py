"""What is read to find whom people might work with, and of what was found."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from profiles.domain.suggestions import MOST, Candidate, Reason, Standing

# The nearest collaborators of a person, whose own ones are looked at; and how many of those, of
# whom a person follows, and of whom they share a topic with are weighed.
NEAR, BEYOND, FOLLOWED, OPEN = 200, 400, 200, 200

# How an invitation to record `a` with facts `f` would fare; NULL: it could not be sent.
STANDING = """
CASE WHEN coalesce(f.claim_state, 'unclaimed') IN ('unclaimed', 'pending') THEN 'held'
    WHEN f.claim_state = 'claimed' AND f.level >= 2 AND EXISTS (
        SELECT FROM claims_claim held
        JOIN claims_collaborationwishes w ON w.user_id = held.user_id
        JOIN profiles_user holder ON holder.id = held.user_id AND holder.is_active
        WHERE held.author_id = a.id AND held.state = 'accepted' AND w.is_open
            AND NOT EXISTS (SELECT FROM claims_senderfreeze z WHERE z.user_id = held.user_id)
    ) THEN 'open' END
"""

# Record `a` may be suggested to `u`: not their own or a collaborator's, not dismissed, and not that
# of somebody with whom they talk, to whom an invitation is under way, or who is blocked.
EVER = """
f.works > 0 AND a.merged_into_id IS NULL
AND NOT EXISTS (
    SELECT FROM claims_claim own WHERE own.user_id = u.user_id
        AND own.state IN ('submitted', 'needs_evidence', 'accepted', 'disputed')
        AND (own.author_id = a.id OR EXISTS (
            SELECT FROM graph_collaboration c
            WHERE c.author_id = own.author_id AND c.other_id = a.id
        ))
)
AND NOT EXISTS (
    SELECT FROM profiles_suggestiondismissal d JOIN works_author gone ON gone.id = d.author_id
    WHERE d.user_id = u.user_id AND a.id IN (gone.id, gone.merged_into_id)
)
AND NOT EXISTS (
    SELECT FROM claims_invitation i WHERE i.from_user_id = u.user_id AND i.to_author_id = a.id
        AND i.state NOT IN ('withdrawn', 'expired')
)
AND NOT EXISTS (
    SELECT FROM claims_claim theirs WHERE theirs.author_id = a.id
        AND theirs.state IN ('accepted', 'disputed') AND (
            EXISTS (
                SELECT FROM claims_block b
                WHERE (b.user_id, b.blocked_id) IN (
                    (u.user_id, theirs.user_id), (theirs.user_id, u.user_id))
            ) OR EXISTS (
                SELECT FROM claims_invitation i
                WHERE i.from_user_id = theirs.user_id AND i.to_user_id = u.user_id
                    AND i.state NOT IN ('withdrawn', 'expired')
            ) OR EXISTS (
                SELECT FROM claims_participant mine
                JOIN claims_participant other USING (conversation_id)
                WHERE mine.user_id = u.user_id AND other.user_id = theirs.user_id
            )
        )
)
"""

TOPICS = """
SELECT own.user_id, array_agg(DISTINCT own.slug) FROM (
    SELECT c.user_id, t.value ->> 0 AS slug
    FROM claims_claim c JOIN works_authorfacts f ON f.author_id = c.author_id
    CROSS JOIN LATERAL jsonb_array_elements(f.top_topics) t
    WHERE c.user_id = ANY(%(users)s) AND c.state IN ('accepted', 'disputed')
    UNION ALL
    SELECT p.user_id, t.slug FROM profiles_topicfollow p JOIN works_topic t ON t.id = p.topic_id
    WHERE p.user_id = ANY(%(users)s)
) own GROUP BY own.user_id
"""

CANDIDATES = f"""
WITH near AS MATERIALIZED (
    SELECT DISTINCT user_id, other_id FROM (
        SELECT m.user_id, c.other_id, row_number() OVER (
            PARTITION BY m.user_id ORDER BY c.works DESC, c.last_year DESC NULLS LAST, c.other_id
        ) AS place
        FROM claims_claim m JOIN graph_collaboration c ON c.author_id = m.author_id
        WHERE m.user_id = ANY(%(users)s) AND m.state IN ('accepted', 'disputed')
    ) ranked WHERE place <= {NEAR}
), beyond AS (
    SELECT * FROM (
        SELECT *, row_number() OVER (
            PARTITION BY user_id ORDER BY collaborators DESC, md5(concat(user_id, ' ', author_id))
        ) AS place
        FROM (
            SELECT n.user_id, c.other_id AS author_id, count(DISTINCT n.other_id) AS collaborators
            FROM near n JOIN graph_collaboration c ON c.author_id = n.other_id
            WHERE NOT EXISTS (
                SELECT FROM near k WHERE k.user_id = n.user_id AND k.other_id = c.other_id
            )
            GROUP BY 1, 2
        ) counted
    ) ranked WHERE place <= {BEYOND}
), followed AS (
    SELECT * FROM (
        SELECT p.user_id, coalesce(r.merged_into_id, r.id) AS author_id,
            row_number() OVER (PARTITION BY p.user_id ORDER BY p.created_at DESC) AS place
        FROM profiles_follow p JOIN works_author r ON r.id = p.author_id
        WHERE p.user_id = ANY(%(users)s)
    ) ranked WHERE place <= {FOLLOWED}
), topical AS (
    SELECT * FROM (
        SELECT own.user_id, c.author_id, row_number() OVER (
            PARTITION BY own.user_id ORDER BY count(*) DESC, md5(concat(own.user_id, c.author_id))
        ) AS place
        FROM claims_collaborationwishes w
        JOIN claims_claim c ON c.user_id = w.user_id AND c.state = 'accepted'
        JOIN works_authorfacts f ON f.author_id = c.author_id AND f.level >= 2
        CROSS JOIN LATERAL jsonb_array_elements(f.top_topics) t
        JOIN unnest(%(owners)s::bigint[], %(slugs)s::text[]) AS own (user_id, slug)
            ON own.slug = t.value ->> 0
        WHERE w.is_open GROUP BY own.user_id, c.author_id
    ) ranked WHERE place <= {OPEN}
), u AS MATERIALIZED (
    SELECT user_id, author_id, max(collaborators) AS collaborators, bool_or(followed) AS followed
    FROM (
        SELECT user_id, author_id, collaborators, false AS followed FROM beyond
        UNION ALL SELECT user_id, author_id, 0, true FROM followed
        UNION ALL SELECT user_id, author_id, 0, false FROM topical
    ) found GROUP BY user_id, author_id
)
SELECT u.user_id, u.author_id, {STANDING} AS standing, u.collaborators, u.followed,
    coalesce(f.top_topics, '[]')::text, (
        SELECT w.seeks FROM claims_claim held
        JOIN claims_collaborationwishes w ON w.user_id = held.user_id
        WHERE held.author_id = a.id AND held.state = 'accepted'
    )
FROM u JOIN works_author a ON a.id = u.author_id JOIN works_authorfacts f ON f.author_id = a.id
WHERE {EVER}
ORDER BY u.user_id, u.author_id
"""


def candidates(user_ids: Sequence[int]) -> dict[int, list[Candidate]]:
    """Whom each of these people might work with, for all of them in two statements."""
    users = list(user_ids)
    found: dict[int, list[Candidate]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(TOPICS, {"users": users})
        own = {user: set(slugs) for user, slugs in cursor.fetchall()}
        pairs = [(user, slug) for user, slugs in own.items() for slug in sorted(slugs)]
        values = {
            "users": users,
            "owners": [user for user, _ in pairs],
            "slugs": [slug for _, slug in pairs],
        }
        cursor.execute(CANDIDATES, values)
        for user, *row in cursor.fetchall():
            if row[1] is not None:
                found[user].append(_candidate(own.get(user, set()), *row))
    return found


def _candidate(
    own: set[str],
    author: int,
    standing: str,
    collaborators: int,
    followed: bool,
    topics: str,
    seeks: list[str] | None,
) -> Candidate:
    theirs = {slug for slug, *_ in msgspec.json.decode(topics)}
    return Candidate(
        author=author,
        standing=Standing(standing),
        collaborators=collaborators,
        topics=len(own & theirs),
        followed=followed,
        seeks=tuple(seeks or ()),
    )


class Shown(msgspec.Struct):
    """A suggestion as the page shows it."""

    slug: str
    name: str
    standing: Standing
    affiliation: str
    level: int
    reasons: list[Reason]


# As they stand now: whoever was dismissed, invited, blocked or claimed meanwhile is gone at once.
SUGGESTIONS = f"""
SELECT slug, name, standing, affiliation, level, reasons FROM (
    SELECT a.slug, a.name, {STANDING} AS standing, f.affiliation, f.level,
        u.reasons::text AS reasons, u.place
    FROM profiles_suggestion u JOIN works_author a ON a.id = u.author_id
    JOIN works_authorfacts f ON f.author_id = a.id
    WHERE u.user_id = %(user)s AND {EVER}
) told WHERE standing IS NOT NULL ORDER BY standing = 'held', place LIMIT {MOST}
"""


def suggestions(user_id: int) -> list[Shown]:
    """What was found for a person and still holds."""
    with connection.cursor() as cursor:
        cursor.execute(SUGGESTIONS, {"user": user_id})
        rows: list[Any] = cursor.fetchall()
    return [
        Shown(slug, name, Standing(standing), place, level, msgspec.json.decode(said))
        for slug, name, standing, place, level, said in rows
    ]


class State(msgspec.Struct):
    """How the suggestions of a person stand; `speaks`: for a record at L2 or above.

    `changed_at`: when they last followed somebody or something, or came to hold a record.
    """

    off: bool
    found_at: datetime | None
    changed_at: datetime | None
    waiting: bool
    speaks: bool
    dismissed: int


STATE = """
SELECT coalesce(c.off, false), c.found_at, greatest(
        (SELECT max(decided_at) FROM claims_claim k WHERE k.user_id = u.id),
        (SELECT max(created_at) FROM profiles_follow k WHERE k.user_id = u.id),
        (SELECT max(created_at) FROM profiles_topicfollow k WHERE k.user_id = u.id)
    ), o.id IS NOT NULL AND o.parked_at IS NULL, EXISTS (
        SELECT FROM claims_claim own JOIN works_authorfacts f ON f.author_id = own.author_id
        WHERE own.user_id = u.id AND own.state IN ('accepted', 'disputed') AND f.level >= 2
    ), (SELECT count(*) FROM profiles_suggestiondismissal d WHERE d.user_id = u.id)
FROM profiles_user u LEFT JOIN profiles_suggestionchoice c ON c.user_id = u.id
LEFT JOIN profiles_suggestionorder o ON o.user_id = u.id WHERE u.id = %s
"""


def suggestions_state(user_id: int) -> State:
    with connection.cursor() as cursor:
        cursor.execute(STATE, [user_id])
        return State(*cursor.fetchone())

"""What people say on their pages, carried to where the pages read it from.

Said is what the holder's profile says, and whether they are open, while their claim holds the
record and is not frozen, and their account is not switched off; so it comes and goes with these,
and nothing has to be undone.
"""

from collections.abc import Sequence

from django.db import connection

from bzpeer.lib.columns import literal
from bzpeer.lib.sql import fetch

HELD = """
c.state IN ('accepted', 'disputed') AND c.frozen_at IS NULL
AND EXISTS (SELECT FROM profiles_user u WHERE u.id = c.user_id AND u.is_active)
"""

SAID = f"""
UPDATE works_authorfacts f SET said = n.said, version = f.version + 1
FROM (
    SELECT f.author_id, coalesce((
        SELECT jsonb_build_object(
            'tagline', coalesce(p.tagline, ''), 'role', coalesce(p.role, ''),
            'links', coalesce(p.links, '[]'), 'names', coalesce(p.other_names, '[]'),
            'open', coalesce(w.is_open, false),
            'begun', (
                SELECT count(*) FROM claims_participant m
                JOIN claims_outcome o ON o.conversation_id = m.conversation_id
                WHERE m.user_id = c.user_id AND NOT EXISTS (
                    SELECT FROM claims_participant u
                    WHERE u.conversation_id = m.conversation_id AND NOT u.shows_outcome)),
            'affiliation', CASE WHEN i.id IS NOT NULL
                THEN jsonb_build_array(coalesce(nullif(i.name, ''), i.value), i.slug) END,
            'featured', (
                SELECT coalesce(jsonb_agg(jsonb_build_array(w.id, w.title_html) ORDER BY place),
                    '[]')
                FROM jsonb_array_elements_text(coalesce(p.featured, '[]'))
                    WITH ORDINALITY AS e (given, place)
                LEFT JOIN works_workredirect r ON r.old_id = given::bigint
                JOIN works_work w ON w.id = coalesce(r.work_id, given::bigint)
                WHERE EXISTS (SELECT FROM works_authorship a WHERE a.work_id = w.id
                    AND a.author_id = f.author_id AND a.status <> 'rejected')
            ))
        FROM claims_claim c LEFT JOIN profiles_profile p ON p.claim_id = c.id
        LEFT JOIN claims_collaborationwishes w ON w.user_id = c.user_id
        LEFT JOIN works_institution i ON i.id = p.affiliation_id
        WHERE c.author_id = f.author_id AND {HELD}
    ), '{{}}') AS said
    FROM works_authorfacts f WHERE f.author_id = ANY(%(ids)s) AND (f.said <> '{{}}'
        OR f.author_id IN (SELECT author_id FROM claims_claim WHERE author_id = ANY(%(ids)s)))
) n
WHERE f.author_id = n.author_id AND f.said <> n.said
"""

# A record that nobody ever said anything about is left alone: its name may have been settled.
NAMES = f"""
UPDATE works_author a SET chosen_name = n.name
FROM (
    SELECT c.author_id, coalesce(max(p.shown_name) FILTER (WHERE {HELD}), '') AS name
    FROM profiles_profile p JOIN claims_claim c ON c.id = p.claim_id
    WHERE c.author_id = ANY(%s) GROUP BY c.author_id
) n
WHERE a.id = n.author_id AND a.chosen_name <> n.name RETURNING a.id
"""


def names_carry(author_ids: Sequence[int]) -> set[int]:
    """Let these records be called as their holders want from their next refresh on: those to do.

    The caller holds the locks of their facts.
    """
    return {author_id for (author_id,) in fetch(NAMES, [literal(author_ids)])}


def said_carry(author_ids: Sequence[int]) -> None:
    """Keep with the facts of these records what their holders say, before anybody reads them."""
    with connection.cursor() as cursor:
        cursor.execute(SAID, {"ids": literal(author_ids)})


FORGET = """
UPDATE works_author a SET chosen_name = ''
FROM profiles_profile p JOIN claims_claim c ON c.id = p.claim_id
WHERE c.user_id = %s AND a.id = c.author_id AND a.chosen_name = p.shown_name
"""


def names_forget(user_id: int) -> None:
    """Before an account is erased: its records are called as their works are, when refreshed."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [user_id])

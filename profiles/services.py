"""Writes of people, and the refresh that runs through all the apps below."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bzpeer.lib import due
from bzpeer.lib.columns import literal
from claims.invitation_moving import invitations_move
from claims.services import Refreshed, trust_score
from graph.services import LOCK_FACTS, company_renamed, edges_refresh
from profiles.models import Follow, User
from profiles.saying import names_carry, said_carry
from works.models import Author, AuthorChange
from works.queries import HEIRS
from works.services import WORKS, authors_changed, counts_refresh, facts_write

log = logging.getLogger(__name__)

# A batch takes a second or two; after this long without an answer it is given to another worker.
LEASE = timedelta(seconds=120)
BATCH = 5_000

# To call processes of the server to help costs a batch more than they take off it.
ALONE = "SET LOCAL max_parallel_workers_per_gather = 0"

MOVE_FOLLOWS = f"""
WITH way AS ({HEIRS}), gone AS (
    DELETE FROM profiles_follow f USING way WHERE way.id = f.author_id
    RETURNING f.user_id, way.heir, f.created_at
)
INSERT INTO profiles_follow AS f (user_id, author_id, created_at)
SELECT user_id, heir, min(created_at) FROM gone GROUP BY user_id, heir
ON CONFLICT (user_id, author_id) DO UPDATE
    SET created_at = least(f.created_at, excluded.created_at)
RETURNING author_id
"""

# An emptied record has no name, and nobody to follow.
DROP_FOLLOWS = """
DELETE FROM profiles_follow f USING works_author a
WHERE a.id = f.author_id AND a.id = ANY(%s) AND a.name = ''
"""

FOLLOWERS = """
UPDATE works_authorfacts f SET followers = n, version = f.version + 1
FROM (
    SELECT author_id, count(p.id) AS n
    FROM works_authorfacts LEFT JOIN profiles_follow p USING (author_id)
    WHERE author_id = ANY(%(ids)s) GROUP BY author_id
) counted
WHERE f.author_id = ANY(%(ids)s) AND f.author_id = counted.author_id AND f.followers <> n
"""


def refresh(author_ids: Sequence[int]) -> Refreshed:
    """Bring these authors' facts up to date, from the bottom of the house to its top.

    One transaction, so that no reader sees counts of one state beside a score of another.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE)
        draft = counts_refresh(author_ids)
        edges_refresh(draft)
        stale = company_renamed(draft)
        result = trust_score(draft, timezone.now())
        facts_write(draft)
        heirs = set(follows_moved(author_ids))
        invitations_move(author_ids)
        _followers_count(cursor, author_ids)
        said_carry(author_ids)
        to_name = names_carry(author_ids)
        # In one go, in order: refreshes side by side mark the same people.
        authors_changed(sorted(stale | heirs.difference(author_ids) | to_name))
    return result


def refresh_due(limit: int = BATCH) -> Refreshed | None:
    """Work off one batch of what is due; None when nothing is. Safe beside other workers."""
    changes = due.claim(AuthorChange, limit, LEASE, kind=WORKS)
    return _refresh(changes) if changes else None


def _refresh(changes: Sequence[AuthorChange]) -> Refreshed:
    """Together, or in halves where that fails, so that one bad record costs only itself."""
    try:
        result = refresh([change.author_id for change in changes])
        due.done(changes)
        return result
    except Exception as error:
        log.exception("refresh failed rows=%d author=%d", len(changes), changes[0].author_id)
        if len(changes) == 1:
            due.failed(changes, f"{type(error).__name__}: {error}")
            return Refreshed()
    half = len(changes) // 2
    return Refreshed(*map(sum, zip(_refresh(changes[:half]), _refresh(changes[half:]))))


def follows_moved(author_ids: Sequence[int]) -> list[int]:
    """Let those who follow a merged record follow its heir; returns the heirs that gained.

    Who followed one that was emptied follows nobody instead.
    """
    with connection.cursor() as cursor:
        cursor.execute(DROP_FOLLOWS, [literal(author_ids)])
        cursor.execute(MOVE_FOLLOWS, [literal(author_ids)])
        return sorted({heir for (heir,) in cursor.fetchall()})


def followers_recount(author_ids: Sequence[int]) -> None:
    """Count anew, one counter at a time: who waits sees the follows of who went before."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        _facts_lock(cursor, author_ids)
        _followers_count(cursor, author_ids)


def _followers_count(cursor: Any, author_ids: Sequence[int]) -> None:
    """The caller holds the locks of these facts."""
    cursor.execute(FOLLOWERS, {"ids": literal(author_ids)})


@transaction.atomic
def follow(user: User, author: Author) -> None:
    """Follow a record; doing it twice is doing it once."""
    with connection.cursor() as cursor:
        _facts_lock(cursor, [author.pk])
        if Follow.objects.get_or_create(user=user, author=author)[1]:
            _follows_changed(cursor, [author.pk])


@transaction.atomic
def unfollow(user: User, author: Author) -> None:
    with connection.cursor() as cursor:
        _facts_lock(cursor, [author.pk])
        if Follow.objects.filter(user=user, author=author).delete()[0]:
            _follows_changed(cursor, [author.pk])


def follows_held(user: User) -> list[int]:
    """The records that a person follows; the caller's transaction keeps these follows in place."""
    followed, held = Follow.objects.filter(user=user), set[int]()
    with connection.cursor() as cursor:
        # A refresh that was faster has moved some of them to other records.
        while fresh := set(followed.values_list("author_id", flat=True)) - held:
            _facts_lock(cursor, sorted(fresh))
            held |= fresh
    return sorted(followed.values_list("author_id", flat=True))


def _follows_changed(cursor: Any, author_ids: Sequence[int]) -> None:
    """The count follows at once; the page's version moves on with it."""
    _followers_count(cursor, author_ids)
    authors_changed(author_ids)


def _facts_lock(cursor: Any, author_ids: Sequence[int]) -> None:
    """Before a follow is touched: a refresh holds the facts, and then moves follows."""
    cursor.execute(LOCK_FACTS, [literal(author_ids)])

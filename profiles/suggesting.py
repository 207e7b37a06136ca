"""Writes of suggestions: asked for by a visit, found by the worker, dismissed by the person."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from bzpeer.lib import due
from profiles.domain.suggestions import Suggested, suggested
from profiles.models import (
    Suggestion,
    SuggestionChoice,
    SuggestionDismissal,
    SuggestionOrder,
    User,
)
from profiles.suggestion_queries import State, candidates
from works.models import Author

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 50
# As often as they change much, for somebody who looks every day.
GOOD_FOR = timedelta(days=1)

# Asked again while the order waits, nothing changes; one that was given up is tried anew.
ORDER = """
INSERT INTO profiles_suggestionorder AS o (user_id) VALUES (%s)
ON CONFLICT (user_id) DO UPDATE SET due_at = statement_timestamp(), attempts = 0, parked_at = NULL
WHERE o.parked_at IS NOT NULL
"""

# Whoever is erased meanwhile is not waited for, and nobody is erased while their row is held.
HOLD = """
SELECT id FROM profiles_user WHERE id = ANY(%s) AND is_active ORDER BY id FOR KEY SHARE
"""
CHOICES = """
INSERT INTO profiles_suggestionchoice (user_id) SELECT unnest(%s::bigint[]) ORDER BY 1
ON CONFLICT (user_id) DO NOTHING
"""
WANTED = """
SELECT user_id FROM profiles_suggestionchoice WHERE user_id = ANY(%s) AND NOT off
ORDER BY user_id FOR UPDATE
"""
REPLACE = """
WITH gone AS (
    DELETE FROM profiles_suggestion s WHERE s.user_id = ANY(%(users)s) AND NOT EXISTS (
        SELECT FROM unnest(%(owners)s::bigint[], %(authors)s::bigint[]) AS f (user_id, author_id)
        WHERE (f.user_id, f.author_id) = (s.user_id, s.author_id)
    )
), told AS (
    UPDATE profiles_suggestionchoice SET found_at = %(now)s WHERE user_id = ANY(%(users)s)
)
INSERT INTO profiles_suggestion (user_id, author_id, place, reasons)
SELECT f.user_id, f.author_id, f.place, f.reasons::jsonb
FROM unnest(%(owners)s::bigint[], %(authors)s::bigint[], %(places)s::int[], %(reasons)s::text[])
    AS f (user_id, author_id, place, reasons)
ON CONFLICT (user_id, author_id) DO UPDATE SET place = excluded.place, reasons = excluded.reasons
"""


def suggestions_order(user: User) -> None:
    """Ask the worker for suggestions; asking again while it is at it changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(ORDER, [user.pk])


def stale(state: State, now: datetime) -> bool:
    """Whether it is time to look again: every day, and when the person changed something."""
    if state.found_at is None or now - state.found_at > GOOD_FOR:
        return True
    return state.changed_at is not None and state.changed_at > state.found_at


def suggest_due(limit: int = BATCH) -> int:
    """Find suggestions for a batch of those who asked; returns how many there were.

    A batch that fails is tried account by account, so that one costs only itself.
    """
    orders = due.claim(SuggestionOrder, limit, LEASE)
    if not orders:
        return 0
    try:
        suggest([order.user_id for order in orders], timezone.now())
        due.done(orders)
    except Exception:
        log.exception("suggestions for a batch failed rows=%d", len(orders))
        _one_by_one(orders)
    return len(orders)


def _one_by_one(orders: Sequence[SuggestionOrder]) -> None:
    for order in orders:
        try:
            suggest([order.user_id], timezone.now())
            due.done([order])
        except Exception as error:
            log.exception("suggestions failed account=%d", order.user_id)
            due.failed([order], f"{type(error).__name__}: {error}")


@transaction.atomic
def suggest(user_ids: Sequence[int], now: datetime) -> None:
    """Find and keep suggestions for these accounts; those gone or without wish are left out."""
    users = _wanted(user_ids)
    if not users:
        return
    found = candidates(users)
    rows = [
        (user, place, one)
        for user in users
        for place, one in enumerate(suggested(user, found.get(user, ())), start=1)
    ]
    _replace(users, rows, now)


def _wanted(user_ids: Sequence[int]) -> list[int]:
    """The accounts that are there and want suggestions, held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [list(user_ids)])
        there = [user for (user,) in cursor.fetchall()]
        cursor.execute(CHOICES, [there])
        cursor.execute(WANTED, [there])
        return [user for (user,) in cursor.fetchall()]


def _replace(
    users: Sequence[int], rows: Sequence[tuple[int, int, Suggested]], now: datetime
) -> None:
    values: dict[str, Any] = {
        "users": list(users),
        "now": now,
        "owners": [user for user, _, _ in rows],
        "authors": [one.author for _, _, one in rows],
        "places": [place for _, place, _ in rows],
        "reasons": [msgspec.json.encode(one.reasons).decode() for _, _, one in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(REPLACE, values)


@transaction.atomic
def suggestions_switch(user: User, *, off: bool) -> None:
    """Want suggestions or none; what was found goes with the wish."""
    SuggestionChoice.objects.get_or_create(user=user)
    SuggestionChoice.objects.select_for_update().get(user=user)
    SuggestionChoice.objects.filter(user=user).update(off=off, found_at=None)
    if off:
        Suggestion.objects.filter(user=user).delete()
        SuggestionOrder.objects.filter(user=user).delete()
    else:
        suggestions_order(user)


def suggestion_dismiss(user: User, author: Author) -> None:
    """Never suggest this record again; doing it twice is doing it once."""
    SuggestionDismissal.objects.get_or_create(user=user, author=author)


def suggestion_restore(user: User, author: Author) -> None:
    """Take a dismissal back."""
    SuggestionDismissal.objects.filter(user=user, author=author).delete()


@transaction.atomic
def dismissals_forget(user: User) -> None:
    """Take all dismissals back, and look again."""
    SuggestionDismissal.objects.filter(user=user).delete()
    suggestions_order(user)

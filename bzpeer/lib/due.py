"""Rows that are work to do: claimed by one worker at a time, retried later, parked after three.

A claim counts an attempt and moves `due_at` past the lease, so a worker that dies gives its rows
back by doing nothing. That `due_at` is also the proof of the claim: `done` and `failed` touch only
rows that nobody has claimed or renewed since. Whoever renews a waiting row (the same thing is to
be done again) sets `due_at = Now()` and `attempts = 0`.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

log = logging.getLogger(__name__)

STRIKES = 3
RETRY_AFTER_S = 30.0
SILENT = "the worker never answered"


class DueRow(models.Model):
    """What a table needs to hold due work."""

    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    parked_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(default="", db_default="", blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(parked_at__isnull=True),
                name="%(app_label)s_%(class)s_due",
            )
        ]


Row = TypeVar("Row", bound=DueRow)

# The statement's own time, as Django's Now(): a long transaction claims what came due during it.
PARK_SILENT = """
    UPDATE {table} SET parked_at = statement_timestamp(), error = %s
    WHERE parked_at IS NULL AND due_at <= statement_timestamp() AND attempts >= %s
"""
# ARRAY(…) is evaluated once; as a join, a re-run of the sub-select would lock more than the limit.
CLAIM = """
    UPDATE {table} SET attempts = attempts + 1,
        due_at = statement_timestamp() + make_interval(secs => %s)
    WHERE {key} = ANY (ARRAY(
        SELECT {key} FROM {table}
        WHERE parked_at IS NULL AND due_at <= statement_timestamp(){where}
        ORDER BY due_at, {key} LIMIT %s FOR UPDATE SKIP LOCKED
    )) RETURNING *
"""
MINE = """
    unnest(%s::bigint[], %s::timestamptz[]) AS mine(key, due)
    WHERE {key} = mine.key AND due_at = mine.due
"""
DONE = "DELETE FROM {table} USING" + MINE
POSTPONED = f"""
    UPDATE {{table}} SET error = %s, attempts = attempts - 1,
        due_at = statement_timestamp() + make_interval(secs => %s)
    FROM {MINE}
"""
FAILED = f"""
    UPDATE {{table}} SET error = %s,
        due_at = statement_timestamp() + make_interval(secs => %s * attempts),
        parked_at = CASE WHEN attempts >= %s THEN statement_timestamp() END
    FROM {MINE} RETURNING parked_at IS NOT NULL
"""
WAITING = """
    SELECT min(due_at) FROM {table}
    WHERE parked_at IS NULL AND due_at <= statement_timestamp()
"""
OLDEST = """
    SELECT extract(epoch FROM statement_timestamp() - min(due))::float8
    FROM ({waiting}) AS waiting (due)
"""


def claim(model: type[Row], limit: int, lease: timedelta, **equal: str | int) -> list[Row]:
    """Take up to `limit` due rows for the length of `lease`: the longest due, in the order of ids.

    `equal` narrows by columns. A row whose third claim got no answer is parked instead.
    """
    where = "".join(f" AND {connection.ops.quote_name(column)} = %s" for column in equal)
    with connection.cursor() as cursor:
        cursor.execute(_for(model, PARK_SILENT), [SILENT, STRIKES])
        _tell_parked(model, cursor.rowcount, SILENT)
    values = [lease.total_seconds(), *equal.values(), limit]
    taken = model._default_manager.raw(_for(model, CLAIM, where), values)
    return sorted(taken, key=lambda row: row.pk)  # an UPDATE returns its rows in no order


def sweep(step: Callable[[], int | None], seconds: float, log: logging.Logger, what: str) -> None:
    """Take steps until one finds nothing to do or the time is over; say what they did together.

    A sweep soon makes room for others: what is left is still due, and the next one is near.
    """
    start, total = monotonic(), 0
    while monotonic() - start < seconds and (found := step()):
        total += found
    if total:
        log.info("%s=%d seconds=%.1f", what, total, monotonic() - start)


def done(rows: Sequence[DueRow]) -> int:
    """Delete rows that are still this worker's; returns how many were."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_for(type(rows[0]), DONE), _mine(rows))
        deleted: int = cursor.rowcount
    return deleted


def failed(rows: Sequence[DueRow], error: str) -> None:
    """Give rows back for later with the reason, or park them after the third strike."""
    if not rows:
        return
    model = type(rows[0])
    with connection.cursor() as cursor:
        cursor.execute(_for(model, FAILED), [error[:500], RETRY_AFTER_S, STRIKES, *_mine(rows)])
        _tell_parked(model, sum(parked for (parked,) in cursor.fetchall()), error)


def postpone(rows: Sequence[DueRow], error: str) -> None:
    """Give rows back for later when they are not to blame: the attempt does not count."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_for(type(rows[0]), POSTPONED), [error[:500], RETRY_AFTER_S, *_mine(rows)])


def oldest_wait() -> float | None:
    """Seconds since the longest due row of any table could have been taken; None: none is due."""
    tables = [_for(model, WAITING) for model in apps.get_models() if issubclass(model, DueRow)]
    with connection.cursor() as cursor:
        cursor.execute(OLDEST.format(waiting=" UNION ALL ".join(tables)))
        oldest: float | None = cursor.fetchone()[0]
    return oldest


def _tell_parked(model: type[DueRow], rows: int, error: str) -> None:
    if rows:
        log.error("parked table=%s rows=%d error=%s", model._meta.db_table, rows, error)


def _for(model: type[DueRow], statement: str, where: str = "") -> str:
    meta, quote = model._meta, connection.ops.quote_name
    assert meta.pk is not None
    assert meta.pk.column is not None
    return statement.format(table=quote(meta.db_table), key=quote(meta.pk.column), where=where)


def _mine(rows: Sequence[DueRow]) -> list[list[int] | list[datetime]]:
    return [[row.pk for row in rows], [row.due_at for row in rows]]

"""An import that is taken back: what would change, by the very code that would change it.

All of it is one transaction, so that later records find what earlier ones brought, as they would.
Its price: other imports wait until it is taken back, and so does the refresh of records that it
touched. Ids that it used up are not given again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from django.db import connection, transaction

from works.importing import Outcome, run_import
from works.sources.base import Source
from works.sources.files import FoundFile

EXAMPLES = 10

# What is new has an id beyond the last one of before.
LAST_IDS = """
SELECT coalesce((SELECT max(id) FROM works_report), 0),
    coalesce((SELECT max(id) FROM works_work), 0), (SELECT count(*) FROM works_work)
"""
# Of the reports that the run wrote: new or not, and whether their work was there before.
WRITTEN = """
FROM works_report r LEFT JOIN works_work w ON w.id = r.work_id WHERE r.run_id = %(run)s
"""
CHANGED = {
    "create": WRITTEN + " AND r.id > %(report)s AND w.id > %(work)s",
    "join to works that are there": WRITTEN + " AND r.id > %(report)s AND w.id <= %(work)s",
}
UPDATED = WRITTEN + " AND r.id <= %(report)s"
TITLES = "SELECT count(*) OVER (), coalesce(w.title_text, r.external_id)"
GONE = "SELECT %(before)s - count(*) FROM works_work WHERE id <= %(work)s"
REASONS = """
SELECT sum(count(*)) OVER (), field || ' ' || reason || ' (' || count(*) || ')'
FROM works_importreject WHERE run_id = %(run)s
GROUP BY field, reason ORDER BY count(*) DESC, field, reason LIMIT %(most)s
"""


class Change(msgspec.Struct, frozen=True):
    """What would happen to how many, with the first few of them."""

    verb: str
    count: int
    examples: tuple[str, ...] = ()


class Rehearsed(msgspec.Struct, frozen=True):
    outcome: Outcome
    changes: tuple[Change, ...]


def rehearse(
    source: Source,
    files: Sequence[FoundFile],
    *,
    today: date,
    tell: Callable[[str], None] = lambda line: None,
    watch: Callable[[Path, int], None] = lambda path, position: None,
) -> Rehearsed:
    """Import these files from their beginnings, look at what became of them, and take it back."""
    with transaction.atomic(), connection.cursor() as cursor:
        before = _marks(cursor)
        outcome = run_import(
            source, files, today=today, tell=tell, watch=watch, resume=False, trial=True
        )
        changes = _changes(cursor, outcome, before | {"run": outcome.run.pk, "most": EXAMPLES})
        transaction.set_rollback(True)
    return Rehearsed(outcome, changes)


def _marks(cursor: Any) -> dict[str, int]:
    cursor.execute(LAST_IDS)
    report, work, before = cursor.fetchone()
    return {"report": report, "work": work, "before": before}


def _changes(cursor: Any, outcome: Outcome, marks: dict[str, int]) -> tuple[Change, ...]:
    found = [_counted(cursor, verb, _titles(part), marks) for verb, part in CHANGED.items()]
    # A withdrawal leaves no mark of the run: the titles are those of new texts.
    texts = _counted(cursor, "update", _titles(UPDATED), marks)
    found.append(msgspec.structs.replace(texts, count=outcome.counts.updated))
    cursor.execute(GONE, marks)
    (gone,) = cursor.fetchone()
    found.append(Change("merge works into others", gone))
    found.append(_counted(cursor, "reject", REASONS, marks))
    return tuple(change for change in found if change.count)


def _titles(part: str) -> str:
    return f"{TITLES} {part} ORDER BY r.id LIMIT %(most)s"


def _counted(cursor: Any, verb: str, statement: str, marks: dict[str, int]) -> Change:
    cursor.execute(statement, marks)
    rows = cursor.fetchall()
    return Change(verb, int(rows[0][0]) if rows else 0, tuple(text for _, text in rows))

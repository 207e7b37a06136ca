"""Writes to the graph: edges and circles of author records, from their bylines."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from django.db import connection

from bzpeer.lib import columns
from bzpeer.lib.sql import fetch
from graph.domain.edges import beside, companions, edges
from graph.edging import bylines_of, company_of, edges_write
from graph.models import SliceOrder
from works.domain.circles import FEWEST_FLAGGED, circles, flagged, telling
from works.models import Author
from works.services import Draft, authors_changed, facts_update

# Circles described in words; a record with more is told apart on its own page.
CIRCLES_TOLD = 6

# An author's company before there is anybody in it.
ALONE = (0, 0, "[]")

# Edges go both ways, and those of the renamed are fresh: whoever lacks one here is due anyway.
NAMED_BY = """
SELECT DISTINCT other_id FROM graph_collaboration WHERE author_id = ANY(%s)
"""

CLEARED = """
SELECT author_id, circles_cleared FROM works_authorfacts
WHERE author_id = ANY(%s) AND circles_cleared > 0
"""

DESCRIBE = """
SELECT w.id, w.title_text, w.year,
    (SELECT coalesce(array_agg(t.name ORDER BY wt.position), '{}')
     FROM works_worktopic wt JOIN works_topic t ON t.id = wt.topic_id WHERE wt.work_id = w.id),
    (SELECT coalesce(array_agg(a.name ORDER BY a.position), '{}')
     FROM works_authorship a WHERE a.work_id = w.id AND a.author_id IS NOT NULL)
FROM works_work w WHERE w.id = ANY(%s)
"""


LOCK_FACTS = """
SELECT FROM works_authorfacts WHERE author_id = ANY(%s) ORDER BY author_id FOR UPDATE
"""
# The worker recounts them within seconds; until then they name nobody who is not to be named.
COMPANY_WITHOUT = """
UPDATE works_authorfacts f SET circles = '[]', version = f.version + 1, company = coalesce(
    (SELECT jsonb_agg(one ORDER BY place) FROM jsonb_array_elements(f.company)
        WITH ORDINALITY AS told (one, place)
        WHERE NOT split_part(reverse(one ->> 0), '-', 1) = ANY(%(reversed)s)), '[]')
WHERE f.author_id = ANY(%(near)s)
"""
FORGET_EDGES = """
DELETE FROM graph_collaboration
WHERE author_id = ANY(%(ids)s) OR (author_id = ANY(%(near)s) AND other_id = ANY(%(ids)s))
"""
# One that is not current may name whoever was near when it was drawn.
FORGET_SLICES = """
DELETE FROM graph_slice s WHERE s.author_id = ANY(%(ids)s) OR s.author_id = ANY(%(near)s)
    OR NOT EXISTS (SELECT FROM works_authorfacts f
        WHERE f.author_id = s.author_id AND f.version = s.facts_version)
    OR EXISTS (SELECT FROM works_authorchange c WHERE c.author_id = s.author_id)
"""


class Circle(msgspec.Struct):
    """Works of a record that hang together through their co-authors, in words.

    `titles` are (work id, title) of the three latest; `topics` and `collaborators` the most
    frequent first, at most five.
    """

    works: int
    years: list[int]
    titles: list[tuple[int, str]]
    topics: list[str]
    collaborators: list[str]


def edges_refresh(draft: Draft) -> None:
    """Recompute whom these authors work with, how closely, and if their works hang together.

    The edges are written, the columns of the facts are put into the draft.
    """
    ids = draft.ids
    with connection.cursor() as cursor:
        told = bylines_of(cursor, ids)
        met = beside(np.array(ids), told)
        found = edges(np.array(ids), told, met)
        edges_write(cursor, ids, found)
        company = company_of(cursor, found)
        by_work = companions(np.array(ids), told, met, FEWEST_FLAGGED)
        circled = {author: circles(works) for author, works in by_work.items()}
        flags = _flagged(cursor, circled)
        described = _described(cursor, circled)
    told_of = [company.get(author, ALONE) for author in ids]
    draft.columns.update(
        zip(("collaborators", "close_collaborators", "company"), zip(*told_of)),
        several=[author in flags for author in ids],
        circles=[described.get(author, "[]") for author in ids],
    )


def flag_clear(author_id: int) -> None:
    """A person found that these circles are one researcher's.

    The record is flagged again when its works fall into more of them.
    """
    circles = telling(len(circle) for circle in circles_of(author_id))
    facts_update(("circles_cleared", "several"), [(author_id, circles, False)])
    authors_changed([author_id])


def company_renamed(draft: Draft) -> set[int]:
    """Whoever else's facts tell the old names of authors that were renamed."""
    if not draft.renamed:
        return set()
    return {author for (author,) in fetch(NAMED_BY, [draft.renamed])}.difference(draft.ids)


def people_forget(author_ids: Sequence[int]) -> None:
    """Name these authors in nobody's company, and forget every drawing that may show them.

    In the transaction that empties their records: whoever draws meanwhile holds the facts.
    """
    ids = list(author_ids)
    public_ids = Author.objects.filter(pk__in=ids).values_list("public_id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(NAMED_BY, [ids])
        near = sorted({author for (author,) in cursor.fetchall()}.difference(ids))
        values = {"ids": ids, "near": near, "reversed": [key[::-1] for key in public_ids]}
        cursor.execute(LOCK_FACTS, [near])
        for statement in (COMPANY_WITHOUT, FORGET_EDGES, FORGET_SLICES):
            cursor.execute(statement, values)
    SliceOrder.objects.filter(author__in=ids).delete()


def circles_of(author_id: int) -> list[list[int]]:
    """The circles of one record: lists of work ids, the largest first."""
    ids = np.array([author_id])
    with connection.cursor() as cursor:
        told = bylines_of(cursor, [author_id])
    return circles(companions(ids, told, beside(ids, told), 1).get(author_id, {}))


def _flagged(cursor: Any, found: dict[int, list[list[int]]]) -> set[int]:
    """Of these authors, the ones who may be several people."""
    suspects = [author for author, circled in found.items() if flagged(circled)]
    if not suspects:
        return set()
    cursor.execute(CLEARED, [columns.literal(suspects)])
    cleared = dict(cursor.fetchall())
    return {author for author in suspects if flagged(found[author], cleared.get(author, 0))}


def _described(cursor: Any, found: dict[int, list[list[int]]]) -> dict[int, str]:
    """In words as JSON, for records that are flagged as several people."""
    told = {a: c[:CIRCLES_TOLD] for a, c in found.items() if flagged(c)}
    wanted = {work for groups in told.values() for group in groups for work in group}
    if not wanted:
        return {}
    cursor.execute(DESCRIBE, [list(wanted)])
    facts = {row[0]: row for row in cursor.fetchall()}
    own = _names(cursor, list(told))
    return {
        author: msgspec.json.encode(
            [_circle([facts[work] for work in group], own[author]) for group in groups]
        ).decode()
        for author, groups in told.items()
    }


def _names(cursor: Any, authors: Sequence[int]) -> dict[int, set[str]]:
    """Every name under which these authors stand in bylines."""
    cursor.execute(
        "SELECT author_id, array_agg(DISTINCT name) FROM works_authorship"
        " WHERE author_id = ANY(%s) GROUP BY author_id",
        [authors],
    )
    return {author: set(names) for author, names in cursor.fetchall()}


def _circle(works: list[Any], own: set[str]) -> Circle:
    latest = sorted(works, key=lambda row: (-(row[2] or 0), -row[0]))
    years = [row[2] for row in works if row[2]]
    return Circle(
        works=len(works),
        years=[min(years), max(years)] if years else [],
        titles=[(row[0], row[1]) for row in latest[:3]],
        topics=_frequent([name for row in works for name in row[3]]),
        collaborators=_frequent([name for row in works for name in row[4] if name not in own]),
    )


def _frequent(names: list[str]) -> list[str]:
    counted = Counter(names)
    return sorted(sorted(counted), key=counted.__getitem__, reverse=True)[:5]

"""The edges and the company of many authors: read, compared and written as whole columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec.json import encode

from bzpeer.lib import columns
from graph.domain.edges import (
    ID_BITS,
    YEAR_BITS,
    Bylines,
    Edges,
    Packed,
    bylines,
    changes,
    nearest,
)
from works.domain.grouped import Column, listed

# Works with more people make no edges: being one of 3,000 names is no collaboration.
MAX_TEAM = 50
# Kept with the facts for the page's first screen.
COMPANY = 8
# Edges that are compared and written at once: some 20 MB of memory.
PORTION = 50_000

# Every name on the works of these authors, the works' years with them; 0: not known.
BYLINES = """
SELECT b.author_id, b.work_id, coalesce(w.year, 0)
FROM works_work w JOIN works_authorship b ON b.work_id = w.id
WHERE w.people <= %(team)s AND b.author_id IS NOT NULL AND b.status <> 'rejected' AND w.id IN (
    SELECT work_id FROM works_authorship WHERE author_id = ANY(%(ids)s) AND status <> 'rejected')
"""
# As `graph.domain.edges.packed` has them.
KEPT = f"""
SELECT author_id << {ID_BITS} | other_id,
    ((works::bigint << {YEAR_BITS} | coalesce(first_year, 0)) << {YEAR_BITS}
        | coalesce(last_year, 0)) << 1 | close::int
FROM graph_collaboration WHERE author_id = ANY(%(ids)s) ORDER BY author_id, other_id
"""
WRITE = """
COPY graph_collaboration (author_id, other_id, works, first_year, last_year, close)
FROM STDIN (FORMAT BINARY)
"""
CORRECT = """
UPDATE graph_collaboration c SET works = n.works, close = n.close::boolean,
    first_year = nullif(n.first, 0), last_year = nullif(n.last, 0)
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::smallint[], %s::smallint[], %s::int[])
    AS n (author_id, other_id, works, first, last, close)
WHERE c.author_id = n.author_id AND c.other_id = n.other_id
"""
FORGET = """
DELETE FROM graph_collaboration c
USING unnest(%s::bigint[], %s::bigint[]) AS n (author_id, other_id)
WHERE c.author_id = n.author_id AND c.other_id = n.other_id
"""
CALLED = """
SELECT id, slug, name FROM works_author WHERE id = ANY(%s)
"""


def bylines_of(cursor: Any, ids: Sequence[int]) -> Bylines:
    """The bylines of the works of these authors that make edges."""
    return bylines(
        *columns.read(cursor, BYLINES, {"ids": columns.literal(ids), "team": MAX_TEAM}, 3)
    )


def edges_write(cursor: Any, ids: Sequence[int], found: Edges) -> None:
    """Make these the edges of the authors; those that are as they were are not written again.

    The caller holds the locks of the authors' facts, so nobody else writes their edges.
    """
    behind = np.searchsorted(found.author, ids, "right")
    for some in np.split(np.array(ids), np.flatnonzero(np.diff(behind // PORTION)) + 1):
        _write(cursor, some, found.where(np.isin(found.author, some)))


def _write(cursor: Any, ids: Column, found: Edges) -> None:
    kept = columns.read(cursor, KEPT, {"ids": columns.literal(ids.tolist())}, 2)
    new, changed, gone = changes(Packed(*kept), found)
    _insert(cursor, new)
    if len(changed.author):
        cursor.execute(CORRECT, [columns.literal(column.tolist()) for column in changed])
    if len(gone.author):
        cursor.execute(FORGET, [columns.literal(column.tolist()) for column in gone[:2]])


def _insert(cursor: Any, new: Edges) -> None:
    for dated in (True, False):
        some = new.where((new.last > 0) == dated)
        years = [year.astype(np.int16) if dated else None for year in (some.first, some.last)]
        values = (
            some.author,
            some.other,
            some.works.astype(np.int32),
            *years,
            some.close.astype(bool),
        )
        columns.write(cursor, WRITE, values)


def company_of(cursor: Any, found: Edges) -> dict[int, tuple[int, int, str]]:
    """Of each author with edges: how many, how many close ones, and the nearest as JSON."""
    near = nearest(found, COMPANY)
    authors, starts, others = np.unique(found.author, return_index=True, return_counts=True)
    close = np.diff(np.cumsum(found.close)[starts - 1 + others], prepend=0)
    said = listed(np.searchsorted(authors, near.author), _said(cursor, near), len(authors))
    return dict(zip(authors.tolist(), zip(others.tolist(), close.tolist(), said)))


def _said(cursor: Any, near: Edges) -> list[str]:
    cursor.execute(CALLED, [columns.literal(np.unique(near.other).tolist())])
    called = {id: encode((slug, name)).decode()[:-1] for id, slug, name in cursor.fetchall()}
    close = np.where(near.close, "true", "false")
    told = zip(near.other.tolist(), near.works.tolist(), close.tolist())
    return [f"{called[other]},{works},{close}]" for other, works, close in told]

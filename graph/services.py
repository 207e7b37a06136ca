"""Writes to the graph: edges and circles of author records, from their bylines."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from graph.models import SliceOrder
from works.domain.circles import circles, flagged, telling
from works.models import Author
from works.services import authors_changed, facts_update

# Works with more people make no edges: being one of 3,000 names is no collaboration.
MAX_TEAM = 50
# Kept with the facts for the page's first screen.
COMPANY = 8
# Circles described in words; a record with more is told apart on its own page.
CIRCLES_TOLD = 6

# A close collaborator: on at least three of the author's works and on at least a third of them.
# Edges that are as they were are not written again: in most refreshes that is nearly all of them.
EDGES = """
WITH mine AS MATERIALIZED (
    SELECT DISTINCT a.author_id, a.work_id, w.year
    FROM works_authorship a JOIN works_work w ON w.id = a.work_id
    WHERE a.author_id = ANY(%(ids)s) AND a.status <> 'rejected' AND w.people <= %(team)s
), totals AS (
    SELECT author_id, count(*) AS works FROM mine GROUP BY author_id
), shared AS (
    SELECT m.author_id, b.author_id AS other_id, count(DISTINCT m.work_id) AS works,
        min(m.year) AS first_year, max(m.year) AS last_year
    FROM mine m JOIN works_authorship b ON b.work_id = m.work_id
    WHERE b.author_id <> m.author_id AND b.status <> 'rejected'
    GROUP BY m.author_id, b.author_id
), fresh AS MATERIALIZED (
    SELECT s.author_id, s.other_id, s.works::int, s.first_year, s.last_year,
        s.works >= 3 AND s.works * 3 >= t.works AS close
    FROM shared s JOIN totals t USING (author_id)
), changed AS MATERIALIZED (
    SELECT f.*, c.author_id AS old_author, c.other_id AS old_other
    FROM fresh f FULL JOIN (
        SELECT * FROM graph_collaboration WHERE author_id = ANY(%(ids)s)
    ) c ON c.author_id = f.author_id AND c.other_id = f.other_id
    WHERE (f.works, f.first_year, f.last_year, f.close)
        IS DISTINCT FROM (c.works, c.first_year, c.last_year, c.close)
), gone AS (
    DELETE FROM graph_collaboration c USING changed
    WHERE changed.author_id IS NULL AND c.author_id = old_author AND c.other_id = old_other
), written AS (
    INSERT INTO graph_collaboration (author_id, other_id, works, first_year, last_year, close)
    SELECT author_id, other_id, works, first_year, last_year, close
    FROM changed WHERE author_id IS NOT NULL ORDER BY author_id, other_id
    ON CONFLICT (author_id, other_id) DO UPDATE SET works = excluded.works,
        first_year = excluded.first_year, last_year = excluded.last_year, close = excluded.close
), counted AS (
    SELECT author_id, count(*) AS others, count(*) FILTER (WHERE close) AS close
    FROM fresh GROUP BY author_id
), nearest AS (
    SELECT * FROM (
        SELECT *, row_number() OVER (
            PARTITION BY author_id ORDER BY works DESC, last_year DESC NULLS LAST, other_id
        ) AS place
        FROM fresh
    ) placed WHERE place <= %(most)s
), told AS (
    SELECT n.author_id,
        json_agg(json_build_array(p.slug, p.name, n.works, n.close) ORDER BY place)::text AS company
    FROM nearest n JOIN works_author p ON p.id = n.other_id GROUP BY n.author_id
)
SELECT author_id, others, close, company FROM counted JOIN told USING (author_id)
"""

# An author's company before there is anybody in it, and the columns of the facts that it fills.
ALONE = (0, 0, "[]")
COLUMNS = ("collaborators", "close_collaborators", "company", "several", "circles")

# Edges go both ways, and those of the renamed are fresh: whoever lacks one here is due anyway.
NAMED_BY = """
SELECT DISTINCT other_id FROM graph_collaboration WHERE author_id = ANY(%s)
"""

# People on the works of authors who have several: what decides whether their works hang together.
COMPANIONS = """
SELECT a.author_id, a.work_id, array_agg(b.author_id)
FROM works_authorship a
JOIN works_authorfacts f ON f.author_id = a.author_id AND f.works > 1
JOIN works_work w ON w.id = a.work_id AND w.people <= %(team)s
JOIN works_authorship b ON b.work_id = a.work_id AND b.author_id IS NOT NULL
    AND b.status <> 'rejected'
WHERE a.author_id = ANY(%(ids)s) AND a.status <> 'rejected'
GROUP BY a.author_id, a.work_id
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


def edges_refresh(author_ids: Sequence[int]) -> None:
    """Recompute whom these authors work with, how closely, and if their works hang together."""
    ids = list(author_ids)
    with connection.cursor() as cursor:
        cursor.execute(EDGES, {"ids": ids, "team": MAX_TEAM, "most": COMPANY})
        company = {author: tuple(counted) for author, *counted in cursor.fetchall()}
        found = _circles(cursor, ids)
        cursor.execute(CLEARED, [ids])
        cleared = dict(cursor.fetchall())
        described = _described(cursor, found)
    rows = [
        (
            author,
            *company.get(author, ALONE),
            flagged(found.get(author, []), cleared.get(author, 0)),
            msgspec.json.encode(described.get(author, [])).decode(),
        )
        for author in ids
    ]
    facts_update(COLUMNS, rows)


def flag_clear(author_id: int) -> None:
    """A person found that these circles are one researcher's.

    The record is flagged again when its works fall into more of them.
    """
    circles = telling(len(circle) for circle in circles_of(author_id))
    facts_update(("circles_cleared", "several"), [(author_id, circles, False)])
    authors_changed([author_id])


def company_renamed(author_ids: Sequence[int], fresh: Sequence[int]) -> None:
    """Mark everyone whose facts tell these authors' old names, save those that are `fresh`."""
    if not author_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(NAMED_BY, [list(author_ids)])
        stale = {author for (author,) in cursor.fetchall()}
    authors_changed(sorted(stale.difference(fresh)))


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


def _circles(cursor: Any, ids: Sequence[int]) -> dict[int, list[list[int]]]:
    """The circles of every author with several works: lists of work ids, the largest first."""
    cursor.execute(COMPANIONS, {"ids": ids, "team": MAX_TEAM})
    works: dict[int, dict[int, set[int]]] = defaultdict(dict)
    for author, work, people in cursor.fetchall():
        works[author][work] = set(people) - {author}
    return {author: circles(by_work) for author, by_work in works.items()}


def circles_of(author_id: int) -> list[list[int]]:
    """The circles of one record: lists of work ids, the largest first."""
    with connection.cursor() as cursor:
        return _circles(cursor, [author_id]).get(author_id, [])


def _described(cursor: Any, found: dict[int, list[list[int]]]) -> dict[int, list[Circle]]:
    """In words, for records that are flagged as several people."""
    told = {a: c[:CIRCLES_TOLD] for a, c in found.items() if flagged(c)}
    wanted = {work for groups in told.values() for group in groups for work in group}
    if not wanted:
        return {}
    cursor.execute(DESCRIBE, [list(wanted)])
    facts = {row[0]: row for row in cursor.fetchall()}
    own = _names(cursor, list(told))
    return {
        author: [_circle([facts[work] for work in group], own[author]) for group in groups]
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
    counted: dict[str, int] = defaultdict(int)
    for name in names:
        counted[name] += 1
    return sorted(counted, key=lambda name: (-counted[name], name))[:5]

"""Writes to the corpus that are no import: facts, names, and what is due."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from works.domain import names

# Topics kept with the facts: a card shows three, the profile's text eight.
TOP_TOPICS = 8

# The rows are locked before anything is counted: whoever waits here counts what stands then, and
# cannot write over a later count with an earlier one.
HOLD = """
INSERT INTO works_authorfacts AS f (author_id, version, years, top_topics, sources, company,
    circles)
SELECT id, 0, '[]', '[]', '[]', '[]', '[]' FROM works_author WHERE id = ANY(%s) ORDER BY id
ON CONFLICT (author_id) DO UPDATE SET version = f.version WHERE false
"""

# A record under an ORCID iD has only names that a source gave that iD on the work: each of them is
# confirmed, save those that a decision put there.
COUNTS = """
WITH orcids AS (
    SELECT id FROM works_author WHERE id = ANY(%(ids)s) AND key_scheme = 'orcid'
), mine AS (
    SELECT DISTINCT ON (a.author_id, a.work_id) a.author_id, a.work_id, w.year, w.date,
        w.digest, w.identified, w.complete, w.families,
        a.status = 'confirmed' OR (a.asserted_by NOT IN ('name', 'decision')
            AND a.author_id IN (SELECT id FROM orcids)) AS confirmed
    FROM works_authorship a JOIN works_work w ON w.id = a.work_id
    WHERE a.author_id = ANY(%(ids)s) AND a.status <> 'rejected'
), counts AS (
    SELECT author_id, count(*) AS works, count(*) FILTER (WHERE identified) AS identified,
        count(*) FILTER (WHERE complete) AS complete,
        count(*) FILTER (WHERE families > 1) AS corroborated,
        count(*) FILTER (WHERE confirmed) AS confirmed
    FROM mine GROUP BY author_id
), years AS (
    SELECT author_id, jsonb_agg(jsonb_build_array(year, n) ORDER BY year) AS years
    FROM (SELECT author_id, year, count(*) AS n FROM mine GROUP BY author_id, year) y
    GROUP BY author_id
), topics AS (
    SELECT author_id, count(*) AS topics,
        jsonb_agg(jsonb_build_array(slug, name, n) ORDER BY place)
            FILTER (WHERE place <= %(top)s) AS top_topics
    FROM (
        SELECT author_id, slug, name, n,
            row_number() OVER (PARTITION BY author_id ORDER BY n DESC, slug) AS place
        FROM (
            SELECT m.author_id, wt.topic_id, count(*) AS n
            FROM mine m JOIN works_worktopic wt USING (work_id) GROUP BY 1, 2
        ) counted JOIN works_topic t ON t.id = topic_id
    ) placed
    GROUP BY author_id
), sources AS (
    SELECT author_id, jsonb_agg(DISTINCT r.source) AS sources
    FROM mine m JOIN works_report r USING (work_id) WHERE NOT r.deleted GROUP BY author_id
), places AS (
    SELECT DISTINCT ON (a.author_id) a.author_id, a.affiliations ->> 0 AS affiliation
    FROM mine m JOIN works_authorship a USING (author_id, work_id)
    WHERE a.affiliations <> '[]'
    ORDER BY a.author_id, m.year DESC NULLS LAST, m.date DESC, m.digest DESC
)
UPDATE works_authorfacts f SET works = coalesce(c.works, 0), topics = coalesce(t.topics, 0),
    years = coalesce(y.years, '[]'), top_topics = coalesce(t.top_topics, '[]'),
    sources = coalesce(s.sources, '[]'), affiliation = left(coalesce(p.affiliation, ''), 300),
    identified = coalesce(c.identified, 0), complete = coalesce(c.complete, 0),
    corroborated = coalesce(c.corroborated, 0), confirmed = coalesce(c.confirmed, 0),
    version = f.version + 1, refreshed_at = now()
FROM unnest(%(ids)s::bigint[]) AS a (id)
LEFT JOIN counts c ON c.author_id = a.id LEFT JOIN years y ON y.author_id = a.id
LEFT JOIN topics t ON t.author_id = a.id LEFT JOIN sources s ON s.author_id = a.id
LEFT JOIN places p ON p.author_id = a.id
WHERE f.author_id = a.id
"""

# Only records whose shown name may have changed: most have one form, and it is the one shown.
FORMS = """
SELECT a.author_id, jsonb_object_agg(a.name, n), p.name FROM (
    SELECT author_id, name, count(*) AS n FROM works_authorship
    WHERE author_id IN (
        SELECT a.author_id FROM works_authorship a JOIN works_author p ON p.id = a.author_id
        WHERE a.author_id = ANY(%s) AND p.chosen_name = '' AND a.name <> p.name)
    GROUP BY author_id, name
) a JOIN works_author p ON p.id = a.author_id
GROUP BY a.author_id, p.name
"""

CHOSEN = """
SELECT id, chosen_name, name FROM works_author
WHERE id = ANY(%s) AND chosen_name <> '' AND chosen_name <> name
"""

RENAME = """
UPDATE works_author a SET name = n.name, slug = n.slug || '-' || a.public_id, letter = n.letter,
    name_key = n.name_key
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS n (id, name, slug, letter, name_key)
WHERE a.id = n.id
"""

STAGE_FACTS = """
CREATE TEMP TABLE stage_facts AS SELECT author_id, {columns} FROM works_authorfacts WITH NO DATA
"""

UPDATE_FACTS = """
UPDATE works_authorfacts f SET {sets} FROM stage_facts n
WHERE f.author_id = n.author_id AND ({old}) IS DISTINCT FROM ({new})
"""


def marking(authors: str) -> str:
    """The statement that marks authors as due; `authors` is a query for column `author_id`."""
    return f"""
    INSERT INTO works_authorchange AS c (author_id, kind)
    SELECT author_id, 'works' FROM ({authors}) changed ORDER BY author_id
    ON CONFLICT (author_id, kind) DO UPDATE SET generation = c.generation + 1,
        due_at = now(), attempts = 0, parked_at = NULL, error = ''
    """


CHANGED = marking("SELECT id AS author_id FROM works_author WHERE id = ANY(%s)")


def counts_refresh(author_ids: Sequence[int]) -> list[int]:
    """Recount works, topics, years and sources of these authors, and choose their shown names.

    Their facts are locked until the transaction ends. Returns whose name changed.
    """
    ids = list(author_ids)
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [ids])
        cursor.execute(COUNTS, {"ids": ids, "top": TOP_TOPICS})
        cursor.execute(FORMS, [ids])
        forms = [(id, names.display(json.loads(found)), name) for id, found, name in cursor]
        cursor.execute(CHOSEN, [ids])
        return _rename(cursor, [*forms, *cursor.fetchall()])


def _rename(cursor: Any, found: Sequence[tuple[int, str, str]]) -> list[int]:
    """Give these authors (id, name, name so far) their names; those that got another one."""
    rows = [
        (id, name, names.slug(name), names.browse_letter(name), names.key(name))
        for id, name, shown in found
        if name != shown
    ]
    if rows:
        cursor.execute(RENAME, [list(column) for column in zip(*rows)])
    return [id for id, *_ in rows]


def facts_update(columns: Iterable[str], rows: Sequence[Sequence[object]]) -> None:
    """Set these columns of the facts where they differ; a row is (author id, value, …).

    For the apps above: each column has one writer. Authors without a facts row are passed over;
    JSON is given as text.
    """
    if not rows:
        return
    names = list(columns)
    old, new = (", ".join(f"{table}.{name}" for name in names) for table in "fn")
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(STAGE_FACTS.format(columns=", ".join(names)))
        with cursor.copy("COPY stage_facts FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        sets = ", ".join(f"{name} = n.{name}" for name in names)
        cursor.execute(UPDATE_FACTS.format(sets=sets, old=old, new=new))
        cursor.execute("DROP TABLE stage_facts")


def authors_changed(author_ids: Sequence[int]) -> None:
    """Mark these authors as due for a refresh."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [list(author_ids)])

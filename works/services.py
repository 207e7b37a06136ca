"""Writes to the corpus that are no import: facts, names, and what is due."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from bzpeer.lib import columns
from works.counting import counts_of
from works.domain.names import browse_letter, display, key, slug
from works.search_index import names_index

# The rows are locked before anything is counted: whoever waits here counts what stands then, and
# cannot write over a later count with an earlier one.
HOLD = """
INSERT INTO works_authorfacts AS f (author_id, version, years, top_topics, sources, company,
    circles)
SELECT id, 0, '[]', '[]', '[]', '[]', '[]' FROM works_author WHERE id = ANY(%s) ORDER BY id
ON CONFLICT (author_id) DO UPDATE SET version = f.version WHERE false
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
CORRECT_FACTS = """
UPDATE works_authorfacts f SET {sets} FROM stage_facts n
WHERE f.author_id = n.author_id AND ({old}) IS DISTINCT FROM ({new})
"""
# A page shows more than its facts: who has another name, or waits for a refresh because of a title,
# gets a new version though all facts are as they were.
REFRESH_FACTS = """
UPDATE works_authorfacts f SET {sets}, version = f.version + 1, refreshed_at = now()
FROM stage_facts n
WHERE f.author_id = ANY(%(ids)s) AND f.author_id = n.author_id AND (
    ({old}) IS DISTINCT FROM ({new})
    OR f.author_id = ANY(%(renamed)s)
    OR f.author_id IN (SELECT author_id FROM works_authorchange
        WHERE author_id = ANY(%(ids)s) AND kind = %(works)s))
RETURNING f.author_id
"""


class Draft:
    """Facts of authors on their way to be written: of each column one value for each author.

    `ids` are in order, each once, and the `renamed` are some of them; None as a value leaves what
    is written already.
    """

    def __init__(self, ids: Sequence[int], columns: Mapping[str, Sequence[object]]) -> None:
        self.ids = ids
        self.columns = dict(columns)
        self.renamed: list[int] = []


# The kinds of `AuthorChange`: facts to be counted anew, and an address that bylines must follow.
WORKS, ADDRESS = "works", "address"


def marking(authors: str, kind: str = WORKS) -> str:
    """The statement that marks authors as due; `authors` is a query for column `author_id`."""
    return f"""
    INSERT INTO works_authorchange AS c (author_id, kind)
    SELECT author_id, '{kind}' FROM ({authors}) changed ORDER BY author_id
    ON CONFLICT (author_id, kind) DO UPDATE SET generation = c.generation + 1,
        due_at = now(), attempts = 0, parked_at = NULL, error = ''
    """


AUTHORS = "SELECT id AS author_id FROM works_author WHERE id = ANY(%s)"
CHANGED = marking(AUTHORS)
READDRESSED = marking(AUTHORS, ADDRESS)


def counts_refresh(author_ids: Sequence[int]) -> Draft:
    """Recount works, topics, years and sources of these authors, and choose their shown names.

    Their facts are locked until the transaction ends. The names are written, the counts are not.
    """
    ids = sorted({*author_ids})
    asked = columns.literal(ids)
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [asked])
        draft = Draft(ids, counts_of(cursor, ids))
        cursor.execute(FORMS, [asked])
        forms = [(id, display(json.loads(found)), name) for id, found, name in cursor.fetchall()]
        cursor.execute(CHOSEN, [asked])
        draft.renamed = _rename(cursor, [*forms, *cursor.fetchall()])
    return draft


def _rename(cursor: Any, found: Sequence[tuple[int, str, str]]) -> list[int]:
    """Give these authors (id, name, name so far) their names; those that got another one.

    The bylines that lead to an address so far are marked to follow it.
    """
    rows = [
        (id, name, slug(name), browse_letter(name), key(name))
        for id, name, shown in found
        if name != shown
    ]
    if rows:
        cursor.execute(RENAME, [list(column) for column in zip(*rows)])
    moved = [id for id, name, shown in found if slug(name) != slug(shown)]
    if moved:
        cursor.execute(READDRESSED, [columns.literal(moved)])
    return [id for id, *_ in rows]


def facts_kept(ids: Sequence[int], names: Sequence[str]) -> Draft:
    """These columns as they are written, of authors whose ids are in order."""
    asked = f"SELECT author_id, {', '.join(names)} FROM works_authorfacts WHERE author_id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(asked, [columns.literal(ids)])
        found = {author: values for author, *values in cursor}
    missing = [None] * len(names)
    kept = zip(*(found.get(author, missing) for author in ids))
    return Draft(ids, dict(zip(names, kept)))


def facts_write(draft: Draft) -> None:
    """End a refresh: all that was found anew in one go, with the version that pages go by.

    Then these authors are found by the names and counts that they have now. Who is as before, and
    is not waited for, is left alone.
    """
    rows = zip(draft.ids, *draft.columns.values())
    told = {name: f"coalesce(n.{name}, f.{name})" for name in draft.columns}
    statement = REFRESH_FACTS.format(
        sets=", ".join(f"{name} = {value}" for name, value in told.items()),
        old=", ".join(f"f.{name}" for name in told),
        new=", ".join(told.values()),
    )
    ids, renamed = columns.literal(draft.ids), columns.literal(draft.renamed)
    with _staged(tuple(told), rows) as cursor:
        cursor.execute(statement, {"ids": ids, "renamed": renamed, "works": WORKS})
        names_index(cursor, [author for (author,) in cursor.fetchall()])


def facts_update(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Set these columns of the facts where they differ; a row is (author id, value, …).

    For the apps above: each column has one writer. Authors without a facts row are passed over;
    JSON is given as text.
    """
    if not rows:
        return
    old, new = (", ".join(f"{table}.{name}" for name in names) for table in "fn")
    sets = ", ".join(f"{name} = n.{name}" for name in names)
    with _staged(names, rows) as cursor:
        cursor.execute(CORRECT_FACTS.format(sets=sets, old=old, new=new))


@contextmanager
def _staged(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[Any]:
    """Rows of an author's id and these columns, in a table until the block is left."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(STAGE_FACTS.format(columns=", ".join(names)))
        with cursor.copy("COPY stage_facts FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        yield cursor
        cursor.execute("DROP TABLE stage_facts")


def authors_changed(author_ids: Sequence[int]) -> None:
    """Mark these authors as due for a refresh."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [columns.literal(author_ids)])

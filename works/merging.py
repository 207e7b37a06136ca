"""What is shown of works, into the tables: works, bylines, authors, topics, and who changed.

Each statement is set-based and sorted, and writes only rows that differ. The caller holds the
merge lock (`works.ingest`), so that they need not mind one another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from works.affiliating import affiliate
from works.bylines import STAGED, first_names, people_in
from works.domain import names
from works.domain.article import TEMPLATE_VERSION, Name, byline
from works.domain.bylines import Byline
from works.domain.shown import ShownWork
from works.search_index import titles_index, words_learn
from works.services import marking


def merge(cursor: Any, shown: Mapping[int, ShownWork], gone: Mapping[int, int]) -> int:
    """Write what is shown of these works, and mark their authors as changed; the new authors.

    `gone` has the rows that end and the one that takes the place of each.
    """
    cursor.execute(STAGE_WORKS)
    copy_rows(cursor, "stage_gone", "old_id, work_id", gone.items())
    new_authors = _stage_bylines(cursor, shown)
    names = first_names(cursor, STAGED)
    works = (_work_row(id, work, names.get(id, [])) for id, work in shown.items())
    copy_rows(cursor, "stage_work", WORK_COLUMNS, works)
    copy_rows(cursor, "stage_id", ID_COLUMNS, _each(shown, _ids, _plain_row))
    copy_rows(cursor, "stage_topic", TOPIC_COLUMNS, _each(shown, _topics, _plain_row))
    cursor.execute(UPSERT_WORKS)
    titles_index(cursor, shown)
    for statement in MERGE:
        cursor.execute(statement)
    cursor.execute(AFFILIATED)
    if cursor.fetchone()[0]:
        affiliate(cursor)
    return new_authors


def _stage_bylines(cursor: Any, shown: Mapping[int, ShownWork]) -> int:
    """Every name with its author, whose record is made where there is none; the new authors."""
    copy_rows(cursor, "stage_byline", BYLINE_COLUMNS, _each(shown, lambda w: w.byline, _byline_row))
    cursor.execute("ANALYZE stage_byline")
    words_learn(cursor)
    cursor.execute(INSERT_AUTHORS)
    new_authors = int(cursor.rowcount)
    cursor.execute(IDENTIFY)
    return new_authors


def _ids(work: ShownWork) -> list[tuple[object, ...]]:
    return [(item.scheme, item.value, item.verified) for item in work.identifiers]


def _topics(work: ShownWork) -> list[tuple[object, ...]]:
    return [(place, topic.scheme, topic.code) for place, topic in enumerate(work.topics)]


def _each(
    shown: Mapping[int, ShownWork],
    parts: Callable[[ShownWork], Iterable[Any]],
    row: Callable[[int, Any], tuple[object, ...]],
) -> Iterator[tuple[object, ...]]:
    return (row(id, part) for id, work in shown.items() for part in parts(work))


def _plain_row(id: int, values: tuple[object, ...]) -> tuple[object, ...]:
    return (id, *values)


def _byline_row(id: int, line: Byline) -> tuple[object, ...]:
    scheme, value = (line.key.scheme, line.key.value) if line.key else (None, None)
    person = (names.slug(line.name), names.browse_letter(line.name)) if line.key else ("", "")
    return (
        id,
        line.position,
        line.name,
        line.name_key,
        *person,
        scheme,
        value,
        msgspec.json.encode(line.affiliations).decode(),
        line.confidence,
        line.asserted_by,
        msgspec.json.encode([[i.scheme, i.value, i.name] for i in line.institutions]).decode(),
        "confirmed" if line.confirmed else "imported",
    )


def _work_row(id: int, work: ShownWork, names: Sequence[Name]) -> tuple[object, ...]:
    return (
        id,
        *work.pieces,
        byline(names),
        work.people - people_in(names),
        work.year,
        work.date,
        work.people,
        work.identified,
        work.complete,
        msgspec.json.encode(work.unverified).decode(),
        work.families,
        work.withdrawn,
        TEMPLATE_VERSION,
        msgspec.json.encode(work.sheet).decode(),
        work.removed,
        work.digest(),
    )


def copy_rows(cursor: Any, table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


# --- staging

WORK_COLUMNS = (
    "work_id, title_html, title_text, abstract_html, head_html, body_html, byline_html,"
    " byline_rest, year, date, people, identified, complete, unverified, families, withdrawn,"
    " template_version, sheet, removed, digest"
)
BYLINE_COLUMNS = (
    "work_id, position, name, name_key, slug, letter, key_scheme, key_value, affiliations,"
    " confidence, asserted_by, institutions, status"
)
ID_COLUMNS = "work_id, scheme, value, verified"
TOPIC_COLUMNS = "work_id, position, scheme, code"
STAGE_WORKS = """
CREATE TEMP TABLE IF NOT EXISTS stage_work (
    work_id bigint PRIMARY KEY, title_html text, title_text text, abstract_html text,
    head_html text, body_html text, byline_html text, byline_rest integer, year smallint,
    date text, people integer, identified boolean, complete boolean, unverified text,
    families smallint, withdrawn boolean, template_version smallint, sheet text,
    removed boolean, digest bytea
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_byline (
    work_id bigint, position integer, name text, name_key text, slug text, letter text,
    key_scheme text, key_value text, affiliations text, confidence double precision,
    asserted_by text, institutions text, status text, author_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_id (
    work_id bigint, scheme text, value text, verified boolean
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_topic (
    work_id bigint, position smallint, scheme text, code text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_touched (
    author_id bigint, work_id bigint, name text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_gone (
    old_id bigint, work_id bigint
) ON COMMIT DELETE ROWS;
TRUNCATE stage_work, stage_byline, stage_id, stage_topic, stage_touched, stage_gone
"""

# --- works, authors, bylines

UPSERT_WORKS = """
INSERT INTO works_work AS w (id, title_html, title_text, abstract_html, head_html, body_html,
    byline_html, byline_rest, year, date, people, identified, complete, unverified, families,
    withdrawn, template_version, sheet, removed, digest)
SELECT work_id, title_html, title_text, abstract_html, head_html, body_html, byline_html,
    byline_rest, year, date, people, identified, complete, unverified::jsonb, families,
    withdrawn, template_version, sheet::jsonb, removed, digest
FROM stage_work ORDER BY work_id
ON CONFLICT (id) DO UPDATE SET title_html = excluded.title_html,
    title_text = excluded.title_text, abstract_html = excluded.abstract_html,
    head_html = excluded.head_html, body_html = excluded.body_html,
    byline_html = excluded.byline_html, byline_rest = excluded.byline_rest, year = excluded.year,
    date = excluded.date, people = excluded.people, identified = excluded.identified,
    complete = excluded.complete, unverified = excluded.unverified,
    families = excluded.families, withdrawn = excluded.withdrawn,
    template_version = excluded.template_version, sheet = excluded.sheet,
    removed = excluded.removed, digest = excluded.digest, version = w.version + 1,
    updated_at = now()
WHERE (w.digest, w.template_version, w.byline_html)
    <> (excluded.digest, excluded.template_version, excluded.byline_html)
"""

# Whether the works name an institution, or did.
AFFILIATED = """
SELECT EXISTS (SELECT FROM stage_byline WHERE institutions <> '[]')
    OR EXISTS (SELECT FROM works_authorshipinstitution JOIN stage_work USING (work_id))
"""

INSERT_AUTHORS = """
INSERT INTO works_author (id, public_id, slug, name, key_scheme, key_value, name_key, letter)
SELECT id, works_public_id(id), slug || '-' || works_public_id(id), name, key_scheme, key_value,
    name_key, letter
FROM (
    SELECT nextval(pg_get_serial_sequence('works_author', 'id')) AS id, fresh.*
    FROM (
        SELECT DISTINCT ON (key_scheme, key_value) key_scheme, key_value, name, slug, name_key,
            letter
        FROM stage_byline b
        WHERE key_scheme IS NOT NULL AND NOT EXISTS (
            SELECT FROM works_author a
            WHERE a.key_scheme = b.key_scheme AND a.key_value = b.key_value)
        ORDER BY key_scheme, key_value, name COLLATE "C"
    ) fresh
) numbered
ON CONFLICT (key_scheme, key_value) DO NOTHING
"""

IDENTIFY = """
UPDATE stage_byline b SET author_id = a.id FROM works_author a
WHERE a.key_scheme = b.key_scheme AND a.key_value = b.key_value
"""

MERGE = [
    """
    INSERT INTO stage_touched
    SELECT a.author_id, a.work_id, a.name FROM works_authorship a
    JOIN stage_work s USING (work_id) WHERE a.author_id IS NOT NULL
    UNION ALL
    SELECT a.author_id, g.work_id, a.name FROM works_authorship a
    JOIN stage_gone g ON g.old_id = a.work_id WHERE a.author_id IS NOT NULL
    """,
    "ANALYZE stage_touched",
    "DELETE FROM works_authorship a USING stage_gone g WHERE a.work_id = g.old_id",
    """
    DELETE FROM works_authorship a USING stage_work s
    WHERE a.work_id = s.work_id AND NOT EXISTS (
        SELECT FROM stage_byline b WHERE b.work_id = a.work_id AND b.position = a.position)
    """,
    """
    INSERT INTO works_authorship AS a (work_id, author_id, position, name, affiliations,
        confidence, asserted_by, status, year, date)
    SELECT work_id, author_id, position, name, affiliations::jsonb, confidence, asserted_by,
        status, s.year, s.date
    FROM stage_byline JOIN stage_work s USING (work_id)
    ORDER BY work_id, position
    ON CONFLICT (work_id, position) DO UPDATE SET author_id = excluded.author_id,
        name = excluded.name, affiliations = excluded.affiliations,
        confidence = excluded.confidence, asserted_by = excluded.asserted_by,
        status = excluded.status, year = excluded.year, date = excluded.date
    WHERE (a.author_id, a.name, a.affiliations, a.confidence, a.asserted_by, a.status, a.year,
            a.date)
        IS DISTINCT FROM (excluded.author_id, excluded.name, excluded.affiliations,
            excluded.confidence, excluded.asserted_by, excluded.status, excluded.year,
            excluded.date)
    """,
    """
    DELETE FROM works_workidentifier i USING stage_work s
    WHERE i.work_id = s.work_id AND NOT EXISTS (SELECT FROM stage_id t
        WHERE t.work_id = i.work_id AND t.scheme = i.scheme AND t.value = i.value)
    """,
    """
    INSERT INTO works_workidentifier AS i (work_id, scheme, value, verified)
    SELECT work_id, scheme, value, verified FROM stage_id
    ON CONFLICT (work_id, scheme, value) DO UPDATE SET verified = excluded.verified
    WHERE i.verified <> excluded.verified
    """,
    """
    DELETE FROM works_worktopic wt USING stage_work s, works_topic k
    WHERE wt.work_id = s.work_id AND k.id = wt.topic_id AND NOT EXISTS (
        SELECT FROM stage_topic t
        WHERE t.work_id = wt.work_id AND t.scheme = k.scheme AND t.code = k.code)
    """,
    """
    INSERT INTO works_worktopic AS wt (work_id, topic_id, position, year, date)
    SELECT t.work_id, k.id, t.position, s.year, s.date
    FROM stage_topic t JOIN stage_work s USING (work_id)
    JOIN works_topic k ON k.scheme = t.scheme AND k.code = t.code
    ON CONFLICT (work_id, topic_id) DO UPDATE SET position = excluded.position,
        year = excluded.year, date = excluded.date
    WHERE (wt.position, wt.year, wt.date)
        IS DISTINCT FROM (excluded.position, excluded.year, excluded.date)
    """,
    # A record that lost its last mention to another one of that name leads its readers there; one
    # whose name left the byline leads nowhere, whoever stands in its place now.
    """
    WITH left_over AS MATERIALIZED (
        SELECT t.author_id, t.work_id, t.name FROM stage_touched t
        WHERE NOT EXISTS (SELECT FROM stage_byline b WHERE b.author_id = t.author_id)
            AND NOT EXISTS (SELECT FROM works_mentiondecision d WHERE d.author_id = t.author_id)
    ), gone AS MATERIALIZED (
        SELECT l.author_id, l.work_id, l.name, o.name_key
        FROM left_over l JOIN works_author o ON o.id = l.author_id
        WHERE NOT EXISTS (SELECT FROM works_authorship a WHERE a.author_id = l.author_id)
    ), heirs AS (
        SELECT gone.author_id, b.author_id AS heir_id
        FROM gone JOIN stage_byline b USING (work_id, name)
        UNION
        SELECT gone.author_id, b.author_id
        FROM gone JOIN stage_byline b USING (work_id, name_key)
    )
    UPDATE works_author a SET merged_into_id = one.heir_id
    FROM (
        SELECT author_id, min(heir_id) AS heir_id FROM heirs
        GROUP BY author_id HAVING count(DISTINCT heir_id) = 1
    ) one
    WHERE a.id = one.author_id
    """,
    """
    UPDATE works_author a SET merged_into_id = NULL
    FROM (SELECT DISTINCT author_id FROM stage_byline) b
    WHERE a.id = b.author_id AND a.merged_into_id IS NOT NULL
    """,
    marking(
        """
        SELECT author_id FROM stage_touched UNION
        SELECT author_id FROM stage_byline WHERE author_id IS NOT NULL
        """
    ),
]

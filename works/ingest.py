"""Records into the corpus: COPY into staging, one merge per batch, one transaction per batch.

What a batch does depends only on what the database holds and on the records, not on their order:
of two reports with the same identity the later at its source is kept, and a work is shown from
its best report. So the same files in any order, twice or after a kill, end in the same rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import connection, transaction

from works.domain import names
from works.domain.article import TEMPLATE_VERSION
from works.domain.provenance import rank, work_key
from works.domain.records import WorkRecord
from works.domain.shown import Byline, Known, ShownWork, report_digest, show

# One merge at a time: it makes concurrent imports take turns per batch, and frees the statements
# below from every race between them. Parsing goes on in parallel.
MERGE_LOCK = 7_203_114

# A batch is cut before either bound, so that a merge stays in memory and short.
BATCH_WORKS = 1_000
BATCH_MENTIONS = 40_000


Identity = tuple[str, str, str]


class Counts(msgspec.Struct):
    """What became of the records read; `authors` counts new author records."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    authors: int = 0

    def add(self, other: "Counts") -> None:
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))


class Staged(msgspec.Struct):
    seq: int
    record: WorkRecord
    key: str
    digest: bytes


def batches(records: Iterable[WorkRecord]) -> Iterator[list[WorkRecord]]:
    """Cut a stream into batches of at most BATCH_WORKS works or about BATCH_MENTIONS names."""
    batch: list[WorkRecord] = []
    mentions = 0
    for record in records:
        batch.append(record)
        mentions += len(record.authors)
        if len(batch) >= BATCH_WORKS or mentions >= BATCH_MENTIONS:
            yield batch
            batch, mentions = [], 0
    if batch:
        yield batch


def ingest(run_id: int, records: Sequence[WorkRecord], today: date) -> Counts:
    """Take one batch in, in one transaction."""
    staged = _newest(records)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])
        cursor.execute(STAGE_REPORTS)
        cursor.execute("TRUNCATE stage_report")
        _copy(cursor, "stage_report", REPORT_COLUMNS, map(_report_row, staged))
        verdicts = dict(_rows(cursor, VERDICTS))
        taken = [item for item in staged if verdicts[item.seq] in ("new", "newer")]
        counts = _count(verdicts.values(), repeats=len(records) - len(staged))
        cursor.execute(TOUCH_SAME)
        cursor.execute(WITHDRAW)
        withdrawn = [key for (key,) in cursor.fetchall()]
        cursor.execute(TOMBSTONES, [run_id])
        cursor.execute(LEFT_BEHIND)
        left = [key for (key,) in cursor.fetchall()]
        keys = sorted({item.key for item in taken}.union(withdrawn, left))
        if keys:
            known = _known(cursor, keys, taken)
            shown = [show(list(reports.values()), today) for reports in known.values() if reports]
            counts.authors = merge(cursor, shown)
            cursor.execute(UPSERT_REPORTS, [run_id])
            _drop(cursor, [key for key, reports in known.items() if not reports])
    return counts


def _newest(records: Sequence[WorkRecord]) -> list[Staged]:
    """One record per identity: the latest at its source, whatever its place in the batch."""
    best: dict[Identity, Staged] = {}
    for seq, record in enumerate(records):
        item = Staged(seq, record, work_key(record), b"" if record.deleted else report_digest(record))
        rival = best.get(_identity(record))
        if rival is None or _order(item) > _order(rival):
            best[_identity(record)] = item
    return list(best.values())


def _identity(record: WorkRecord) -> Identity:
    return (record.source, record.format, record.external_id)


def _order(item: Staged) -> tuple[str, bool, bytes]:
    return (item.record.record_date, item.record.deleted, item.digest)


def _count(verdicts: Iterable[str], repeats: int) -> Counts:
    counts = Counts(unchanged=repeats)
    for verdict in verdicts:
        if verdict == "new":
            counts.created += 1
        elif verdict in ("newer", "withdrawn"):
            counts.updated += 1
        else:
            counts.unchanged += 1
    return counts


def rerender(keys: Sequence[str], today: date) -> int:
    """Rebuild what is shown of these works from their reports; the works whose pieces changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])
        known = _known(cursor, list(keys), [])
        before = _versions(cursor, list(keys))
        merge(cursor, [show(list(reports.values()), today) for reports in known.values() if reports])
        return len(_versions(cursor, list(keys)) - before)


def _versions(cursor: Any, keys: list[str]) -> set[tuple[int, int]]:
    cursor.execute("SELECT id, version FROM works_work WHERE key = ANY(%s)", [keys])
    return set(cursor.fetchall())


def _known(
    cursor: Any, keys: list[str], taken: Sequence[Staged]
) -> dict[str, dict[Identity, Known]]:
    """Every report, old and new, of the works with these keys."""
    known: dict[str, dict[Identity, Known]] = {key: {} for key in keys}
    moved = {_identity(item.record): item.key for item in taken}
    cursor.execute(OTHER_REPORTS, [keys])
    for key, digest, deleted, body in cursor.fetchall():
        record = msgspec.json.decode(body, type=WorkRecord)
        if moved.get(_identity(record), key) == key:
            known[key][_identity(record)] = Known(record, bytes(digest), deleted)
    for item in taken:
        known[item.key][_identity(item.record)] = Known(item.record, item.digest)
    return known


def _drop(cursor: Any, keys: list[str]) -> None:
    """Remove works that no report speaks of any more."""
    for statement in DROP_WORKS if keys else ():
        cursor.execute(statement, [keys])


def merge(cursor: Any, shown: Sequence[ShownWork]) -> int:
    """Write what is shown of these works, and mark their authors as changed; the new authors."""
    for statement in STAGE_WORKS:
        cursor.execute(statement)
    _copy(cursor, "stage_work", WORK_COLUMNS, map(_work_row, shown))
    _copy(cursor, "stage_byline", BYLINE_COLUMNS, _each(shown, lambda w: w.byline, _byline_row))
    _copy(cursor, "stage_id", "key, scheme, value, verified", _each(shown, _ids, _plain_row))
    _copy(cursor, "stage_topic", TOPIC_COLUMNS, _each(shown, _topics, _plain_row))
    cursor.execute(UPSERT_WORKS)
    for statement in NAME_WORKS:
        cursor.execute(statement)
    cursor.execute(INSERT_AUTHORS)
    new_authors = int(cursor.rowcount)
    for statement in MERGE:
        cursor.execute(statement)
    return new_authors


def _ids(work: ShownWork) -> list[tuple[object, ...]]:
    return [(item.scheme, item.value, item.verified) for item in work.identifiers]


def _topics(work: ShownWork) -> list[tuple[object, ...]]:
    return [(place, *topic) for place, topic in enumerate(work.topics)]


def _each(
    shown: Sequence[ShownWork],
    parts: Callable[[ShownWork], Iterable[Any]],
    row: Callable[[str, Any], tuple[object, ...]],
) -> Iterator[tuple[object, ...]]:
    return (row(work.key, part) for work in shown for part in parts(work))


def _plain_row(key: str, values: tuple[object, ...]) -> tuple[object, ...]:
    return (key, *values)


def _byline_row(key: str, line: Byline) -> tuple[object, ...]:
    scheme, value = (line.key.scheme, line.key.value) if line.key else (None, None)
    person = (names.slug(line.name), names.browse_letter(line.name)) if line.key else ("", "")
    return (
        key,
        line.position,
        line.name,
        line.name_key,
        *person,
        scheme,
        value,
        msgspec.json.encode(line.affiliations).decode(),
        line.confidence,
        line.asserted_by,
    )


def _work_row(work: ShownWork) -> tuple[object, ...]:
    return (
        work.key,
        *work.pieces,
        work.year,
        work.date,
        work.people,
        work.identified,
        work.complete,
        msgspec.json.encode(work.unverified).decode(),
        work.families,
        work.withdrawn,
        TEMPLATE_VERSION,
        work.digest(),
    )


def _report_row(item: Staged) -> tuple[object, ...]:
    record = item.record
    return (
        item.seq,
        record.source,
        record.format,
        record.external_id,
        record.record_date,
        item.digest,
        rank(record),
        record.deleted,
        item.key,
        msgspec.json.encode(record).decode(),
    )


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rows(cursor: Any, statement: str) -> list[tuple[int, str]]:
    cursor.execute(statement)
    rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


# --- staging -------------------------------------------------------------------------------

REPORT_COLUMNS = (
    "seq, source, format, external_id, record_date, digest, rank, deleted, key, record"
)
STAGE_REPORTS = """
CREATE TEMP TABLE IF NOT EXISTS stage_report (
    seq integer, source text, format text, external_id text, record_date text, digest bytea,
    rank smallint, deleted boolean, key text, record text, verdict text
) ON COMMIT DELETE ROWS
"""

WORK_COLUMNS = (
    "key, title_html, title_text, abstract_html, head_html, body_html, year, date, people,"
    " identified, complete, unverified, families, withdrawn, template_version, digest"
)
BYLINE_COLUMNS = (
    "key, position, name, name_key, slug, letter, key_scheme, key_value, affiliations,"
    " confidence, asserted_by"
)
TOPIC_COLUMNS = "key, position, scheme, code, name, slug"
STAGE_WORKS = [
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_work (
        key text PRIMARY KEY, title_html text, title_text text, abstract_html text,
        head_html text, body_html text, year smallint, date text, people integer,
        identified boolean, complete boolean, unverified text, families smallint,
        withdrawn boolean, template_version smallint, digest bytea, work_id bigint
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_byline (
        key text, position integer, name text, name_key text, slug text, letter text,
        key_scheme text, key_value text, affiliations text, confidence double precision,
        asserted_by text, work_id bigint, author_id bigint
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_id (
        key text, scheme text, value text, verified boolean
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_topic (
        key text, position smallint, scheme text, code text, name text, slug text
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_touched (
        author_id bigint, work_id bigint, position integer
    ) ON COMMIT DELETE ROWS
    """,
    "TRUNCATE stage_work, stage_byline, stage_id, stage_topic, stage_touched",
]

# --- reports -------------------------------------------------------------------------------

# Of two reports with one identity the later at its source wins, then the withdrawal, then the
# larger digest: a rule that gives the same report whichever came first.
VERDICTS = """
UPDATE stage_report s SET verdict = CASE
    WHEN r.id IS NULL AND s.deleted THEN 'tombstone'
    WHEN r.id IS NULL THEN 'new'
    WHEN s.deleted AND NOT r.deleted AND s.record_date >= r.record_date THEN 'withdrawn'
    WHEN s.deleted THEN 'same'
    WHEN s.digest = r.digest AND NOT r.deleted THEN 'same'
    WHEN (s.record_date, s.deleted, s.digest) > (r.record_date, r.deleted, r.digest)
        THEN CASE WHEN r.work_id IS NULL THEN 'new' ELSE 'newer' END
    ELSE 'older' END
FROM stage_report t LEFT JOIN works_report r USING (source, format, external_id)
WHERE t.seq = s.seq
RETURNING s.seq, s.verdict
"""

TOUCH_SAME = """
UPDATE works_report r SET record_date = s.record_date
FROM stage_report s
WHERE s.verdict = 'same' AND (r.source, r.format, r.external_id)
    = (s.source, s.format, s.external_id) AND s.record_date > r.record_date
"""

WITHDRAW = """
UPDATE works_report r SET deleted = true, record_date = s.record_date
FROM stage_report s, works_work w
WHERE s.verdict = 'withdrawn' AND w.id = r.work_id
    AND (r.source, r.format, r.external_id) = (s.source, s.format, s.external_id)
RETURNING w.key
"""

TOMBSTONES = """
INSERT INTO works_report (source, format, external_id, record_date, digest, rank, deleted,
    record, run_id)
SELECT source, format, external_id, record_date, digest, rank, true, record::jsonb, %s
FROM stage_report WHERE verdict = 'tombstone'
"""

OTHER_REPORTS = """
SELECT w.key, r.digest, r.deleted, r.record::text
FROM works_work w JOIN works_report r ON r.work_id = w.id
WHERE w.key = ANY(%s)
"""

UPSERT_REPORTS = """
INSERT INTO works_report (source, format, external_id, record_date, digest, rank, deleted,
    record, work_id, run_id)
SELECT s.source, s.format, s.external_id, s.record_date, s.digest, s.rank, false,
    s.record::jsonb, w.id, %s
FROM stage_report s JOIN works_work w ON w.key = s.key
WHERE s.verdict IN ('new', 'newer')
ON CONFLICT (source, format, external_id) DO UPDATE SET record_date = excluded.record_date,
    digest = excluded.digest, rank = excluded.rank, deleted = false, record = excluded.record,
    work_id = excluded.work_id, run_id = excluded.run_id, imported_at = now()
"""

# A report whose identifier was mended moves to another work: the one it leaves is shown anew.
LEFT_BEHIND = """
SELECT DISTINCT w.key FROM stage_report s
JOIN works_report r USING (source, format, external_id) JOIN works_work w ON w.id = r.work_id
WHERE s.verdict = 'newer' AND w.key <> s.key
"""

DROP_WORKS = [
    """
    INSERT INTO works_authorchange AS c (author_id, kind)
    SELECT DISTINCT a.author_id, 'works' FROM works_authorship a JOIN works_work w
        ON w.id = a.work_id WHERE w.key = ANY(%s) AND a.author_id IS NOT NULL
    ON CONFLICT (author_id, kind) DO UPDATE SET generation = c.generation + 1,
        due_at = now(), attempts = 0, parked_at = NULL, error = ''
    """,
    *(
        f"DELETE FROM {table} t USING works_work w WHERE w.id = t.work_id AND w.key = ANY(%s)"
        for table in ("works_authorship", "works_workidentifier", "works_worktopic")
    ),
    "DELETE FROM works_work WHERE key = ANY(%s)",
]

# --- works, authors, bylines ---------------------------------------------------------------

UPSERT_WORKS = """
INSERT INTO works_work AS w (key, title_html, title_text, abstract_html, head_html, body_html,
    year, date, people, identified, complete, unverified, families, withdrawn,
    template_version, digest)
SELECT key, title_html, title_text, abstract_html, head_html, body_html, year, date, people,
    identified, complete, unverified::jsonb, families, withdrawn, template_version, digest
FROM stage_work ORDER BY key
ON CONFLICT (key) DO UPDATE SET title_html = excluded.title_html,
    title_text = excluded.title_text, abstract_html = excluded.abstract_html,
    head_html = excluded.head_html, body_html = excluded.body_html, year = excluded.year,
    date = excluded.date, people = excluded.people, identified = excluded.identified,
    complete = excluded.complete, unverified = excluded.unverified,
    families = excluded.families, withdrawn = excluded.withdrawn,
    template_version = excluded.template_version, digest = excluded.digest,
    version = w.version + 1, updated_at = now()
WHERE w.digest <> excluded.digest OR w.template_version <> excluded.template_version
"""

NAME_WORKS = [
    "UPDATE stage_work s SET work_id = w.id FROM works_work w WHERE w.key = s.key",
    "UPDATE stage_byline b SET work_id = s.work_id FROM stage_work s WHERE s.key = b.key",
    "ANALYZE stage_byline",
]

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

MERGE = [
    """
    UPDATE stage_byline b SET author_id = a.id FROM works_author a
    WHERE a.key_scheme = b.key_scheme AND a.key_value = b.key_value
    """,
    """
    INSERT INTO stage_touched
    SELECT a.author_id, a.work_id, a.position FROM works_authorship a
    JOIN stage_work s USING (work_id) WHERE a.author_id IS NOT NULL
    """,
    """
    DELETE FROM works_authorship a USING stage_work s
    WHERE a.work_id = s.work_id AND NOT EXISTS (
        SELECT FROM stage_byline b WHERE b.work_id = a.work_id AND b.position = a.position)
    """,
    """
    INSERT INTO works_authorship AS a (work_id, author_id, position, name, affiliations,
        confidence, asserted_by)
    SELECT work_id, author_id, position, name, affiliations::jsonb, confidence, asserted_by
    FROM stage_byline ORDER BY work_id, position
    ON CONFLICT (work_id, position) DO UPDATE SET author_id = excluded.author_id,
        name = excluded.name, affiliations = excluded.affiliations,
        confidence = excluded.confidence, asserted_by = excluded.asserted_by
    WHERE (a.author_id, a.name, a.affiliations, a.confidence, a.asserted_by) IS DISTINCT FROM
        (excluded.author_id, excluded.name, excluded.affiliations, excluded.confidence,
            excluded.asserted_by)
    """,
    """
    DELETE FROM works_workidentifier i USING stage_work s
    WHERE i.work_id = s.work_id AND NOT EXISTS (SELECT FROM stage_id t
        WHERE t.key = s.key AND t.scheme = i.scheme AND t.value = i.value)
    """,
    """
    INSERT INTO works_workidentifier AS i (work_id, scheme, value, verified)
    SELECT s.work_id, t.scheme, t.value, t.verified FROM stage_id t JOIN stage_work s USING (key)
    ON CONFLICT (work_id, scheme, value) DO UPDATE SET verified = excluded.verified
    WHERE i.verified <> excluded.verified
    """,
    """
    INSERT INTO works_topic (scheme, code, name, slug)
    SELECT DISTINCT ON (scheme, code) scheme, code, name, slug FROM stage_topic t
    WHERE NOT EXISTS (SELECT FROM works_topic k
        WHERE k.scheme = t.scheme AND k.code = t.code AND k.name = t.name)
    ORDER BY scheme, code
    ON CONFLICT (scheme, code) DO UPDATE SET name = excluded.name
    """,
    """
    DELETE FROM works_worktopic wt USING stage_work s, works_topic k
    WHERE wt.work_id = s.work_id AND k.id = wt.topic_id AND NOT EXISTS (
        SELECT FROM stage_topic t
        WHERE t.key = s.key AND t.scheme = k.scheme AND t.code = k.code)
    """,
    """
    INSERT INTO works_worktopic AS wt (work_id, topic_id, position)
    SELECT s.work_id, k.id, t.position
    FROM stage_topic t JOIN stage_work s USING (key)
    JOIN works_topic k ON k.scheme = t.scheme AND k.code = t.code
    ON CONFLICT (work_id, topic_id) DO UPDATE SET position = excluded.position
    WHERE wt.position <> excluded.position
    """,
    # A record that lost its last mention to another one leads its readers there.
    """
    UPDATE works_author gone SET merged_into_id = heir.author_id
    FROM (
        SELECT t.author_id AS old_id, min(b.author_id) AS author_id
        FROM stage_touched t
        JOIN stage_byline b ON b.work_id = t.work_id AND b.position = t.position
        WHERE NOT EXISTS (
            SELECT FROM works_authorship a WHERE a.author_id = t.author_id)
        GROUP BY t.author_id HAVING count(DISTINCT b.author_id) = 1
    ) heir
    WHERE gone.id = heir.old_id AND heir.author_id <> gone.id
    """,
    """
    UPDATE works_author a SET merged_into_id = NULL
    FROM (SELECT DISTINCT author_id FROM stage_byline) b
    WHERE a.id = b.author_id AND a.merged_into_id IS NOT NULL
    """,
    """
    INSERT INTO works_authorchange AS c (author_id, kind)
    SELECT author_id, 'works' FROM (
        SELECT author_id FROM stage_touched UNION
        SELECT author_id FROM stage_byline WHERE author_id IS NOT NULL
    ) changed ORDER BY author_id
    ON CONFLICT (author_id, kind) DO UPDATE SET generation = c.generation + 1,
        due_at = now(), attempts = 0, parked_at = NULL, error = ''
    """,
]

"""Reports, their keys and the works they are of, into the tables."""

from collections.abc import Iterable
from typing import Any

import msgspec

from works.domain.provenance import rank
from works.domain.records import WorkRecord
from works.domain.standing import Standing
from works.gathering import Identity
from works.grouping import Plan
from works.merging import copy_rows


class ReportRow(msgspec.Struct):
    """One report as it will stand. `record` is empty where its text stays, `work` without one."""

    identity: Identity
    record: WorkRecord | None
    standing: Standing
    work: int | None
    keys: frozenset[int]


def write_reports(cursor: Any, run_id: int, rows: Iterable[ReportRow]) -> None:
    listed = list(rows)
    cursor.execute(STAGE)
    copy_rows(cursor, "stage_report", REPORT_COLUMNS, map(_report, listed))
    keys = ((*row.identity, key) for row in listed if row.record for key in row.keys)
    copy_rows(cursor, "stage_key", "source, format, external_id, key", keys)
    cursor.execute(UPSERT_REPORTS, [run_id])
    for statement in (MARK_REPORTS, *KEYS):
        cursor.execute(statement)


def settle_rows(cursor: Any, plan: Plan) -> None:
    """Reports that went to another work, and works that went into another one or ended."""
    moved = [(held.id, to) for held, to in plan.moved if held.id is not None]
    if moved:
        cursor.execute(MOVE_REPORTS, [list(column) for column in zip(*moved)])
    if plan.gone:
        cursor.execute(REDIRECT, [list(column) for column in zip(*_redirects(plan))])
        cursor.execute(FOLLOW_ON)
    cursor.execute(RETURNED, [[placed.work for placed in plan.placed]])
    if plan.gone:
        for statement in DROP_WORKS:
            cursor.execute(statement, [list(plan.gone)])


def _redirects(plan: Plan) -> list[tuple[int, int, str, str]]:
    """Each row that ends with its heir, and a report that was its own."""
    voices: dict[int, tuple[str, str]] = {}
    for placed in plan.placed:
        for held in placed.reports.values():
            if held.work in plan.gone:
                voice = held.face.voice
                voices[held.work] = min(voices.get(held.work, voice), voice)
    return [(old, heir, *voices[old]) for old, heir in plan.gone.items()]


def _report(row: ReportRow) -> tuple[object, ...]:
    record, standing = row.record, row.standing
    return (
        *row.identity,
        standing.record_date,
        standing.text.digest if standing.text else b"",
        rank(record) if record else None,
        standing.deleted,
        row.work,
        msgspec.json.encode(record).decode() if record else None,
    )


REPORT_COLUMNS = "source, format, external_id, record_date, digest, rank, deleted, work_id, record"
STAGE = """
CREATE TEMP TABLE IF NOT EXISTS stage_report (
    source text, format text, external_id text, record_date text, digest bytea, rank smallint,
    deleted boolean, work_id bigint, record text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_key (
    source text, format text, external_id text, key bigint, report_id bigint
) ON COMMIT DELETE ROWS;
TRUNCATE stage_report, stage_key
"""

UPSERT_REPORTS = """
INSERT INTO works_report (source, format, external_id, record_date, digest, rank, deleted,
    record, work_id, run_id)
SELECT source, format, external_id, record_date, digest, rank, deleted, record::jsonb, work_id, %s
FROM stage_report
WHERE record IS NOT NULL
ON CONFLICT (source, format, external_id) DO UPDATE SET record_date = excluded.record_date,
    digest = excluded.digest, rank = excluded.rank, deleted = excluded.deleted,
    record = excluded.record, work_id = excluded.work_id, run_id = excluded.run_id,
    imported_at = now()
"""

MARK_REPORTS = """
UPDATE works_report r SET deleted = s.deleted, record_date = s.record_date, imported_at = now()
FROM stage_report s
WHERE s.record IS NULL
    AND (r.source, r.format, r.external_id) = (s.source, s.format, s.external_id)
"""

# A text that changed may share other things with other reports.
KEYS = [
    """
    UPDATE stage_key s SET report_id = r.id FROM works_report r
    WHERE (r.source, r.format, r.external_id) = (s.source, s.format, s.external_id)
    """,
    """
    DELETE FROM works_reportkey k
    WHERE k.report_id IN (SELECT report_id FROM stage_key) AND NOT EXISTS (
        SELECT FROM stage_key s WHERE s.key = k.key AND s.report_id = k.report_id)
    """,
    """
    INSERT INTO works_reportkey (key, report_id) SELECT key, report_id FROM stage_key
    ORDER BY key, report_id ON CONFLICT DO NOTHING
    """,
]

MOVE_REPORTS = """
UPDATE works_report r SET work_id = moved.work_id
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (id, work_id) WHERE r.id = moved.id
"""

REDIRECT = """
INSERT INTO works_workredirect (old_id, work_id, source, external_id)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
ON CONFLICT (old_id) DO UPDATE SET work_id = excluded.work_id, source = excluded.source,
    external_id = excluded.external_id
"""

# What led to a row that ends leads to where that one leads now.
FOLLOW_ON = """
UPDATE works_workredirect r SET work_id = on_to.work_id
FROM works_workredirect on_to WHERE on_to.old_id = r.work_id
"""

RETURNED = "DELETE FROM works_workredirect WHERE old_id = ANY(%s)"

DROP_WORKS = [
    *(
        f"DELETE FROM {table} WHERE work_id = ANY(%s)"
        for table in (
            "works_authorship",
            "works_authorshipinstitution",
            "works_workidentifier",
            "works_worktopic",
            "works_titlewords",
        )
    ),
    "DELETE FROM works_work WHERE id = ANY(%s)",
]

"""Records into the corpus: COPY into staging, one merge per batch, one transaction per batch.

What a batch does depends only on what the database holds and on the records, not on their order:
what stands of a report is a join of all that its source said (`works.domain.standing`), and a work
is shown from its best report. So the same files in any order, twice or after a kill, end in the
same rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import connection, transaction

from works.domain.provenance import rank, richer_formats, work_key
from works.domain.records import WorkRecord
from works.domain.shown import Known, ShownWork, report_digest, show
from works.domain.standing import NOTHING, Standing, Text, Verdict, stated, verdict
from works.merging import copy_rows, merge

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
    """What a batch says of one report; `record` is the latest text, else the withdrawal."""

    record: WorkRecord
    standing: Standing


class Stored(msgspec.Struct):
    """A report as the database has it; without a work, `key` is empty."""

    standing: Standing
    key: str


class Settled(msgspec.Struct):
    """A report that a batch changes.

    `record` is empty where the text that is stored stays. `key` is the work's, empty without one;
    `left` that of the work which the report leaves. `silent`: only a date moved.
    """

    record: WorkRecord | None
    standing: Standing
    key: str
    left: str
    silent: bool


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
    staged = _staged(records)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])
        stored = _stored(cursor, staged)
        counts = _count(staged, stored)
        counts.unchanged += len(records) - len(staged)
        if settled := _settled(staged, stored):
            known = _known(cursor, _keys(settled.values()), settled)
            counts.authors = merge(cursor, _shown(known, settled.values(), today))
            _write_reports(cursor, run_id, settled)
            _drop(cursor, [key for key, reports in known.items() if not reports])
    return counts


def _staged(records: Iterable[WorkRecord]) -> dict[Identity, Staged]:
    """What the batch says of each report, all its records taken together."""
    found: dict[Identity, Staged] = {}
    for record in records:
        said = stated(record, b"" if record.deleted else report_digest(record))
        rival = found.get(_identity(record))
        joined = rival.standing.join(said) if rival else said
        speaks = joined.text == said.text if joined.text else joined.gone == said.gone
        kept = _bare(record) if record.deleted else record
        found[_identity(record)] = Staged(kept if speaks or not rival else rival.record, joined)
    return found


def _bare(deletion: WorkRecord) -> WorkRecord:
    """That a report was withdrawn and when, without what else the source says beside it."""
    source, format, external_id = _identity(deletion)
    return WorkRecord(source, format, external_id, deletion.record_date, deleted=True)


def _identity(record: WorkRecord) -> Identity:
    return (record.source, record.format, record.external_id)


def _richer(identity: Identity) -> Iterator[Identity]:
    """The same record in the formats that say more."""
    source, format, external_id = identity
    return ((source, richer, external_id) for richer in richer_formats(format))


def _stored(cursor: Any, staged: Iterable[Identity]) -> dict[Identity, Stored]:
    wanted = {identity for one in staged for identity in (one, *_richer(one))}
    cursor.execute(STANDINGS, [list(column) for column in zip(*wanted)])
    return {
        (source, format, external_id): Stored(
            Standing(None if date is None else Text(date, bytes(digest)), gone), key
        )
        for source, format, external_id, date, digest, gone, key in cursor.fetchall()
    }


def _count(staged: Mapping[Identity, Staged], stored: Mapping[Identity, Stored]) -> Counts:
    def live(identity: Identity) -> bool:
        sides = (staged.get(identity), stored.get(identity))
        return any(side is not None and side.standing.live for side in sides)

    counts = Counts()
    for identity, item in staged.items():
        before = stored[identity].standing if identity in stored else NOTHING
        found: Verdict = verdict(before, before.join(item.standing))
        if any(live(one) for one in _richer(identity)):
            found = "unchanged"
        setattr(counts, found, getattr(counts, found) + 1)
    return counts


def _settled(
    staged: Mapping[Identity, Staged], stored: Mapping[Identity, Stored]
) -> dict[Identity, Settled]:
    found = {one: _settle(item, stored.get(one)) for one, item in staged.items()}
    return {one: settled for one, settled in found.items() if settled}


def _settle(item: Staged, stored: Stored | None) -> Settled | None:
    """What becomes of a report; None when nothing does."""
    before = stored.standing if stored else NOTHING
    after = before.join(item.standing)
    if after == before:
        return None
    old_key = stored.key if stored else ""
    if after.text is None:
        return Settled(item.record, after, "", "", silent=True)
    if after.text == before.text:
        return Settled(None, after, old_key, "", silent=after.deleted == before.deleted)
    key = work_key(item.record)
    same_text = before.text is not None and before.text.digest == after.text.digest
    silent = same_text and after.deleted == before.deleted
    return Settled(item.record, after, key, old_key if old_key != key else "", silent)


def _keys(settled: Iterable[Settled]) -> list[str]:
    return sorted({key for item in settled for key in (item.key, item.left) if key})


def _shown(
    known: Mapping[str, Mapping[Identity, Known]], settled: Iterable[Settled], today: date
) -> list[ShownWork]:
    """The works to write: a moved date can do no more than change which of two reports is best."""
    told = {key for item in settled if not item.silent for key in (item.key, item.left)}
    return [
        _show(key, reports, today)
        for key, reports in known.items()
        if len(reports) > 1 or (reports and key in told)
    ]


def _show(key: str, reports: Mapping[Identity, Known], today: date) -> ShownWork:
    """Under the key that the work has: an older rule may have made it, and others may hold ours."""
    return msgspec.structs.replace(show(list(reports.values()), today), key=key)


def _write_reports(cursor: Any, run_id: int, settled: Mapping[Identity, Settled]) -> None:
    cursor.execute(STAGE_REPORTS)
    cursor.execute("TRUNCATE stage_report")
    rows = (_report_row(identity, item) for identity, item in settled.items())
    copy_rows(cursor, "stage_report", REPORT_COLUMNS, rows)
    cursor.execute(UPSERT_REPORTS, [run_id])
    cursor.execute(MARK_REPORTS)


def rerender(keys: Sequence[str], today: date) -> int:
    """Rebuild what is shown of these works from their reports; the works whose pieces changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])
        known = _known(cursor, list(keys), {})
        before = _versions(cursor, list(keys))
        merge(cursor, [_show(key, reports, today) for key, reports in known.items() if reports])
        return len(_versions(cursor, list(keys)) - before)


def _versions(cursor: Any, keys: list[str]) -> set[tuple[int, int]]:
    cursor.execute("SELECT id, version FROM works_work WHERE key = ANY(%s)", [keys])
    return set(cursor.fetchall())


def _known(
    cursor: Any, keys: list[str], settled: Mapping[Identity, Settled]
) -> dict[str, dict[Identity, Known]]:
    """Every report of the works with these keys, as it will stand after the batch."""
    known: dict[str, dict[Identity, Known]] = {key: {} for key in keys}
    cursor.execute(REPORTS_OF_WORKS, [keys])
    for key, digest, deleted, body in cursor.fetchall():
        record = msgspec.json.decode(body, type=WorkRecord)
        item = settled.get(_identity(record))
        if item is None:
            known[key][_identity(record)] = Known(record, bytes(digest), deleted)
        elif item.record is None:
            known[key][_identity(record)] = Known(record, bytes(digest), item.standing.deleted)
    for identity, item in settled.items():
        if item.record is not None and (text := item.standing.text):
            known[item.key][identity] = Known(item.record, text.digest, item.standing.deleted)
    return known


def _drop(cursor: Any, keys: list[str]) -> None:
    """Remove works that no report speaks of any more."""
    for statement in DROP_WORKS if keys else ():
        cursor.execute(statement, [keys])


def _report_row(identity: Identity, item: Settled) -> tuple[object, ...]:
    record, standing = item.record, item.standing
    return (
        *identity,
        standing.record_date,
        standing.text.digest if standing.text else b"",
        rank(record) if record else None,
        standing.deleted,
        item.key or None,
        msgspec.json.encode(record).decode() if record else None,
    )


REPORT_COLUMNS = "source, format, external_id, record_date, digest, rank, deleted, key, record"
STAGE_REPORTS = """
CREATE TEMP TABLE IF NOT EXISTS stage_report (
    source text, format text, external_id text, record_date text, digest bytea, rank smallint,
    deleted boolean, key text, record text
) ON COMMIT DELETE ROWS
"""

# The date of the text lies in the record: `record_date` is the withdrawal's, where there is one.
STANDINGS = """
SELECT source, format, external_id,
    CASE WHEN r.work_id IS NOT NULL THEN coalesce(r.record ->> 'record_date', '') END, r.digest,
    CASE WHEN r.deleted THEN r.record_date END, coalesce(w.key, '')
FROM unnest(%s::text[], %s::text[], %s::text[]) AS staged (source, format, external_id)
JOIN works_report r USING (source, format, external_id) LEFT JOIN works_work w ON w.id = r.work_id
"""

REPORTS_OF_WORKS = """
SELECT w.key, r.digest, r.deleted, r.record::text
FROM works_work w JOIN works_report r ON r.work_id = w.id
WHERE w.key = ANY(%s)
"""

UPSERT_REPORTS = """
INSERT INTO works_report (source, format, external_id, record_date, digest, rank, deleted,
    record, work_id, run_id)
SELECT s.source, s.format, s.external_id, s.record_date, s.digest, s.rank, s.deleted,
    s.record::jsonb, w.id, %s
FROM stage_report s LEFT JOIN works_work w ON w.key = s.key
WHERE s.record IS NOT NULL
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

DROP_WORKS = [
    """
    INSERT INTO works_authorchange AS c (author_id, kind)
    SELECT DISTINCT a.author_id, 'works' FROM works_authorship a JOIN works_work w
        ON w.id = a.work_id WHERE w.key = ANY(%s) AND a.author_id IS NOT NULL
    ORDER BY a.author_id
    ON CONFLICT (author_id, kind) DO UPDATE SET generation = c.generation + 1,
        due_at = now(), attempts = 0, parked_at = NULL, error = ''
    """,
    *(
        f"DELETE FROM {table} t USING works_work w WHERE w.id = t.work_id AND w.key = ANY(%s)"
        for table in ("works_authorship", "works_workidentifier", "works_worktopic")
    ),
    "DELETE FROM works_work WHERE key = ANY(%s)",
]

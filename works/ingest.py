"""Records into the corpus: COPY into staging, one merge per batch, one transaction per batch.

What a batch does depends only on what the database holds and on the records, not on their order:
what stands of a report is a join of all that its source said (`works.domain.standing`), which
reports are of one work is decided of all that could be (`works.gathering`, `works.grouping`), and
each field is shown from the report that is best for it. Who is suppressed is left out of it before
anything is stored (`works.withholding`); digests are those of what the source said. So the same
files in any order, twice or after a kill, end in the same rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import connection, transaction

from works.domain.provenance import richer_formats
from works.domain.records import WorkRecord
from works.domain.shown import report_digest
from works.domain.standing import NOTHING, Standing, Text, Verdict, stated, verdict
from works.gathering import Change, Identity, gather, identity
from works.grouping import Plan, shown
from works.merging import merge
from works.reporting import ReportRow, settle_rows, write_reports
from works.topic_tree import tell
from works.withholding import empty_left, placed

# One merge at a time: it makes concurrent imports take turns per batch, and frees the statements
# below from every race between them. Parsing goes on in parallel.
MERGE_LOCK = 7_203_114

# A batch is cut before either bound (`works.taking`), so that a merge stays in memory and short.
BATCH_WORKS = 1_000
BATCH_MENTIONS = 40_000


def take_turn(cursor: Any) -> None:
    """Wait for the merge before, and keep others waiting until this transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])


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


class Settled(msgspec.Struct):
    """A report that a batch changes.

    `record` is empty where the text that is stored stays. `silent`: only a date moved.
    """

    record: WorkRecord | None
    standing: Standing
    silent: bool


def ingest(run_id: int, records: Sequence[WorkRecord], today: date) -> Counts:
    """Take one batch in, in one transaction."""
    staged = _staged(records)
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        tell(cursor, records)
        stored = _stored(cursor, staged)
        counts = _count(staged, stored)
        counts.unchanged += len(records) - len(staged)
        if settled := _settled(staged, stored):
            gathered = gather(cursor, _changes(settled))
            plan, withheld = placed(cursor, gathered)
            told = withheld.reports | {one for one, item in settled.items() if not item.silent}
            works = shown(plan, told, today, everything=gathered.noticed)
            counts.authors = merge(cursor, works, plan.gone)
            empty_left(cursor, withheld)
            write_reports(cursor, run_id, _rows(settled, plan))
            settle_rows(cursor, plan)
    return counts


def regroup(works: Sequence[int], today: date) -> int:
    """Decide anew which reports are of these works, and rebuild what is shown of them.

    The works whose pieces changed; also after a change of the rules or of the templates.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        gathered = gather(cursor, {}, works)
        tell(cursor, [held.known.record for held in gathered.reports.values()])
        plan, withheld = placed(cursor, gathered)
        before = _versions(cursor, [work.work for work in plan.placed])
        merge(cursor, shown(plan, set(), today, everything=True), plan.gone)
        empty_left(cursor, withheld)
        settle_rows(cursor, plan)
        return len(_versions(cursor, [work.work for work in plan.placed]) - before)


def _versions(cursor: Any, works: list[int]) -> set[tuple[int, int]]:
    cursor.execute("SELECT id, version FROM works_work WHERE id = ANY(%s)", [works])
    return set(cursor.fetchall())


def _staged(records: Iterable[WorkRecord]) -> dict[Identity, Staged]:
    """What the batch says of each report, all its records taken together."""
    found: dict[Identity, Staged] = {}
    for record in records:
        said = stated(record, b"" if record.deleted else report_digest(record))
        rival = found.get(identity(record))
        joined = rival.standing.join(said) if rival else said
        speaks = joined.text == said.text if joined.text else joined.gone == said.gone
        kept = _bare(record) if record.deleted else record
        found[identity(record)] = Staged(kept if speaks or not rival else rival.record, joined)
    return found


def _bare(deletion: WorkRecord) -> WorkRecord:
    """That a report was withdrawn and when, without what else the source says beside it."""
    source, format, external_id = identity(deletion)
    return WorkRecord(source, format, external_id, deletion.record_date, deleted=True)


def _richer(identity: Identity) -> Iterator[Identity]:
    """The same record in the formats that say more."""
    source, format, external_id = identity
    return ((source, richer, external_id) for richer in richer_formats(format))


def _stored(cursor: Any, staged: Iterable[Identity]) -> dict[Identity, Standing]:
    wanted = {identity for one in staged for identity in (one, *_richer(one))}
    cursor.execute(STANDINGS, [list(column) for column in zip(*wanted)])
    return {
        (source, format, external_id): Standing(
            None if date is None else Text(date, bytes(digest)), gone
        )
        for source, format, external_id, date, digest, gone in cursor.fetchall()
    }


def _count(staged: Mapping[Identity, Staged], stored: Mapping[Identity, Standing]) -> Counts:
    def live(one: Identity) -> bool:
        said = staged[one].standing.live if one in staged else False
        return said or stored.get(one, NOTHING).live

    counts = Counts()
    for one, item in staged.items():
        before = stored.get(one, NOTHING)
        found: Verdict = verdict(before, before.join(item.standing))
        if any(live(richer) for richer in _richer(one)):
            found = "unchanged"
        setattr(counts, found, getattr(counts, found) + 1)
    return counts


def _settled(
    staged: Mapping[Identity, Staged], stored: Mapping[Identity, Standing]
) -> dict[Identity, Settled]:
    found = {one: _settle(item, stored.get(one, NOTHING)) for one, item in staged.items()}
    return {one: settled for one, settled in found.items() if settled}


def _settle(item: Staged, before: Standing) -> Settled | None:
    """What becomes of a report; None when nothing does."""
    after = before.join(item.standing)
    if after == before:
        return None
    if after.text is None:
        return Settled(item.record, after, silent=True)
    if after.text == before.text:
        return Settled(None, after, silent=after.deleted == before.deleted)
    same_text = before.text is not None and before.text.digest == after.text.digest
    return Settled(item.record, after, silent=same_text and after.deleted == before.deleted)


def _changes(settled: Mapping[Identity, Settled]) -> dict[Identity, Change]:
    """The reports that have a text; the withdrawal of what we never had is of no work."""
    return {
        one: Change(item.record, item.standing.text.digest, item.standing.deleted)
        for one, item in settled.items()
        if item.standing.text
    }


def _rows(settled: Mapping[Identity, Settled], plan: Plan) -> Iterator[ReportRow]:
    places = {one: work.work for work in plan.placed for one in work.reports}
    held = {one: held for work in plan.placed for one, held in work.reports.items()}
    for one, item in settled.items():
        if one in held:
            record = held[one].known.record if item.record else None
            yield ReportRow(one, record, item.standing, places[one], held[one].keys)
        else:
            yield ReportRow(one, item.record, item.standing, None, frozenset())


# The date of the text lies in the record: `record_date` is the withdrawal's, where there is one.
STANDINGS = """
SELECT source, format, external_id,
    CASE WHEN r.work_id IS NOT NULL THEN coalesce(r.record ->> 'record_date', '') END, r.digest,
    CASE WHEN r.deleted THEN r.record_date END
FROM unnest(%s::text[], %s::text[], %s::text[]) AS staged (source, format, external_id)
JOIN works_report r USING (source, format, external_id)
"""

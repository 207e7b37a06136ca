"""What staff see of how works were joined: one statement each, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Q

from bzpeer.lib.sql import fetch
from works.domain.provenance import SOURCES
from works.domain.records import WorkRecord
from works.domain.sameness import CROWD, Voice, number, token
from works.models import Report, ReportDecision, WorkRemoval

FOUND = 20
NEAR = 20
SCHEMES = ("arxiv", "doi", "pmid", "pmcid", "acl", "openalex", "dblp", "hdl")


class Telling(msgspec.Struct):
    """A report of a work, as it is compared with others."""

    id: int
    work: int
    deleted: bool
    record: WorkRecord

    @property
    def voice(self) -> Voice:
        return self.record.source, self.record.external_id


_COLUMNS = "r.id, r.work_id, r.deleted, r.record::text"
TELLING = f"""
SELECT {_COLUMNS} FROM works_report r WHERE work_id = %s ORDER BY source, format, external_id
"""


def telling(work_id: int) -> list[Telling]:
    """The reports of a work."""
    return _telling(TELLING, [work_id])


# Of a key that a crowd shares, some are enough.
NEARBY = f"""
WITH mine AS (
    SELECT DISTINCT k.key FROM works_reportkey k JOIN works_report r ON r.id = k.report_id
    WHERE r.work_id = %s
), near AS (
    SELECT r.work_id, count(DISTINCT mine.key) AS shared
    FROM mine CROSS JOIN LATERAL (
        SELECT report_id FROM works_reportkey k WHERE k.key = mine.key LIMIT %s
    ) found JOIN works_report r ON r.id = found.report_id
    WHERE r.work_id <> %s
    GROUP BY r.work_id ORDER BY shared DESC, r.work_id LIMIT %s
)
SELECT {_COLUMNS} FROM near JOIN works_report r USING (work_id)
ORDER BY near.shared DESC, work_id, source, format, external_id
"""


def nearby(work_id: int) -> dict[int, list[Telling]]:
    """The works that share an identifier or a title with this one and were not joined to it."""
    found: dict[int, list[Telling]] = defaultdict(list)
    for one in _telling(NEARBY, [work_id, 2 * CROWD, work_id, NEAR]):
        found[one.work].append(one)
    return found


def _telling(statement: str, values: list[Any]) -> list[Telling]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [
        Telling(id, work, deleted, msgspec.json.decode(record, type=WorkRecord))
        for id, work, deleted, record in rows
    ]


def decisions(voices: Collection[Voice]) -> list[ReportDecision]:
    """What was decided about these reports, the latest first."""
    if not voices:
        return []
    about = _any(voices) | _any(voices, "other_")
    rows = ReportDecision.objects.filter(about).select_related("decided_by")
    return list(rows.order_by("-decided_at", "-id"))


def works_of(voices: Collection[Voice]) -> dict[Voice, int]:
    """The work that each of these reports is of now."""
    if not voices:
        return {}
    rows = Report.objects.filter(_any(voices), work__isnull=False)
    return {(s, e): work for s, e, work in rows.values_list("source", "external_id", "work_id")}


def removal(voices: Collection[Voice]) -> WorkRemoval | None:
    """Why the work of these reports is not shown, if it is not; the last word of several."""
    if not voices:
        return None
    rows = WorkRemoval.objects.filter(_any(voices)).select_related("removed_by")
    return rows.order_by("-removed_at", "-id").first()


def _any(voices: Iterable[Voice], prefix: str = "") -> Q:
    each = [
        Q(**{f"{prefix}source": source, f"{prefix}external_id": external_id})
        for source, external_id in sorted(voices)
    ]
    return reduce(or_, each)


class FoundWork(msgspec.Struct):
    id: int
    title: str
    year: int | None
    removed: bool
    sources: list[str]


# A removed work has no title and no identifiers of its own; its reports still do.
FIND = """
SELECT w.id, coalesce(nullif(w.title_text, ''), min(r.record ->> 'title'), ''), w.year, w.removed,
    array_agg(DISTINCT r.source ORDER BY r.source)
FROM works_work w JOIN works_report r ON r.work_id = w.id
WHERE w.id IN (
    SELECT id FROM works_work WHERE id = %(number)s
    UNION SELECT work_id FROM works_workredirect WHERE old_id = %(number)s
    UNION SELECT k.work_id FROM (
        SELECT work_id FROM works_report
        WHERE id IN (SELECT report_id FROM works_reportkey WHERE key = ANY(%(keys)s))
    ) k
)
GROUP BY w.id ORDER BY w.id LIMIT %(most)s
"""


def find(asked: str) -> list[FoundWork]:
    """Works by their number, by an identifier, or by the identifier of one of their reports."""
    keys = sorted({number(token(scheme, asked)) for scheme in (*SCHEMES, *SOURCES)})
    whole = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    return [FoundWork(*row) for row in fetch(FIND, {"number": whole, "keys": keys, "most": FOUND})]

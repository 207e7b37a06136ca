"""An import's merge against a raw COPY of the same rows into tables without an index."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

from django.db import connection

from bench.corpus import oai
from bench.measure import Line, median_ratio, seconds, watched
from works.domain.records import WorkRecord
from works.ingest import ingest
from works.models import ImportRun
from works.sources import SOURCES
from works.taking import portions

WORKS = 5_000
ROUNDS = 3
TODAY = date(2026, 1, 1)
TABLES = (
    *("works_author", "works_work", "works_report", "works_authorship"),
    *("works_workidentifier", "works_topic", "works_worktopic", "works_reportkey"),
    "works_titlewords",
)


def measure() -> Iterator[Line]:
    """Leaves the made-up corpus in the database."""
    raw = b"".join(oai(WORKS))
    records = _parsed(raw)
    first = _merged(records)
    copies = {table: _copied_out(table) for table in TABLES}
    merges, repeats = [], []
    for _ in range(ROUNDS):
        _empty()
        bare = sum(_copied_in(table, rows) for table, rows in copies.items())
        merges.append((bare, _merged(records)[0]))
        repeats.append((bare, _merged(records)[0]))
    yield Line("merge / COPY", median_ratio(merges), 0.14)
    yield Line("unchanged re-import / COPY", median_ratio(repeats), 0.25)
    yield Line("parse: works per second", WORKS / seconds(lambda: _parsed(raw)))
    yield Line("TeX and HTML: works per second", WORKS / first[1])
    yield Line("merge: works per second", WORKS / first[0])


def _parsed(raw: bytes) -> list[WorkRecord]:
    found = SOURCES["arxiv-oai"].read(BytesIO(raw))
    return [record for record in found if isinstance(record, WorkRecord)]


def _merged(records: list[WorkRecord]) -> tuple[float, float]:
    """Seconds of (staging and merge, TeX and HTML)."""
    run = ImportRun.objects.create(source="bench")

    def take() -> None:
        for portion in portions(records):
            ingest(run.pk, [record for _, record in portion.records], TODAY)

    with watched("works.grouping.show", "works.gathering.face") as spent:
        whole = seconds(take)
    rendered = sum(spent.values())
    return whole - rendered, rendered


def _copied_out(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(copy)


def _copied_in(table: str, rows: bytes) -> float:
    """Seconds that the rows take into a table of their shape without keys, checks and indexes."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS bare_{table}")
        cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
        return seconds(lambda: _copy(cursor, f"bare_{table}", rows))


def _copy(cursor: Any, table: str, rows: bytes) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        copy.write(rows)


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")

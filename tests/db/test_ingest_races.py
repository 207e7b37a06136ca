"""Imports beside each other and beside the refresh, and imports that are killed."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from profiles.services import refresh_due
from tests.factories.commands import run, start
from tests.factories.corpus import TODAY, dump, empty, refresh_all
from tests.factories.records import changed, deletion, line, people, person, topics, work
from tests.house.processes import until
from works import importing, ingest
from works.domain.records import WorkRecord
from works.ingest import Counts
from works.models import Author, ImportRun, Work
from works.sources.bzpeer import BZPEER
from works.sources.files import find

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(call: Callable[[], Any]) -> Any:
    """The call on a connection of its own."""
    try:
        return call()
    finally:
        connection.close()


def import_file(path: Path) -> Counts:
    return importing.run_import(BZPEER, find([str(path)]), today=TODAY).counts


def write(path: Path, records: Sequence[WorkRecord]) -> Path:
    path.write_bytes(b"".join(map(line, records)))
    return path


def versions() -> list[WorkRecord]:
    """Eighty works of a small crowd, then later versions, withdrawals and a second source."""
    names = people(12)
    first = [
        work(*(names[(n * k) % 12] for k in (1, 5, 7)), number=n, categories=topics("cs.LG"))
        for n in range(80)
    ]
    later = [
        changed(one, record_date="2024-07-07", authors=one.authors[::-1]) for one in first[::3]
    ]
    lender = [
        changed(one, source="dblp", authors=(person(one.authors[0].name, dblp=f"p/{n % 5}"),))
        for n, one in enumerate(first[::4])
    ]
    gone = [deletion(one, "2024-06-06") for one in first[::7]]
    return [*first, *later, *lender, *gone]


def test_imports_side_by_side_end_in_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "BATCH_WORKS", 7)
    records = versions()
    paths = [
        write(tmp_path / "a.jsonl", records),
        write(tmp_path / "b.jsonl", records[::-1]),
        write(tmp_path / "c.jsonl", records[::2] + records[1::2]),
    ]
    stop = Event()

    def keep_refreshing() -> None:
        while not stop.is_set():
            refresh_due(limit=5)

    with ThreadPoolExecutor(5) as pool:
        workers = [pool.submit(in_thread, keep_refreshing) for _ in range(2)]
        imports = [pool.submit(in_thread, partial(import_file, path)) for path in paths]
        try:
            counts = [one.result(timeout=60) for one in imports]
        finally:
            stop.set()
        for worker in workers:
            worker.result(timeout=60)
    refresh_all()
    beside = dump()
    read = sum(one.created + one.updated + one.unchanged for one in counts)
    assert (read, sum(one.rejected for one in counts)) == (3 * len(records), 0)
    empty()
    import_file(paths[0])
    refresh_all()
    assert dump() == beside


def test_a_killed_import_is_completed_by_the_next(tmp_path: Path) -> None:
    names = people(500)
    records = [work(names[n % 500], "Ann Lee", number=n) for n in range(1_500)]
    pipe = tmp_path / "records.jsonl"
    os.mkfifo(pipe)
    process = start("import_works", "bzpeer", pipe)
    try:
        with pipe.open("wb", buffering=0) as feed:
            feed.write(b"".join(map(line, records[:1_400])))
            until(lambda: Work.objects.count() == ingest.BATCH_WORKS)
            process.kill()
            process.communicate(timeout=30)
    finally:
        process.kill()
    assert Work.objects.count() == 1_000
    assert ImportRun.objects.get().finished_at is None
    whole = write(tmp_path / "whole.jsonl", records)
    assert run("import_works", "bzpeer", whole).counts[:4] == (500, 0, 1_000, 0)
    assert (Work.objects.count(), Author.objects.count()) == (1_500, 501)
    assert run("import_works", "bzpeer", whole).counts[:4] == (0, 0, 1_500, 0)


class Deadlock(psycopg.errors.DeadlockDetected):
    pass


@pytest.mark.parametrize(("times", "survives"), [(1, True), (2, False)])
def test_a_batch_that_lost_a_deadlock_is_taken_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, survives: bool
) -> None:
    lost: list[int] = []
    honest = ingest.ingest

    def losing(run_id: int, batch: Sequence[WorkRecord], today: Any) -> Counts:
        if len(lost) < times:
            lost.append(run_id)
            raise OperationalError("deadlock detected") from Deadlock()
        return honest(run_id, batch, today)

    monkeypatch.setattr(ingest, "ingest", losing)
    path = write(tmp_path / "a.jsonl", [work(number=1)])
    if survives:
        assert import_file(path).created == 1
    else:
        with pytest.raises(OperationalError):
            import_file(path)

"""Rejects: kept once and whole, and read again after a mend."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DataError
from django.db.models import F

from bzpeer.lib import due
from tests.factories.commands import run
from tests.factories.corpus import TODAY, dump
from tests.factories.records import changed, line, work
from works import importing, ingest, rejects, replaying, taking
from works.domain.records import Rejected, WorkRecord
from works.ingest import Counts
from works.models import ImportReject, ImportRun, ReplayOrder, Work
from works.sources.base import Readable, Source
from works.sources.bzpeer import BZPEER
from works.sources.files import find

pytestmark = pytest.mark.django_db

TITLED = ("title", "is not to our taste")


def strictly(stream: Readable) -> Iterator[WorkRecord | Rejected]:
    """The format as a parser with a fault reads it: it turns down what it should take."""
    for position, item in enumerate(BZPEER.read(stream), start=1):
        if isinstance(item, WorkRecord) and item.title.startswith("Fine"):
            yield Rejected(position, *TITLED, "raw", item.external_id, line(item))
        else:
            yield item


STRICT: Source = replace(BZPEER, read=strictly)


def write(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def strict_import(path: Path) -> ImportRun:
    return importing.run_import(STRICT, find([str(path)]), today=TODAY).run


def fine(number: int, **fields: Any) -> bytes:
    return line(work(number=number, title=f"Fine {number}", **fields))


def plain(number: int) -> bytes:
    return line(work(number=number))


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Two sound records, two that a faulty parser turns down, and one that no parser takes."""
    bad = b'{"bzpeer": 1, "source": "arxiv"}\n'
    return write(tmp_path / "mixed.jsonl", plain(1), fine(2), bad, fine(4), plain(5))


def open_rejects() -> list[tuple[int, str]]:
    found = ImportReject.objects.filter(replayed_in=None).order_by("position")
    return list(found.values_list("position", "field"))


# Kept once


def test_a_second_import_of_the_file_takes_the_rejects_over(mixed: Path) -> None:
    first = strict_import(mixed)
    second = strict_import(mixed)
    assert open_rejects() == [(2, "title"), (3, "external_id"), (4, "title")]
    assert set(ImportReject.objects.values_list("run", flat=True)) == {second.pk}
    counts = ImportRun.objects.order_by("id").values_list("pk", "rejected")
    assert list(counts) == [(first.pk, 3), (second.pk, 3)]


def test_another_record_at_the_same_place_is_another_reject(mixed: Path) -> None:
    strict_import(mixed)
    write(mixed, plain(1), fine(7), plain(5))
    strict_import(mixed)
    assert [position for position, _ in open_rejects()] == [2, 2, 3, 4]


def test_a_run_keeps_only_so_much_whole(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict_import(mixed)
    sizes = [len(one.again) for one in ImportReject.objects.order_by("position")]
    monkeypatch.setattr(rejects, "KEPT_BYTES", sum(sizes[:2]))
    found = strict_import(mixed)
    kept = [bool(one.again) for one in ImportReject.objects.order_by("position")]
    assert kept == [True, True, False]
    found.refresh_from_db()
    assert found.kept_bytes == sum(len(one.again) for one in ImportReject.objects.all())


def test_a_portion_of_nothing_but_rejects_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [Rejected(n, "record", "is bad", "raw") for n in range(1, 8)]
    monkeypatch.setattr(taking, "PORTION_REJECTS", 3)
    assert [(one.end, len(one.rejects)) for one in taking.portions(said)] == [
        (3, 3), (6, 3), (7, 1)
    ]  # fmt: skip
    monkeypatch.setattr(taking, "PORTION_BYTES", 6)
    assert [one.end for one in taking.portions(said)] == [2, 4, 6, 7]


# The command


def test_a_replay_takes_what_the_mended_parser_takes(mixed: Path) -> None:
    strict_import(mixed)
    assert run("replay_rejects").counts == (2, 0, 0, 1, 0)
    assert open_rejects() == [(3, "external_id")]
    replay = ImportRun.objects.latest("id")
    assert (replay.kind, replay.source, replay.of) == ("replay", "bzpeer", None)
    assert (replay.created, replay.rejected, replay.finished_at is None) == (2, 1, False)
    assert ImportReject.objects.filter(replayed_in=replay).count() == 2
    after = dump()
    # Whatever was taken before a fix, a replay leaves what a sound import would have left.
    assert run("import_works", "bzpeer", mixed).counts[:4] == (0, 0, 4, 1)
    assert dump() == after


def test_a_replay_after_a_replay_finds_only_what_is_still_bad(mixed: Path) -> None:
    strict_import(mixed)
    run("replay_rejects")
    assert run("replay_rejects").counts == (0, 0, 0, 1, 0)


def test_a_reject_that_comes_again_is_open_again(mixed: Path) -> None:
    strict_import(mixed)
    run("replay_rejects")
    strict_import(mixed)
    assert [position for position, _ in open_rejects()] == [2, 3, 4]


def test_a_record_that_is_bad_for_another_reason_says_so(mixed: Path) -> None:
    strict_import(mixed)
    changes = {"again": b'{"bzpeer": 2}\n'}
    ImportReject.objects.filter(position=2).update(**changes)
    run("replay_rejects")
    found = ImportReject.objects.get(position=2)
    assert (found.field, found.replayed_in) == ("bzpeer", None)
    assert found.tried_at is not None


def test_an_older_record_of_a_replay_replaces_no_newer_one(tmp_path: Path) -> None:
    strict_import(write(tmp_path / "old.jsonl", fine(1, record_date="2024-01-01")))
    newer = changed(work(number=1, title="Newer"), record_date="2024-05-05")
    run("import_works", "bzpeer", write(tmp_path / "new.jsonl", line(newer)))
    assert run("replay_rejects").counts == (0, 0, 1, 0, 0)
    assert Work.objects.get().title_text == "Newer"


def test_only_those_of_a_run_or_of_a_source(mixed: Path, tmp_path: Path) -> None:
    other = strict_import(write(tmp_path / "other.jsonl", fine(8)))
    strict_import(mixed)
    assert run("replay_rejects", "--source", "dblp").counts == (0, 0, 0, 0, 0)
    assert run("replay_rejects", "--run", other.pk).counts == (1, 0, 0, 0, 0)
    assert ImportRun.objects.latest("id").of == other
    assert run("replay_rejects", "--source", "bzpeer").counts[:4] == (2, 0, 0, 1)
    assert run("replay_rejects", "--run", 10**6).code == 2


def test_what_was_not_kept_whole_is_left_alone(mixed: Path) -> None:
    strict_import(mixed)
    ImportReject.objects.update(again=b"")
    assert run("replay_rejects").counts == (0, 0, 0, 0, 0)
    assert not ImportReject.objects.exclude(tried_at=None).exists()


def test_more_rejects_than_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "BATCH", 3)
    strict_import(write(tmp_path / "many.jsonl", *map(fine, range(10)), b'{"bzpeer": 1}\n'))
    assert run("replay_rejects").counts[:4] == (10, 0, 0, 1)


# What the database refused


class Refusal(psycopg.errors.DataException):
    sqlstate = "22000"


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of records that the database takes against, for as long as they are in the list."""
    unloved: list[str] = []
    honest = ingest.ingest

    def choosy(run_id: int, records: Sequence[WorkRecord], today: date) -> Counts:
        if any(one.external_id in unloved for one in records):
            raise DataError("a value too long\nfor me") from Refusal()
        return honest(run_id, records, today)

    monkeypatch.setattr(ingest, "ingest", choosy)
    return unloved


def test_what_the_database_refused_is_replayed_too(tmp_path: Path, refusing: list[str]) -> None:
    refusing.append("2401.00003")
    path = write(tmp_path / "a.jsonl", *map(plain, range(1, 6)))
    assert run("import_works", "bzpeer", path).counts[:4] == (4, 0, 0, 1)
    kept = ImportReject.objects.get()
    assert (kept.position, kept.is_parsed, kept.external_id) == (3, True, "2401.00003")
    assert kept.reason == "could not be stored: a value too long"
    assert run("replay_rejects").counts[:4] == (0, 0, 0, 1)
    refusing.clear()
    assert run("replay_rejects").counts[:4] == (1, 0, 0, 0)
    assert Work.objects.count() == 5


# What staff order


def work_off() -> int:
    claims = 0
    while replaying.replay_due(TODAY):
        claims += 1
    return claims


def test_an_order_replays_its_group_and_is_gone(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 1)
    found = strict_import(mixed)
    assert replaying.order(found, *TITLED, 7)
    assert replaying.order(found, *TITLED, 7)
    item = ReplayOrder.objects.get()
    assert (item.field, item.reason, item.user_id) == (*TITLED, 7)
    assert work_off() == 3
    assert not ReplayOrder.objects.exists()
    replay = ImportRun.objects.get(kind="replay")
    assert (replay.of, replay.created, replay.rejected) == (found, 2, 0)
    assert replay.finished_at is not None
    assert open_rejects() == [(3, "external_id")]
    assert not replaying.order(found, *TITLED, 7)


def test_an_order_without_a_reason_means_all(mixed: Path) -> None:
    found = strict_import(mixed)
    replaying.order(found, "", "", 7)
    work_off()
    replay = ImportRun.objects.get(kind="replay")
    assert (replay.created, replay.rejected) == (2, 1)


def test_a_worker_that_died_is_followed_by_one_that_goes_on(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 1)
    found = strict_import(mixed)
    replaying.order(found, "", "", 7)
    replaying.replay_due(TODAY)
    assert due.claim(ReplayOrder, 1, timedelta(minutes=1))  # by a worker that dies
    assert work_off() == 0
    ReplayOrder.objects.update(due_at=F("due_at") - timedelta(hours=1))
    work_off()
    replay = ImportRun.objects.get(kind="replay")
    assert (replay.created, replay.rejected) == (2, 1)


def test_an_order_that_fails_three_times_is_parked_and_may_be_ordered_again(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = strict_import(mixed)
    replaying.order(found, *TITLED, 7)
    with monkeypatch.context() as broken:
        broken.setattr(replaying, "_read", lambda row: 1 / 0)
        for _ in range(due.STRIKES):
            replaying.replay_due(TODAY)
            ReplayOrder.objects.update(due_at=F("due_at") - timedelta(hours=1))
    parked = ReplayOrder.objects.get()
    assert parked.parked_at is not None
    assert "division by zero" in parked.error
    assert replaying.order(found, *TITLED, 7)
    work_off()
    assert not ReplayOrder.objects.exists()
    assert Work.objects.count() == 4

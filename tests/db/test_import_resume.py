"""Imports that are stopped: the next one goes on behind what was committed, and says so."""

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from pathlib import Path
from time import sleep

import pytest
from django.db import connection

from tests.factories.commands import Ended, run, start
from tests.factories.corpus import TODAY, dump, empty
from tests.factories.records import line, people, work
from tests.house.processes import until
from works import checkpoints, importing, ingest
from works.ingest import Counts
from works.models import ImportCheckpoint, ImportReject, ImportRun, Work
from works.sources.bzpeer import BZPEER
from works.sources.files import find

BAD = b'{"bzpeer": 1, "source": "arxiv"}\n'


class Stopped(Exception):
    """In the place of a kill, for tests within one process."""


@pytest.fixture
def in_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_WORKS", 2)


def write(path: Path, numbers: range, bad_every: int = 0) -> Path:
    lines = [line(work("Jo Doe", number=n)) for n in numbers]
    if bad_every:
        lines = [BAD if n % bad_every == 3 else one for n, one in zip(numbers, lines)]
    path.write_bytes(b"".join(lines))
    return path


def stop_after(path: Path, portions: int) -> None:
    """An import of the path that ends behind so many portions as a kill would end it."""
    seen = []

    def watch(path: Path, position: int) -> None:
        seen.append(position)
        if len(seen) == portions:
            raise Stopped

    with pytest.raises(Stopped):
        importing.run_import(BZPEER, find([str(path)]), today=TODAY, watch=watch)


def import_again(path: Path, *options: str) -> Ended:
    return run("import_works", "bzpeer", path, *options)


@pytest.mark.django_db
def test_the_next_import_goes_on_behind_the_last_portion(
    tmp_path: Path, in_twos: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.jsonl", range(7))
    stop_after(path, 2)
    assert ImportCheckpoint.objects.get().position == Work.objects.count() == 4
    ended = import_again(path)
    assert ended.counts[:4] == (3, 0, 0, 0)
    assert ended.output.splitlines()[-2] == "resumed: 4 records were done before"
    assert f"resumed {path} at record 5: 4 were done before" in capsys.readouterr().err
    assert ImportRun.objects.latest("id").done_before == 4
    assert not ImportCheckpoint.objects.exists()
    assert import_again(path).counts[:4] == (0, 0, 7, 0)


@pytest.mark.django_db
def test_from_the_start_if_one_asks_for_it(tmp_path: Path, in_twos: None) -> None:
    path = write(tmp_path / "a.jsonl", range(7))
    stop_after(path, 2)
    ended = import_again(path, "--from-start")
    assert ended.counts[:4] == (3, 0, 4, 0)
    assert "resumed" not in ended.output
    assert not ImportCheckpoint.objects.exists()


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(line(work(number=70)))


def rewritten(path: Path) -> None:
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"On 2401", b"In 2401"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def touched(path: Path) -> None:
    os.utime(path, (1_000_000_000, 1_000_000_000))


@pytest.mark.django_db
@pytest.mark.parametrize("change", [grown, rewritten, touched])
def test_a_file_that_changed_is_another_file(
    tmp_path: Path, in_twos: None, change: Callable[[Path], None]
) -> None:
    path = write(tmp_path / "a.jsonl", range(5))
    stop_after(path, 1)
    change(path)
    ended = import_again(path)
    assert sum(ended.counts[:4]) == 5 + (change is grown)
    assert "resumed" not in ended.output
    assert not ImportCheckpoint.objects.exists()


@pytest.mark.django_db
def test_a_copy_elsewhere_is_another_file(tmp_path: Path, in_twos: None) -> None:
    path = write(tmp_path / "a.jsonl", range(5))
    stop_after(path, 1)
    copy = tmp_path / "b.jsonl"
    copy.write_bytes(path.read_bytes())
    os.utime(copy, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    assert import_again(copy).counts[:4] == (3, 0, 2, 0)
    assert ImportCheckpoint.objects.get().position == 2


@pytest.mark.django_db
def test_one_path_in_two_spellings_is_one_file(
    tmp_path: Path, in_twos: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.jsonl", range(5))
    stop_after(path, 1)
    monkeypatch.chdir(tmp_path)
    assert import_again(Path("a.jsonl")).counts[:4] == (3, 0, 0, 0)
    assert not ImportCheckpoint.objects.exists()


@pytest.mark.django_db
def test_files_that_were_done_before_the_kill_are_not_read_again(
    tmp_path: Path, in_twos: None, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write(tmp_path / "a.jsonl", range(3))
    write(tmp_path / "b.jsonl", range(10, 15))
    write(tmp_path / "c.jsonl", range(20, 22))
    stop_after(tmp_path, 3)
    ended = import_again(tmp_path)
    assert ended.counts[:4] == (5, 0, 0, 0)
    assert f"{first} was done before: 3 records" in capsys.readouterr().err
    assert "resumed: 5 records were done before" in ended.output
    assert import_again(tmp_path).counts[:4] == (0, 0, 10, 0)


@pytest.mark.django_db
def test_rejects_are_places_as_well_and_are_counted_once(tmp_path: Path, in_twos: None) -> None:
    path = write(tmp_path / "a.jsonl", range(12), bad_every=5)
    stop_after(path, 3)
    import_again(path)
    assert [one.position for one in ImportReject.objects.order_by("id")] == [4, 9]
    assert sum(one.rejected for one in ImportRun.objects.all()) == 2
    assert Work.objects.count() == 10


@pytest.mark.django_db
def test_a_run_that_failed_says_why_and_one_that_was_killed_who_went_on(
    tmp_path: Path, in_twos: None
) -> None:
    path = write(tmp_path / "a.jsonl", range(5))
    stop_after(path, 1)
    failed = ImportRun.objects.get()
    assert (failed.error, failed.finished_at is None) == ("Stopped: ", False)
    ImportRun.objects.update(error="", finished_at=None)  # as a kill leaves it
    import_again(path)
    failed.refresh_from_db()
    heir = ImportRun.objects.latest("id")
    assert (failed.error, failed.created) == (f"stopped; run {heir.pk} went on", 2)
    assert failed.finished_at == failed.seen_at
    assert (heir.error, heir.created) == ("", 3)


@pytest.mark.django_db
def test_what_is_no_file_leaves_no_checkpoint(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    feed = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        place = checkpoints.place("bzpeer", pipe)
    finally:
        os.close(feed)
    assert place.identity == b""
    assert checkpoints.found(place) is None


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_are_one(tmp_path: Path, in_twos: None) -> None:
    path = write(tmp_path / "a.jsonl", range(40), bad_every=5)

    def import_it() -> Counts:
        try:
            return importing.run_import(BZPEER, find([str(path)]), today=TODAY).counts
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        counts = [one.result(timeout=60) for one in [pool.submit(import_it) for _ in range(3)]]
    assert (Work.objects.count(), ImportReject.objects.count()) == (32, 8)
    assert sum(one.created for one in counts) == 32
    assert not ImportCheckpoint.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_again_and_again_ends_in_the_same_rows(tmp_path: Path) -> None:
    chance, names = random.Random(), people(40)
    records = [work(names[n % 40], names[(n * 7) % 40], number=n % 5_900) for n in range(6_000)]
    lines = [BAD if n % 500 == 499 else line(one) for n, one in enumerate(records)]
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"".join(lines))
    kills = [*takewhile(bool, (killed_import(path, chance.random() * 0.6) for _ in range(4)))]
    assert kills
    if len(kills) == 4:  # else the last one was faster and has read it all: no other begins anew
        assert import_again(path).code == 0
    runs = ImportRun.objects.all()
    read = sum(one.created + one.updated + one.unchanged + one.rejected for one in runs)
    assert read == len(lines)
    assert sorted(ImportReject.objects.values_list("position", flat=True)) == list(
        range(500, 6_001, 500)
    )
    assert not ImportCheckpoint.objects.exists()
    broken = dump()
    empty()
    assert import_again(path).counts[3] == 12
    assert dump() == broken


def taken() -> int:
    """How far the file is, as other processes see it."""
    found = ImportCheckpoint.objects.first()
    return found.position if found else 0


def killed_import(path: Path, delay: float) -> bool:
    """An import that is killed so long after it went further; False where it was faster."""
    before, process = taken(), start("import_works", "bzpeer", path)
    try:
        until(lambda: taken() > before or process.poll() is not None, 60)
        sleep(delay)
    finally:
        process.kill()
        process.communicate(timeout=30)
    return taken() > 0  # a file that is done has no checkpoint, though its process may still end

"""`import_works` as people call it: the last line, the exit code, the report, the rejects."""

import gzip
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories import oai
from tests.factories.commands import Ended, manage, run
from tests.factories.records import line, people, work
from works.models import Author, ImportReject, ImportRun, Report, Work

pytestmark = pytest.mark.django_db

DOCTYPE = b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n'
PAGE = oai.answer(oai.record("2401.00001"), oai.record("2401.00002"))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Two records of arXiv by one author."""
    path = tmp_path / "page.xml"
    path.write_bytes(PAGE)
    return path


def test_the_last_line_counts_what_became_of_the_records(page: Path) -> None:
    assert run("import_works", "arxiv-oai", page).counts == (2, 0, 0, 0, 1)
    assert run("import_works", "arxiv-oai", page).counts == (0, 0, 2, 0, 0)
    assert Work.objects.count() == 2
    assert Author.objects.get().name == "Jo Doe"


def test_the_counts_add_up_to_the_records_read(page: Path, tmp_path: Path) -> None:
    run("import_works", "arxiv-oai", page)
    mixed = tmp_path / "mixed.xml"
    later = "<created>2024-01-02</created><title>Mended</title>" + oai.AUTHORS
    mixed.write_bytes(
        oai.answer(
            oai.record("2401.00001", later, date="2024-06-01"),
            oai.record("2401.00002"),
            oai.record("2401.00003"),
            oai.record("2401.00003"),
            oai.record("2401.00004", inner="<created>2024-02-30</created>"),
            oai.deletion("2401.00005"),
            oai.deletion("2401.00002", date="2024-06-01"),
        )
    )
    # Of two records of one report in a batch the later one counts, the other is a repeat.
    assert run("import_works", "arxiv-oai", mixed).counts == (1, 2, 3, 1, 0)
    kept = ImportRun.objects.latest("id")
    assert (kept.created, kept.updated, kept.unchanged, kept.rejected) == (1, 2, 3, 1)
    assert kept.finished_at is not None


def test_the_same_file_twice_in_one_call_is_read_once_and_its_copy_is_unchanged(
    page: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.xml"
    copy.write_bytes(page.read_bytes())
    assert run("import_works", "arxiv-oai", page, page, copy).counts == (2, 0, 2, 0, 1)


def test_a_withdrawal_of_what_was_never_there_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "page.xml"
    path.write_bytes(oai.answer(oai.deletion("2401.00001", "2024-06-01")))
    assert run("import_works", "arxiv-oai", path).counts == (0, 0, 1, 0, 0)
    path.write_bytes(oai.answer(oai.record("2401.00001", date="2024-05-01")))
    created, updated, unchanged, *_ = run("import_works", "arxiv-oai", path).counts
    assert (created, updated, unchanged) == (0, 0, 1)
    assert not Work.objects.filter(withdrawn=False).exists()


# Exit codes


def nothing(path: Path) -> None:
    pass


def foreign(path: Path) -> None:
    path.write_text("<html><body>Moved</body></html>")


def refused(path: Path) -> None:
    path.write_bytes(DOCTYPE + PAGE)


def cut_off(path: Path) -> None:
    path.write_bytes(PAGE[:-80])


def cut_gzip(path: Path) -> None:
    noise = random.Random(1)
    records = [
        oai.record(
            f"2401.{n:05}",
            f"{oai.AUTHORS}<title>A</title><abstract>{noise.randbytes(9_000).hex()}</abstract>",
        )
        for n in range(9)
    ]
    data = gzip.compress(oai.answer(*records))
    path.write_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("source", "write", "code", "words"),
    [
        ("arxiv-oai", nothing, 2, "no such file or folder"),
        ("arxiv-oai", foreign, 1, "holds no arxiv-oai records"),
        ("bzpeer", foreign, 1, "holds no bzpeer records"),
        ("arxiv-oai", refused, 1, "DOCTYPE"),
        ("arxiv-oai", cut_off, 0, "rejected=1"),
        ("arxiv-oai", cut_gzip, 0, "rejected=1"),
    ],
)
def test_the_exit_code_of_one_file(
    tmp_path: Path, source: str, write: Callable[[Path], None], code: int, words: str
) -> None:
    path = tmp_path / "file.xml"
    write(path)
    ended = run("import_works", source, path)
    assert ended.code == code
    assert words in ended.output + ended.error


@pytest.mark.django_db(transaction=True)
def test_the_exit_codes_of_a_process(page: Path, tmp_path: Path) -> None:
    done = manage("import_works", "arxiv-oai", page)
    assert (done.code, done.counts) == (0, (2, 0, 0, 0, 1))
    assert f"reading {page}" in done.error
    other = tmp_path / "other.xml"
    foreign(other)
    for code, arguments in (
        (1, ("arxiv-oai", other)),
        (2, ("arxiv-oai", tmp_path / "nowhere")),
        (2, ("no-such-source", page)),
    ):
        ended = manage("import_works", *arguments)
        assert ended.code == code
        assert "Traceback" not in ended.error


def test_files_without_records_in_a_folder_are_passed_over_with_a_line(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign(tmp_path / "other.xml")
    (tmp_path / "notes.txt").write_text("nothing")
    ended = run("import_works", "arxiv-oai", tmp_path)
    assert (ended.code, ended.counts) == (0, (2, 0, 0, 0, 1))
    told = capsys.readouterr().err
    for name in ("other.xml", "notes.txt"):
        assert f"skipped {tmp_path / name}: holds no arxiv-oai records" in told


def test_a_refused_file_costs_none_of_the_others(page: Path, tmp_path: Path) -> None:
    refused(tmp_path / "bomb.xml")
    last = tmp_path / "zebra.xml"
    last.write_bytes(oai.answer(oai.record("2401.00009")))
    ended = run("import_works", "arxiv-oai", tmp_path)
    assert (ended.code, ended.counts) == (1, (3, 0, 0, 0, 1))
    assert "bomb.xml" in ended.error


def test_what_was_whole_before_a_cut_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "file.xml.gz"
    cut_gzip(path)
    created, *_, rejected, _ = run("import_works", "arxiv-oai", path).counts
    assert (created > 0, rejected) == (True, 1)
    assert Work.objects.count() == created


# Rejects


POISON: list[Callable[[bytes], bytes]] = [
    lambda whole: whole.replace(b"On 2401", b"On\\u0000 2401"),
    lambda whole: whole.replace(b"On 2401", b"On\0 2401"),
    lambda whole: whole.replace(b"On 2401", b"On \\ud800 2401"),
    lambda whole: whole.replace(b"On 2401", b"On \xff\xfe 2401"),
    lambda whole: whole.replace(b'"bzpeer":1', b'"bzpeer":1,"stated_year":NaN'),
    lambda whole: whole.replace(b"On 2401", b"On" + b"x" * 6_000),
    lambda whole: whole.replace(b'"external_id"', b'"external"'),
    lambda whole: whole.replace(b'"preprint"', b"[[[[[[[[[[null]]]]]]]]]]"),
    lambda whole: whole.replace(b"2024-01-02", b"2024-02-30"),
    # Sound in itself, and more than an index of the database takes.
    lambda whole: whole.replace(b'"bzpeer":1', b'"bzpeer":1,"doi":"' + _noise(999).encode() + b'"'),
]


def _noise(length: int) -> str:
    return "".join(
        chr(random.Random(length).randrange(0x20000, 0x2A000) ^ n) for n in range(length)
    )


def test_ten_poisoned_records_of_a_thousand_cost_ten(tmp_path: Path) -> None:
    lines = [line(work("Ann Lee", name, number=n)) for n, name in enumerate(people(50) * 20)]
    path = tmp_path / "records.jsonl"
    poisoned = list(lines)
    for number, poison in enumerate(POISON):
        poisoned[97 * number] = poison(lines[97 * number])
        assert poisoned[97 * number] != lines[97 * number]
    path.write_bytes(b"".join(poisoned))
    ended = run("import_works", "bzpeer", path)
    assert (ended.code, ended.counts[:4]) == (0, (990, 0, 0, 10))
    assert Work.objects.count() == Report.objects.count() == 990
    rejects = ImportReject.objects.order_by("id")
    assert rejects.count() == 10
    assert all(one.raw and one.reason and one.file == str(path) for one in rejects)
    assert [one.position for one in rejects] == [97 * n + 1 for n in range(10)]
    path.write_bytes(b"".join(lines))
    assert run("import_works", "bzpeer", path).counts[:4] == (10, 0, 990, 0)


def test_the_report_names_every_reject(tmp_path: Path) -> None:
    path, report = tmp_path / "records.jsonl", tmp_path / "report.json"
    path.write_bytes(line(work(number=1)) + b'{"bzpeer": 1, "source": "arxiv"}\n' + b"\n")
    foreign(tmp_path / "other.jsonl")
    ended: Ended = run("import_works", "bzpeer", tmp_path, "--report", report)
    told = json.loads(report.read_text())
    assert ended.code == 0
    assert told["counts"] == {
        "created": 1, "updated": 0, "unchanged": 0, "rejected": 1, "authors": 1
    }  # fmt: skip
    (reject,) = told["rejects"]
    assert (reject["file"], reject["position"]) == (str(path), 2)
    assert (reject["field"], reject["reason"]) == ("external_id", "is missing")
    assert reject["raw"].startswith('{"bzpeer": 1')
    assert told["skipped"] == [str(tmp_path / "other.jsonl")]


def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(page: Path) -> None:
    ended = run("import_works", "arxiv-oai", page, "--report", page.parent / "no" / "report.json")
    assert ended.code == 2
    assert not ImportRun.objects.exists()


def test_a_report_is_no_folder(page: Path) -> None:
    ended = run("import_works", "arxiv-oai", page, "--report", page.parent)
    assert ended.code == 2
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("depth", ["work", "person"])
def test_a_misspelt_key_of_any_length_costs_its_record_only(tmp_path: Path, depth: str) -> None:
    path, key = tmp_path / "records.jsonl", b'"' + b"k" * 500 + b'":1,'
    before = b'"title"' if depth == "work" else b'"name"'
    path.write_bytes(line(work(number=1)).replace(before, key + before) + line(work(number=2)))
    assert run("import_works", "bzpeer", path).counts == (1, 0, 0, 1, 1)
    assert "kkk" in ImportReject.objects.get().field


def test_a_file_may_have_a_name_that_is_no_text(tmp_path: Path) -> None:
    folder, report = tmp_path / "in", tmp_path / "report.json"
    folder.mkdir()
    name = os.path.join(os.fsencode(folder), b"\xff\xfe.jsonl")
    with open(name, "wb") as file:
        file.write(line(work(number=1)) + b'{"bzpeer": 1}\n')
    with open(name.replace(b"\xff", b"\xfd"), "wb") as file:
        file.write(b"{}\n")
    ended = run("import_works", "bzpeer", folder, "--report", report)
    assert (ended.code, ended.counts[:4]) == (0, (1, 0, 0, 1))
    told = json.loads(report.read_text("utf-8"))
    assert told["rejects"][0]["file"] == f"{folder}/\\xff\\xfe.jsonl"
    assert told["skipped"] == [f"{folder}/\\xfd\\xfe.jsonl"]

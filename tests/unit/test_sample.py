"""The sample corpus: its form, the facts it rests on, and that its summaries are our own."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from works.domain.records import AuthorRecord, PersonId, WorkRecord

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "works" / "sample" / "xue-lin.bzpeer.jsonl"
SEEDS = Path(os.environ.get("BZPEER_TEST_DATA") or ROOT.parent / "shared" / "data") / "seeds"

LINES = SAMPLE.read_text(encoding="utf-8").splitlines()
XUE_LIN = PersonId(scheme="bzpeer-sample", value="xue-lin", asserted_by="bzpeer-sample")
# The field of a record, and the name of its source in the collected facts.
CAN_BE_UNVERIFIED = {"ids": "arxiv_id", "created": "created", "authors": "authors"}
# Six equal words in a row are no accident; up to five happen in names of methods.
COPIED_RUN = 6

needs_seeds = pytest.mark.skipif(
    not SEEDS.is_dir(), reason=f"the seed pages are not at {SEEDS} (set BZPEER_TEST_DATA)"
)


def parse(line: str) -> WorkRecord:
    fields = json.loads(line)
    assert fields.pop("bzpeer") == 1
    return msgspec.convert(fields | {"format": "bzpeer/1"}, WorkRecord)


RECORDS = [parse(line) for line in LINES]


def arxiv_id(record: WorkRecord) -> str:
    (only,) = record.ids
    assert only.scheme == "arxiv"
    return only.value


def is_xue_lin(author: AuthorRecord) -> bool:
    return XUE_LIN in author.person_ids


def others(record: WorkRecord) -> set[str]:
    return {author.name for author in record.authors if not is_xue_lin(author)}


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+(?=[A-Z])", text)


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of COPIED_RUN words, whatever their case, TeX and punctuation."""
    found = re.findall(r"[a-z0-9]+", re.sub(r"\\[a-z]+", " ", text.lower()))
    return {
        tuple(found[start : start + COPIED_RUN]) for start in range(len(found) - COPIED_RUN + 1)
    }


def circles(records: list[WorkRecord]) -> Iterator[set[str]]:
    """The works, by arXiv id, that people other than Xue Lin hold together."""
    left = {arxiv_id(record): others(record) for record in records}
    while left:
        first, people = left.popitem()
        circle = {first}
        while near := {work for work, names in left.items() if names & people}:
            people = people.union(*(left.pop(work) for work in near))
            circle |= near
        yield circle


def says_guess(source: str) -> bool:
    return re.search(r"memory|not seen|not found|\d ?%", source, re.IGNORECASE) is not None


def seed_facts() -> list[dict[str, Any]]:
    works = json.loads((SEEDS / "works_facts.json").read_text(encoding="utf-8"))
    return [work for work in works if work["in_seed_list"]]


@cache
def runs_of_the_originals() -> set[tuple[str, ...]]:
    pages = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    return {run for page in pages for paragraph in page.splitlines() for run in runs(paragraph)}


def test_there_are_25_distinct_works_of_one_source() -> None:
    assert len({record.external_id for record in RECORDS}) == len(LINES) == 25
    assert len({arxiv_id(record) for record in RECORDS}) == 25
    assert {record.source for record in RECORDS} == {"bzpeer-sample"}
    assert {record.abstract_by for record in RECORDS} == {"bzpeer"}


@pytest.mark.parametrize("line", LINES, ids=lambda line: json.loads(line)["external_id"])
def test_a_line_holds_what_a_record_holds_in_its_order_and_nothing_empty(line: str) -> None:
    held = msgspec.to_builtins(parse(line), order="deterministic")
    assert held.pop("format") == "bzpeer/1"
    assert json.dumps({"bzpeer": 1} | held, ensure_ascii=False) == line


@pytest.mark.parametrize("record", RECORDS, ids=arxiv_id)
def test_a_record_is_complete_and_marks_only_what_can_be_a_guess(record: WorkRecord) -> None:
    assert record.title
    assert record.type == "preprint"
    assert record.stated_year in {2020, 2021, 2022, 2026}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record.created)
    assert record.unverified <= CAN_BE_UNVERIFIED.keys()


@pytest.mark.parametrize("record", RECORDS, ids=arxiv_id)
def test_only_xue_lin_has_a_person_id_and_stands_on_each_work_once(record: WorkRecord) -> None:
    names = [author.name for author in record.authors]
    assert len(set(names)) == len(names)
    identified = [author for author in record.authors if author.person_ids]
    assert identified == [AuthorRecord(name="Xue Lin", person_ids=(XUE_LIN,))]


@pytest.mark.parametrize("record", RECORDS, ids=arxiv_id)
def test_no_affiliation_or_address_is_told(record: WorkRecord) -> None:
    assert not any(author.affiliations for author in record.authors)
    assert "@" not in msgspec.json.encode(record).decode()


@pytest.mark.parametrize("record", RECORDS, ids=arxiv_id)
def test_a_summary_has_one_to_three_sentences(record: WorkRecord) -> None:
    assert 1 <= len(sentences(record.abstract)) <= 3
    assert record.abstract.endswith(".")
    assert not record.abstract.startswith("This paper")


def test_no_two_summaries_begin_alike() -> None:
    openings = Counter(" ".join(record.abstract.split()[:2]) for record in RECORDS)
    assert len(openings) == len(RECORDS)


@pytest.mark.parametrize(
    "form",
    [r"\textemdash ", r"$1.0\%$", r"2.48$\times$", r"25\%", "1.36%", " -- ", '"', "``", "''"],
)
def test_the_summaries_keep_the_tex_forms_that_the_importer_must_render(form: str) -> None:
    assert any(form in record.abstract for record in RECORDS)


def test_four_people_are_close_collaborators() -> None:
    together = Counter(name for record in RECORDS for name in others(record))
    close = {name for name, works in together.items() if works >= max(3, len(RECORDS) / 3)}
    assert close == {"Bin Ren", "Pu Zhao", "Wei Niu", "Yanzhi Wang"}


def test_the_works_fall_into_three_circles_of_which_two_are_of_two_works_or_more() -> None:
    large, pose, alone = sorted(circles(RECORDS), key=len, reverse=True)
    assert len(large) == 21
    assert pose == {"2205.12619", "2008.05717", "2003.10238"}
    assert alone == {"2003.01782"}


def test_the_topics_are_those_that_a_source_was_seen_to_give() -> None:
    topics = {category for record in RECORDS for category in record.categories}
    assert {topic.scheme for topic in topics} == {"arxiv"}
    assert len(topics) == 9


@needs_seeds
def test_the_works_stand_in_the_order_of_the_seed_page() -> None:
    page = (SEEDS / "000_08f0b79c302c3937.txt").read_text(encoding="utf-8").splitlines()
    places = [page.index(record.title) for record in RECORDS]
    assert places == sorted(places)


@needs_seeds
def test_facts_are_those_collected_and_guesses_are_marked_or_left_out() -> None:
    for record, fact in zip(RECORDS, seed_facts(), strict=True):
        source = fact["sources"]
        assert [arxiv_id(record), record.title] == [fact["arxiv_id"], fact["title"]]
        assert [record.stated_year, record.created] == [fact["year"], fact["created"]]
        assert [author.name for author in record.authors] == fact["authors"]
        assert record.unverified == {
            field for field, key in CAN_BE_UNVERIFIED.items() if says_guess(source[key])
        }
        seen = fact["categories"] if fact["categories_status"].endswith("-seen") else []
        assert [category.code for category in record.categories] == seen
        for field in ("doi", "comments"):
            told = fact[field] if fact[field] and not says_guess(source[field]) else ""
            assert getattr(record, field) == told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two, three -- four five", 0),
        ("One two, three -- four five SIX", 1),
        (r"one $2.0\%$ three\textemdash four\_five", 1),
    ],
)
def test_runs_are_of_six_words_without_tex_and_punctuation(text: str, expected: int) -> None:
    assert len(runs(text)) == expected


@needs_seeds
def test_the_originals_are_there_to_compare_with() -> None:
    page = (SEEDS / "000_08f0b79c302c3937.txt").read_text(encoding="utf-8").splitlines()
    abstracts = [page[page.index(record.title) + 2] for record in RECORDS]
    assert all(runs(abstract) & runs_of_the_originals() for abstract in abstracts)


@needs_seeds
@pytest.mark.parametrize("record", RECORDS, ids=arxiv_id)
def test_a_summary_is_in_our_own_words(record: WorkRecord) -> None:
    assert not runs(record.abstract) & runs_of_the_originals()

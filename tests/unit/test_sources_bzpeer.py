"""Our own exchange format: what a line may say, and what each mistake costs."""

import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.oai import Pieces
from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    InstitutionId,
    Notice,
    PersonId,
    Refused,
    Rejected,
    Version,
    WorkRecord,
)
from works.sources import SOURCES
from works.sources import bzpeer as module

BZPEER = SOURCES["bzpeer"]
DOCUMENT = Path(__file__).parents[2] / "docs" / "exchange-format.md"
MB = 1 << 20


def line(**changes: object) -> bytes:
    """A good line; a change of `...` takes the key away."""
    base = {
        "bzpeer": 1,
        "source": "test",
        "external_id": "a1",
        "title": "A title",
        "authors": [{"name": "Ann Doe"}],
    }
    stated = {key: value for key, value in {**base, **changes}.items() if value is not ...}
    return json.dumps(stated).encode()


def read(*lines: bytes) -> list[WorkRecord | Rejected]:
    return list(BZPEER.read(io.BytesIO(b"\n".join(lines))))


def ids(*lines: bytes) -> list[str]:
    return [found.external_id for found in read(*lines) if isinstance(found, WorkRecord)]


DOI = {"scheme": "doi", "value": "10.5555/x"}


def test_every_field_has_its_place() -> None:
    stated = line(
        record_date="2024-05",
        ids=[{"scheme": "doi", "value": "10.1/x"}],
        abstract="Two\nlines",
        abstract_by="bzpeer",
        type="article",
        stated_year=2020,
        created="2019",
        updated="2020-02-29",
        published="2020-03-01",
        versions=[{"label": "v1", "date": "2019"}, {"label": "v2"}],
        categories=[
            {"scheme": "arxiv", "code": "cs.LG"},
            {
                "scheme": "tree",
                "code": "T1",
                "name": "A  leaf",
                "broader": [{"scheme": "tree-branch", "code": "B1", "name": "A\tbranch"}],
            },
        ],
        comments="9 pages",
        journal_ref="J 1",
        venue="The  J",
        doi="10.1/x",
        licence="CC0",
        authors=[
            {
                "name": "Ann van Doe III",
                "family": "van Doe",
                "given": "Ann",
                "suffix": "III",
                "affiliations": ["Here", " "],
                "person_ids": [{"scheme": "orcid", "value": "0", "asserted_by": "person"}],
                "institutions": [
                    {"scheme": "ror", "value": "05gq02987", "name": " Uni  X "},
                    {"scheme": "openalex", "value": "I1"},
                ],
            }
        ],
        notices=[
            {"kind": "correction", "date": "2021-02", "about": DOI, "by": DOI},
            {"kind": "withdrawal"},
        ],
        unverified=["ids", "created"],
    )
    assert read(stated) == [
        WorkRecord(
            source="test",
            format="bzpeer/1",
            external_id="a1",
            record_date="2024-05",
            ids=(ExternalId("doi", "10.1/x"),),
            title="A title",
            abstract="Two lines",
            abstract_by="bzpeer",
            type="article",
            stated_year=2020,
            created="2019",
            updated="2020-02-29",
            published="2020-03-01",
            versions=(Version("v1", "2019"), Version("v2")),
            categories=(
                Category("arxiv", "cs.LG"),
                Category("tree", "T1", "A leaf", (Category("tree-branch", "B1", "A branch"),)),
            ),
            comments="9 pages",
            journal_ref="J 1",
            venue="The J",
            doi="10.1/x",
            licence="CC0",
            authors=(
                AuthorRecord(
                    name="Ann van Doe III",
                    family="van Doe",
                    given="Ann",
                    suffix="III",
                    affiliations=("Here",),
                    person_ids=(PersonId("orcid", "0", "person"),),
                    institutions=(
                        InstitutionId("ror", "05gq02987", "Uni X"),
                        InstitutionId("openalex", "I1"),
                    ),
                ),
            ),
            notices=(
                Notice("correction", "2021-02", ExternalId(**DOI), ExternalId(**DOI)),
                Notice("withdrawal"),
            ),
            unverified=frozenset({"ids", "created"}),
        )
    ]


@pytest.mark.parametrize(
    ("line", "record", "apart"),
    [
        (module._Line, WorkRecord, {"bzpeer", "format"}),
        (module._Author, AuthorRecord, set()),
        (module._PersonId, PersonId, set()),
        (module._InstitutionId, InstitutionId, set()),
        (module._ExternalId, ExternalId, set()),
        (module._Version, Version, set()),
        (module._Category, Category, set()),
        (module._Notice, Notice, set()),
    ],
)
def test_a_line_can_say_all_that_a_record_holds(
    line: type[msgspec.Struct], record: type[msgspec.Struct], apart: set[str]
) -> None:
    assert set(line.__struct_fields__) ^ set(record.__struct_fields__) == apart


def test_a_deletion_needs_neither_title_nor_authors() -> None:
    [found] = read(line(deleted=True, title=..., authors=...))
    assert found == WorkRecord(source="test", format="bzpeer/1", external_id="a1", deleted=True)


AUTHOR = {"name": "Ann Doe"}
UNASSERTED = {"scheme": "orcid", "value": "0"}
TOPIC = {"scheme": "tree", "code": "T1"}


def of_author(**fields: object) -> bytes:
    return line(authors=[AUTHOR | fields])


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        (line(bzpeer=2, anything="new"), "bzpeer", "is not 1"),
        (line(bzpeer=...), "bzpeer", "missing"),
        (line(bzpeer="1"), "bzpeer", "a whole number"),
        (line(bzpeer=True), "bzpeer", "a whole number"),
        (line(titel="x"), "titel", "not a field"),
        (line(format="x"), "format", "not a field"),
        (line(**{"\0a\x1b": 1}), "?a?", "not a field"),
        (line(authors=[AUTHOR | {"affiliation": []}]), "authors.affiliation", "not a field"),
        (line(source="No Slug"), "source", "slug"),
        (line(source=...), "source", "missing"),
        (line(external_id=...), "external_id", "missing"),
        (line(external_id=""), "external_id", "missing"),
        (line(external_id="a" * 201), "external_id", "printable"),
        (line(external_id="a\nb"), "external_id", "printable"),
        (line(title=""), "title", "missing"),
        (line(title=" \t\x07 "), "title", "missing"),
        (line(title=7), "title", "a text"),
        (line(title=None), "title", "a text"),
        (line(title="a\0b"), "title", "NUL"),
        (line(title="x" * 5_001), "title", "longer than 5,000"),
        (line(abstract="x" * 100_001), "abstract", "longer than 100,000"),
        (line(abstract_by="me"), "abstract_by", "not allowed"),
        (line(authors=[]), "authors", "missing"),
        (line(authors={}), "authors", "a list"),
        (line(authors=[None] * 10), "authors", "an object"),
        (line(authors=[{"name": " "}]), "authors", "empty name"),
        (line(authors=[AUTHOR] * 20_001), "authors", "more than 20,000"),
        (line(authors=[AUTHOR] * 300_001), "record", "more parts"),
        (line(authors=[{}]), "authors.name", "missing"),
        (line(authors=[AUTHOR | {"affiliations": "x"}]), "authors.affiliations", "a list"),
        (
            line(authors=[AUTHOR | {"person_ids": [UNASSERTED]}]),
            "authors.person_ids.asserted_by",
            "missing",
        ),
        (line(authors=[AUTHOR | {"given": "\0"}]), "authors", "NUL"),
        (line(created="2019-02-30"), "created", "not a date"),
        (line(updated="2999-13"), "updated", "not a date"),
        (line(published="0000"), "published", "not a date"),
        (line(record_date="yesterday"), "record_date", "not a date"),
        (line(record_date="2024-1-1"), "record_date", "not a date"),
        (line(record_date="２０２４"), "record_date", "not a date"),
        (line(stated_year=0), "stated_year", "not a year"),
        (line(stated_year=2020.5), "stated_year", "a whole number"),
        (line(versions=[{"label": "v1", "date": "2019-02-30"}]), "versions", "does not exist"),
        (line(versions=[{"label": ""}]), "versions", "printable"),
        (line(categories=[{"scheme": "arxiv", "code": ""}]), "categories", "printable"),
        (line(categories=[{"scheme": "A B", "code": "x"}]), "categories", "slug"),
        (line(ids=[{"scheme": "doi", "value": "a\0"}]), "ids", "printable"),
        (line(ids=[{"scheme": "doi", "value": "1"}] * 1_001), "ids", "more than 1,000"),
        (line(categories=[TOPIC | {"name": "x" * 301}]), "categories", "longer than 300"),
        (line(categories=[TOPIC | {"broader": [TOPIC] * 21}]), "categories", "more than 20"),
        (line(categories=[TOPIC | {"broader": [TOPIC | {"code": ""}]}]), "categories", "printable"),
        (line(categories=[TOPIC | {"broader": [TOPIC | {"name": "a\0"}]}]), "categories", "NUL"),
        (
            line(categories=[TOPIC | {"broader": [TOPIC | {"broader": []}]}]),
            "categories.broader.broader",
            "not a field",
        ),
        (line(venue="x" * 2_001), "venue", "longer than 2,000"),
        (line(venue=None), "venue", "a text"),
        (line(notices=[{"kind": "rumour"}]), "notices.kind", "not allowed"),
        (line(notices=[{}]), "notices.kind", "missing"),
        (line(notices=[{"kind": "retraction", "date": "2021-02-30"}]), "notices", "not exist"),
        (line(notices=[{"kind": "retraction", "date": "0000"}]), "notices", "not exist"),
        (line(notices=[{"kind": "retraction", "by": DOI | {"value": ""}}]), "notices", "printable"),
        (line(notices=[{"kind": "retraction", "by": DOI | {"x": 1}}]), "notices.by.x", "a field"),
        (line(notices=[{"kind": "retraction"}] * 1_001), "notices", "more than 1,000"),
        (of_author(institutions=[{"scheme": "ROR!", "value": "x"}]), "authors", "slug"),
        (of_author(institutions=[{"scheme": "ror", "value": ""}]), "authors", "printable"),
        (
            of_author(institutions=[{"scheme": "ror", "value": "x", "name": "x" * 1_001}]),
            "authors",
            "longer than 1,000",
        ),
        (
            of_author(institutions=[{"scheme": "ror", "value": "x"}] * 1_001),
            "authors",
            "more than 1,000",
        ),
        (line(unverified=["titles"]), "unverified", "no field"),
        (line(deleted="yes"), "deleted", "true or false"),
        (line(title="\ud800"), "record", "surrogate"),
        (line(title="\udc00 and on and on"), "record", "surrogate"),
        (line().replace(b'"A title"', b"NaN"), "record", "number"),
        (line().replace(b'"A title"', b"-Infinity"), "record", "number"),
        (line().replace(b"A title", b"\xff"), "record", "UTF-8"),
        (line().replace(b"A title", b"\xed\xa0\x80"), "record", "UTF-8"),
        (line().replace(b"A title", b"a\x01b"), "record", "one JSON object"),
        (b'{"bzpeer":1,"authors":' + b"[" * 200_000, "record", "nested"),
        (b'{"bzpeer":1,"authors":' + b'{"a":' * 90_000, "record", "nested"),
        (line(title="x" * (20 << 20)), "record", "larger than 8 MB"),
        (b"[1]", "record", "one JSON object"),
        (b"nonsense", "record", "one JSON object"),
        (b"\0\0\0\0", "record", "one JSON object"),
        (line() + line(), "record", "one JSON object"),
    ],
)
def test_a_poisoned_line_is_one_reject_and_its_neighbours_are_read(
    broken: bytes, field: str, reason: str
) -> None:
    before, reject, after = read(line(external_id="b"), broken, line(external_id="c"))
    assert (before.external_id, after.external_id) == ("b", "c")
    assert isinstance(after, WorkRecord)
    assert isinstance(reject, Rejected)
    assert (reject.position, reject.field) == (2, field)
    assert reason in reject.reason
    assert len(reject.raw) <= 4_000
    assert "\0" not in reject.raw + reject.external_id


@pytest.mark.parametrize("date", ["1999", "1999-12", "2000-02-29", "2999-01-01", ""])
def test_dates_may_be_partial_or_far_ahead(date: str) -> None:
    [found] = read(line(created=date))
    assert isinstance(found, WorkRecord)
    assert found.created == date


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("a\tb\r\nc\x07d", "a b c d"),
        ("  a  b ", "a b"),
        ("a\x85b\x9f", "a b"),
        ("n\u00a0b \u202ex \U0001d54f", "n\u00a0b \u202ex \U0001d54f"),
    ],
)
def test_controls_become_a_space_and_no_letter_is_lost(text: str, tidied: str) -> None:
    [found] = read(line(title=text))
    assert isinstance(found, WorkRecord)
    assert found.title == tidied


def test_byte_order_mark_blank_lines_and_line_ends_are_passed_over() -> None:
    data = b"\xef\xbb\xbf" + line() + b"\r\n\r\n \n" + line(external_id="b") + b"\r\n"
    assert ids(data) == ["a1", "b"]


def test_positions_count_records_and_not_blank_lines() -> None:
    assert [
        found.position for found in read(b"", b"x", b"", b"y") if isinstance(found, Rejected)
    ] == [1, 2]


def test_a_cut_off_end_is_one_reject() -> None:
    whole, cut = read(line(), line(external_id="b")[:-9])
    assert isinstance(whole, WorkRecord)
    assert isinstance(cut, Rejected)
    assert cut.reason == "is cut off by the end of the file"
    assert cut.external_id == "b"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le"])
def test_other_encodings_refuse_the_file(encoding: str) -> None:
    data = line().decode().encode(encoding)
    assert BZPEER.holds(data)
    with pytest.raises(Refused, match="UTF-16"):
        read(data)


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (line(), True),
        (b"\xef\xbb\xbf" + line(), True),
        (b"\n\n" + line(), True),
        (b"poison\n" + line(bzpeer=2), True),
        (b'{"id": "2401.00001", "title": "on bzpeer"}', False),
        (b"<OAI-PMH/>", False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert BZPEER.holds(head) is ours


@given(st.lists(st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"")), max_size=5))
def test_garbage_never_costs_a_good_neighbour(garbage: list[bytes]) -> None:
    woven = [
        part
        for index, piece in enumerate(garbage)
        for part in (line(external_id=f"g{index}"), b"!" + piece)
    ]
    expected = [f"g{index}" for index in range(len(garbage))]
    assert ids(line(external_id="first"), *woven, line(external_id="last")) == [
        "first",
        *expected,
        "last",
    ]


def peak(size: int) -> int:
    def stream() -> Iterator[bytes]:
        page = b"".join(line(abstract="x" * 1_500) + b"\n" for _ in range(40))
        yield from (page for _ in range(size // len(page)))

    tracemalloc.start()
    try:
        assert sum(1 for _ in BZPEER.read(Pieces(stream()))) > size // 2_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    small, large = peak(5 * MB), peak(50 * MB)
    assert large < small + MB // 2
    assert large < 2 * MB


def test_a_line_of_200_mb_is_passed_over_in_bounded_memory() -> None:
    def stream() -> Iterator[bytes]:
        yield b'{"bzpeer": 1, "title": "'
        yield from (b"x" * MB for _ in range(200))
        yield b'"}\n' + line()

    tracemalloc.start()
    reject, found = BZPEER.read(Pieces(stream()))
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(reject, Rejected)
    assert isinstance(found, WorkRecord)
    assert high < 20 * MB


def test_the_document_tells_the_truth() -> None:
    text = DOCUMENT.read_text()
    [example] = re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)
    assert [type(found) for found in read(example.encode())] == [WorkRecord]
    structs = (WorkRecord, AuthorRecord, Notice)
    for field in {name for one in structs for name in one.__struct_fields__} - {"format"}:
        assert f"`{field}`" in text
    for part in (ExternalId, PersonId, InstitutionId, Category, Version):
        keys = ", ".join(f'"{name}"' for name in part.__struct_fields__)
        assert f"`{{{keys}}}`" in text

"""OpenAlex's works: which files are ours, and what each field becomes."""

import io
import json
import os
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.sources.compressed import open_stream
from works.sources.openalex import OPENALEX

DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "openalex"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")
HOST = "https://openalex.org/"
MB = 1 << 20
PARATEXT = "is paratext, such as a cover or a contents page, and no work"


def authorship(name: str, **changes: object) -> dict[str, object]:
    return {"author": {"id": f"{HOST}A1", "display_name": name}, "raw_author_name": name, **changes}


def body(**changes: object) -> dict[str, object]:
    """A work; a change of `...` takes the key away."""
    base = {"id": f"{HOST}W1", "title": "A title", "authorships": [authorship("Ann Doe")]}
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


def line(**changes: object) -> bytes:
    return json.dumps(body(**changes)).encode()


def read(*lines: bytes) -> list[WorkRecord | Rejected]:
    return list(OPENALEX.read(io.BytesIO(b"\n".join(lines))))


def work(**changes: object) -> WorkRecord:
    [found] = read(line(**changes))
    assert isinstance(found, WorkRecord), found
    return found


def test_every_field_has_its_place() -> None:
    stated = body(
        doi="https://doi.org/10.1234/ABC.5",
        ids={
            "openalex": f"{HOST}W1",
            "pmid": "https://pubmed.ncbi.nlm.nih.gov/123",
            "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/456",
            "mag": 99,
        },
        title="On <i>x</i> &amp; $y$ &lt; 1",
        abstract_inverted_index={"again": [3, 9], "We": [0], "x": [2]},
        type="article",
        publication_date="2020-04-17",
        publication_year=2020,
        updated_date="2024-05-06T07:08:09.1",
        language="de",
        primary_location={
            "license": "cc-by",
            "source": {"display_name": "Acta &amp; Examplia", "type": "journal"},
        },
        biblio={"volume": "12", "issue": "3", "first_page": "45", "last_page": "67"},
        primary_topic={"id": f"{HOST}T2", "display_name": "Second  topic"},
        topics=[{"id": f"{HOST}T1", "display_name": "First"}, {"id": f"{HOST}T2"}],
        locations=[{"landing_page_url": "http://arxiv.org/abs/1907.02124v2"}],
        authorships=[
            {
                "author": {
                    "id": f"{HOST}A5",
                    "display_name": "Jane B. Doe",
                    "orcid": "https://orcid.org/0000-0002-1825-0097",
                },
                "raw_author_name": "J. Doe",
                "raw_affiliation_strings": ["Here", "There"],
            }
        ],
    )
    assert read(json.dumps(stated).encode()) == [
        WorkRecord(
            source="openalex",
            format="openalex/works",
            external_id="W1",
            record_date="2024-05-06",
            ids=(
                ExternalId("openalex", "W1"),
                ExternalId("doi", "10.1234/abc.5"),
                ExternalId("pmid", "123"),
                ExternalId("pmcid", "PMC456"),
                ExternalId("arxiv", "1907.02124"),
            ),
            title="On <i>x</i> & $y$ < 1",
            abstract="We x again again",
            type="article",
            stated_year=2020,
            published="2020-04-17",
            categories=(
                Category("openalex", "T2", "Second topic"),
                Category("openalex", "T1", "First"),
            ),
            journal_ref="Acta & Examplia 12 (3), 45-67",
            doi="10.1234/abc.5",
            licence="cc-by",
            authors=(
                AuthorRecord(
                    name="J. Doe",
                    affiliations=("Here", "There"),
                    person_ids=(
                        PersonId("openalex", "A5", "openalex"),
                        PersonId("orcid", "0000-0002-1825-0097", "openalex"),
                    ),
                ),
            ),
        )
    ]


def test_nulls_everywhere_are_nothing() -> None:
    names = "doi ids abstract_inverted_index type publication_date updated_date primary_location"
    more = "locations biblio primary_topic topics authors_count is_authors_truncated"
    nothing = dict.fromkeys(f"{names} {more}".split())
    assert work(**nothing) == work()


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["https://arxiv.org/abs/math.CO/0101001v3"], ["math.CO/0101001"]),
        (
            ["https://doi.org/10.48550/arxiv.2001.00001", "http://arxiv.org/abs/2001.00001"],
            ["2001.00001"],
        ),
        (["http://arxiv.org/abs/2001.00001", "http://arxiv.org/abs/2001.00002"], []),
        (["https://example.org/?u=arxiv.org/abs/2001.00001", None, "arxiv.org"], []),
    ],
)
def test_an_arxiv_identifier_is_taken_where_it_is_clear(
    addresses: list[str | None], expected: list[str]
) -> None:
    found = work(locations=[{"landing_page_url": address} for address in addresses])
    assert [item.value for item in found.ids if item.scheme == "arxiv"] == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Doe, Jane", ("Jane Doe", "Doe", "Jane")),
        ("Jane Doe", ("Jane Doe", "", "")),
        ("Doe, Jr.", ("Doe, Jr.", "", "")),
        ("Jane Doe, PhD", ("Jane Doe, PhD", "", "")),
        ("Doe, Jane, Here", ("Doe, Jane, Here", "", "")),
        (",Institute", (",Institute", "", "")),
    ],
)
def test_names_come_in_reading_order(raw: str, expected: tuple[str, str, str]) -> None:
    [author] = work(authorships=[authorship(raw)]).authors
    assert (author.name, author.family, author.given) == expected


def test_a_name_that_is_only_the_authors_is_taken_from_there() -> None:
    assert work(authorships=[authorship("Ann", raw_author_name=None)]).authors[0].name == "Ann"


@pytest.mark.parametrize(
    ("author", "raw_orcid", "expected"),
    [
        ({"id": f"{HOST}A9999999999"}, None, []),
        ({"id": None}, None, []),
        ({"orcid": "https://orcid.org/0000-0002-1825-0098"}, None, []),
        ({"orcid": "https://orcid.org/0000-0002-1694-233x"}, None, ["0000-0002-1694-233X"]),
        (
            {"orcid": "https://orcid.org/0000-0002-1694-233X"},
            "https://orcid.org/0000-0002-1825-0097",
            ["0000-0002-1825-0097"],
        ),
    ],
)
def test_identifiers_of_persons(
    author: dict[str, object], raw_orcid: str | None, expected: list[str]
) -> None:
    [found] = work(authorships=[authorship("A", author=author, raw_orcid=raw_orcid)]).authors
    assert [person.value for person in found.person_ids] == expected


@pytest.mark.parametrize(
    ("changes", "is_cut"),
    [
        ({}, False),
        ({"is_authors_truncated": True}, True),
        ({"is_authors_truncated": False, "authors_count": 100}, False),
        ({"authors_count": 100}, False),
        ({"authors_count": 101}, True),
    ],
)
def test_a_byline_that_was_cut_is_unverified(changes: dict[str, object], is_cut: bool) -> None:
    found = work(authorships=[authorship(f"A {n}") for n in range(100)], **changes)
    assert len(found.authors) == 100
    assert found.unverified == (frozenset({"authors"}) if is_cut else frozenset())


def test_a_repeated_name_without_an_author_is_dropped_and_said() -> None:
    nobody = {"id": None, "display_name": "Doe, Ann"}
    twice = [authorship("Doe, Ann"), authorship("Roe, B"), authorship("Doe, Ann", author=nobody)]
    found = work(authorships=twice)
    assert [author.name for author in found.authors] == ["Ann Doe", "B Roe"]
    assert found.unverified == {"authors"}
    two_people = work(authorships=[authorship("Wei Zhang"), authorship("Wei Zhang")])
    assert len(two_people.authors) == 2


@pytest.mark.parametrize(
    ("date", "expected"),
    [("2020-01-01", "2020"), ("2020-01-02", "2020-01-02"), (None, "")],
)
def test_a_first_of_january_is_a_year(date: str | None, expected: str) -> None:
    assert work(publication_date=date, publication_year=2020).published == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [({"display_name": "J"}, "J 7"), ({"display_name": "R", "type": "repository"}, ""), (None, "")],
)
def test_a_repository_is_no_journal(source: dict[str, str] | None, expected: str) -> None:
    found = work(primary_location={"source": source}, biblio={"volume": "7"})
    assert found.journal_ref == expected


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ({}, ""),
        ({"b": [5_000_000], "a": [-3]}, "a b"),
        ({"x": [2**63]}, "x"),
        ({"a": [0, 0], "b": [0]}, "a a b"),
    ],
)
def test_gaps_in_an_abstract_cost_nothing(index: dict[str, list[int]], expected: str) -> None:
    assert work(abstract_inverted_index=index).abstract == expected


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        (line(id=...), "external_id", "missing"),
        (line(id=7), "id", "a text or null"),
        (line(id=f"{HOST}A1"), "external_id", "of a work"),
        (line(title=None), "title", "missing"),
        (line(title="a\0b"), "title", "NUL"),
        (line(title="x" * 5_001), "title", "longer"),
        (line(title="\ud800"), "record", "surrogate"),
        (line().replace(b'"A title"', b"NaN"), "record", "number"),
        (line().replace(b"A title", b"\xff"), "record", "UTF-8"),
        (line(authorships=[]), "authors", "missing"),
        (line(authorships=[None] * 10), "authorships", "an object"),
        (line(authorships=[{}]), "authors", "empty name"),
        (line(authorships=[authorship("A")] * 20_001), "authors", "more than 20,000"),
        (line(authorships=[{}] * 250_000), "record", "more parts"),
        (line(topics=[{"id": "T1", "display_name": "x" * 301}]), "categories", "longer than 300"),
        (line(publication_date="2020-02-30"), "published", "not a date"),
        (line(publication_year="2020"), "publication_year", "a whole number"),
        (line(publication_year=0), "stated_year", "not a year"),
        (line(is_paratext=True), "type", "paratext"),
        (line(type="paratext"), "type", "paratext"),
        (line(abstract_inverted_index=["x"]), "abstract_inverted_index", "positions"),
        (line(abstract_inverted_index={"x": ["1"]}), "abstract_inverted_index", "positions"),
        (line(abstract_inverted_index={"x" * 9_999: [*range(11)]}), "abstract", "longer"),
        (line(abstract_inverted_index={"xy": [*range(400_000)]}), "abstract", "index"),
        (line(x=json.loads("[" * 70 + "]" * 70)), "record", "nested"),
        (line(title="x" * (9 << 20)), "record", "8 MB"),
        (b"nonsense", "record", "one JSON object"),
        (line()[:-3], "record", "not closed"),
    ],
)
def test_a_poisoned_record_is_one_reject_and_its_neighbours_are_read(
    broken: bytes, field: str, reason: str
) -> None:
    before, reject, after = read(line(id=f"{HOST}W7"), broken, line(id=f"{HOST}W8"))
    assert isinstance(before, WorkRecord)
    assert isinstance(after, WorkRecord)
    assert isinstance(reject, Rejected)
    assert (reject.position, reject.field) == (2, field)
    assert reason in reject.reason
    assert len(reject.raw) <= 4_000
    assert "\0" not in reject.raw


def test_a_reject_names_its_work() -> None:
    [reject] = read(line(title=None))
    assert isinstance(reject, Rejected)
    assert reject.external_id == "W1"


def test_an_index_of_many_words_stays_small() -> None:
    bomb = line(abstract_inverted_index={"word" * 2_000: [*range(200_000)]})
    tracemalloc.start()
    [found] = read(bomb)
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(found, Rejected)
    assert high < 60 * MB


@pytest.mark.parametrize(
    "data",
    [
        b'{"error": "Invalid query parameters error.", "message": "x is not a field"}',
        b'{"meta": {"count": 0}, "results": [], "group_by": []}',
        b"",
    ],
)
def test_answers_without_records_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read(data)


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (line(), True),
        (b"\xef\xbb\xbf" + json.dumps({"meta": {}, "results": [body()]}, indent=4).encode(), True),
        (b"{poison\n" + line(), True),
        (line().decode().encode("utf-16"), True),
        (b'{"results": [{"ids": {"openalex": "https://openalex.org/W12"}}]}', True),
        (b'{"id": "https://openalex.org/A5", "works_api_url": "https://x/W1"}', False),
        (b'{"file": "1", "uri": "https://api.openalex.org/works/W1"}', False),
        (b'<a id="https://openalex.org/W1"/>', False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert OPENALEX.holds(head) is ours


NOT_OURS = {
    *(f"openalexPro/000{n}.json" for n in (2, 3, 5, 6, 7)),
    *(f"researchhub/{n}.json" for n in ("0001", "0002", "0005", "0007", "0010", "0011")),
    "openalexPro/index.jsonl",
    "researchhub/index.jsonl",
}
REAL = {
    "works.jsonl.gz": (
        336,
        {("authors", "are missing"): 8, ("type", PARATEXT): 4, ("title", "is missing"): 1},
    ),
    "bodies/openalexPro/0004.json": (195, {("authors", "are missing"): 4, ("type", PARATEXT): 1}),
    "bodies/openalexPro/0008.json": (0, {("title", "is missing"): 1}),
    "bodies/openalexPro/0025.broken.json": (
        47,
        {("authors", "are missing"): 1, ("type", PARATEXT): 1},
    ),
    "bodies/researchhub/0004.json": (3, {}),
}


@needs_data
def test_which_real_bodies_are_ours() -> None:
    found = set()
    for path in sorted((DATA / "bodies").rglob("*.json*")):
        with open_stream(path) as stream:
            if not OPENALEX.holds(stream.peek(1 << 16)):
                found.add(str(path.relative_to(DATA / "bodies")))
    assert found == NOT_OURS


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read(name: str) -> None:
    with open_stream(DATA / name) as stream:
        found = list(OPENALEX.read(stream))
    rejects = [one for one in found if isinstance(one, Rejected)]
    assert (len(found) - len(rejects), Counter((one.field, one.reason) for one in rejects)) == REAL[
        name
    ]
    assert all(one.external_id for one in rejects)


@needs_data
def test_a_real_record_says_what_it_says() -> None:
    with open_stream(DATA / "works.jsonl.gz") as stream:
        works = {
            one.external_id: one for one in OPENALEX.read(stream) if isinstance(one, WorkRecord)
        }
    found = works["W3122364323"]
    assert (found.published, found.journal_ref) == (
        "2000-02-01",
        "Journal of Political Economy 108 (1), 173-206",
    )
    assert found.ids == (ExternalId("openalex", "W3122364323"), ExternalId("doi", "10.1086/262115"))
    assert found.authors[0].person_ids == (
        PersonId("openalex", "A5067947840", "openalex"),
        PersonId("orcid", "0000-0002-0647-128X", "openalex"),
    )
    assert found.categories[0].name == "Intellectual Property and Patents"
    assert sum(bool(one.abstract) for one in works.values()) > 270

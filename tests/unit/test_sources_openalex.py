"""OpenAlex's works: which files are ours, and what each field becomes."""

import io
import json
import tracemalloc

import pytest

from tests.factories.openalex import HOST, authorship, body, line
from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    InstitutionId,
    Notice,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.sources.openalex import OPENALEX

MB = 1 << 20
INSTITUTIONS = [{"id": f"{HOST}I{n}"} for n in range(1_001)]
PARATEXT = "is paratext, such as a cover or a contents page, and no work"


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
        topics=[
            {"id": f"{HOST}T1", "display_name": "First"},
            {
                "id": f"{HOST}T2",
                "subfield": {"id": f"{HOST}subfields/2002", "display_name": "Sub  field"},
                "field": {"id": f"{HOST}fields/20", "display_name": "Field"},
                "domain": {"id": f"{HOST}domains/2"},
            },
        ],
        is_retracted=True,
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
                "institutions": [
                    {
                        "id": f"{HOST}I7",
                        "ror": "https://ror.org/05GQ02987",
                        "display_name": "Uni &amp; Co",
                    },
                    {"id": f"{HOST}I8", "ror": None, "display_name": "Elsewhere"},
                ],
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
                Category(
                    "openalex",
                    "T2",
                    "Second topic",
                    broader=(
                        Category("openalex-subfield", "2002", "Sub field"),
                        Category("openalex-field", "20", "Field"),
                        Category("openalex-domain", "2"),
                    ),
                ),
                Category("openalex", "T1", "First"),
            ),
            journal_ref="Acta & Examplia 12 (3), 45-67",
            venue="Acta & Examplia",
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
                    institutions=(
                        InstitutionId("ror", "05gq02987", "Uni & Co"),
                        InstitutionId("openalex", "I8", "Elsewhere"),
                    ),
                ),
            ),
            notices=(Notice("retraction"),),
        )
    ]


def test_nulls_everywhere_are_nothing() -> None:
    names = "doi ids abstract_inverted_index type publication_date updated_date primary_location"
    more = "locations biblio primary_topic topics authors_count is_authors_truncated"
    nothing = dict.fromkeys(f"{names} {more}".split())
    assert work(**nothing) == work()


@pytest.mark.parametrize("level", [2002, f"{HOST}subfields/2002/", "subfields/2002"])
def test_a_level_of_topics_has_a_number(level: object) -> None:
    [topic] = work(
        topics=[{"id": "T1", "subfield": {"id": level}, "domain": {"id": "x"}}]
    ).categories
    assert topic.broader == (Category("openalex-subfield", "2002"),)


def test_arxivs_own_doi_is_its_id_and_no_publication() -> None:
    found = work(doi="https://doi.org/10.48550/arXiv.2001.00001")
    assert found.doi == ""
    assert found.ids == (ExternalId("openalex", "W1"), ExternalId("arxiv", "2001.00001"))


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["https://arxiv.org/abs/math.CO/0101001v3"], ["math/0101001"]),
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
    ("date", "expected"),
    [("2020-01-01", "2020"), ("2020-01-02", "2020-01-02"), (None, "")],
)
def test_a_first_of_january_is_a_year(date: str | None, expected: str) -> None:
    assert work(publication_date=date, publication_year=2020).published == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"display_name": "J"}, ("J", "J 7")),
        ({"display_name": "R", "type": "repository"}, ("", "")),
        ({"display_name": "X eBooks", "type": "ebook platform"}, ("", "")),
        ({"display_name": "S", "type": "book series"}, ("S", "S 7")),
        (None, ("", "")),
    ],
)
def test_a_repository_is_no_venue(source: dict[str, str] | None, expected: tuple[str, str]) -> None:
    found = work(primary_location={"source": source}, biblio={"volume": "7"})
    assert (found.venue, found.journal_ref) == expected


def test_a_text_at_arxiv_names_the_work() -> None:
    place = {
        "landing_page_url": "https://doi.org/10.5555/x",
        "pdf_url": "https://arxiv.org/pdf/2001.00001v2",
    }
    assert work(locations=[place]).ids[1:] == (ExternalId("arxiv", "2001.00001"),)


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
        (line(authorships=[{}] * 300_001), "record", "more parts"),
        (line(topics=[{"id": "T1", "field": {"id": []}}]), "topics.field.id", "whole number"),
        (line(authorships=[authorship("A", institutions="x")]), "authorships.institutions", "list"),
        (
            line(authorships=[authorship("A", institutions=INSTITUTIONS)]),
            "authors",
            "more than 1,000",
        ),
        (line(topics=[{"id": "T1", "display_name": "x" * 301}]), "categories", "longer than 300"),
        (line(publication_date="2020-02-30"), "published", "not a date"),
        (line(publication_year="2020"), "publication_year", "a whole number"),
        (line(publication_year=0), "stated_year", "not a year"),
        (line(is_paratext=True), "type", "paratext"),
        (line(type="paratext"), "type", "paratext"),
        (line(abstract_inverted_index=["x"]), "abstract_inverted_index", "positions"),
        (line(abstract_inverted_index={"x": ["1"]}), "abstract_inverted_index", "positions"),
        (line(abstract_inverted_index={"xyz": [0]}).replace(b"xyz", b"\xff"), "record", "UTF-8"),
        (line(abstract_inverted_index={"x" * 9_999: [*range(11)]}), "abstract", "longer"),
        (line(abstract_inverted_index={"xy": [*range(400_000)]}), "abstract", "index"),
        (line(x=json.loads("[" * 70 + "]" * 70)), "record", "nested"),
        (line(title="x" * (21 << 20)), "record", "20 MB"),
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


def test_ten_thousand_authors_with_two_affiliations_are_read_in_little_memory() -> None:
    place = {"id": f"{HOST}I1", "ror": "https://ror.org/05gq02987", "lineage": [f"{HOST}I2"] * 2}
    there = "Department of Examples, University of Somewhere, Long Street 1, 12345 Town, Country"
    author = authorship(
        "A. N. Author",
        author_position="middle",
        institutions=[place | {"display_name": "University of Somewhere"}] * 2,
        raw_affiliation_strings=[there] * 2,
        affiliations=[{"raw_affiliation_string": there, "institution_ids": [f"{HOST}I1"] * 3}] * 2,
    )
    record = line(authorships=[author] * 10_000)
    assert 10 * MB < len(record) < 20 * MB
    stream = io.BytesIO(record)
    tracemalloc.start()
    [found] = OPENALEX.read(stream)
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(found, WorkRecord)
    assert len(found.authors) == 10_000
    assert high < 60 * MB


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
        (b'{"entries": [{"url": "s3://openalex/data/works/part_000.gz"}], "meta": {}}', False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert OPENALEX.holds(head) is ours

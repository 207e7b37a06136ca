"""OpenAlex's authors: their names, their identifiers, their institutions, and bylines cut short."""

import io

import pytest

from tests.factories.openalex import HOST, authorship, line
from works.domain.records import WorkRecord
from works.sources.openalex import OPENALEX


def work(**changes: object) -> WorkRecord:
    [found] = OPENALEX.read(io.BytesIO(line(**changes)))
    assert isinstance(found, WorkRecord), found
    return found


@pytest.mark.parametrize(
    ("institution", "expected"),
    [
        ({"ror": "https://ror.org/05gq02987"}, [("ror", "05gq02987")]),
        ({"ror": "https://ror.org/x", "id": f"{HOST}I7"}, [("openalex", "I7")]),
        ({"ror": "https://ror.org/05gq02988", "id": f"{HOST}I7"}, [("openalex", "I7")]),
        ({"ror": None, "id": f"{HOST}institutions/I7"}, [("openalex", "I7")]),
        ({"ror": None, "id": f"{HOST}A7"}, []),
        ({}, []),
    ],
)
def test_institutions_are_known_by_their_ror_id(
    institution: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    [found] = work(authorships=[authorship("A", institutions=[institution, institution])]).authors
    assert [(place.scheme, place.value) for place in found.institutions] == expected


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

"""Which reports are of one work: a table of cases, and laws that hold of any reports."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.records import changed, person, work
from works.domain.records import ExternalId, Notice, WorkRecord
from works.domain.sameness import CROWD, Decided, Face, face, partition

TITLE = "How tides move the sand of shallow bays"
ANN, BO, CY = "Ann Lee", "Bo Mato", "Cy Day"


def ids(**named: str) -> tuple[ExternalId, ...]:
    return tuple(ExternalId(scheme.replace("_", "-"), value) for scheme, value in named.items())


def preprint(*people: str, number: int = 1, **fields: Any) -> WorkRecord:
    return work(*people or (ANN, BO), number=number, **{"title": TITLE} | fields)


def published(*people: str, key: str = "10.5555/a", **fields: Any) -> WorkRecord:
    """What Crossref says of a work with this DOI."""
    given = {
        "source": "crossref",
        "format": "crossref/works",
        "external_id": key,
        "ids": ids(doi=key),
        "doi": key,
        "title": TITLE,
        "type": "journal-article",
        "created": "",
        "published": "2024-06",
    }
    return changed(work(*people or (ANN, BO)), **given | fields)


def copied(*people: str, key: str = "W1", **fields: Any) -> WorkRecord:
    """What OpenAlex says."""
    given = {
        "source": "openalex",
        "format": "openalex/works",
        "external_id": key,
        "ids": ids(openalex=key),
        "title": TITLE,
        "type": "article",
        "created": "",
        "stated_year": 2024,
    }
    return changed(work(*people or (ANN, BO)), **given | fields)


def listed(*people: str, key: str = "2024.bays-1.1", **fields: Any) -> WorkRecord:
    """What the ACL Anthology says."""
    given = {
        "source": "acl",
        "format": "acl/xml",
        "external_id": key,
        "ids": ids(acl=key),
        "title": TITLE,
        "type": "proceedings-article",
        "created": "",
        "published": "2024-07",
    }
    return changed(work(*people or (ANN, BO)), **given | fields)


def groups(*records: WorkRecord, decided: Decided | None = None) -> list[set[str]]:
    """The external ids of each work."""
    found = partition(map(face, records), decided or Decided())
    return [{external_id for _, external_id in group.voices} for group in found]


def rules(*records: WorkRecord) -> list[str]:
    return [join.rule for group in partition(map(face, records)) for join in group.joins]


ONE_WORK: dict[str, tuple[list[WorkRecord], list[str]]] = {
    "two formats of one report": (
        [preprint(), preprint(format="arxiv-oai/arXivRaw", title="Another title altogether")],
        ["format"],
    ),
    "the arXiv identifier, stated by an aggregator": (
        [preprint(), copied(ids=ids(openalex="W1", arxiv="2401.00001v2"))],
        ["arxiv"],
    ),
    "the arXiv identifier as a DOI": (
        [preprint(), copied(doi="10.48550/arXiv.2401.00001", title="Sand")],
        ["arxiv"],
    ),
    "the DOI, in another spelling": (
        [preprint(doi="10.5555/A"), published()],
        ["doi"],
    ),
    "title and order of authors changed between preprint and publication": (
        [preprint(ANN, BO, CY, doi="10.5555/a"), published(CY, BO, ANN, title="On moving sand")],
        ["doi"],
    ),
    "title, year and people, where no identifier is shared": (
        [preprint(), published()],
        ["title"],
    ),
    "a title with other signs, capitals and TeX": (
        [preprint(title="How {\\it tides} move the Sand of shallow---bays"), listed()],
        ["title"],
    ),
    "names by their initials": ([preprint("A. Lee", "B. Mato"), published()], ["title"]),
    "names the other way round": ([preprint("Lee, Ann", "Mato Bo"), published()], ["title"]),
    "the year before": ([preprint(created="2023-11-30"), published()], ["title"]),
    "half of the people": ([preprint(ANN, BO), published(ANN, CY)], ["title"]),
    "a list that a source cut": (
        [
            preprint(ANN, BO, CY, "Di Fu", "Ed Goh"),
            copied(ANN, BO, unverified=frozenset({"authors"})),
        ],
        ["title"],
    ),
    "a preprint of a server with DOIs and what became of it": (
        [
            published(key="10.1101/2024.01.02.123456", type="posted-content", published="2023-12"),
            published(),
        ],
        ["title"],
    ),
    "two versions of such a preprint": (
        [
            published(key="10.21203/rs.3.rs-12/v1", type="posted-content"),
            published(key="10.21203/rs.3.rs-12/v2", type="posted-content"),
        ],
        ["identifier"],
    ),
    "a preprint that names its publication": (
        [
            published(
                key="10.1101/123456",
                type="posted-content",
                title="Sand",
                ids=ids(doi="10.1101/123456", same_as_doi="10.5555/a"),
            ),
            published(),
        ],
        ["doi"],
    ),
    "a Chinese title is told by few characters": (
        [preprint(title="潮汐如何搬运浅湾沙"), published(title="潮汐如何搬运浅湾沙")],
        ["title"],
    ),
}


@pytest.mark.parametrize("case", ONE_WORK)
def test_one_work(case: str) -> None:
    records, by = ONE_WORK[case]
    assert len(groups(*records)) == 1
    assert rules(*records) == by


WORKS_APART: dict[str, list[WorkRecord]] = {
    "other people": [preprint(), published("Di Fu", "Ed Goh")],
    "a namesake alone": [preprint("Ann Lee"), published("Ann Lee", "Bo Mato", "Cy Day")],
    "initials that differ": [preprint("A. Lee"), published("B. Lee")],
    "two years later": [preprint(created="2021-01-01"), published()],
    "no year at all": [preprint(created=""), published()],
    "a plain title": [preprint(title="Introduction"), published(title="Introduction")],
    "a longer plain title": [
        preprint(title="Proceedings of the Bay Days"),
        published(title="Proceedings of the Bay Days"),
    ],
    "one and two": [preprint(title=f"{TITLE}, part I"), published(title=f"{TITLE}, part II")],
    "two publications": [published(), published(key="10.5555/b")],
    "two papers of one conference": [listed(), listed(key="2024.bays-2.7")],
    "two preprints": [preprint(), preprint(number=2)],
    "a data set of that title": [published(), published(key="10.5555/b", type="dataset")],
    "a guess": [
        preprint(title="Tides"),
        copied(title="Tides", ids=ids(arxiv="2401.00001"), unverified=frozenset({"ids"})),
    ],
    "a guessed DOI": [
        preprint(doi="10.5555/a", title="Tides", unverified=frozenset({"doi"})),
        published(title="Tides"),
    ],
    "an ISBN, which is that of the book": [
        published(title="Tides", ids=ids(isbn="9780000000000"), doi="", key="10.5555/c"),
        published(title="Bays", ids=ids(isbn="9780000000000"), doi="", key="10.5555/d"),
    ],
    "a wrong DOI: other people": [
        preprint("Di Fu", doi="10.5555/a", title="Why gulls sleep on one leg"),
        published(),
    ],
    "a wrong DOI: a comment upon the work": [
        preprint("Di Fu", doi="10.5555/a", title=f"Discussion of: {TITLE}"),
        published(),
    ],
    "a wrong DOI: one of two people, another title": [
        preprint(ANN, "Di Fu", doi="10.5555/a", title="Why gulls sleep on one leg"),
        published(),
    ],
    "one DOI on two preprints": [
        preprint(doi="10.5555/a"),
        preprint(number=2, doi="10.5555/a"),
    ],
    "the notice of a correction and what it corrects": [
        published(),
        published(
            key="10.5555/b", notices=(Notice("correction", about=ExternalId("doi", "10.5555/a")),)
        ),
    ],
}


@pytest.mark.parametrize("case", WORKS_APART)
def test_works_apart(case: str) -> None:
    assert len(groups(*WORKS_APART[case])) == 2


def test_a_preprint_goes_with_the_publication_that_is_nearest() -> None:
    late = published(key="10.5555/late", published="2025-01")
    assert {"2401.00001", "10.5555/a"} in groups(preprint(), published(), late)


def test_a_wrong_doi_of_another_preprint_does_not_take_the_place() -> None:
    wrong = preprint(number=2, doi="10.5555/a", title="How gulls move the sand")
    assert {"2401.00001", "10.5555/a"} in groups(preprint(doi="10.5555/a"), wrong, published())


def test_what_is_reported_by_four_sources_is_one_work() -> None:
    four = [
        preprint(doi="10.5555/a"),
        published(),
        copied(ids=ids(openalex="W1", doi="10.5555/a")),
        listed(),
    ]
    assert len(groups(*four)) == 1


def test_what_a_crowd_shares_tells_nothing() -> None:
    many = [
        preprint(number=n, doi="10.5555/a", source=f"source-{n}", ids=()) for n in range(CROWD + 1)
    ]
    assert len(groups(*many[:-1])) == 1
    assert len(groups(*many)) == CROWD + 1
    crowded = face(many[0]).keys
    assert len(partition(map(face, many[:2]), crowded=crowded)) == 2


# What people decided

PAIR = (("arxiv", "2401.00001"), ("crossref", "10.5555/a"))


def test_what_was_held_apart_stays_apart_by_whichever_rule() -> None:
    apart = Decided(apart=frozenset({PAIR}))
    assert len(groups(preprint(), published(), decided=apart)) == 2
    assert len(groups(preprint(doi="10.5555/a"), published(), decided=apart)) == 2
    through = copied(ids=ids(openalex="W1", arxiv="2401.00001", doi="10.5555/a"))
    assert len(groups(preprint(), published(), through, decided=apart)) == 2


def test_what_was_joined_stays_joined_whatever_the_titles() -> None:
    together = Decided(together=frozenset({PAIR}))
    other = published("Di Fu", title="Why gulls sleep on one leg")
    assert len(groups(preprint(), other, decided=together)) == 1


# Laws

NAMES = st.sampled_from([(ANN,), (ANN, BO), ("A. Lee", BO), ("Di Fu",), (ANN, BO, CY)])
RECORDS = st.one_of(
    st.builds(
        lambda people, number, doi, title: preprint(*people, number=number, doi=doi, title=title),
        NAMES,
        st.integers(1, 3),
        st.sampled_from(["", "10.5555/a", "10.5555/b"]),
        st.sampled_from([TITLE, "Sand", "Why gulls sleep on one leg"]),
    ),
    st.builds(
        lambda people, key, year: published(*people, key=key, published=year),
        NAMES,
        st.sampled_from(["10.5555/a", "10.5555/b", "10.5555/c"]),
        st.sampled_from(["2023", "2024", "2026"]),
    ),
    st.builds(
        lambda people, key, doi: copied(*people, key=key, doi=doi),
        NAMES,
        st.sampled_from(["W1", "W2"]),
        st.sampled_from(["", "10.5555/a", "10.5555/b", "10.48550/arxiv.2401.00001"]),
    ),
)
FACES = st.lists(RECORDS, max_size=6, unique_by=lambda record: record.external_id).map(
    lambda records: [face(record) for record in records]
)


@given(FACES)
def test_the_order_of_the_reports_does_not_matter(faces: list[Face]) -> None:
    found = partition(faces)
    for order in list(permutations(faces))[:24]:
        assert partition(order) == found


@given(FACES)
def test_every_report_is_in_one_group_and_what_joins_it_is_named(faces: list[Face]) -> None:
    found = partition(faces)
    voices = [voice for group in found for voice in group.voices]
    assert sorted(voices) == sorted(one.voice for one in faces)
    for group in found:
        assert len(group.joins) == len(group.voices) - 1


@given(FACES)
def test_what_shares_no_key_changes_nothing(faces: list[Face]) -> None:
    stranger = face(work("Zoe Quist", number=77, title="A quite different matter altogether"))
    assert partition([*faces, stranger]) == sorted(
        [*partition(faces), *partition([stranger])], key=lambda group: group.voices
    )


@given(FACES, st.integers(0, 5))
def test_a_decision_to_hold_apart_is_kept(faces: list[Face], which: int) -> None:
    pairs = [(a.voice, b.voice) for a in faces for b in faces if a.voice < b.voice]
    if pairs:
        pair = pairs[which % len(pairs)]
        for group in partition(faces, Decided(apart=frozenset({pair}))):
            assert not {*pair} <= {*group.voices}


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_has_a_face(title: str, name: str) -> None:
    record = work(person(name), title=title)
    assert partition([face(record)])[0].voices == ((record.source, record.external_id),)

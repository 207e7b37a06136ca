"""The same records in any order and any batches, twice: the same corpus, and no more writes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.corpus import dump, refresh_all, row_versions, take_in
from tests.factories.records import changed, deletion, person, topics, work
from works.domain.records import ExternalId, Notice, WorkRecord

pytestmark = pytest.mark.django_db

LIN, LEE = "0000-0002-1825-0097", "0000-0001-5109-3700"
BYLINES = [
    (person("Xue Lin"), person("Ann Lee")),
    (person("X. Lin"), person("Ann Lee", "A University")),
    (person("Xue Lin", orcid=LIN), person("Ann Lee")),
    (person("Ann Lee", orcid=LEE), person("Xue Lin", dblp="l/lin")),
    (person("Lin, Xue"), person("Xue Lin", orcid=LIN), person("for the ATLAS Collaboration")),
    (person("X. Lin", orcid=LIN), person("Bo Li")),
    (person("Bo Li"),),
]
SOURCES = [
    ("arxiv", "arxiv-oai/arXiv", "1"),
    ("arxiv", "arxiv-oai/arXiv", "2"),
    ("arxiv", "bzpeer/1", "1"),
    ("crossref", "bzpeer/1", "1"),
    ("crossref", "bzpeer/1", "2"),
    ("dblp", "bzpeer/1", "1"),
    ("openalex", "openalex/works", "W1"),
    ("openalex", "openalex/works", "W2"),
]
DOI = ExternalId("doi", "10.5555/a")
TITLES = ["On it", "On $x^2$", "How tides move the sand", "How {\\em tides} move the sand."]
NOTICES = [(), (), (Notice("retraction", "2024"),), (Notice("correction", about=DOI),)]
DATES = ["", "2024", "2024-02", "2024-02-02", "2024-03-03"]


@st.composite
def records(draw: st.DrawFn) -> WorkRecord:
    """A version of one of eight reports of a few works, its identifiers perhaps mended since."""
    source, format, external_id = draw(st.sampled_from(SOURCES))
    record = work(
        *draw(st.sampled_from(BYLINES)),
        source=source,
        format=format,
        external_id=external_id,
        record_date=draw(st.sampled_from(DATES)),
        ids=draw(st.sampled_from([(), (ExternalId("arxiv", "1"),), (ExternalId("arxiv", "2"),)])),
        doi=draw(st.sampled_from(["", "", DOI.value, "10.5555/b"])),
        title=draw(st.sampled_from(TITLES)),
        type=draw(st.sampled_from(["preprint", "article"])),
        stated_year=draw(st.sampled_from([None, 2020, 2024])),
        notices=draw(st.sampled_from(NOTICES)),
        categories=topics(*draw(st.sampled_from([("cs.LG",), ("cs.CV", "cs.LG"), ()]))),
        unverified=draw(st.sampled_from([frozenset(), frozenset({"ids"})])),
    )
    return deletion(record, record.record_date) if draw(st.integers(0, 4)) == 0 else record


@contextmanager
def forgotten() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome(batches: Sequence[Sequence[WorkRecord]], *, refresh_between: bool) -> dict[str, Any]:
    """The corpus after these batches, which changes no more when they come again."""
    for batch in batches:
        take_in(*batch)
        if refresh_between:
            refresh_all()
    refresh_all()
    found, rows = dump(), row_versions()
    for batch in batches:
        counts = take_in(*batch)
        assert (counts.created, counts.updated, counts.authors) == (0, 0, 0)
        assert counts.unchanged == len(batch)
    refresh_all()
    assert row_versions() == rows
    return found


def cut(items: list[WorkRecord], sizes: list[int]) -> list[list[WorkRecord]]:
    batches = []
    for size in sizes:
        batches.append(items[:size])
        items = items[size:]
    return [batch for batch in [*batches, items] if batch]


FIRST = work("Xue Lin", number=1, record_date="2024-01-01")
SECOND = changed(FIRST, record_date="2024-02-02", authors=(person("Ann Lee"),))
GONE = deletion(FIRST, "2024-03-03")
OTHER = changed(FIRST, source="crossref", format="bzpeer/1", title="On that", record_date="2024-02")
THIRD = changed(OTHER, source="dblp", title="On this", record_date="2024-01")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), said=st.lists(records(), min_size=1, max_size=6))
def test_any_order_and_any_batches(data: st.DataObject, said: list[WorkRecord]) -> None:
    with forgotten():
        expected = outcome([[record] for record in said], refresh_between=True)
    shuffled = data.draw(st.permutations([*said, *said]))
    sizes = data.draw(st.lists(st.integers(1, 6), max_size=4))
    with forgotten():
        assert outcome(cut(shuffled, sizes), refresh_between=False) == expected


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([FIRST, GONE], id="an older record behind its withdrawal"),
        pytest.param([GONE, changed(GONE, ids=())], id="two ways to say a withdrawal"),
        pytest.param([FIRST, SECOND, GONE], id="two older records behind a withdrawal"),
        pytest.param([FIRST, GONE, changed(SECOND, record_date="2024-04-04")], id="back again"),
        pytest.param(
            [THIRD, OTHER, changed(THIRD, record_date="2024-05")], id="a date decides who is shown"
        ),
        pytest.param(
            [FIRST, SECOND, changed(FIRST, record_date="2024-04-04")], id="a text that comes back"
        ),
        pytest.param(
            [
                work(person("X. Lin", orcid=LIN), "Ann Lee", number=3),
                work(person("Xue Lin", orcid=LIN), "Ann Lee", number=4),
            ],
            id="two forms of one name",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_orders_that_once_went_wrong(said: list[WorkRecord], together: bool) -> None:
    with forgotten():
        expected = outcome([[record] for record in said], refresh_between=True)
    for order in (said[::-1], [*said[1:], said[0]]):
        batches = [order] if together else [[record] for record in order]
        with forgotten():
            assert outcome(batches, refresh_between=False) == expected

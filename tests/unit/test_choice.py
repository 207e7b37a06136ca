"""Which source is shown for which field, who differs, and how many witnesses there are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.records import changed, person, topics, work
from works.domain.choice import SINGLE, choose
from works.domain.provenance import WINNERS, independent
from works.domain.records import Category, ExternalId, Version, WorkRecord

ARXIV = work(
    person("Ann Lee"),
    person("Bo Mato"),
    number=1,
    title="On $x^2$",
    abstract="It holds in 74 % of bays.",
    comments="9 pages",
    versions=(Version("v1", "2019-11-02"), Version("v2", "2020-01-01")),
    created="2019-11-02",
    categories=topics("cs.LG"),
)
CROSSREF = changed(
    ARXIV,
    source="crossref",
    format="crossref/works",
    external_id="10.5555/a",
    ids=(ExternalId("doi", "10.5555/a"),),
    doi="10.5555/a",
    title="On x squared",
    abstract="It holds in 79 % of bays.",
    type="journal-article",
    comments="",
    versions=(),
    created="",
    published="2020-08",
    venue="Journal of Bays",
    categories=(),
)
OPENALEX = changed(
    CROSSREF,
    source="openalex",
    format="openalex/works",
    external_id="W1",
    ids=(ExternalId("openalex", "W1"), ExternalId("doi", "10.5555/a")),
    type="article",
    published="2020-08-14",
    venue="J. Bays",
    categories=(Category("openalex", "T1", "Bays"),),
)
OURS = changed(
    ARXIV,
    source="bzpeer-sample",
    format="bzpeer/1",
    abstract="A summary of it.",
    abstract_by="bzpeer",
)


def said(field: str, *reports: WorkRecord) -> tuple[str, Any]:
    """Whose word is shown of a field, and the word."""
    chosen = choose(reports)
    return chosen.origins[field][0], getattr(chosen.record, field)


@pytest.mark.parametrize(
    ("field", "source", "value"),
    [
        ("title", "arxiv", "On $x^2$"),
        ("abstract", "arxiv", "It holds in 74 % of bays."),
        ("comments", "arxiv", "9 pages"),
        ("created", "arxiv", "2019-11-02"),
        ("type", "crossref", "journal-article"),
        ("published", "crossref", "2020-08"),
        ("venue", "crossref", "Journal of Bays"),
        ("doi", "crossref", "10.5555/a"),
    ],
)
def test_each_field_is_shown_from_the_source_that_is_best_for_it(
    field: str, source: str, value: str
) -> None:
    assert said(field, ARXIV, CROSSREF, OPENALEX) == (source, value)


def test_a_guess_stands_behind_what_is_vouched_for() -> None:
    guess = changed(CROSSREF, unverified=frozenset({"published"}))
    assert said("published", ARXIV, guess, OPENALEX) == ("openalex", "2020-08-14")
    assert choose([ARXIV, guess]).record.unverified == {"published"}


def test_a_cut_list_of_authors_is_completed_from_another_source() -> None:
    cut = changed(OPENALEX, authors=OPENALEX.authors[:1], unverified=frozenset({"authors"}))
    assert said("authors", cut, CROSSREF)[0] == "crossref"
    assert choose([cut]).record.unverified == {"authors"}


def test_a_summary_of_ours_is_shown_only_where_nobody_gives_an_abstract() -> None:
    assert said("abstract", OURS, OPENALEX)[0] == "openalex"
    alone = choose([OURS, changed(OPENALEX, abstract="")])
    assert (alone.record.abstract, alone.record.abstract_by) == ("A summary of it.", "bzpeer")


def test_a_preprint_s_type_gives_way_to_what_it_became() -> None:
    posted = changed(CROSSREF, type="posted-content")
    assert said("type", posted, OPENALEX) == ("openalex", "article")
    assert said("type", ARXIV) == ("arxiv", "preprint")


def test_topics_and_identifiers_of_all_sources_are_shown() -> None:
    record = choose([OPENALEX, ARXIV]).record
    assert [topic.scheme for topic in record.categories] == ["arxiv", "openalex"]
    assert {(one.scheme, one.value) for one in record.ids} == {
        ("arxiv", "2401.00001"),
        ("openalex", "W1"),
        ("doi", "10.5555/a"),
    }


def test_sources_differ_in_the_open() -> None:
    turned = changed(CROSSREF, authors=CROSSREF.authors[::-1])
    others = {one.field: one for one in choose([ARXIV, turned]).others}
    assert others["title"].text == "On x squared"
    assert others["abstract"].numbers == ("79 %",)
    assert others["authors"].text == "Bo Mato, Ann Lee"
    assert {one.source for one in others.values()} == {"crossref"}


@pytest.mark.parametrize(
    "same",
    [
        {"title": "On X^2"},
        {"abstract": "It holds in 74% of bays"},
        {"abstract": ""},
        {"authors": (person("A. Lee"), person("B. Mato"))},
        {"authors": (person("Ann Lee"),), "unverified": frozenset({"authors"})},
    ],
)
def test_what_no_reader_would_call_different_is_not_told(same: dict[str, Any]) -> None:
    other = changed(CROSSREF, title=ARXIV.title, abstract=ARXIV.abstract, published="")
    assert not choose([ARXIV, changed(other, **same)]).others


def test_what_two_sources_say_alike_is_told_once() -> None:
    fields = [one.field for one in choose([ARXIV, CROSSREF, OPENALEX]).others]
    assert sorted(fields) == ["abstract", "title"]


DBLP = changed(CROSSREF, source="dblp", format="dblp/xml", external_id="conf/bays/Lee20")
CORR = changed(DBLP, external_id="journals/corr/abs-1911-00001")
REPEATED = changed(OPENALEX, doi="", ids=(ExternalId("arxiv", "2401.00001"),))
HELD = changed(CROSSREF, source="orcid", format="orcid/works")


@pytest.mark.parametrize(
    ("reports", "witnesses"),
    [
        ([ARXIV], 1),
        ([ARXIV, changed(ARXIV, format="arxiv-oai/arXivRaw")], 1),
        ([ARXIV, OURS], 1),
        ([ARXIV, CORR], 1),
        ([ARXIV, REPEATED], 1),
        ([ARXIV, changed(OPENALEX, doi="10.48550/arxiv.2401.00001", ids=REPEATED.ids)], 1),
        ([CROSSREF, OPENALEX], 1),
        ([ARXIV, HELD], 1),
        ([HELD], 0),
        ([ARXIV, CROSSREF], 2),
        ([ARXIV, OPENALEX], 2),
        ([ARXIV, DBLP], 2),
        ([CROSSREF, DBLP], 2),
        ([ARXIV, CROSSREF, DBLP, OPENALEX, CORR], 3),
        ([changed(OPENALEX, doi="", ids=())], 1),
    ],
)
def test_a_copy_is_no_second_witness(reports: list[WorkRecord], witnesses: int) -> None:
    assert independent(reports) == witnesses


def test_the_table_names_real_fields() -> None:
    fields = {*SINGLE, "affiliations", "institutions"}
    assert WINNERS.keys() <= fields


@given(st.permutations([ARXIV, CROSSREF, OPENALEX, DBLP]))
def test_of_different_sources_the_order_chooses_nothing(reports: list[WorkRecord]) -> None:
    assert choose(reports).origins == choose([ARXIV, CROSSREF, OPENALEX, DBLP]).origins

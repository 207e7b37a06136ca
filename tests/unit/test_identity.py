import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.domain import identity, names
from works.domain.identity import AuthorKey, Constraint, Decision, Mention
from works.domain.records import PersonId

IRIS = "0000-0002-1825-0097"
OTHER = "0000-0001-5109-3700"
IRIS_ID = PersonId("orcid", IRIS, "person")
SAMPLE = PersonId("openalex", "A500", "openalex")


def mention(
    name: str, *ids: PersonId, work: int = 1, position: int = 1, report: int = 0
) -> Mention:
    return Mention(work, position, name, names.key(name), ids, report)


def keys(*mentions: Mention, constraints: tuple[Constraint, ...] = ()) -> list[tuple[str, str]]:
    return [(d.key.scheme, d.key.value) for d in identity.decide(mentions, constraints)]


def test_a_name_alone_means_everyone_of_that_name() -> None:
    found = keys(mention("Wei Wang"), mention("Wang, Wei", work=2), mention("W. Wang", work=3))
    assert found == [("name", "wei wang"), ("name", "wei wang"), ("name", "w wang")]


def test_an_identifier_is_followed_across_names_and_a_name_never_joins_it() -> None:
    found = keys(
        mention("Iris Vale", IRIS_ID),
        mention("I. Vale", IRIS_ID, work=2),
        mention("Iris Vale", work=3),
    )
    assert found == [("orcid", IRIS), ("orcid", IRIS), ("name", "iris vale")]


def test_two_reports_of_one_work_share_the_identifier() -> None:
    named = mention("Iris Vale", position=2)
    identified = mention("Vale, Iris", IRIS_ID, position=3, report=1)
    assert keys(named, identified) == [("orcid", IRIS), ("orcid", IRIS)]


def test_namesakes_on_one_work_stay_two() -> None:
    byline = [mention("Wei Wang", position=4), mention("Mira Roe", position=2)]
    byline.append(mention("Wei Wang", position=7))
    assert keys(*byline) == [("name", "wei wang"), ("name", "mira roe"), ("name", "wei wang#2")]


def test_namesakes_are_lined_up_across_reports_by_their_order() -> None:
    ours = [mention("Wei Wang", position=1), mention("Wei Wang", position=3)]
    theirs = [mention("Wei Wang", position=1, report=1)]
    theirs.append(mention("Wei Wang", IRIS_ID, position=2, report=1))
    first, second = ("name", "wei wang"), ("orcid", IRIS)
    assert keys(*ours, *theirs) == [first, second, first, second]


def test_nobody_sits_twice_in_one_byline() -> None:
    twice = [mention("Iris Vale", SAMPLE, position=5), mention("Ivo Vale", SAMPLE, position=2)]
    assert keys(*twice) == [("name", "iris vale"), ("openalex", "A500")]


def test_the_next_identifier_serves_where_the_best_is_taken() -> None:
    other = PersonId("acl", "iris-vale", "acl")
    byline = [mention("Ivo Vale", SAMPLE), mention("Iris Vale", SAMPLE, other, position=2)]
    assert keys(*byline) == [("openalex", "A500"), ("acl", "iris-vale")]


@pytest.mark.parametrize(
    ("ids", "best"),
    [
        ([("acl", "x"), ("openalex", "A1"), ("dblp", "1/2"), ("orcid", IRIS)], ("orcid", IRIS)),
        ([("zeta", "1"), ("acl", "x"), ("openalex", "A1"), ("dblp", "1/2")], ("dblp", "1/2")),
        ([("zeta", "1"), ("acl", "x"), ("openalex", "A1")], ("openalex", "A1")),
        ([("zeta", "1"), ("beta", "2"), ("acl", "x")], ("acl", "x")),
        ([("zeta", "1"), ("beta", "2")], ("beta", "2")),
        ([("orcid", "0000-0002-1825-0098"), ("zeta", "1")], ("zeta", "1")),
        ([("orcid", OTHER), ("orcid", IRIS)], ("orcid", OTHER)),
        (
            [("name", "someone else"), ("mention", "1"), ("", "1"), ("acl", " ")],
            ("name", "iris vale"),
        ),
    ],
)
def test_which_identifier_wins(ids: list[tuple[str, str]], best: tuple[str, str]) -> None:
    given_ids = [PersonId(scheme, value, "crossref") for scheme, value in ids]
    assert keys(mention("Iris Vale", *given_ids)) == [best]
    assert keys(mention("Iris Vale", *reversed(given_ids))) == [best]


def test_a_persons_own_identifier_goes_before_a_matched_one_of_its_kind() -> None:
    matched = PersonId("orcid", OTHER, "crossref")
    assert keys(mention("Iris Vale", matched, IRIS_ID)) == [("orcid", IRIS)]


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        (IRIS, IRIS),
        ("https://orcid.org/0000-0002-1825-0097", IRIS),
        ("http://www.orcid.org/0000-0002-1825-0097/", IRIS),
        ("0000000218250097", IRIS),
        ("0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("0000-0002-1694-2330", None),
        ("0000-0002-1825-009", None),
        ("٠٠٠٠-0002-1825-0097", None),
        ("", None),
    ],
)
def test_only_an_orcid_id_that_adds_up_counts(value: str, normal: str | None) -> None:
    key = identity.author_key(PersonId("ORCID", value, "person"))
    assert (key and key.value) == normal


def test_other_identifiers_lose_their_address() -> None:
    found = identity.author_key(PersonId("openalex", "https://openalex.org/a500", "openalex"))
    assert found == AuthorKey("openalex", "A500")


@pytest.mark.parametrize(
    ("one", "confidence", "asserted_by"),
    [
        (mention("Iris Vale", IRIS_ID), identity.BY_PERSON, "person"),
        (mention("Iris Vale", SAMPLE), identity.BY_SOURCE, "openalex"),
        (mention("Iris Vale"), identity.FULL_NAME, "name"),
        (mention("I. Vale"), identity.BARE_NAME, "name"),
        (mention("Plato"), identity.BARE_NAME, "name"),
    ],
)
def test_how_sure(one: Mention, confidence: float, asserted_by: str) -> None:
    [decision] = identity.decide([one])
    assert (decision.confidence, decision.asserted_by) == (confidence, asserted_by)


def test_a_name_that_two_bear_on_one_work_is_less_sure() -> None:
    byline = [mention("Wei Wang"), mention("Wei Wang", position=2)]
    assert {d.confidence for d in identity.decide(byline)} == {identity.BARE_NAME}


def test_a_settled_link_goes_before_everything() -> None:
    key = AuthorKey("orcid", OTHER)
    must = Constraint(1, 2, key, "must")
    byline = [
        mention("Ivo Vale", PersonId("orcid", OTHER, "person")),
        mention("I. Vale", position=2),
    ]
    assert keys(*byline, constraints=(must,)) == [("name", "ivo vale"), ("orcid", OTHER)]
    decision = identity.decide(byline, [must])[1]
    assert decision == Decision(1, 2, key, identity.DECIDED, "decision")


def test_not_this_author_leaves_the_next_best() -> None:
    not_id = Constraint(1, 1, AuthorKey("orcid", IRIS), "cannot")
    not_name = Constraint(1, 1, AuthorKey("name", "iris vale"), "cannot")
    one = mention("Iris Vale", IRIS_ID)
    assert keys(one, constraints=(not_id,)) == [("name", "iris vale")]
    assert keys(one, constraints=(not_id, not_name)) == [("name", "iris vale#other")]
    not_other = Constraint(1, 1, AuthorKey("name", "iris vale#other"), "cannot")
    nobody = (not_id, not_name, not_other)
    assert keys(one, constraints=nobody) == [("mention", "1/0/1")]
    assert keys(mention("Iris Vale", work=2), constraints=(not_id, not_name)) == [
        ("name", "iris vale")
    ]


def test_nothing_in_nothing_out() -> None:
    assert identity.decide([]) == []


ids = st.sampled_from([IRIS_ID, SAMPLE, PersonId("acl", "x", "acl"), PersonId("orcid", "1", "acl")])
some_mentions = st.lists(
    st.builds(
        mention,
        st.sampled_from(["Wei Wang", "Wang, Wei", "W. Wang", "Mira Roe"]),
        ids,
        work=st.integers(1, 2),
        position=st.integers(1, 4),
        report=st.integers(0, 1),
    )
    | st.builds(
        mention,
        st.sampled_from(["Wei Wang", "W. Wang", "Mira Roe"]),
        work=st.integers(1, 2),
        position=st.integers(1, 4),
        report=st.integers(0, 1),
    ),
    max_size=8,
    unique_by=lambda one: (one.work, one.report, one.position),
)


@given(some_mentions, st.randoms())
def test_the_order_of_mentions_changes_nothing(
    mentions: list[Mention], shuffler: random.Random
) -> None:
    decided = dict(zip(mentions, identity.decide(mentions)))
    shuffled = shuffler.sample(mentions, len(mentions))
    assert dict(zip(shuffled, identity.decide(shuffled))) == decided


@given(some_mentions)
def test_every_mention_is_decided_and_no_byline_names_one_author_twice(
    mentions: list[Mention],
) -> None:
    decisions = identity.decide(mentions)
    assert [(d.work, d.position) for d in decisions] == [(m.work, m.position) for m in mentions]
    seated = [(m.work, m.report, d.key) for m, d in zip(mentions, decisions)]
    assert len(set(seated)) == len(seated)


@given(some_mentions)
def test_a_name_joins_an_identifier_on_the_same_work_only(mentions: list[Mention]) -> None:
    for one, decision in zip(mentions, identity.decide(mentions)):
        if decision.key.scheme != "name":
            same = [m for m in mentions if (m.work, m.name_key) == (one.work, one.name_key)]
            assert decision.key in {identity.author_key(i) for m in same for i in m.person_ids}

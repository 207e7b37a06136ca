"""Whom somebody might work with: the order and the words, without anybody's fame."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.domain.suggestions import (
    MOST,
    SOUGHT,
    Candidate,
    Reason,
    Standing,
    in_words,
    points,
    reasons,
    suggested,
)

OPEN, HELD = Standing.OPEN, Standing.HELD
candidates = st.builds(
    Candidate,
    author=st.integers(1, 10**6),
    standing=st.sampled_from(Standing),
    collaborators=st.integers(0, 5),
    topics=st.integers(0, 6),
    followed=st.booleans(),
    seeks=st.lists(st.sampled_from([*SOUGHT, "other"]), unique=True).map(tuple),
)
lists = st.lists(candidates, max_size=12, unique_by=lambda one: one.author)
users = st.integers(1, 1_000)


def order(user: int, *found: Candidate) -> list[int]:
    return [one.author for one in suggested(user, found)]


@given(users, lists, st.randoms())
def test_the_order_of_the_facts_is_no_matter(
    user: int, found: list[Candidate], rng: object
) -> None:
    mixed = found[:]
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    assert suggested(user, found) == suggested(user, mixed)


@given(users, lists)
def test_who_may_be_asked_at_once_comes_first(user: int, found: list[Candidate]) -> None:
    standing = {one.author: one.standing for one in found}
    shown = [standing[author] for author in order(user, *found)]
    assert shown == sorted(shown, key=lambda one: one != OPEN)


@given(users, lists)
def test_nobody_is_there_without_a_reason_and_nobody_with_one_is_left_out(
    user: int, found: list[Candidate]
) -> None:
    assert {one.author for one in suggested(user, found, most=99)} == {
        one.author for one in found if one.collaborators or one.topics or one.followed
    }


@given(users, lists, candidates, st.sampled_from(["collaborators", "topics"]))
def test_sharing_more_never_ranks_lower(
    user: int, others: list[Candidate], one: Candidate, what: str
) -> None:
    rest = [other for other in others if other.author != one.author]
    more = replace(one, **{what: getattr(one, what) + 1})
    before, after = order(user, *rest, one), order(user, *rest, more)
    if one.author in before:
        assert after.index(one.author) <= before.index(one.author)


def test_nothing_is_known_of_how_popular_somebody_is() -> None:
    known = {field.name for field in fields(Candidate)}
    assert known == {"author", "standing", "collaborators", "topics", "followed", "seeks"}


def test_among_equals_each_reader_has_another_order() -> None:
    equals = [Candidate(author, HELD, collaborators=1) for author in range(20)]
    orders = {tuple(order(user, *equals)) for user in range(5)}
    assert len(orders) == 5
    assert all(sorted(one) == list(range(20)) for one in orders)


def test_only_the_first_of_many() -> None:
    many = [Candidate(author, HELD, topics=1) for author in range(MOST + 5)]
    assert len(suggested(1, many)) == MOST


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Candidate(1, OPEN, topics=1), Candidate(2, HELD, collaborators=9, topics=9)),
        (Candidate(1, HELD, collaborators=2), Candidate(2, HELD, collaborators=1)),
        (Candidate(1, HELD, collaborators=1), Candidate(2, HELD, topics=1)),
        (Candidate(1, HELD, followed=True), Candidate(2, HELD, collaborators=1)),
        (Candidate(1, OPEN, topics=1, seeks=("review",)), Candidate(2, OPEN, topics=2)),
    ],
)
def test_what_weighs_more(better: Candidate, worse: Candidate) -> None:
    for user in range(10):
        assert order(user, better, worse) == order(user, worse, better) == [1, 2]


def test_the_fourth_collaborator_says_no_more() -> None:
    assert points([("collaborators", 3)]) == points([("collaborators", 300)])


@pytest.mark.parametrize(
    ("candidate", "line"),
    [
        (
            Candidate(1, HELD, collaborators=2, topics=3),
            "Two shared collaborators and three shared topics",
        ),
        (Candidate(1, HELD, collaborators=1), "One shared collaborator"),
        (Candidate(1, HELD, followed=True), "You follow them"),
        (
            Candidate(1, OPEN, topics=1, seeks=("review",)),
            "One shared topic; they look for reviewers in your topic",
        ),
        (
            Candidate(1, OPEN, collaborators=1_400, topics=13, followed=True, seeks=("data",)),
            "1,400 shared collaborators and 13 shared topics; you follow them; "
            "they look for data or code in your topic",
        ),
        (Candidate(1, OPEN, followed=True, seeks=("review",)), "You follow them"),
        (Candidate(1, OPEN, topics=2, seeks=("other",)), "Two shared topics"),
        (Candidate(1, OPEN), ""),
    ],
)
def test_words(candidate: Candidate, line: str) -> None:
    assert in_words(reasons(candidate)) == line


def test_reasons_come_back_from_the_database_as_lists() -> None:
    kept: list[Reason] = [["topics", 2], ["seeks", "talk"]]  # type: ignore[list-item]
    assert in_words(kept) == "Two shared topics; they look for a talk or a visit in your topic"

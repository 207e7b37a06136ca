"""Levels from evidence, as docs/trust.md has them, and what a claimant is told of raising them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain.levels import LevelFacts, Proof, level, what_next
from claims.domain.transitions import HELD, State
from claims.domain.trust import LEVEL_POINTS

ORCID = Proof("orcid", "orcid")
MAIL = Proof("mailbox", "domain:uni.edu")
PAGE = Proof("linkback", "domain:uni.edu")
ELSEWHERE = Proof("linkback", "source:dblp")
HELD_BY = LevelFacts(identified=3, state=State.ACCEPTED)


def lapsed(proof: Proof) -> Proof:
    return msgspec.structs.replace(proof, lapsed=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": State.DRAFT, "identified": 0}, 0),
        ({"state": State.DRAFT}, 1),
        ({"state": State.SUBMITTED, "proofs": (ORCID, MAIL), "confirmed": True}, 1),
        ({"state": State.REVOKED, "proofs": (ORCID,)}, 1),
        ({"state": State.WITHDRAWN, "identified": 0, "proofs": (ORCID,)}, 0),
        ({}, 2),
        ({"identified": 0}, 2),
        ({"confirmed": True}, 2),
        ({"proofs": (lapsed(ORCID),)}, 2),
        ({"proofs": (lapsed(ORCID), lapsed(MAIL)), "confirmed": True}, 2),
        ({"proofs": (ORCID,)}, 3),
        ({"proofs": (ORCID,), "confirmed": True}, 3),
        ({"proofs": (ORCID, MAIL)}, 3),
        ({"proofs": (ORCID, lapsed(MAIL)), "confirmed": True}, 3),
        ({"proofs": (MAIL, PAGE), "confirmed": True}, 3),
        ({"proofs": (MAIL, MAIL), "confirmed": True}, 3),
        ({"proofs": (ORCID, MAIL), "confirmed": True}, 4),
        ({"proofs": (MAIL, ELSEWHERE), "confirmed": True}, 4),
        ({"state": State.DISPUTED, "proofs": (ORCID, MAIL), "confirmed": True}, 4),
        ({"proofs": (ORCID,), "account_verified": False}, 1),
        ({"proofs": (ORCID,), "flagged": True}, 1),
        ({"proofs": (ORCID,), "flagged": True, "cleared": True}, 3),
        ({"proofs": (ORCID,), "flagged": True, "held_level": 3}, 3),
        ({"proofs": (ORCID, MAIL), "confirmed": True, "flagged": True, "held_level": 3}, 3),
        ({"proofs": (lapsed(ORCID),), "flagged": True, "held_level": 3}, 2),
    ],
)
def test_levels(changes: dict[str, object], expected: int) -> None:
    assert level(msgspec.structs.replace(HELD_BY, **changes)) == expected


PROOFS = st.builds(
    Proof,
    st.sampled_from(["orcid", "mailbox", "linkback"]),
    st.sampled_from(["orcid", "domain:a.edu", "domain:b.edu"]),
    st.booleans(),
)
FACTS = st.builds(
    LevelFacts,
    identified=st.integers(0, 2),
    state=st.sampled_from(list(State)),
    account_verified=st.booleans(),
    proofs=st.lists(PROOFS, max_size=4).map(tuple),
    confirmed=st.booleans(),
    flagged=st.booleans(),
    cleared=st.booleans(),
    held_level=st.integers(0, 4),
)


@given(FACTS, PROOFS)
def test_more_evidence_never_lowers(facts: LevelFacts, proof: Proof) -> None:
    better: list[dict[str, Any]] = [
        {"proofs": (*facts.proofs, proof)},
        {"proofs": tuple(msgspec.structs.replace(one, lapsed=False) for one in facts.proofs)},
        {"confirmed": True},
        {"identified": facts.identified + 1},
        {"account_verified": True},
        {"cleared": True},
        {"flagged": False},
        {"held_level": 4},
    ]
    for changes in better:
        assert level(msgspec.structs.replace(facts, **changes)) >= level(facts)


@given(FACTS)
def test_the_order_of_proofs_tells_nothing(facts: LevelFacts) -> None:
    turned = msgspec.structs.replace(facts, proofs=facts.proofs[::-1])
    assert level(turned) == level(facts)


@given(FACTS)
def test_a_claim_that_holds_nothing_raises_nothing(facts: LevelFacts) -> None:
    if facts.state not in HELD:
        assert level(facts) == min(1, facts.identified)


@given(FACTS)
def test_a_flagged_record_rises_for_nobody(facts: LevelFacts) -> None:
    flagged = msgspec.structs.replace(facts, flagged=True, cleared=False)
    assert level(flagged) <= max(1, facts.held_level)


@given(FACTS)
def test_lapsing_leads_to_two_and_not_to_nothing(facts: LevelFacts) -> None:
    lost = msgspec.structs.replace(facts, proofs=tuple(map(lapsed, facts.proofs)))
    assert level(lost) >= min(2, level(facts))


@given(FACTS)
def test_each_step_names_what_it_would_give(facts: LevelFacts) -> None:
    now = level(facts)
    for step in what_next(facts):
        assert step.action
        assert step.gives_level >= now
        assert step.points == LEVEL_POINTS[step.gives_level] - LEVEL_POINTS[now]
        assert bool(step.unlocks) is (step.gives_level > max(now, 1))


def steps(**changes: object) -> list[tuple[str, int, int]]:
    facts = msgspec.structs.replace(LevelFacts(identified=3), **changes)
    return [(step.code, step.gives_level, step.points) for step in what_next(facts)]


def test_what_a_draft_is_told() -> None:
    assert steps() == [
        ("orcid", 3, 30),
        ("mailbox", 3, 30),
        ("linkback", 3, 30),
        ("written", 2, 15),
    ]


def test_what_a_holder_with_one_proof_is_told() -> None:
    told = steps(state=State.ACCEPTED, proofs=(MAIL,))
    assert told == [("orcid", 4, 10), ("linkback", 4, 10), ("coauthor", 4, 10)]
    assert steps(state=State.ACCEPTED, proofs=(MAIL,), confirmed=True)[0] == ("orcid", 4, 10)


def test_who_has_two_proofs_lacks_a_word() -> None:
    last = what_next(msgspec.structs.replace(HELD_BY, proofs=(ORCID, MAIL)))
    assert [(one.code, one.needs) for one in last][0] == ("coauthor", "")


def test_who_has_all_is_told_nothing() -> None:
    assert steps(state=State.ACCEPTED, proofs=(ORCID, MAIL), confirmed=True) == []


def test_a_flagged_record_is_told_to_wait() -> None:
    assert steps(flagged=True, proofs=(ORCID,)) == [("review", 3, 30)]
    assert steps(account_verified=False) == [("account", 1, 0)]

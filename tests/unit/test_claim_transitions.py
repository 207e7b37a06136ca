"""The table of a claim's steps: what may be done from where, by whom, and what undoes it."""

from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain.reasons import ALL, EVIDENCE, REFUSALS, REJECTIONS
from claims.domain.transitions import (
    BY_NAME,
    ENDED,
    HELD,
    OPEN,
    TRANSITIONS,
    Facts,
    Refusal,
    Role,
    State,
    allowed,
    apply,
    is_famous,
    offered,
    record_state,
    refusal,
)

GOOD = Facts(
    evidence=1,
    strong=1,
    new_evidence=True,
    approvals=1,
    challenged=True,
    heard=True,
    was_held=True,
)
FLAGS = st.fixed_dictionaries(
    {
        field.name: st.integers(0, 40) if field.type is int else st.booleans()
        for field in msgspec.structs.fields(Facts)
    }
)
FACTS = FLAGS.map(lambda values: msgspec.convert(values, Facts))

STEPS = """
draft: claimant submit, withdraw
submitted: claimant withdraw | reviewer accept, ask, reject | system prove
needs_evidence: claimant answer, withdraw | reviewer accept, reject | system prove
accepted: claimant release | reviewer dispute, revoke | system dispute
rejected: reviewer reconsider
withdrawn: reviewer restore
disputed: claimant release | reviewer uphold, overturn | system
revoked: reviewer restore
"""


def table() -> dict[tuple[State, Role], set[str]]:
    found: dict[tuple[State, Role], set[str]] = {}
    for line in STEPS.strip().splitlines():
        state, _, rest = line.partition(": ")
        for part in rest.split(" | "):
            role, _, names = part.partition(" ")
            found[State(state), Role(role)] = set(filter(None, names.split(", ")))
    return found


@pytest.mark.parametrize(("state", "role"), list(product(State, Role)))
def test_the_table(state: State, role: Role) -> None:
    names = {step.name for step in allowed(state, {role}, GOOD)}
    assert names == table().get((state, role), set())


@pytest.mark.parametrize(
    ("name", "state", "role", "changes", "code"),
    [
        ("submit", "draft", "claimant", {"frozen": True}, "frozen"),
        ("submit", "draft", "reviewer", {}, "not_yours"),
        ("submit", "accepted", "claimant", {}, "no_step"),
        ("prove", "submitted", "system", {"strong": 0}, "strong_proof"),
        ("prove", "submitted", "system", {"flagged": True}, "clear"),
        ("prove", "submitted", "system", {"famous": True}, "not_famous"),
        ("prove", "submitted", "system", {"held": True}, "unheld"),
        ("prove", "submitted", "system", {"holds_other": True}, "one_record"),
        ("prove", "submitted", "system", {"account_verified": False}, "account_verified"),
        ("prove", "submitted", "system", {"frozen": True}, "frozen"),
        ("prove", "submitted", "system", {"objected": True}, "unobjected"),
        ("prove", "submitted", "system", {"turned_down": True}, "not_turned_down"),
        ("prove", "submitted", "claimant", {}, "not_yours"),
        ("accept", "submitted", "reviewer", {"flagged": True}, "clear"),
        ("accept", "submitted", "reviewer", {"held": True}, "unheld"),
        ("accept", "submitted", "reviewer", {"evidence": 0}, "evidence"),
        ("accept", "submitted", "reviewer", {"party": True}, "not_party"),
        ("accept", "submitted", "reviewer", {"account_verified": False}, "account_verified"),
        ("accept", "submitted", "reviewer", {"famous": True, "approvals": 0}, "second_reviewer"),
        ("accept", "submitted", "claimant", {}, "not_yours"),
        ("answer", "needs_evidence", "claimant", {"new_evidence": False}, "new_evidence"),
        ("reject", "submitted", "reviewer", {"disputing": True}, "not_disputing"),
        ("reconsider", "rejected", "reviewer", {"reopened": True}, "not_reopened"),
        ("dispute", "accepted", "reviewer", {"challenged": False}, "challenge"),
        ("stand", "disputed", "system", {}, "unchallenged"),
        ("uphold", "disputed", "reviewer", {"heard": False}, "heard"),
        ("uphold", "disputed", "reviewer", {"approvals": 0}, "second_reviewer"),
        ("overturn", "disputed", "reviewer", {"approvals": 0}, "second_reviewer"),
        ("overturn", "disputed", "reviewer", {"party": True}, "not_party"),
        ("revoke", "accepted", "reviewer", {"famous": True, "approvals": 0}, "second_reviewer"),
        ("restore", "revoked", "reviewer", {"was_held": False}, "was_held"),
        ("restore", "revoked", "reviewer", {"days_ended": 31}, "in_time"),
        ("restore", "revoked", "reviewer", {"held": True}, "unheld"),
        ("restore", "revoked", "reviewer", {"overturned": True, "approvals": 0}, "second_reviewer"),
    ],
)
def test_refusals(name: str, state: str, role: str, changes: dict[str, object], code: str) -> None:
    found = apply(State(state), name, {Role(role)}, msgspec.structs.replace(GOOD, **changes))
    assert isinstance(found, Refusal)
    assert found.code == code


@pytest.mark.parametrize(
    ("name", "state", "changes"),
    [
        ("accept", "submitted", {"flagged": True, "cleared": True}),
        ("accept", "submitted", {"approvals": 0}),
        ("accept", "submitted", {"famous": True}),
        ("accept", "submitted", {"holds_other": True}),
        ("accept", "submitted", {"turned_down": True}),
        ("restore", "withdrawn", {"days_ended": 30, "approvals": 0}),
    ],
)
def test_a_reviewer_may(name: str, state: str, changes: dict[str, object]) -> None:
    facts = msgspec.structs.replace(GOOD, **changes)
    assert apply(State(state), name, {Role.REVIEWER}, facts) is State.ACCEPTED


def test_whoever_is_in_dispute_stands_when_nobody_challenges_any_more() -> None:
    facts = msgspec.structs.replace(GOOD, challenged=False)
    assert apply(State.DISPUTED, "stand", {Role.SYSTEM}, facts) is State.ACCEPTED


def test_two_reviewers_are_asked_of_no_claimant_and_of_no_proof() -> None:
    facts = msgspec.structs.replace(GOOD, famous=True, approvals=0)
    assert apply(State.ACCEPTED, "release", {Role.CLAIMANT}, facts) is State.WITHDRAWN
    assert apply(State.ACCEPTED, "dispute", {Role.SYSTEM}, facts) is State.DISPUTED


@given(st.sampled_from(list(State)), FACTS, st.sets(st.sampled_from(list(Role))))
def test_what_is_allowed_can_be_applied_and_nothing_else(
    state: State, facts: Facts, roles: set[Role]
) -> None:
    names = {step.name for step in allowed(state, roles, facts)}
    applied = {name for name in BY_NAME if isinstance(apply(state, name, roles, facts), State)}
    assert names == applied
    assert names == {step.name for step, no in offered(state, roles, facts) if no is None}


@given(FACTS)
def test_nobody_holds_a_flagged_record_that_no_reviewer_cleared(facts: Facts) -> None:
    flagged = msgspec.structs.replace(facts, flagged=True, cleared=False)
    for state in OPEN:
        assert not {step.target for step in allowed(state, set(Role), flagged)} & HELD


@given(st.sampled_from(list(State)), FACTS)
def test_no_second_holder_is_let_in(state: State, facts: Facts) -> None:
    held = msgspec.structs.replace(facts, held=True)
    if state not in HELD:
        assert not {step.target for step in allowed(state, set(Role), held)} & HELD


@given(FACTS)
def test_no_claimant_decides_on_their_own_claim(facts: Facts) -> None:
    for state in State:
        for step in allowed(state, {Role.CLAIMANT}, facts):
            assert step.target not in HELD


def test_every_decision_can_be_undone() -> None:
    undone = {name for step in TRANSITIONS for name in step.reverses}
    assert undone >= {"accept", "prove", "reject", "revoke", "overturn", "release", "dispute"}
    for step in TRANSITIONS:
        for name in step.reverses:
            assert BY_NAME[name].target in step.sources or BY_NAME[name].target in HELD


def test_every_state_but_a_draft_can_be_reached() -> None:
    assert {step.target for step in TRANSITIONS} == set(State) - {State.DRAFT}
    assert {*OPEN, *HELD, *ENDED, State.DRAFT} == set(State)


def test_each_reason_has_one_name_and_words_and_those_of_people_a_way_out() -> None:
    every = [*REJECTIONS, *EVIDENCE, *REFUSALS]
    assert len({reason.code for reason in every}) == len(every) == len(ALL)
    assert all(reason.words.endswith(".") for reason in every)
    assert all(reason.fix for reason in REJECTIONS)


def test_every_requirement_has_words() -> None:
    for step in TRANSITIONS:
        for role in step.roles:
            for state in step.sources:
                found = refusal(step, state, {role}, Facts(frozen=True, held=True, party=True))
                assert found is None or found.reason.words


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ("", "unclaimed"),
        ("draft rejected withdrawn revoked", "unclaimed"),
        ("draft submitted", "pending"),
        ("needs_evidence rejected", "pending"),
        ("accepted submitted", "claimed"),
        ("disputed submitted", "disputed"),
        ("revoked submitted", "pending"),
    ],
)
def test_what_a_page_says(states: str, shown: str) -> None:
    assert record_state(map(State, states.split())) == shown


@pytest.mark.parametrize(
    ("works", "followers", "famous"), [(499, 999, False), (500, 0, True), (0, 1_000, True)]
)
def test_fame(works: int, followers: int, famous: bool) -> None:
    assert is_famous(works, followers) is famous

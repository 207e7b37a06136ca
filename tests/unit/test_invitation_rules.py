"""The rules of invitations: who may send one, what becomes of it, and who may end it how."""

from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain import invitations as rules
from claims.domain.invitations import (
    BY_NAME,
    DECLINED_DAYS,
    LIVE,
    PURPOSES,
    REASONS,
    STEPS,
    Asked,
    Invitee,
    Side,
    State,
    a_day,
    decide,
    freezes,
    offered,
    step_refusal,
)
from claims.domain.transitions import Refusal

OPEN = Invitee(open_to=frozenset(PURPOSES))
GOOD = Asked(purpose="talk", level=2, account_days=30, invitee=OPEN)


def decided(**change: Any) -> str:
    found = decide(msgspec.structs.replace(GOOD, **change))
    return found.code if isinstance(found, Refusal) else found.value


def of(**change: Any) -> Invitee:
    return msgspec.structs.replace(OPEN, **change)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, "open"),
        ({"invitee": None}, "held"),
        ({"invitee": None, "disputed": True}, "disputed"),
        ({"level": 1}, "no_level"),
        ({"frozen": True}, "sender_frozen"),
        ({"own": True}, "own"),
        ({"sent_today": 19}, "open"),
        ({"sent_today": 20}, "too_many_today"),
        ({"account_days": 6, "sent_today": 2}, "open"),
        ({"account_days": 6, "sent_today": 3}, "too_many_young"),
        ({"account_days": 7, "sent_today": 3}, "open"),
        ({"sent_today": 20, "invitee": None}, "too_many_today"),
        ({"blocked_by_inviter": True}, "blocked_by_you"),
        ({"pair_live": True}, "pair_live"),
        ({"pair_live": True, "invitee": None}, "pair_live"),
        ({"invited_back": True}, "invited_back"),
        ({"days_since_decline": 0}, "declined_lately"),
        ({"days_since_decline": 89}, "declined_lately"),
        ({"days_since_decline": 90}, "open"),
        ({"later": True}, "later"),
        ({"taken_back": True}, "taken_back"),
        ({"invitee": Invitee()}, "closed"),
        ({"invitee": of(open_to=frozenset({"review"}))}, "purpose_closed"),
        ({"invitee": of(from_level=3)}, "level_closed"),
        ({"invitee": of(from_level=3), "level": 3}, "open"),
        ({"invitee": of(a_month=3, taken=2)}, "open"),
        ({"invitee": of(a_month=3, taken=3)}, "queued"),
        ({"invitee": of(a_month=3, taken=7)}, "queued"),
    ],
)
def test_what_becomes_of_an_invitation(change: dict[str, Any], found: str) -> None:
    assert decided(**change) == found


def test_every_refusal_has_words() -> None:
    said = {decided(frozen=True), decided(later=True), decided(invitee=Invitee())}
    assert said <= set(REASONS)
    for code, reason in REASONS.items():
        assert reason.code == code
        assert reason.words.endswith(".")
        assert not reason.fix or reason.fix.endswith(".")


INVITEES = st.builds(
    Invitee,
    open_to=st.frozensets(st.sampled_from(sorted(PURPOSES))),
    from_level=st.integers(2, 4),
    a_month=st.integers(1, 30),
    taken=st.integers(0, 60),
)
ASKED = st.builds(
    Asked,
    purpose=st.sampled_from(sorted(PURPOSES)),
    level=st.integers(0, 4),
    frozen=st.booleans(),
    own=st.booleans(),
    blocked_by_inviter=st.booleans(),
    account_days=st.integers(0, 400),
    sent_today=st.integers(0, 40),
    pair_live=st.booleans(),
    invited_back=st.booleans(),
    days_since_decline=st.none() | st.integers(0, 400),
    later=st.booleans(),
    disputed=st.booleans(),
    invitee=st.none() | INVITEES,
)


@given(ASKED)
def test_what_is_sent_was_allowed_in_every_way(asked: Asked) -> None:
    found = decide(asked)
    if isinstance(found, Refusal):
        return
    since = asked.days_since_decline
    assert asked.level >= 2
    assert asked.sent_today < a_day(asked.account_days) <= 20
    assert not any((asked.frozen, asked.own, asked.pair_live, asked.later))
    assert since is None or since >= DECLINED_DAYS
    if asked.invitee is None:
        assert found is State.HELD
    else:
        assert asked.purpose in asked.invitee.open_to
        assert (found is State.OPEN) == (asked.invitee.taken < asked.invitee.a_month)


# Steps

ALLOWED = {
    (State.OPEN, Side.INVITEE): ["accept", "decline", "postpone"],
    (State.OPEN, Side.INVITER): ["withdraw"],
    (State.HELD, Side.INVITER): ["withdraw"],
    (State.QUEUED, Side.INVITER): ["withdraw"],
    (State.OPEN, Side.SYSTEM): ["hold", "expire"],
    (State.HELD, Side.SYSTEM): ["open", "queue", "expire"],
    (State.QUEUED, Side.SYSTEM): ["open", "expire"],
}


@pytest.mark.parametrize(("state", "side"), list(product(State, Side)))
def test_who_may_do_what_from_where(state: State, side: Side) -> None:
    assert offered(state, side, ran_out=False) == ALLOWED.get((state, side), [])


def test_after_its_time_it_can_only_be_taken_back() -> None:
    assert offered(State.OPEN, Side.INVITEE, ran_out=True) == []
    assert offered(State.OPEN, Side.INVITER, ran_out=True) == ["withdraw"]
    late = step_refusal(State.OPEN, "accept", Side.INVITEE, ran_out=True)
    assert late is not None
    assert late.code == "ran_out"


def test_what_has_ended_stays_as_it_is() -> None:
    for state in set(State) - LIVE:
        assert all(state not in step.sources for step in STEPS)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_step_is_for_one_side(name: str) -> None:
    step = BY_NAME[name]
    for side in set(Side) - {step.side}:
        found = step_refusal(min(step.sources), name, side, ran_out=False)
        assert found is not None
        assert found.code == "not_yours"


def test_two_trusted_people_stop_an_account() -> None:
    assert [freezes(count) for count in (0, 1, 2, 3)] == [False, False, True, True]


def test_choices_hold_their_defaults() -> None:
    assert rules.DEFAULT_DAYS in rules.VALID_DAYS
    assert rules.DEFAULT_A_MONTH in rules.A_MONTH
    assert all(len(name) <= 12 for name in (*PURPOSES, *rules.DECLINE_REASONS))

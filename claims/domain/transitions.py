"""The life of a claim: its states, the steps between them, who may take them, and what undoes what.

Facts are gathered by the caller, who holds the record's lock; here nothing is read and no clock
is asked.
"""

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from typing import Literal

import msgspec

from claims.domain.reasons import Reason, reason

RESTORED_DAYS = 30
WINDOW_DAYS = 14
REVIEWERS = 2
# A record that so many people read or follow is worth an attack: two people decide on it.
FAMOUS_WORKS, FAMOUS_FOLLOWERS = 500, 1_000


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_EVIDENCE = "needs_evidence"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"
    REVOKED = "revoked"


class Role(StrEnum):
    """Who acts. SYSTEM acts on a strong proof alone, and on nobody's word."""

    CLAIMANT = "claimant"
    REVIEWER = "reviewer"
    SYSTEM = "system"


OPEN = frozenset({State.SUBMITTED, State.NEEDS_EVIDENCE})
HELD = frozenset({State.ACCEPTED, State.DISPUTED})
ENDED = frozenset({State.REJECTED, State.WITHDRAWN, State.REVOKED})


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the steps depend on.

    `held`: another claim of the record is accepted or disputed; `holds_other`: the claimant speaks
    for another record; `reopened`: they have another open claim of this one; `strong`: live strong
    proofs; `party`: the reviewer is the claimant or another side; `approvals`: other reviewers who
    asked for this same step since the last one; `challenged`: an open challenge was admitted;
    `disputing`: the claim is itself such a challenge; `heard`: both sides answered, or the window
    is over; `turned_down`: reviewers decided against another claim of theirs of this record;
    `overturned`: two of them did, against this one or another; `days_ended`: since the claim ended.
    """

    flagged: bool = False
    cleared: bool = False
    famous: bool = False
    held: bool = False
    holds_other: bool = False
    reopened: bool = False
    account_verified: bool = True
    frozen: bool = False
    evidence: int = 0
    new_evidence: bool = False
    strong: int = 0
    objected: bool = False
    party: bool = False
    approvals: int = 0
    challenged: bool = False
    disputing: bool = False
    turned_down: bool = False
    heard: bool = False
    was_held: bool = False
    overturned: bool = False
    days_ended: int = 0


class Transition(msgspec.Struct, frozen=True):
    """One step. `requires` names what must be so, each a reason of `REFUSALS`.

    `two`: whether a second reviewer has to ask for the same. `reverses` names the steps it undoes.
    """

    name: str
    sources: frozenset[State]
    target: State
    roles: frozenset[Role]
    requires: tuple[str, ...] = ()
    two: Literal["never", "famous", "always"] = "never"
    reverses: frozenset[str] = frozenset()


class Refusal(msgspec.Struct, frozen=True):
    """Why a step is not taken; nothing has changed."""

    reason: Reason

    @property
    def code(self) -> str:
        return self.reason.code


def _step(
    name: str,
    sources: Iterable[State],
    target: State,
    role: Role | tuple[Role, ...],
    *requires: str,
    two: Literal["never", "famous", "always"] = "never",
    reverses: Iterable[str] = (),
) -> Transition:
    roles = frozenset(role if isinstance(role, tuple) else (role,))
    return Transition(name, frozenset(sources), target, roles, requires, two, frozenset(reverses))


_ACCEPTABLE = ("account_verified", "unheld", "clear")

TRANSITIONS = (
    _step("submit", {State.DRAFT}, State.SUBMITTED, Role.CLAIMANT, "unfrozen"),
    _step(
        "prove", OPEN, State.ACCEPTED, Role.SYSTEM,
        "unfrozen", "strong_proof", *_ACCEPTABLE, "unobjected", "not_turned_down", "not_famous",
        "one_record",
    ),
    _step(
        "accept", OPEN, State.ACCEPTED, Role.REVIEWER,
        "not_party", "unfrozen", "evidence", *_ACCEPTABLE, two="famous",
    ),
    _step("ask", {State.SUBMITTED}, State.NEEDS_EVIDENCE, Role.REVIEWER, "not_party"),
    _step(
        "answer", {State.NEEDS_EVIDENCE}, State.SUBMITTED, Role.CLAIMANT,
        "unfrozen", "new_evidence", reverses={"ask"},
    ),
    _step("reject", OPEN, State.REJECTED, Role.REVIEWER, "not_party", "not_disputing"),
    _step(
        "reconsider", {State.REJECTED}, State.SUBMITTED, Role.REVIEWER,
        "not_party", "not_reopened", reverses={"reject"},
    ),
    _step(
        "withdraw", {State.DRAFT, *OPEN}, State.WITHDRAWN, Role.CLAIMANT,
        "unfrozen", reverses={"submit"},
    ),
    _step(
        "release", HELD, State.WITHDRAWN, Role.CLAIMANT,
        "unfrozen", reverses={"accept", "prove"},
    ),
    _step("dispute", {State.ACCEPTED}, State.DISPUTED, (Role.SYSTEM, Role.REVIEWER), "challenge"),
    _step(
        "stand", {State.DISPUTED}, State.ACCEPTED, Role.SYSTEM,
        "unchallenged", reverses={"dispute"},
    ),
    _step(
        "uphold", {State.DISPUTED}, State.ACCEPTED, Role.REVIEWER,
        "not_party", "heard", two="always", reverses={"dispute"},
    ),
    _step(
        "overturn", {State.DISPUTED}, State.REVOKED, Role.REVIEWER,
        "not_party", "heard", two="always", reverses={"accept", "prove"},
    ),
    _step(
        "revoke", {State.ACCEPTED}, State.REVOKED, Role.REVIEWER,
        "not_party", two="famous", reverses={"accept", "prove"},
    ),
    _step(
        "restore", {State.REVOKED, State.WITHDRAWN}, State.ACCEPTED, Role.REVIEWER,
        "not_party", "was_held", "not_reopened", "in_time", "account_verified", "unheld",
        two="famous", reverses={"revoke", "overturn", "release"},
    ),
)  # fmt: skip

BY_NAME = {step.name: step for step in TRANSITIONS}

_MET: dict[str, Callable[[Facts], bool]] = {
    "unfrozen": lambda facts: not facts.frozen,
    "strong_proof": lambda facts: facts.strong > 0,
    "unobjected": lambda facts: not facts.objected,
    "not_turned_down": lambda facts: not facts.turned_down,
    "evidence": lambda facts: facts.evidence > 0,
    "new_evidence": lambda facts: facts.new_evidence,
    "account_verified": lambda facts: facts.account_verified,
    "unheld": lambda facts: not facts.held,
    "clear": lambda facts: facts.cleared or not facts.flagged,
    "not_famous": lambda facts: not facts.famous,
    "one_record": lambda facts: not facts.holds_other,
    "not_party": lambda facts: not facts.party,
    "challenge": lambda facts: facts.challenged,
    "unchallenged": lambda facts: not facts.challenged,
    "not_reopened": lambda facts: not facts.reopened,
    "not_disputing": lambda facts: not facts.disputing,
    "heard": lambda facts: facts.heard,
    "was_held": lambda facts: facts.was_held,
    "in_time": lambda facts: facts.days_ended <= RESTORED_DAYS,
}
# A requirement whose reason has another name than itself.
_REASONS = {"unfrozen": "frozen"}


def is_famous(works: int, followers: int) -> bool:
    return works >= FAMOUS_WORKS or followers >= FAMOUS_FOLLOWERS


def needs_two(step: Transition, facts: Facts) -> bool:
    """Whether two reviewers have to agree: always in a dispute, and on what one decided."""
    if step.two == "famous":
        return facts.famous or facts.overturned
    return step.two == "always"


def refusal(
    step: Transition, state: State, roles: Collection[Role], facts: Facts
) -> Refusal | None:
    """Why this step cannot be taken; None when it can. What can be mended comes last."""
    if state not in step.sources:
        return Refusal(reason("no_step"))
    acting = step.roles.intersection(roles)
    if not acting:
        return Refusal(reason("not_yours"))
    for name in step.requires:
        if not _MET[name](facts):
            return Refusal(reason(_REASONS.get(name, name)))
    alone = acting == {Role.REVIEWER} and facts.approvals + 1 < REVIEWERS
    return Refusal(reason("second_reviewer")) if alone and needs_two(step, facts) else None


def allowed(state: State, roles: Collection[Role], facts: Facts) -> list[Transition]:
    """The steps that would take effect now, in the order of the table."""
    return [step for step in TRANSITIONS if refusal(step, state, roles, facts) is None]


def offered(
    state: State, roles: Collection[Role], facts: Facts
) -> list[tuple[Transition, Refusal | None]]:
    """The steps that these roles have from here, each with what still stands in its way."""
    return [
        (step, refusal(step, state, roles, facts))
        for step in TRANSITIONS
        if state in step.sources and step.roles.intersection(roles)
    ]


def apply(state: State, name: str, roles: Collection[Role], facts: Facts) -> State | Refusal:
    """The state after the step. Raises KeyError for a step that does not exist."""
    step = BY_NAME[name]
    return refusal(step, state, roles, facts) or step.target


def record_state(claims: Iterable[State]) -> str:
    """What a record's page says of its claims: unclaimed, pending, claimed or disputed."""
    states = set(claims)
    if State.DISPUTED in states:
        return "disputed"
    if State.ACCEPTED in states:
        return "claimed"
    return "pending" if states & OPEN else "unclaimed"

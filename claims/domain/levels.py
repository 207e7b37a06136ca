"""Verification levels from evidence, and what would raise them. docs/trust.md has them in words."""

from collections.abc import Iterator

import msgspec

from claims.domain.transitions import HELD, State
from claims.domain.trust import LEVEL_POINTS, automatic_level

UNLOCKS = {
    2: (
        "Edit what the page says of you, and choose the name it shows",
        "Say which works are yours and which are not",
        "Confirm the claims of your co-authors",
        "Invite and be invited",
    ),
    3: ("Reach those who take invitations from L3 upwards",),
    4: ("Reach those who take invitations from L4 only",),
}

STRONG_KINDS = ("orcid", "mailbox", "linkback")

_ACTIONS = {
    "orcid": "Sign in with ORCID, if a source put your iD on two of these works",
    "mailbox": "Show a mailbox in your name at the institution of a recent work",
    "linkback": "Link back from your page at the institution, with the claim's token",
    "coauthor": "Have a verified co-author confirm that this is you",
    "written": "Write to a reviewer what shows that this is you",
    "review": "Wait for a reviewer, who looks at the circles of this record first",
    "account": "Verify the mail address of your account",
}


class Proof(msgspec.Struct, frozen=True):
    """A strong proof. `voucher` is who stands behind it ("orcid", "domain:x.edu", a source)."""

    kind: str
    voucher: str
    lapsed: bool = False


class LevelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a level follows from.

    `identified` works with a persistent identifier; `confirmed`: a verified co-author or a
    reviewer stands behind the claim; `held_level`: what the claim had when it was last decided.
    """

    identified: int = 0
    state: State = State.DRAFT
    account_verified: bool = True
    proofs: tuple[Proof, ...] = ()
    confirmed: bool = False
    flagged: bool = False
    cleared: bool = False
    held_level: int = 0


def level(facts: LevelFacts) -> int:
    """L0–L4 of the record with this claim. A lapsed proof counts for L2 and no more."""
    automatic = automatic_level(facts.identified)
    if facts.state not in HELD or not facts.account_verified:
        return automatic
    claimed = _claimed_level(facts)
    if facts.flagged and not facts.cleared:
        # Nothing new rises while it may be several people; what was held stays, or falls.
        claimed = min(claimed, facts.held_level)
    return max(automatic, claimed)


def _claimed_level(facts: LevelFacts) -> int:
    live = [proof for proof in facts.proofs if not proof.lapsed]
    if facts.confirmed and independent(live):
        return 4
    return 3 if live else 2


def independent(proofs: list[Proof]) -> bool:
    """Whether two of them differ both in kind and in who vouches.

    Mailbox and page at one institution fall together when one log-in there is lost.
    """
    return any(
        one.kind != other.kind and one.voucher != other.voucher
        for one in proofs
        for other in proofs
    )


class Step(msgspec.Struct, frozen=True):
    """Something the claimant could do, and what comes of it.

    `needs` says what it takes besides; `points` are those of the identity line alone.
    """

    code: str
    action: str
    gives_level: int
    points: int
    unlocks: tuple[str, ...]
    needs: str = ""


def what_next(facts: LevelFacts) -> list[Step]:
    """The ways to a higher level, those that give most at once first; empty at L4."""
    now = level(facts)
    if not facts.account_verified:
        return [_step("account", now, level(msgspec.structs.replace(facts, account_verified=True)))]
    if facts.flagged and not facts.cleared:
        cleared = msgspec.structs.replace(facts, cleared=True, state=State.ACCEPTED)
        return [_step("review", now, level(cleared))]
    steps = [*_proofs(facts, now), *_words(facts, now)]
    return sorted(steps, key=lambda step: (bool(step.needs), -step.gives_level))


def _proofs(facts: LevelFacts, now: int) -> Iterator[Step]:
    """One step for each kind of strong proof that would raise, alone or with a confirmation."""
    for kind in STRONG_KINDS:
        if any(proof.kind == kind and not proof.lapsed for proof in facts.proofs):
            continue
        proofs = (*facts.proofs, Proof(kind, f"new {kind}"))
        then = msgspec.structs.replace(facts, proofs=proofs, state=_held(facts.state))
        alone = level(then)
        if alone > now:
            yield _step(kind, now, alone)
        elif now == 3:
            yield _step(kind, now, 4, "and the word of a verified co-author or a reviewer")


def _words(facts: LevelFacts, now: int) -> Iterator[Step]:
    if facts.state not in HELD:
        yield _step("written", now, 2, "and a reviewer's acceptance")
        return
    if now == 3 and not facts.confirmed:
        both = independent([proof for proof in facts.proofs if not proof.lapsed])
        yield _step("coauthor", now, 4, "" if both else "and a second, independent strong proof")


def _held(state: State) -> State:
    return state if state in HELD else State.ACCEPTED


def _step(code: str, now: int, then: int, needs: str = "") -> Step:
    unlocks = tuple(text for at in range(now + 1, then + 1) for text in UNLOCKS.get(at, ()))
    points = LEVEL_POINTS[then] - LEVEL_POINTS[now]
    return Step(code, _ACTIONS[code], then, points, unlocks, needs)

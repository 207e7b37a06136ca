"""What each step that a reviewer sends does: one service for each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from claims.claim_steps import Actor, Said, refused
from claims.claiming import (
    claim_clear_flag,
    claim_confirm,
    claim_decide,
    claim_freeze,
    claim_unfreeze,
)
from claims.disputes import challenge_admit, dispute_decide
from claims.domain.transitions import Refusal
from claims.freezing import account_freeze, account_unfreeze
from claims.models import Challenge, Claim, Evidence
from claims.proving import evidence_judge


@dataclass(frozen=True, slots=True)
class Asked:
    """A step with all that it speaks of; `evidence` and `challenge` belong to the claim."""

    do: str
    claim: Claim
    actor: Actor
    said: Said
    now: datetime
    verdict: str = ""
    evidence: Evidence | None = None
    challenge: Challenge | None = None


def carry_out(asked: Asked) -> Refusal | None:
    """Take the step, or say why not."""
    found = _ACTIONS.get(asked.do, _decide)(asked)
    return found if isinstance(found, Refusal) else None


def _decide(asked: Asked) -> object:
    return claim_decide(asked.claim, asked.actor, asked.do, asked.said, asked.now)


def _freeze(asked: Asked) -> object:
    return claim_freeze(asked.claim, asked.actor, asked.said.note, asked.now)


def _freeze_account(asked: Asked) -> object:
    return account_freeze(asked.claim.user_id, asked.actor, asked.said.note, asked.now)


def _judge(asked: Asked) -> object:
    if asked.evidence is None:
        return refused("unknown_evidence")
    accepted = asked.verdict == "accepted"
    return evidence_judge(asked.evidence, asked.actor, accepted=accepted, now=asked.now)


def _admit(asked: Asked) -> object:
    if asked.challenge is None:
        return refused("no_step")
    return challenge_admit(asked.challenge, asked.actor, asked.now)


def _dispute(asked: Asked) -> object:
    if asked.challenge is None:
        return refused("no_step")
    upheld = asked.do == "uphold"
    return dispute_decide(
        asked.challenge, asked.actor, upheld=upheld, said=asked.said, now=asked.now
    )


_ACTIONS: dict[str, Callable[[Asked], object]] = {
    "confirm": lambda asked: claim_confirm(asked.claim, asked.actor, asked.now),
    "clear": lambda asked: claim_clear_flag(asked.claim, asked.actor, asked.now),
    "freeze": _freeze,
    "unfreeze": lambda asked: claim_unfreeze(asked.claim, asked.actor, asked.now),
    "freeze_account": _freeze_account,
    "unfreeze_account": lambda asked: account_unfreeze(asked.claim.user_id, asked.actor, asked.now),
    "judge": _judge,
    "admit": _admit,
    "uphold": _dispute,
    "overturn": _dispute,
}

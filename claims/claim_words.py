"""States and events of a claim in the words that its claimant reads."""

from collections.abc import Callable
from typing import Any, NamedTuple

from claims.domain.evidence import KINDS
from claims.domain.reasons import ALL, Reason
from claims.models import ClaimEvent


class StateWords(NamedTuple):
    label: str
    meaning: str


STATES = {
    "draft": StateWords(
        "Not sent yet", "Nobody sees this claim before you send it. Bring what you have."
    ),
    "submitted": StateWords(
        "Under review",
        "A strong proof decides at once. Without one, a reviewer looks at what you brought.",
    ),
    "needs_evidence": StateWords(
        "Something is asked for", "A reviewer needs more before this can be decided."
    ),
    "accepted": StateWords("Accepted", "You speak for this record."),
    "rejected": StateWords(
        "Turned down", "Nothing of it is public. You can claim the record again with other proof."
    ),
    "withdrawn": StateWords(
        "Taken back", "You took this claim back. You can claim the record again at any time."
    ),
    "disputed": StateWords(
        "Disputed",
        "Somebody else showed that this record may be theirs. Nothing of it moves before two"
        " reviewers have decided.",
    ),
    "revoked": StateWords(
        "Revoked", "The record is nobody's again. A reviewer can restore this for 30 days."
    ),
}

STEPS = {
    "open": "You opened the claim",
    "submit": "You sent the claim",
    "answer": "You answered and sent it again",
    "withdraw": "You took the claim back",
    "release": "You gave the record back",
    "prove": "Accepted by a strong proof",
    "accept": "Accepted by a reviewer",
    "ask": "A reviewer asked for more",
    "reject": "A reviewer turned it down",
    "reconsider": "A reviewer opened it again",
    "revoke": "A reviewer revoked it",
    "restore": "A reviewer restored it",
    "confirmed": "A reviewer stands behind the claim",
    "cleared": "A reviewer found the record to be one person",
    "frozen": "A reviewer froze the claim",
    "unfrozen": "The claim is free again",
    "asked": "You asked a co-author for their word",
    "confirms": "A co-author confirmed that this is you",
    "objects": "A co-author said that this is somebody else",
    "mailbox": "You entered the code that was mailed",
    "judged": "A reviewer read what you wrote",
    "challenge": "Somebody speaks for the record: your claim is a challenge",
    "admitted": "Your challenge became a dispute",
    "heard": "You answered in the dispute",
    "dispute": "The record is disputed",
    "stand": "The dispute ended; the record is still yours",
    "uphold": "Two reviewers decided: the record stays yours",
    "overturn": "Two reviewers decided: the record is not yours",
    "moved": "The record became part of another one, and your claim went along",
    "voted": "One reviewer decided; a second has to agree",
}

STRENGTHS = {
    "strong": "Strong proof",
    "supporting": "For a reviewer",
    "none": "Proves nothing",
}


def _evidence(event: ClaimEvent) -> str:
    return KINDS[event.detail["kind"]].label


def _level(event: ClaimEvent) -> str:
    old, new = event.detail["old"], event.detail["new"]
    return f"What the claim gives the record: L{old} before, L{new} now"


_TOLD: dict[str, Callable[[ClaimEvent], str]] = {"evidence": _evidence, "level": _level}


def event_words(event: ClaimEvent) -> str:
    told = _TOLD.get(event.step)
    return told(event) if told else STEPS[event.step]


def event_reason(event: ClaimEvent) -> Reason | None:
    return ALL.get(event.reason)


def event_row(event: ClaimEvent) -> dict[str, Any]:
    """A line of the history. Which reviewer it was stays among the reviewers."""
    found = event_reason(event)
    return {"at": event.at, "words": event_words(event), "reason": found.words if found else ""}

"""What the claimant writes for a reviewer: a page, a document, and what it shows."""

from typing import Literal

import msgspec

from claims.domain.evidence.assessment import Assessment, none, supporting

SHORTEST = 40


class WrittenFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict` is the reviewer's, empty until there is one."""

    text: str
    verdict: Literal["", "accepted", "refused"] = ""


def assess(facts: WrittenFacts) -> Assessment:
    """Supporting until a reviewer refused it; one that is accepted is a reviewer's confirmation."""
    if facts.verdict == "refused":
        return none("written_refused")
    if facts.verdict == "accepted":
        return supporting("written_accepted", confirms=True)
    if len(" ".join(facts.text.split())) < SHORTEST:
        return none("written_short")
    return supporting("written_given")

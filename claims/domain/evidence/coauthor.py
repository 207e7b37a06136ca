"""The word of a co-author whose own record is verified: no proof, but L4 asks for it."""

from datetime import date, timedelta
from typing import Literal

import msgspec

from claims.domain.evidence.assessment import Assessment, none, supporting

LEVEL = 2
RECHECK = timedelta(days=30)


class CoauthorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`level` and `speaks` are of the co-author: their record's level, and whether they hold it.

    `shared` counts common works of at most fifty authors.
    """

    today: date
    answer: Literal["", "confirms", "objects"] = ""
    same_account: bool = False
    speaks: bool = True
    level: int = 0
    shared: int = 0


def assess(facts: CoauthorFacts) -> Assessment:
    """Supporting when a co-author at L2 or above confirms; an objection is no evidence at all."""
    if facts.same_account:
        return none("coauthor_self")
    if facts.shared < 1:
        return none("coauthor_stranger")
    if not facts.speaks or facts.level < LEVEL:
        return none("coauthor_unverified")
    if facts.answer == "confirms":
        again = facts.today + RECHECK
        return supporting("coauthor_confirms", confirms=True, recheck_after=again)
    return none("coauthor_objects" if facts.answer == "objects" else "coauthor_asked")

"""An ORCID iD from a sign-in: whether somebody else than its holder had tied it to the works."""

from datetime import date, datetime, timedelta

import msgspec

from claims.domain.evidence.assessment import Assessment, none, strong, supporting
from works.domain.identity import orcid

WORKS = 2
RECHECK = timedelta(days=7)


class PutOn(msgspec.Struct, frozen=True):
    """That somebody put an iD on one of the record's works: who, and when we first saw it."""

    work: int
    orcid: str
    source: str
    at: datetime
    by_holder: bool = False


class OrcidFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`orcid` comes from the sign-in alone; `taken`: another account has it."""

    orcid: str
    opened_at: datetime
    today: date
    put: tuple[PutOn, ...] = ()
    taken: bool = False


def assess(facts: OrcidFacts) -> Assessment:
    """Strong when sources other than the holder had put the iD on two works before the claim."""
    own_id = orcid(facts.orcid)
    if not own_id:
        return none("orcid_none")
    if facts.taken:
        return none("orcid_taken")
    again = facts.today + RECHECK
    by_others = [put for put in facts.put if not put.by_holder]
    if any(orcid(put.orcid) not in ("", own_id) for put in by_others):
        return supporting("orcid_two_ids", recheck_after=again)
    mine = [put for put in by_others if orcid(put.orcid) == own_id]
    before = {put.work for put in mine if put.at < facts.opened_at}
    if len(before) >= WORKS:
        return strong("orcid_on_works", "orcid", recheck_after=again)
    return supporting(_weakness(facts, mine, len(before)), recheck_after=again)


def _weakness(facts: OrcidFacts, mine: list[PutOn], before: int) -> str:
    if before:
        return "orcid_one_work"
    if mine:
        return "orcid_late"
    own_word = any(put.by_holder for put in facts.put)
    return "orcid_own_word" if own_word else "orcid_fresh"

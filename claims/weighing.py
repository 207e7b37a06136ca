"""What a piece of evidence is worth now: its facts from the corpus, its strength, its end in time.

What no longer holds is not taken away at once: its bringer is told, and has seven days.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from claims import record_facts
from claims.claim_steps import SYSTEM, event, is_live, tell
from claims.domain.evidence import Assessment, Facts, Strength, assess
from claims.domain.evidence.coauthor import CoauthorFacts
from claims.domain.evidence.linkback import LinkFacts
from claims.domain.evidence.mailbox import MailFacts
from claims.domain.evidence.orcid import OrcidFacts, PutOn
from claims.domain.evidence.page import Seen
from claims.domain.evidence.written import WrittenFacts
from claims.domain.transitions import ENDED, HELD
from claims.models import Claim, Evidence
from works.models import Author
from works.pages import researcher_url

NOTICE = timedelta(days=7)


def orcid_of(user_id: int) -> str:
    """The iD that the account signed in with, or ""."""
    found = SocialAccount.objects.filter(provider="orcid", user_id=user_id)
    return str(found.values_list("uid", flat=True).first() or "")


def record_link(author: Author) -> str:
    """The record's address as a page elsewhere would link to it."""
    return f"{settings.SITE_URL}{researcher_url(author.slug)}"


def weigh(evidence: Evidence, claim: Claim, now: datetime) -> Assessment:
    """Assess it anew and keep what came of it. The caller holds the lock and settles afterwards."""
    facts = _FACTS[evidence.kind](evidence, claim, now)
    found = assess(evidence.kind, facts)
    was_live, before = is_live(evidence), evidence.reason
    counted = was_live or evidence.confirms
    evidence.facts = msgspec.to_builtins(facts)
    evidence.assessed_at = now
    if counted and not _counts(found):
        _lapse(evidence, claim, found, now)
    else:
        _take(evidence, claim, found, now)
    evidence.save()
    if (was_live, before) != (is_live(evidence), evidence.reason):
        event(claim, "evidence", SYSTEM, evidence.reason, kind=evidence.kind, id=evidence.pk)
    return found


def _counts(found: Assessment) -> bool:
    """Whether levels may rest on it. A word that was taken back is no lapse, and counts at once."""
    spoken = ("coauthor_objects", "written_refused")
    return found.strength == Strength.STRONG or found.confirms or found.reason in spoken


def _take(evidence: Evidence, claim: Claim, found: Assessment, now: datetime) -> None:
    evidence.strength, evidence.reason = found.strength.value, found.reason
    evidence.confirms = found.confirms
    evidence.expires_at, evidence.recheck_at = _moment(found.expires_on), None
    if found.recheck_after:
        evidence.recheck_at = max(_moment(found.recheck_after), now)
    evidence.lapses_at = None
    if found.strength == Strength.STRONG:
        evidence.was_strong, evidence.voucher, evidence.lapsed_at = True, found.voucher, None
        if evidence.expires_at is not None and evidence.expires_at <= now + NOTICE:
            _announce(evidence, claim, evidence.expires_at, now)


def _lapse(evidence: Evidence, claim: Claim, found: Assessment, now: datetime) -> None:
    """Tell first; when the time that was told is over, it is a proof no more."""
    if evidence.lapses_at is None:
        evidence.recheck_at = now
        _announce(evidence, claim, now + NOTICE, now)
    elif evidence.lapses_at <= now:
        evidence.strength, evidence.reason = found.strength.value, found.reason
        evidence.confirms = found.confirms
        evidence.lapsed_at, evidence.recheck_at = now, None
        tell(claim, "proof_lapsed", kind=evidence.kind, dedupe_key=_key("lapsed", evidence))
    else:
        evidence.recheck_at = evidence.lapses_at


def _announce(evidence: Evidence, claim: Claim, end: datetime, now: datetime) -> None:
    evidence.lapses_at = evidence.recheck_at = max(end, now)
    if claim.state in HELD:
        on = end.date().isoformat()
        key = _key("lapsing", evidence)
        tell(claim, "proof_lapsing", kind=evidence.kind, on=on, dedupe_key=key)


def _key(what: str, evidence: Evidence) -> str:
    assert evidence.lapses_at is not None
    return f"{what}:{evidence.pk}:{evidence.lapses_at.date()}"


def _moment(day: date | None) -> Any:
    return datetime.combine(day, time(), UTC) if day else None


def is_used(kind: str, subject: str, user_id: int) -> bool:
    """Whether it is the live proof of another account, whose claim has not ended."""
    proofs = Evidence.objects.filter(kind=kind, subject=subject, strength="strong", lapsed_at=None)
    live = proofs.exclude(claim__state__in=[*ENDED])
    return live.exclude(claim__user_id=user_id).exists()


def _orcid(evidence: Evidence, claim: Claim, now: datetime) -> OrcidFacts:
    connected = orcid_of(claim.user_id)
    known = msgspec.convert(evidence.facts.get("put", []), list[PutOn])
    # Apart: what the holder told ORCID long ago makes no word of a source older.
    ours = [put for put in known if not put.source.startswith(record_facts.AT_ORCID)]
    listed = [put for put in known if put.source.startswith(record_facts.AT_ORCID)]
    return OrcidFacts(
        orcid=connected if connected == evidence.subject else "",
        opened_at=claim.opened_at,
        today=now.date(),
        put=(*record_facts.orcids_put(claim.author_id, ours), *listed),
        taken=is_used("orcid", evidence.subject, claim.user_id),
    )


def _mailbox(evidence: Evidence, claim: Claim, now: datetime) -> MailFacts:
    confirmed = evidence.facts.get("confirmed_on")
    return MailFacts(
        address=evidence.subject,
        today=now.date(),
        confirmed_on=date.fromisoformat(confirmed) if confirmed else None,
        names=record_facts.printed_names(claim.author_id),
        places=record_facts.places(claim.author_id, now.year),
        # Only the owner of the mailbox is told that another account has it.
        used=bool(confirmed) and is_used("mailbox", evidence.subject, claim.user_id),
    )


def _linkback(evidence: Evidence, claim: Claim, now: datetime) -> LinkFacts:
    known = evidence.facts
    return LinkFacts(
        url=evidence.subject,
        token=claim.token,
        record_url=record_link(claim.author),
        today=now.date(),
        seen=msgspec.convert(known.get("seen"), Seen | None),
        read_on=msgspec.convert(known.get("read_on"), date | None),
        error=known.get("error", ""),
        names=record_facts.printed_names(claim.author_id),
        places=record_facts.places(claim.author_id, now.year),
    )


def _coauthor(evidence: Evidence, claim: Claim, now: datetime) -> CoauthorFacts:
    other = Author.objects.filter(public_id=evidence.subject).first()
    if other is None:
        return CoauthorFacts(today=now.date(), speaks=False)
    holder = Claim.objects.filter(author=other, state__in=[*HELD], frozen_at=None).first()
    standing = record_facts.standing(other.pk)
    return CoauthorFacts(
        today=now.date(),
        answer=evidence.facts.get("answer", ""),
        same_account=holder is not None and holder.user_id == claim.user_id,
        speaks=holder is not None,
        level=standing.level if standing else 0,
        shared=record_facts.works_shared(claim.author_id, other.pk),
    )


def _written(evidence: Evidence, claim: Claim, now: datetime) -> WrittenFacts:
    return WrittenFacts(
        text=evidence.facts.get("text", ""), verdict=evidence.facts.get("verdict", "")
    )


_FACTS: dict[str, Callable[[Evidence, Claim, datetime], Facts]] = {
    "orcid": _orcid,
    "mailbox": _mailbox,
    "linkback": _linkback,
    "coauthor": _coauthor,
    "written": _written,
}

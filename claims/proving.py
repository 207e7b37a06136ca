"""Bringing evidence for a claim. Each kind has its own way in; what comes of it is the same."""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from bzpeer.lib import audit, limits, outbound
from claims.claim_steps import Actor, event, locked, refused, settle
from claims.disputes import advance
from claims.domain.evidence.linkback import holds_token
from claims.domain.notes import paragraphs
from claims.domain.reasons import reason
from claims.domain.transitions import ENDED, Refusal, Role
from claims.models import Claim, Evidence, PageCheck
from claims.record_facts import Standing
from claims.weighing import orcid_of, weigh

ADDED = limits.Limit("evidence_add", times=30, seconds=86_400)
LONGEST_TEXT = 8_000
LONGEST_URL = 500


@transaction.atomic
def evidence_add_orcid(claim: Claim, actor: Actor, now: datetime) -> Evidence | Refusal:
    """The iD that the account signed in with; there is no way to type one.

    What the corpus knows of it counts at once; its record at ORCID is read soon.
    """
    connected = orcid_of(actor.user_id)
    if not connected:
        return refused("orcid_none")
    added = _add(claim, actor, "orcid", connected, now)
    if isinstance(added, Evidence):
        page_ask(added)
    return added


@transaction.atomic
def evidence_add_page(claim: Claim, actor: Actor, url: str, now: datetime) -> Evidence | Refusal:
    """A page with the link back. The worker reads it soon; asking again reads it again."""
    try:
        address = str(outbound.checked(url))
    except outbound.Forbidden:
        return refused("link_forbidden")
    if len(address) > LONGEST_URL:
        return refused("link_forbidden")
    if holds_token(address, claim.token):
        return refused("link_reflected")
    added = _add(claim, actor, "linkback", address, now)
    if isinstance(added, Evidence):
        page_ask(added)
    return added


@transaction.atomic
def evidence_add_written(
    claim: Claim, actor: Actor, text: str, now: datetime
) -> Evidence | Refusal:
    """Words for a reviewer; the same words twice are one piece of evidence."""
    kept = paragraphs(text)[:LONGEST_TEXT]
    subject = blake2b(kept.encode(), digest_size=16).hexdigest()
    return _add(claim, actor, "written", subject, now, {"text": kept})


def _add(
    claim: Claim,
    actor: Actor,
    kind: str,
    subject: str,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> Evidence | Refusal:
    found, standing = locked(claim.pk)
    refusal = may_bring(found, actor)
    if refusal:
        return refusal
    evidence, _ = Evidence.objects.get_or_create(
        claim=found, kind=kind, subject=subject, defaults={"facts": facts or {}, "added_at": now}
    )
    audit.record("claim_evidence", actor.request, actor.user_id, claim=found.pk, brought=kind)
    carry(evidence, found, standing, now)
    return evidence


def may_bring(claim: Claim, actor: Actor) -> Refusal | None:
    """Whether this person may add to this claim now. Takes from their daily measure."""
    if actor.user_id != claim.user_id:
        return refused("not_yours")
    if claim.state in ENDED:
        return refused("no_step")
    if claim.frozen_at is not None:
        return refused("frozen")
    return None if limits.allowed(ADDED, actor.user_id) else refused("too_many")


def carry(evidence: Evidence, claim: Claim, standing: Standing, now: datetime) -> None:
    """Weigh a piece of evidence and let it take effect, on the claim and on the record."""
    weigh(evidence, claim, now)
    advance(claim, standing, now)
    settle(claim, standing, now)


def page_ask(evidence: Evidence) -> None:
    """Let the worker read what it speaks of, also when it waits already or was given up."""
    PageCheck.objects.bulk_create(
        [PageCheck(evidence=evidence, due_at=Now(), attempts=0, parked_at=None, error="")],
        update_conflicts=True,
        unique_fields=["evidence"],
        update_fields=["due_at", "attempts", "parked_at", "error"],
    )


@transaction.atomic
def evidence_judge(
    evidence: Evidence, actor: Actor, *, accepted: bool, now: datetime
) -> Evidence | Refusal:
    """A reviewer's verdict on what was written; it may be changed."""
    claim, standing = locked(evidence.claim_id)
    found = Evidence.objects.get(pk=evidence.pk)
    if actor.role is not Role.REVIEWER or found.kind != "written":
        return refused("not_yours")
    if Claim.objects.filter(author_id=claim.author_id, user_id=actor.user_id).exists():
        return refused("not_party")
    found.facts["verdict"] = "accepted" if accepted else "refused"
    event(claim, "judged", actor, f"written_{found.facts['verdict']}", id=found.pk)
    carry(found, claim, standing, now)
    return found


@transaction.atomic
def evidence_withdraw(evidence: Evidence, actor: Actor, now: datetime) -> Refusal | None:
    """Take evidence back: it is deleted with all that it holds. An accepted claim keeps L2.

    What a co-author said against the claim is theirs to take back.
    """
    claim, standing = locked(evidence.claim_id)
    if actor.user_id != claim.user_id:
        return refused("not_yours")
    if claim.frozen_at is not None:
        return refused("frozen")
    if evidence.reason == "coauthor_objects":
        return refused("unobjected")
    kind, code = evidence.kind, reason("withdrawn").code
    Evidence.objects.filter(pk=evidence.pk).delete()
    event(claim, "evidence", actor, code, kind=kind, id=evidence.pk)
    settle(claim, standing, now)
    return None

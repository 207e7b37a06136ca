"""What pages of claims show: a claim and its next steps, and a person's claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from claims.claim_steps import Actor, level_facts, step_facts
from claims.domain.evidence import KINDS
from claims.domain.levels import Step, level, what_next
from claims.domain.reasons import Reason, reason
from claims.domain.transitions import Refusal, State, Transition, offered
from claims.models import Challenge, Claim, ClaimEvent, Evidence
from claims.record_facts import Standing, standing


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    """A piece of evidence with its worth in words. `row` holds what is private."""

    row: Evidence
    label: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """All that the claimant's page and a reviewer's screen say of one claim.

    `steps` are those of whoever asks, each with what still stands in its way; `level` is what the
    record has with this claim, `next` what would raise it.
    """

    claim: Claim
    standing: Standing
    level: int
    evidence: Sequence[EvidenceShown]
    steps: Sequence[tuple[Transition, Refusal | None]]
    next: Sequence[Step]
    challenges: Sequence[Challenge]
    history: Sequence[ClaimEvent]


def claim_find(public_id: str, user_id: int | None = None) -> Claim | None:
    """A claim by its name in addresses; with a user, only if it is theirs."""
    own = Q() if user_id is None else Q(user_id=user_id)
    found = Claim.objects.select_related("author", "user")
    return found.filter(own, public_id=public_id).first()


def claims_of(user_id: int) -> QuerySet[Claim]:
    """A person's claims, the newest first."""
    return Claim.objects.filter(user_id=user_id).select_related("author").order_by("-id")


def claim_shown(claim: Claim, actor: Actor, now: datetime) -> ClaimShown | None:
    """None when the record's facts are gone, as those of a record that was merged away."""
    found = standing(claim.author_id)
    if found is None:
        return None
    facts = level_facts(claim, found)
    # No step is named: what one reviewer asked for already is told in the history.
    rules = step_facts(claim, found, "", actor, now)
    return ClaimShown(
        claim=claim,
        standing=found,
        level=level(facts),
        evidence=[_evidence(row) for row in claim.evidence.order_by("pk")],
        steps=offered(State(claim.state), {actor.role}, rules),
        next=what_next(facts),
        challenges=list(_challenges(claim)),
        history=list(ClaimEvent.objects.filter(claim=claim.pk).order_by("pk")),
    )


def _evidence(row: Evidence) -> EvidenceShown:
    return EvidenceShown(row, KINDS[row.kind].label, reason(row.reason))


def _challenges(claim: Claim) -> QuerySet[Challenge]:
    """Both ways; a holder knows nothing of one that was not admitted."""
    own = Q(claim=claim) | Q(holder=claim, admitted_at__isnull=False)
    return Challenge.objects.filter(own).select_related("claim", "holder").order_by("pk")

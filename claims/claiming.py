"""Opening, sending, deciding and ending claims. Each in one transaction under the record's lock.

What the rules refuse comes back as a Refusal, which says why in words; a claim that is gone, or
somebody else's, is the caller's 404.
"""

from datetime import datetime

from django.db import transaction

from bzpeer.lib import audit, limits
from claims.claim_steps import (
    NOTHING,
    Actor,
    Said,
    event,
    locked,
    refused,
    settle,
    step,
    tell,
)
from claims.disputes import advance, challenge_close, rivals_raise
from claims.domain.notes import paragraphs
from claims.domain.reasons import REJECTION_CODES
from claims.domain.transitions import ENDED, HELD, Refusal, Role, State
from claims.models import Claim
from claims.record_facts import Standing, standing_locked
from graph.services import flag_clear
from works.models import Author
from works.services import authors_changed

OPENED = limits.Limit("claim_open", times=10, seconds=86_400)
SUBMITTED = limits.Limit("claim_submit", times=10, seconds=86_400)
LONGEST_STATEMENT = 4_000
DECISIONS = frozenset({"accept", "ask", "reject", "reconsider", "revoke", "restore"})


@transaction.atomic
def claim_open(actor: Actor, author: Author, now: datetime) -> Claim | Refusal:
    """A draft of this person's for this record; the one they have is the one they get.

    A record that somebody speaks for can be claimed too: once sent, the claim is a challenge.
    Whose claims are frozen opens no other.
    """
    if author.merged_into_id is not None:
        return refused("merged")
    if standing_locked(author.pk) is None:
        return refused("not_ready")
    own = Claim.objects.filter(author=author, user_id=actor.user_id).exclude(state__in=ENDED)
    known = own.first()
    if known is not None:
        return known
    if Claim.objects.filter(user_id=actor.user_id, frozen_at__isnull=False).exists():
        return refused("frozen")
    if not limits.allowed(OPENED, actor.user_id):
        return refused("too_many")
    claim = Claim.objects.create(author=author, user_id=actor.user_id, opened_at=now)
    event(claim, "open", actor)
    audit.record(
        "claim_opened", actor.request, actor.user_id, claim=claim.pk, record=claim.author_id
    )
    return claim


@transaction.atomic
def claim_submit(claim: Claim, actor: Actor, statement: str, now: datetime) -> Claim | Refusal:
    """Send a draft, or send again what was asked for; a strong proof decides at once."""
    found, standing = locked(claim.pk)
    if not limits.allowed(SUBMITTED, found.user_id):
        return refused("too_many")
    name = "answer" if found.state == "needs_evidence" else "submit"
    found.statement = paragraphs(statement)[:LONGEST_STATEMENT] or found.statement
    refusal = step(found, standing, name, actor, now)
    return refusal or _advanced(found, standing, now)


@transaction.atomic
def claim_withdraw(claim: Claim, actor: Actor, now: datetime) -> Claim | Refusal:
    """Take an open claim back; a challenge ends with it."""
    return _ended(claim, "withdraw", actor, now)


@transaction.atomic
def claim_release(claim: Claim, actor: Actor, now: datetime) -> Claim | Refusal:
    """Give an accepted record back. A reviewer can restore it for thirty days."""
    return _ended(claim, "release", actor, now)


@transaction.atomic
def claim_decide(
    claim: Claim, actor: Actor, name: str, said: Said, now: datetime
) -> Claim | Refusal:
    """What a reviewer decides: accept, ask, reject, reconsider, revoke or restore.

    Asking, rejecting and revoking need one of the named reasons. Disputes have their own way.
    """
    if name not in DECISIONS:
        return refused("no_step")
    if name in ("ask", "reject", "revoke") and said.reason not in REJECTION_CODES:
        return refused("unknown_reason")
    if name == "revoke":
        return _ended(claim, name, actor, now, said)
    found, standing = locked(claim.pk)
    refusal = step(found, standing, name, actor, now, said)
    if refusal:
        return refusal
    if name == "reject":
        challenge_close(found, standing, "rejected", now)
    elif found.state in HELD:
        rivals_raise(found, standing, now)
    if name in ("restore", "reconsider"):
        # Nobody looked while the claim was at its end.
        found.evidence.filter(lapsed_at=None, recheck_at=None).update(recheck_at=now)
    settle(found, standing, now)
    return found


@transaction.atomic
def claim_confirm(claim: Claim, actor: Actor, now: datetime) -> Claim | Refusal:
    """A reviewer stands behind a claim that was accepted by its proofs alone."""
    found, standing = locked(claim.pk)
    if found.state not in HELD:
        return refused("no_step")
    if not _may_review(found, actor):
        return refused("not_party")
    _update(found, reviewed_at=now)
    event(found, "confirmed", actor)
    settle(found, standing, now)
    return found


@transaction.atomic
def claim_clear_flag(claim: Claim, actor: Actor, now: datetime) -> Claim | Refusal:
    """A reviewer found the record to be one person; proofs that wait then decide."""
    found, standing = locked(claim.pk)
    if not _may_review(found, actor):
        return refused("not_party")
    _update(found, cleared_at=now, cleared_by=actor.user_id)
    flag_clear(found.author_id)
    event(found, "cleared", actor)
    audit.record("claim_cleared", actor.request, actor.user_id, claim=found.pk)
    return _advanced(found, standing, now)


@transaction.atomic
def claim_freeze(claim: Claim, actor: Actor, why: str, now: datetime) -> Claim | Refusal:
    """Stop all that the claimant could do with it. State, version and evidence stay as they are."""
    found, _ = locked(claim.pk)
    if actor.role is not Role.REVIEWER:
        return refused("not_yours")
    if found.frozen_at is None:
        _update(
            found, frozen_at=now, frozen_by=actor.user_id, frozen_reason=paragraphs(why)[:1_000]
        )
        event(found, "frozen", actor)
        audit.record("claim_frozen", actor.request, actor.user_id, claim=found.pk)
        tell(found, "claim_frozen", dedupe_key=f"frozen:{found.pk}:{now.isoformat()}")
        # What they say on the page is hidden for as long.
        authors_changed([found.author_id])
    return found


@transaction.atomic
def claim_unfreeze(claim: Claim, actor: Actor, now: datetime) -> Claim | Refusal:
    """Let go; the claim is byte for byte what it was before it was frozen."""
    found, standing = locked(claim.pk)
    if actor.role is not Role.REVIEWER:
        return refused("not_yours")
    if found.frozen_at is not None:
        _update(found, frozen_at=None, frozen_by=None, frozen_reason="")
        event(found, "unfrozen", actor)
        audit.record("claim_unfrozen", actor.request, actor.user_id, claim=found.pk)
        tell(found, "claim_unfrozen", dedupe_key=f"unfrozen:{found.pk}:{now.isoformat()}")
        return _advanced(found, standing, now)
    return found


@transaction.atomic
def claims_forget(user_id: int, now: datetime) -> None:
    """Before an account is erased: its records are free, its claims and evidence are deleted."""
    for pk in _claims_of(user_id):
        claim, standing = locked(pk)
        _update(claim, state=State.WITHDRAWN.value)
        challenge_close(claim, standing, "erased", now)
        claim.delete()
        settle(claim, standing, now)


@transaction.atomic
def claims_settle(user_id: int, now: datetime) -> None:
    """After an account was switched off or on: its records rest on it no more, or again."""
    for pk in _claims_of(user_id):
        settle(*locked(pk), now)


def _claims_of(user_id: int) -> list[int]:
    """In the order of their records, so that two who lock several never wait for each other."""
    own = Claim.objects.filter(user_id=user_id).order_by("author_id", "pk")
    return list(own.values_list("pk", flat=True))


def _ended(
    claim: Claim, name: str, actor: Actor, now: datetime, said: Said = NOTHING
) -> Claim | Refusal:
    found, standing = locked(claim.pk)
    refusal = step(found, standing, name, actor, now, said)
    if refusal:
        return refusal
    challenge_close(found, standing, name, now)
    settle(found, standing, now)
    return found


def _advanced(claim: Claim, standing: Standing, now: datetime) -> Claim:
    advance(claim, standing, now)
    settle(claim, standing, now)
    return claim


def _may_review(claim: Claim, actor: Actor) -> bool:
    party = Claim.objects.filter(author_id=claim.author_id, user_id=actor.user_id).exists()
    return actor.role is Role.REVIEWER and not party


def _update(claim: Claim, **values: object) -> None:
    for name, value in values.items():
        setattr(claim, name, value)
    Claim.objects.filter(pk=claim.pk).update(**values)

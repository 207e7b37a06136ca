"""Stopping all that an account could do with its claims at once, and letting it go again."""

from datetime import datetime

from bzpeer.lib import audit
from claims.claim_steps import Actor
from claims.claiming import claim_freeze, claim_unfreeze
from claims.domain.transitions import Refusal
from claims.models import Claim


def account_freeze(user_id: int, actor: Actor, why: str, now: datetime) -> int | Refusal:
    """Freeze each claim of the account, the ended as well; returns how many. It can open no other.

    One after the other, in the order of their records: whoever locks several waits for nobody.
    """
    claims = Claim.objects.filter(user_id=user_id, frozen_at=None)
    done = 0
    for claim in claims.order_by("author_id", "pk"):
        found = claim_freeze(claim, actor, why, now)
        if isinstance(found, Refusal):
            return found
        done += 1
    audit.record("account_frozen", actor.request, actor.user_id, account=user_id, claims=done)
    return done


def account_unfreeze(user_id: int, actor: Actor, now: datetime) -> int | Refusal:
    """Let every frozen claim of the account go; each is what it was before."""
    frozen = Claim.objects.filter(user_id=user_id).exclude(frozen_at=None)
    done = 0
    for claim in frozen.order_by("author_id", "pk"):
        found = claim_unfreeze(claim, actor, now)
        if isinstance(found, Refusal):
            return found
        done += 1
    audit.record("account_unfrozen", actor.request, actor.user_id, account=user_id, claims=done)
    return done

"""The word of a co-author: asked for by the claimant, given or refused with one click."""

from datetime import datetime, timedelta
from typing import Literal

from django.core import signing
from django.db import transaction

from bzpeer.lib import audit, limits, outbox
from claims.claim_steps import Actor, event, locked, refused
from claims.domain.transitions import ENDED, HELD, Refusal, Role
from claims.models import Claim, Evidence
from claims.proving import carry, may_bring
from claims.weighing import weigh
from works.models import Author

GOOD_FOR = timedelta(days=30)
ASKED = limits.Limit("confirmation_ask", times=5, seconds=86_400)
SALT = "claims.confirming"


@transaction.atomic
def confirmation_ask(
    claim: Claim, actor: Actor, coauthor: Author, now: datetime
) -> Evidence | Refusal:
    """Ask the person behind a co-author's record, once; who could not confirm is not asked."""
    found, _ = locked(claim.pk)
    refusal = may_bring(found, actor)
    if refusal:
        return refusal
    subject = coauthor.public_id
    known = Evidence.objects.filter(claim=found, kind="coauthor", subject=subject).first()
    if known is not None:
        return known
    if not limits.allowed(ASKED, actor.user_id):
        return refused("too_many")
    with transaction.atomic():
        evidence = Evidence.objects.create(
            claim=found, kind="coauthor", subject=subject, added_at=now
        )
        weighed = weigh(evidence, found, now)
        if weighed.reason != "coauthor_asked":
            transaction.set_rollback(True)
            return refused(weighed.reason)
    _notify(evidence, found, coauthor)
    event(found, "asked", actor, id=evidence.pk)
    return evidence


def _notify(evidence: Evidence, claim: Claim, coauthor: Author) -> None:
    holder = Claim.objects.get(author=coauthor, state__in=[*HELD])
    payload = {
        "user": holder.user_id,
        "what": "confirmation_asked",
        "author": claim.author_id,
        "url": f"/claims/confirm/{confirmation_link(evidence, holder.user_id)}/",
    }
    outbox.add("notice", payload, dedupe_key=f"notice:confirm:{evidence.pk}")


def confirmation_link(evidence: Evidence, user_id: int) -> str:
    """What makes the link one person's own."""
    return signing.dumps([evidence.public_id, user_id], salt=SALT)


def confirmation_find(link: str) -> tuple[Evidence, int] | None:
    """The question behind a link and whom it was put to; None for one that is not good any more."""
    try:
        public_id, user_id = signing.loads(link, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Evidence.objects.select_related("claim__author").filter(
        public_id=public_id, kind="coauthor"
    )
    evidence = found.exclude(claim__state__in=[*ENDED]).first()
    return (evidence, user_id) if evidence else None


@transaction.atomic
def confirmation_answer(
    link: str, answer: Literal["confirms", "objects"], actor: Actor, now: datetime
) -> Evidence | Refusal:
    """Say yes or no, and say otherwise later if need be; nobody answers for another record."""
    asked = confirmation_find(link)
    if asked is None:
        return refused("unknown_evidence")
    evidence, user_id = asked
    claim, standing = locked(evidence.claim_id)
    fresh = Evidence.objects.get(pk=evidence.pk)
    speaks = Claim.objects.filter(
        author__public_id=fresh.subject, user_id=user_id, state__in=[*HELD], frozen_at=None
    )
    if not speaks.filter(user__is_active=True).exists():
        return refused("coauthor_unverified")
    fresh.facts["answer"] = answer
    said = Actor(Role.CLAIMANT, user_id, actor.request)
    event(claim, answer, said, id=fresh.pk)
    audit.record("claim_coauthor", actor.request, user_id, claim=claim.pk, answer=answer)
    carry(fresh, claim, standing, now)
    return fresh

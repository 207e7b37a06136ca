"""One step of a claim, with all that belongs to it, under the lock of its record.

The record's facts row is locked first and the claim after it, by everybody: what is done to the
claims of one record is done one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from bzpeer.lib import audit, outbox
from claims.domain.evidence import Strength
from claims.domain.levels import LevelFacts, Proof, level
from claims.domain.notes import paragraphs
from claims.domain.reasons import A_PROOF_MENDS, reason
from claims.domain.transitions import (
    ENDED,
    HELD,
    Facts,
    Refusal,
    Role,
    State,
    apply,
    is_famous,
    record_state,
)
from claims.models import Challenge, Claim, ClaimEvent, Evidence
from claims.record_facts import Standing, standing_locked
from claims.services import trust_refresh
from graph.models import Collaboration
from works.services import authors_changed, facts_update
from works.settling import verdicts_stand

VERIFIED_LEVEL = 2
# Steps that a reviewer takes when they were convinced.
CONVINCED = frozenset({"accept", "uphold", "restore"})
DECISIONS = CONVINCED | {"prove", "ask", "reject", "reconsider", "overturn", "revoke"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; account 0, which is nobody's, for what follows from a proof."""

    role: Role
    user_id: int = 0
    request: HttpRequest | None = None


SYSTEM = Actor(Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Said:
    """What goes with a decision: a named reason, and words to the claimant."""

    reason: str = ""
    note: str = ""


NOTHING = Said()


class Gone(Exception):
    """The claim is not there any more, or its record was never computed."""


def locked(claim_id: int) -> tuple[Claim, Standing]:
    """The claim and its record's facts, ours until the transaction ends; raises Gone."""
    author_id = Claim.objects.filter(pk=claim_id).values_list("author_id", flat=True).first()
    standing = standing_locked(author_id) if author_id else None
    claim = Claim.objects.select_for_update().filter(pk=claim_id).first()
    if claim is None or standing is None:
        raise Gone
    return claim, standing


def step(
    claim: Claim, standing: Standing, name: str, actor: Actor, now: datetime, said: Said = NOTHING
) -> Refusal | None:
    """Take one step, or say why not; the first of two reviewers is remembered.

    The caller holds the lock, and calls `settle` when all its steps are done.
    """
    facts = step_facts(claim, standing, name, actor, now)
    found = apply(State(claim.state), name, {actor.role}, facts)
    if isinstance(found, Refusal):
        if found.code == "second_reviewer":
            event(claim, "voted", actor, said.reason, step=name)
        return found
    _change(claim, name, found, actor, now, said)
    event(claim, name, actor, said.reason)
    told = {"claim": claim.pk, "record": claim.author_id, "state": claim.state}
    audit.record(f"claim_{name}", actor.request, actor.user_id or claim.user_id, **told)
    if actor.user_id != claim.user_id:
        tell(claim, f"claim_{name}", reason=said.reason)
    return None


def _change(claim: Claim, name: str, state: State, actor: Actor, now: datetime, said: Said) -> None:
    before = claim.version
    claim.state, claim.version = state.value, before + 1
    if name in ("submit", "answer"):
        claim.submitted_at = now
    if name in DECISIONS:
        claim.decided_at, claim.decided_by = now, actor.user_id or None
        claim.reason, claim.note = said.reason, paragraphs(said.note)
    if name in CONVINCED and actor.role is Role.REVIEWER:
        claim.reviewed_at = now
    if state in HELD:
        claim.held_at = claim.held_at or now
    claim.ended_at = now if state in ENDED else None
    claim.overturned = name == "overturn"
    values = {field.attname: getattr(claim, field.attname) for field in _kept()}
    changed = Claim.objects.filter(pk=claim.pk, version=before).update(**values)
    assert changed == 1, "a claim changed under its lock"


def _kept() -> list[Any]:
    return [field for field in Claim._meta.concrete_fields if not field.primary_key]


def event(claim: Claim, name: str, actor: Actor, code: str = "", **detail: Any) -> None:
    """One line of the claim's history; it holds no text of people."""
    ClaimEvent.objects.create(
        claim=claim.pk,
        user=claim.user_id,
        author=claim.author_id,
        step=name,
        state=claim.state,
        version=claim.version,
        actor=actor.user_id or None,
        role=actor.role.value,
        reason=code,
        detail=detail,
    )


def tell(claim: Claim, what: str, dedupe_key: str | None = None, **more: Any) -> None:
    """Leave a notice for the claimant, which profiles hands on in the way they chose."""
    payload = {
        "user": claim.user_id,
        "what": what,
        "claim": claim.public_id,
        "author": claim.author_id,
        "url": f"/claims/{claim.public_id}/",
        **more,
    }
    key = dedupe_key or f"{what}:{claim.pk}:{claim.version}"
    outbox.add("notice", payload, dedupe_key=f"notice:{key}"[:200])


def step_facts(claim: Claim, standing: Standing, name: str, actor: Actor, now: datetime) -> Facts:
    """What the rules have to know of this claim for this step."""
    evidence = list(claim.evidence.all())
    others = list(Claim.objects.filter(author_id=claim.author_id).exclude(pk=claim.pk))
    admitted = Challenge.objects.filter(closed_at=None, admitted_at__isnull=False)
    challenges = list(admitted.filter(holder=claim))
    asked = claim.decided_at if claim.state == State.NEEDS_EVIDENCE else None
    return Facts(
        flagged=standing.several,
        cleared=claim.cleared_at is not None,
        famous=is_famous(standing.works, standing.followers),
        held=any(other.state in HELD for other in others),
        holds_other=_holds_other(claim),
        reopened=any(one.user_id == claim.user_id and one.state not in ENDED for one in others),
        account_verified=account_verified(claim.user_id),
        frozen=claim.frozen_at is not None,
        evidence=sum(one.strength != Strength.NONE for one in evidence),
        new_evidence=any(asked and one.assessed_at > asked for one in evidence),
        objected=_objected(claim),
        turned_down=is_turned_down(claim),
        strong=sum(is_live(one) for one in evidence),
        party=actor.user_id in {claim.user_id, *(other.user_id for other in others)},
        approvals=_approvals(claim, name, actor),
        challenged=bool(challenges),
        disputing=admitted.filter(claim=claim).exists(),
        heard=all(_heard(one, now) for one in challenges),
        was_held=claim.held_at is not None,
        overturned=claim.overturned or _own(claim).filter(overturned=True).exists(),
        days_ended=(now - claim.ended_at).days if claim.ended_at else 0,
    )


def is_live(evidence: Evidence) -> bool:
    """Whether this is a strong proof that has not lapsed."""
    return evidence.strength == Strength.STRONG and evidence.lapsed_at is None


def _objected(claim: Claim) -> bool:
    """Whether a co-author objects, to this claim or to one that the same person ended before."""
    said = Evidence.objects.filter(reason="coauthor_objects", claim__author_id=claim.author_id)
    return said.filter(claim__user_id=claim.user_id).exists()


def is_turned_down(claim: Claim) -> bool:
    """Whether reviewers knew a proof of this person's, and decided against them, for this record.

    Then the same proof neither decides nor makes a dispute, however often it is brought.
    """
    against = Q(state=State.REVOKED) | Q(state=State.REJECTED, challenges__outcome="uphold")
    against |= Q(state=State.REJECTED) & ~Q(reason__in=A_PROOF_MENDS)
    return _own(claim).filter(against).exists()


def _own(claim: Claim) -> QuerySet[Claim]:
    """The other claims of the same person of the same record."""
    same = Claim.objects.filter(author_id=claim.author_id, user_id=claim.user_id)
    return same.exclude(pk=claim.pk)


def account_verified(user_id: int) -> bool:
    """Whether the account is active and has a verified address."""
    verified = EmailAddress.objects.filter(user_id=user_id, verified=True, user__is_active=True)
    return bool(verified.exists())


def _holds_other(claim: Claim) -> bool:
    held = Claim.objects.filter(user_id=claim.user_id, state__in=[*HELD])
    return held.exclude(author_id=claim.author_id).exists()


def _approvals(claim: Claim, name: str, actor: Actor) -> int:
    """Other reviewers who asked for this very step since the claim last changed."""
    voted = ClaimEvent.objects.filter(
        claim=claim.pk, version=claim.version, step="voted", detail__step=name
    )
    return voted.exclude(actor=actor.user_id).values("actor").distinct().count()


def _heard(challenge: Challenge, now: datetime) -> bool:
    """Both answered, or the window is over and who was silent was told a second time."""
    if challenge.holder_heard_at and challenge.challenger_heard_at:
        return True
    over = challenge.window_ends is not None and challenge.window_ends <= now
    return over and (challenge.holder_heard_at or challenge.reminded_at) is not None


def level_facts(claim: Claim, standing: Standing) -> LevelFacts:
    """What the level of the record follows from, with this claim."""
    evidence = list(claim.evidence.filter(Q(was_strong=True) | Q(confirms=True)))
    proofs = [one for one in evidence if one.was_strong]
    return LevelFacts(
        identified=standing.identified,
        state=State(claim.state),
        account_verified=account_verified(claim.user_id),
        proofs=tuple(Proof(one.kind, one.voucher, not is_live(one)) for one in proofs),
        confirmed=claim.reviewed_at is not None or any(one.confirms for one in evidence),
        flagged=standing.several,
        cleared=claim.cleared_at is not None,
        held_level=claim.level,
    )


def settle(claim: Claim, standing: Standing, now: datetime) -> None:
    """Bring level, claim state and trust of the record in line with its claims, here and now."""
    author_id = claim.author_id
    claims = list(Claim.objects.filter(author_id=author_id).select_related("user"))
    for one in claims:
        _settle_level(one, standing)
        if one.pk == claim.pk:
            claim.level = one.level
    state = record_state(State(one.state) for one in claims)
    # The claim itself may be gone: that of an account that is erased.
    claimants = {claim.user_id, *(one.user_id for one in claims)}
    holders = {one.user_id for one in claims if one.state in HELD}
    verdicts_stand(author_id, claimants, holders, today=now.date())
    facts_update(["claim_state"], [(author_id, state)])
    trust_refresh([author_id], now)
    authors_changed(sorted({author_id, *_company(author_id, standing, claims)}))


def _settle_level(claim: Claim, standing: Standing) -> None:
    """That of an account that is switched off waits for it to come back, and counts for nobody."""
    if not claim.user.is_active:
        return
    found = level(level_facts(claim, standing)) if claim.state in HELD else 0
    if found != claim.level:
        was, claim.level = claim.level, found
        Claim.objects.filter(pk=claim.pk).update(level=found)
        event(claim, "level", SYSTEM, old=was, new=found)


def _company(author_id: int, standing: Standing, claims: Sequence[Claim]) -> list[int]:
    """Those whose network counts this record, when it became verified or ceased to be."""
    now_level = max((claim.level for claim in claims if claim.user.is_active), default=0)
    if (standing.level >= VERIFIED_LEVEL) == (now_level >= VERIFIED_LEVEL):
        return []
    close = Collaboration.objects.filter(other_id=author_id, close=True)
    return list(close.values_list("author_id", flat=True))


def refused(code: str) -> Refusal:
    return Refusal(reason(code))

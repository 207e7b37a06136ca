"""Two claims of one record: challenges in private, disputes in the open, and who is heard.

A challenge is nobody's business but the challenger's and the reviewers' until it carries a strong
proof or a reviewer admits it; else anyone could put anyone's page in doubt. Nothing of the record
moves before a dispute is decided.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from claims.claim_steps import (
    NOTHING,
    SYSTEM,
    Actor,
    Said,
    account_verified,
    event,
    is_live,
    is_turned_down,
    locked,
    refused,
    settle,
    step,
    tell,
)
from claims.domain.notes import paragraphs
from claims.domain.reasons import REJECTION_CODES
from claims.domain.transitions import HELD, OPEN, WINDOW_DAYS, Refusal, Role
from claims.models import Challenge, Claim
from claims.record_facts import Standing

WINDOW = timedelta(days=WINDOW_DAYS)
REMIND_AFTER = timedelta(days=7)
LONGEST_WORDS = 4_000


def advance(claim: Claim, standing: Standing, now: datetime) -> None:
    """What follows from the proofs of an open claim: it is accepted, or it is a challenge.

    The caller holds the lock and settles afterwards.
    """
    if claim.state not in OPEN:
        return
    holder = _holder(claim)
    if holder is not None:
        _raise(claim, holder, standing, now)
    elif step(claim, standing, "prove", SYSTEM, now) is None:
        rivals_raise(claim, standing, now)


def rivals_raise(holder: Claim, standing: Standing, now: datetime) -> None:
    """Who claimed the record beside its new holder challenges them from now on."""
    rivals = Claim.objects.filter(author_id=holder.author_id, state__in=[*OPEN])
    for rival in rivals.select_for_update().order_by("submitted_at", "pk"):
        _raise(rival, holder, standing, now)


def _holder(claim: Claim) -> Claim | None:
    held = Claim.objects.filter(author_id=claim.author_id, state__in=[*HELD])
    return held.exclude(pk=claim.pk).select_for_update().first()


def _raise(claim: Claim, holder: Claim, standing: Standing, now: datetime) -> None:
    challenge, is_new = Challenge.objects.get_or_create(
        claim=claim, holder=holder, closed_at=None, defaults={"opened_at": now}
    )
    if is_new:
        event(claim, "challenge", SYSTEM)
    proven = any(map(is_live, claim.evidence.all())) and account_verified(claim.user_id)
    free = claim.frozen_at is None and not is_turned_down(claim)
    if proven and free and challenge.admitted_at is None:
        _admit(challenge, holder, standing, SYSTEM, now)


def _admit(
    challenge: Challenge, holder: Claim, standing: Standing, actor: Actor, now: datetime
) -> Refusal | None:
    _update(challenge, admitted_at=now, admitted_by=actor.user_id or None, window_ends=now + WINDOW)
    event(challenge.claim, "admitted", actor)
    tell(challenge.claim, "challenge_admitted", dedupe_key=f"admitted:{challenge.pk}")
    if holder.state == "disputed":
        tell(holder, "claim_dispute", dedupe_key=f"disputed:{challenge.pk}")
        return None
    return step(holder, standing, "dispute", actor, now)


@transaction.atomic
def challenge_admit(challenge: Challenge, actor: Actor, now: datetime) -> Challenge | Refusal:
    """A reviewer lets a challenge without a strong proof become a dispute."""
    holder, standing = locked(challenge.holder_id)
    found = Challenge.objects.get(pk=challenge.pk)
    parties = Claim.objects.filter(author_id=holder.author_id, user_id=actor.user_id)
    if found.closed_at is not None or found.admitted_at is not None:
        return refused("no_step")
    if actor.role is not Role.REVIEWER:
        return refused("not_yours")
    if parties.exists():
        return refused("not_party")
    refusal = _admit(found, holder, standing, actor, now)
    settle(holder, standing, now)
    return refusal or found


@transaction.atomic
def dispute_answer(
    challenge: Challenge, actor: Actor, words: str, now: datetime
) -> Challenge | Refusal:
    """One side says what it has to say; it may say it anew until the dispute is decided."""
    locked(challenge.holder_id)
    found = Challenge.objects.select_related("claim", "holder").get(pk=challenge.pk)
    if found.closed_at is not None or found.admitted_at is None:
        return refused("no_step")
    sides = {found.claim.user_id: found.claim, found.holder.user_id: found.holder}
    own = sides.get(actor.user_id)
    if own is None:
        return refused("not_yours")
    if own.frozen_at is not None:
        return refused("frozen")
    said = paragraphs(words)[:LONGEST_WORDS]
    if own is found.holder:
        _update(found, holder_words=said, holder_heard_at=now)
    else:
        _update(found, challenger_words=said, challenger_heard_at=now)
    event(own, "heard", actor)
    return found


@transaction.atomic
def dispute_decide(
    challenge: Challenge, actor: Actor, *, upheld: bool, said: Said, now: datetime
) -> Challenge | Refusal:
    """Two reviewers decide: the holder stays, or the claim is revoked and the record free.

    All disputes of the holder are decided at once. With the record free, the challenger's proofs
    decide as they would have; without a strong one a reviewer accepts or rejects as always.
    """
    holder, standing = locked(challenge.holder_id)
    found = Challenge.objects.get(pk=challenge.pk)
    if found.closed_at is not None or found.admitted_at is None:
        return refused("no_step")
    if said.reason not in REJECTION_CODES:
        return refused("unknown_reason")
    name = "uphold" if upheld else "overturn"
    refusal = step(holder, standing, name, actor, now, NOTHING if upheld else said)
    if refusal:
        return refusal
    rivals = _close(Challenge.objects.filter(holder=holder, admitted_at__isnull=False), name, now)
    for rival in rivals:
        if upheld:
            step(rival, standing, "reject", actor, now, said)
        else:
            advance(rival, standing, now)
    settle(holder, standing, now)
    return Challenge.objects.get(pk=challenge.pk)


def challenge_close(claim: Claim, standing: Standing, outcome: str, now: datetime) -> None:
    """A claim ended, so its challenges have: the record is its holder's, or free for others.

    The caller holds the lock and settles afterwards.
    """
    against = Challenge.objects.filter(claim=claim, closed_at=None).select_related("holder")
    holders = {one.holder_id: one.holder for one in against}
    _close(against, outcome, now)
    for holder in holders.values():
        if holder.state == "disputed":
            step(holder, standing, "stand", SYSTEM, now)
    for rival in _close(Challenge.objects.filter(holder=claim), outcome, now):
        advance(rival, standing, now)


def _close(challenges: QuerySet[Challenge], outcome: str, now: datetime) -> list[Claim]:
    """The claims of the challengers, in the order in which they came."""
    ended = list(challenges.filter(closed_at=None).select_related("claim").order_by("opened_at"))
    for challenge in ended:
        _update(challenge, closed_at=now, outcome=outcome)
    return [challenge.claim for challenge in ended]


def disputes_remind(now: datetime) -> int:
    """Tell holders who have not answered a second time; returns how many."""
    silent = Challenge.objects.filter(
        closed_at=None,
        holder_heard_at=None,
        reminded_at=None,
        admitted_at__lte=now - REMIND_AFTER,
    )
    told = 0
    for challenge in silent.select_related("holder").order_by("pk"):
        with transaction.atomic():
            fresh = silent.filter(pk=challenge.pk).update(reminded_at=now)
            if fresh:
                tell(challenge.holder, "dispute_silent", dedupe_key=f"reminded:{challenge.pk}")
            told += fresh
    return told


def _update(challenge: Challenge, **values: object) -> None:
    for name, value in values.items():
        setattr(challenge, name, value)
    Challenge.objects.filter(pk=challenge.pk).update(**values)

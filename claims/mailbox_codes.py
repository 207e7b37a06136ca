"""Showing that a mailbox is one's own: a code by mail, ten minutes, five tries."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac

from bzpeer.lib import audit, limits
from bzpeer.lib.mail import CodeMail
from bzpeer.lib.models import SentMail
from claims.claim_steps import Actor, event, locked, refused
from claims.domain.evidence import Strength
from claims.domain.evidence.mailbox import CODE_MINUTES, parts
from claims.domain.reasons import reason
from claims.domain.transitions import ENDED, Refusal
from claims.models import Claim, Evidence, EvidenceCode
from claims.proving import carry, may_bring
from claims.weighing import weigh

TRIES = 5
DIGITS = 8
BY_ACCOUNT = limits.Limit("mail_code", times=5, seconds=3600)
# Whoever asks: nobody's mailbox is filled by strangers.
TO_ADDRESS = limits.Limit("mail_code_to", times=3, seconds=3600)
CHECKS = limits.Limit("mail_code_check", times=20, seconds=3600)
UNCONFIRMED = "mail_unverified"


@transaction.atomic
def mail_code_send(claim: Claim, actor: Actor, address: str, now: datetime) -> Evidence | Refusal:
    """Mail a code to a mailbox that could count. An older code is good no longer.

    An address that could never count gets no mail, and its claimant the reason.
    """
    found, _ = locked(claim.pk)
    refusal = may_bring(found, actor)
    split = parts(address)
    if refusal or split is None:
        return refusal or refused("mail_malformed")
    subject = "@".join(split)
    if not limits.allowed(BY_ACCOUNT, actor.user_id) or not limits.allowed(TO_ADDRESS, subject):
        return refused("too_many")
    with transaction.atomic():
        evidence, _ = Evidence.objects.get_or_create(
            claim=found, kind="mailbox", subject=subject, defaults={"added_at": now}
        )
        weighed = weigh(evidence, found, now)
        if weighed.strength == Strength.NONE and weighed.reason != UNCONFIRMED:
            transaction.set_rollback(True)
            return refused(weighed.reason)
    _send(evidence, subject, now)
    audit.record("claim_code_sent", actor.request, actor.user_id, claim=found.pk)
    return evidence


def _send(evidence: Evidence, address: str, now: datetime) -> None:
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    EvidenceCode.objects.update_or_create(
        evidence=evidence,
        defaults={
            "digest": _digest(evidence, code),
            "sent_at": now,
            "expires_at": now + timedelta(minutes=CODE_MINUTES),
            "attempts": 0,
        },
    )
    context = {"code": code, "minutes": CODE_MINUTES, "site": settings.SITE_URL}
    text = render_to_string("claims/email/mailbox_code.txt", context)
    CodeMail("Your code for BZPEER", text, to=[address]).send()


def _digest(evidence: Evidence, code: str) -> str:
    text = f"{evidence.pk}:{code}"
    return salted_hmac("claims.mailbox_codes", text, algorithm="sha256").hexdigest()


@transaction.atomic
def mail_code_check(
    claim: Claim, actor: Actor, evidence: Evidence, code: str, now: datetime
) -> Evidence | Refusal:
    """Take the code that was mailed; a wrong one counts, and the fifth uses it up."""
    found, standing = locked(claim.pk)
    if actor.user_id != found.user_id or evidence.claim_id != found.pk:
        return refused("not_yours")
    if found.state in ENDED:
        return refused("no_step")
    if found.frozen_at is not None:
        return refused("frozen")
    if not limits.allowed(CHECKS, actor.user_id):
        return refused("too_many")
    if not _is_right(evidence, code, now):
        return Refusal(reason("wrong_code"))
    EvidenceCode.objects.filter(evidence=evidence).delete()
    fresh = Evidence.objects.get(pk=evidence.pk)
    fresh.facts["confirmed_on"] = now.date().isoformat()
    # Earlier mail that comes back only now says nothing against a mailbox that was just read.
    SentMail.objects.filter(address=fresh.subject).delete()
    event(found, "mailbox", actor, id=fresh.pk)
    carry(fresh, found, standing, now)
    return fresh


def _is_right(evidence: Evidence, code: str, now: datetime) -> bool:
    usable = EvidenceCode.objects.filter(evidence=evidence, expires_at__gt=now, attempts__lt=TRIES)
    if not usable.update(attempts=F("attempts") + 1):
        return False
    given = "".join(letter for letter in code if letter in "0123456789")
    kept = EvidenceCode.objects.get(evidence=evidence).digest
    return constant_time_compare(_digest(evidence, given), kept)

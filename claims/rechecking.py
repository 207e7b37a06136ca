"""Looking again at what was proven. What lapsed lowers the level, after its holder was told."""

import logging
from datetime import datetime

from django.db import transaction

from claims.claim_steps import Gone, locked
from claims.domain.transitions import ENDED
from claims.models import Evidence
from claims.proving import carry, page_ask

log = logging.getLogger(__name__)

BATCH = 200
# The worker weighs these when it has read them.
READ_ANEW = ("linkback", "orcid")


def evidence_recheck(now: datetime) -> int:
    """Look again at evidence that is due, each on its own; returns how many there were."""
    asked = Evidence.objects.filter(recheck_at__lte=now).order_by("recheck_at", "pk")
    found = list(asked.values_list("pk", "claim_id")[:BATCH])
    for pk, claim_id in found:
        try:
            with transaction.atomic():
                _recheck(pk, claim_id, now)
        except Gone:
            log.info("evidence gone id=%d", pk)
    return len(found)


def _recheck(pk: int, claim_id: int, now: datetime) -> None:
    claim, standing = locked(claim_id)
    evidence = Evidence.objects.filter(pk=pk, recheck_at__lte=now).first()
    if evidence is None:
        return
    if claim.state in ENDED:
        Evidence.objects.filter(pk=pk).update(recheck_at=None)
    elif evidence.kind in READ_ANEW:
        Evidence.objects.filter(pk=pk).update(recheck_at=None)
        page_ask(evidence)
    else:
        carry(evidence, claim, standing, now)


@transaction.atomic
def mailbox_failed(address: str, now: datetime) -> int:
    """A mailbox bounced or its domain is gone: it proves nothing from now on, without waiting."""
    proofs = Evidence.objects.filter(kind="mailbox", subject=address.strip().lower())
    found = list(proofs.filter(strength="strong").order_by("claim__author_id"))
    for evidence in found:
        claim, standing = locked(evidence.claim_id)
        evidence.facts.pop("confirmed_on", None)
        evidence.lapses_at = now
        carry(evidence, claim, standing, now)
    return len(found)

"""What the worker does for claims: reads pages, looks again at proofs, takes invitations along."""

import logging
from time import monotonic

from celery import shared_task
from django.utils import timezone

from claims.claim_moving import claims_move
from claims.disputes import disputes_remind
from claims.invitation_delivery import (
    held_sweep,
    invitations_deliver,
    invitations_expire,
    queue_release,
)
from claims.page_reading import pages_read
from claims.rechecking import evidence_recheck

log = logging.getLogger(__name__)

SWEEP_S = 60


@shared_task(name="claims.pages")
def pages() -> None:
    pages_read()


@shared_task(name="claims.moves")
def moves() -> None:
    """Take the claims of records that became part of others there."""
    if moved := claims_move(timezone.now()):
        log.info("claims moved records=%d", moved)


@shared_task(name="claims.recheck")
def recheck() -> None:
    """Work off what is due; the rest is still due the next time."""
    start, looked = monotonic(), 0
    while monotonic() - start < SWEEP_S and (count := evidence_recheck(timezone.now())):
        looked += count
    log.info("rechecked evidence=%d reminded=%d", looked, disputes_remind(timezone.now()))


@shared_task(name="claims.invitations")
def invitations() -> None:
    """Bring what was sent to whom it is for."""
    invitations_deliver(timezone.now())


@shared_task(name="claims.invitations_turn")
def invitations_turn() -> None:
    """What time did to invitations: some run out, others get their turn."""
    now = timezone.now()
    over = invitations_expire(now)
    log.info("invitations over=%d held=%d queued=%d", over, held_sweep(now), queue_release(now))

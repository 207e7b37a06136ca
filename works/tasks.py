"""What the worker does for those who run imports and harvests."""

import logging
from time import monotonic

from celery import shared_task
from django.utils import timezone

from works.addressing import addresses_due
from works.harvest.clock import SystemClock
from works.harvest.daily import harvest_due
from works.replaying import replay_due

log = logging.getLogger(__name__)

# A sweep soon makes room for others; what is left is still due, and the next one is near.
SWEEP_S = 5


@shared_task(name="works.replays")
def replay_sweep() -> None:
    """Read rejects again that staff want read again."""
    start, batches = monotonic(), 0
    while monotonic() - start < SWEEP_S and replay_due(timezone.now().date()):
        batches += 1
    if batches:
        log.info("replayed batches=%d seconds=%.1f", batches, monotonic() - start)


@shared_task(name="works.addresses")
def addresses_sweep() -> None:
    """Let bylines follow whose address changed."""
    start, followed = monotonic(), 0
    while monotonic() - start < SWEEP_S and (authors := addresses_due()):
        followed += authors
    if followed:
        log.info("followed addresses=%d seconds=%.1f", followed, monotonic() - start)


@shared_task(name="works.harvest")
def harvest() -> None:
    """Go on with what is harvested every day."""
    harvest_due(SystemClock())

"""What the worker does for those who run imports and harvests."""

import logging

from celery import shared_task
from django.utils import timezone

from bzpeer.lib.due import sweep
from works.addressing import addresses_due
from works.harvest.clock import SystemClock
from works.harvest.daily import harvest_due
from works.replaying import replay_due

log = logging.getLogger(__name__)

SWEEP_S = 5


@shared_task(name="works.replays")
def replay_sweep() -> None:
    """Read rejects again that staff want read again."""
    sweep(lambda: replay_due(timezone.now().date()), SWEEP_S, log, "replayed batches")


@shared_task(name="works.addresses")
def addresses_sweep() -> None:
    """Let bylines follow whose address changed."""
    sweep(addresses_due, SWEEP_S, log, "followed addresses")


@shared_task(name="works.harvest")
def harvest() -> None:
    """Go on with what is harvested every day."""
    harvest_due(SystemClock())

"""What the worker does for the pages of researchers."""

import logging
from time import monotonic

from celery import shared_task

from profiles.services import refresh_due

log = logging.getLogger(__name__)

# A sweep ends before the next ones pile up behind it; what is left is still due.
SWEEP_S = 60


@shared_task(name="profiles.refresh")
def refresh_sweep() -> None:
    """Work off what is due, batch by batch."""
    start, batches = monotonic(), 0
    while monotonic() - start < SWEEP_S and refresh_due() is not None:
        batches += 1
    if batches:
        log.info("refreshed batches=%d seconds=%.1f", batches, monotonic() - start)

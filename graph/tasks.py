"""What the worker does for the graph."""

import logging
from time import monotonic

from celery import shared_task
from django.utils import timezone

from graph.slices import draw_due

log = logging.getLogger(__name__)

SWEEP_S = 30


@shared_task(name="graph.slices")
def slices_sweep() -> None:
    """Draw the slices that visitors wait for."""
    start, drawn = monotonic(), 0
    while monotonic() - start < SWEEP_S and (claimed := draw_due(timezone.now())):
        drawn += claimed
    if drawn:
        log.info("drew slices=%d seconds=%.1f", drawn, monotonic() - start)

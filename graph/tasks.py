"""What the worker does for the graph."""

import logging

from celery import shared_task
from django.utils import timezone

from bzpeer.lib.due import sweep
from graph.slices import draw_due

log = logging.getLogger(__name__)

SWEEP_S = 30


@shared_task(name="graph.slices")
def slices_sweep() -> None:
    """Draw the slices that visitors wait for."""
    sweep(lambda: draw_due(timezone.now()), SWEEP_S, log, "drew slices")

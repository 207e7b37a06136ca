"""What `HARVEST_DAILY` names, a stretch at a time: a task must not run for hours."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from works.domain.harvest.oai import ARXIV, subject
from works.domain.harvest.values import Scope
from works.harvest import checkpoints
from works.harvest.client import Ask, asking, mail_address
from works.harvest.clock import Clock
from works.harvest.service import Bounds, Means, harvest
from works.models import HarvestCheckpoint

log = logging.getLogger(__name__)

# The worker has other things to do, and one request may take four times as long.
STRETCH_S = 20.0
FAILED_FOR = timedelta(hours=1)


def harvest_due(clock: Clock, ask: Ask | None = None) -> None:
    """Take the next stretch of the first set that is due; the others' turn comes with the beat."""
    contact = settings.HARVEST_CONTACT
    if not settings.HARVEST_DAILY or _is_left_alone(clock.now()):
        return
    for item in settings.HARVEST_DAILY:
        scope = Scope(ARXIV.slug, ARXIV.base_url, subject(item.partition(":")[2]))
        row = checkpoints.found(scope)
        if row and not is_due(row, clock.now()):
            continue
        if not contact:
            log.error("harvest is off: HARVEST_CONTACT is not set")
            return
        means = Means(ask or asking(contact, own_server=False), clock, mail_address(contact))
        _stretch(scope if row else _from_yesterday(scope, clock.now()), means)
        return


def is_due(row: HarvestCheckpoint, now: datetime) -> bool:
    """Once a day (UTC) a finished list; a failed one after an hour; one in the middle at once."""
    if row.state == HarvestCheckpoint.DONE:
        return row.finished_at is None or row.finished_at.date() < now.date()
    if row.state == HarvestCheckpoint.FAILED and row.next_at:
        return row.next_at + FAILED_FOR <= now
    return True


def _is_left_alone(now: datetime) -> bool:
    """Whether the server must not be asked before this stretch would end."""
    turn = checkpoints.next_turn(ARXIV.base_url)
    return turn is not None and turn > now + timedelta(seconds=STRETCH_S)


def _from_yesterday(scope: Scope, now: datetime) -> Scope:
    """The first time: what was before is `manage.py harvest`'s to fetch."""
    return replace(scope, start=(now - timedelta(days=1)).date().isoformat())


def _stretch(scope: Scope, means: Means) -> None:
    try:
        outcome = harvest(ARXIV, scope, means, Bounds(seconds=STRETCH_S), patience=0.0)
    except checkpoints.Busy:
        return
    counts = outcome.counts
    log.info(
        "harvested set=%s created=%d updated=%d rejected=%d finished=%s error=%s",
        dict(scope.subject)["set"],
        counts.created,
        counts.updated,
        counts.rejected,
        outcome.finished,
        outcome.error,
    )

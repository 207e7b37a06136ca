"""Bylines follow the addresses of the people in them: a refresh that renames somebody marks it."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from bzpeer.lib import due
from works.bylines import bylines_renew
from works.ingest import take_turn
from works.models import AuthorChange
from works.services import ADDRESS

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# Who wrote most is on some thousand works.
BATCH = 100


def addresses_due() -> int | None:
    """Work off one batch; None when nothing is due. Safe beside imports and other workers."""
    changes = due.claim(AuthorChange, BATCH, LEASE, kind=ADDRESS)
    if not changes:
        return None
    try:
        _follow([change.author_id for change in changes])
        return due.done(changes)
    except Exception as error:
        log.exception("addresses failed rows=%d", len(changes))
        due.failed(changes, f"{type(error).__name__}: {error}")
        return 0


def _follow(author_ids: Sequence[int]) -> None:
    # A merge that read the old addresses has written them once it lets go of its lock.
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        bylines_renew(cursor, author_ids)

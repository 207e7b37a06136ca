"""Daily and weekly mails: one a person and slot, whoever else sends, and however long all slept."""

import logging
from datetime import timedelta
from time import monotonic

from django.db import transaction

from bzpeer.lib import due, mail_brake
from profiles.domain.notices import Kind, Way, next_slot
from profiles.follow_feed import News, new_works
from profiles.models import Digest, Notice
from profiles.notices.choices import held, latest_work, ways
from profiles.notices.letters import MOST_COUNTED, MOST_NOTICES, MOST_WORKS, digest_send

log = logging.getLogger(__name__)

BATCH = 20
SWEEP_S = 10
LEASE = timedelta(minutes=5)


def digests_send() -> int:
    """Write the mails of all slots that have come; returns how many."""
    sent, end, stopped = 0, monotonic() + SWEEP_S, mail_brake.standing().stopped
    while monotonic() < end and (rows := due.claim(Digest, BATCH, LEASE)):
        sent += sum(_send(row, stopped=stopped) for row in rows)
    return sent


def _send(row: Digest, *, stopped: bool = False) -> bool:
    try:
        with transaction.atomic():
            return _put_off(row) if stopped else _write(row)
    except Exception as error:
        log.exception("digest failed account=%d", row.user_id)
        due.failed([row], f"{type(error).__name__}: {error}")
        return False


def _put_off(row: Digest) -> bool:
    """While our mail is stopped: the mail of the next slot says what this one would have."""
    slot = next_slot(Way(row.rhythm), row.due_at - LEASE)
    mine = Digest.objects.filter(pk=row.pk, due_at=row.due_at)
    mine.update(due_at=slot, attempts=0, error="")
    return False


def _write(row: Digest) -> bool:
    """The mail of this slot, if there is anything to say, and the next slot, if this one is ours.

    Slots that went by unseen are over: the next one is after the moment of the claim, by the
    database's clock, which decided that the row was due.
    """
    rhythm, upto = Way(row.rhythm), latest_work()
    if held(row.user_id) is None:
        return False
    moved = Digest.objects.filter(pk=row.pk, due_at=row.due_at).update(
        due_at=next_slot(rhythm, row.due_at - LEASE), attempts=0, error="", after_work=upto
    )
    if not moved:
        return False
    waiting = Notice.objects.filter(user=row.user_id, digest=rhythm.value)
    count, works = waiting.count(), _works(row, rhythm, upto)
    latest = list(waiting.order_by("-created_at", "id")[:MOST_NOTICES])
    if not (latest or works) or not digest_send(row.user_id, rhythm, works, latest, count):
        return False
    waiting.update(digest="")
    return True


def _works(row: Digest, rhythm: Way, upto: int) -> list[News]:
    if ways(row.user_id)[Kind.WORKS] != rhythm:
        return []
    return new_works(
        row.user_id, after=row.after_work, before=upto + 1, most=MOST_COUNTED, size=MOST_WORKS
    )

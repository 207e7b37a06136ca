"""Rejected records read again after a mend: by a command, or in the worker as staff order it.

A record is read from what was kept of it and not from its file: the file may be gone, lie on
another machine, or hold another record at that place by now. A replay is a run of its own, and
its start tells which rejects it has still to try; so it may be killed and taken up anywhere.
"""

import logging
from datetime import date, timedelta
from io import BytesIO

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from bzpeer.lib import due
from works.domain.records import Refused, Rejected, WorkRecord
from works.importing import finish
from works.ingest import Counts
from works.models import ImportReject, ImportRun, ReplayOrder
from works.sources import SOURCES
from works.taking import ingest_each, note, past_deadlock

log = logging.getLogger(__name__)

# Each may be a megabyte.
BATCH = 50
LEASE = timedelta(minutes=2)

WORK = msgspec.json.Decoder(WorkRecord)


def waiting(rejects: QuerySet[ImportReject]) -> QuerySet[ImportReject]:
    """Those that nothing has taken yet and that are kept whole."""
    return rejects.filter(replayed_in=None, run__source__in=SOURCES).exclude(again=b"")


def untried(rejects: QuerySet[ImportReject], replay: ImportRun) -> QuerySet[ImportReject]:
    """Those of them that the replay has still to try."""
    tried_before = Q(tried_at=None) | Q(tried_at__lt=replay.started_at)
    return waiting(rejects).filter(tried_before)


def begin(source: str, of: ImportRun | None = None) -> ImportRun:
    """The run of a replay."""
    run = ImportRun.objects.create(source=source, kind=ImportRun.REPLAY, of=of)
    run.refresh_from_db()
    return run


def replay_batch(replay: ImportRun, rejects: QuerySet[ImportReject], today: date) -> Counts | None:
    """Try the next few in one transaction; None where none is left.

    A record that is taken now is marked with the replay, any other gets its present reason.
    """

    def once() -> Counts | None:
        with transaction.atomic():
            rows = _next(replay, rejects)
            if not rows:
                return None
            counts = _replayed(replay, rows, today)
            note(replay, counts)
        return counts

    return past_deadlock(once)


def _next(replay: ImportRun, rejects: QuerySet[ImportReject]) -> list[ImportReject]:
    rows = untried(rejects, replay).select_related("run").order_by("pk")
    return list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH])


def _replayed(replay: ImportRun, rows: list[ImportReject], today: date) -> Counts:
    read = {row.pk: _read(row) for row in rows}
    records = [(pk, found) for pk, found in read.items() if isinstance(found, WorkRecord)]
    counts, refused = ingest_each(replay.pk, records, today)
    bad = {one.rejected.position: one.rejected for one in refused}
    bad |= {pk: found for pk, found in read.items() if isinstance(found, Rejected)}
    taken = [row.pk for row in rows if row.pk not in bad]
    counts.rejected += len(bad)
    for row in rows:
        if row.pk in bad:
            _still_bad(row, bad[row.pk])
    ImportReject.objects.filter(pk__in=taken).update(replayed_in=replay, tried_at=Now())
    return counts


def _still_bad(row: ImportReject, said: Rejected) -> None:
    ImportReject.objects.filter(pk=row.pk).update(
        field=said.field, reason=said.reason, tried_at=Now()
    )


def _read(row: ImportReject) -> WorkRecord | Rejected:
    """What the record is to its source today."""
    whole = bytes(row.again)
    try:
        if row.is_parsed:
            return WORK.decode(whole)
        found = next(SOURCES[row.run.source].read(BytesIO(whole)), None)
    except (Refused, msgspec.MsgspecError) as error:
        return Rejected(row.position, "record", str(error)[:300])
    return found or Rejected(row.position, "record", "holds no record")


# What staff order


def order(run: ImportRun, field: str, reason: str, user_id: int | None) -> bool:
    """Ask for the replay of a group; False where nothing is left of it to try.

    Asking again while it is on its way changes nothing; a replay that failed gets another chance.
    """
    group = of_group(run, field, reason)
    if not waiting(group).exists():
        return False
    with transaction.atomic():
        wanted = ReplayOrder(run=run, field=field, reason=reason, user_id=user_id)
        ReplayOrder.objects.bulk_create([wanted], ignore_conflicts=True)
        parked = ReplayOrder.objects.filter(
            run=run, field=field, reason=reason, parked_at__isnull=False
        )
        parked.update(attempts=0, parked_at=None, due_at=Now(), error="")
    return True


def of_group(run: ImportRun, field: str, reason: str) -> QuerySet[ImportReject]:
    """The rejects of a run that have this field and reason; without a reason, all of them."""
    rejects = ImportReject.objects.filter(run=run)
    return rejects.filter(field=field, reason=reason) if reason else rejects


def replay_due(today: date) -> int:
    """Work on what is ordered, a batch at a time; how many orders were claimed."""
    orders = due.claim(ReplayOrder, 1, LEASE)
    for item in orders:
        try:
            _work_on(item, today)
        except Exception as error:  # whatever it is, it counts a strike and is told on the page
            log.exception("replay failed order=%d", item.pk)
            due.failed([item], repr(error))
    return len(orders)


def _work_on(item: ReplayOrder, today: date) -> None:
    rejects = of_group(item.run, item.field, item.reason)
    replay = item.replay or _started(item, rejects)
    if replay_batch(replay, rejects, today) is None:
        finish(replay)
        due.done([item])
    else:
        # More may be left, and this attempt was no strike.
        mine = ReplayOrder.objects.filter(pk=item.pk, due_at=item.due_at)
        mine.update(due_at=Now(), attempts=0)


def _started(item: ReplayOrder, rejects: QuerySet[ImportReject]) -> ImportRun:
    with transaction.atomic():
        replay = begin(item.run.source, item.run)
        ReplayOrder.objects.filter(pk=item.pk).update(replay=replay, total=waiting(rejects).count())
    return replay

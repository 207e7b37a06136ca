"""What the staff pages of imports show, from the rows of `works.import_queries`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from works.import_queries import RECORDS, RUNS, Group, Order, Reason
from works.models import ImportReject, ImportRun
from works.pages import MAX_PAGE, address

BASE = "/moderation/imports/"
REASONS_SHOWN = 3
# A portion takes seconds; passing over what a killed run had taken, or a wait for another import's
# merge, may take minutes.
SILENT_AFTER = timedelta(minutes=10)
LABELS = {
    "finished": "Finished",
    "failed": "Ended with errors",
    "running": "Running",
    "silent": "No word from it",
}
# Seconds until a page that shows work in progress asks again: soon at first, and at last no more.
SOON, LATER, SOON_TRIES, TRIES = 2, 10, 30, 200


def run_url(number: int) -> str:
    return f"{BASE}{number}/"


def state(run: ImportRun, now: datetime) -> str:
    if run.finished_at:
        return "failed" if run.error else "finished"
    return "silent" if now - run.seen_at > SILENT_AFTER else "running"


def run_context(run: ImportRun, now: datetime, reasons: Sequence[Reason] = ()) -> dict[str, Any]:
    """`run` of the templates."""
    read = run.created + run.updated + run.unchanged + run.rejected
    took = (run.finished_at or run.seen_at) - run.started_at
    standing = state(run, now)
    return {
        "number": run.pk,
        "url": run_url(run.pk),
        "source": run.source,
        "is_replay": run.kind == ImportRun.REPLAY,
        "of": run.of_id,
        "of_url": run_url(run.of_id) if run.of_id else "",
        "paths": run.paths,
        "state": standing,
        "label": LABELS[standing],
        "error": run.error,
        "started_at": run.started_at,
        "seen_at": run.seen_at,
        "took": duration(took),
        "read": read,
        "speed": speed(read, took),
        "counts": [
            ("created", run.created),
            ("updated", run.updated),
            ("unchanged", run.unchanged),
            ("rejected", run.rejected),
            ("new researchers", run.authors),
        ],
        "rejected": run.rejected,
        "done_before": run.done_before,
        "reasons": reasons[:REASONS_SHOWN],
        "more_reasons": len(reasons) > REASONS_SHOWN,
    }


def duration(took: timedelta) -> str:
    """Such as "0.4 s", "42 s", "5 min 10 s" or "3 h 05 min"."""
    seconds = max(0.0, took.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def speed(records: int, took: timedelta) -> str:
    """Records a second, in words; empty where that says nothing."""
    seconds = took.total_seconds()
    rate = records / seconds if seconds > 0 else 0
    if rate < 0.1:
        return ""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def runs_context(
    runs: Sequence[ImportRun],
    reasons: dict[int, list[Reason]],
    sources: Sequence[str],
    asked: str,
    page: int,
    now: datetime,
) -> dict[str, Any]:
    shown = runs[:RUNS]
    return {
        "runs": [run_context(run, now, reasons.get(run.pk, [])) for run in shown],
        "asked": asked,
        "filters": [
            {"label": one or "All", "url": address(BASE, source=one), "current": one == asked}
            for one in ("", *sources)
        ],
        "previous_url": address(BASE, source=asked, page=page - 1) if page > 1 else "",
        "next_url": (
            address(BASE, source=asked, page=page + 1)
            if len(runs) > RUNS and page < MAX_PAGE
            else ""
        ),
    }


def group_context(run: ImportRun, group: Group, asked: tuple[str, str]) -> dict[str, Any]:
    """`group` of the templates; of what cannot be replayed it says how many there are."""
    url = address(run_url(run.pk), field=group.field, reason=group.reason)
    return {
        "field": group.field,
        "reason": group.reason,
        "count": group.count,
        "mended": group.mended,
        "open": group.open,
        "lost": group.count - group.mended - group.open,
        "ordered": group.ordered,
        "url": f"{url}#records",
        "current": (group.field, group.reason) == asked,
    }


def records_context(
    run: ImportRun, rows: Sequence[ImportReject], asked: tuple[str, str], page: int
) -> dict[str, Any]:
    """A page of raw records, of one group or of all."""
    field, reason = asked

    def at(number: int) -> str:
        url = address(run_url(run.pk), field=field, reason=reason, page=number)
        return f"{url}#records"

    return {
        "records": rows[:RECORDS],
        "field": field,
        "reason": reason,
        "all_url": f"{run_url(run.pk)}#records",
        "previous_url": at(page - 1) if page > 1 else "",
        "next_url": at(page + 1) if len(rows) > RECORDS and page < MAX_PAGE else "",
    }


def progress_context(
    run: ImportRun, orders: Sequence[Order], now: datetime, attempt: int
) -> dict[str, Any]:
    """How far the run and its replays are, and when to ask again: never, once all is done."""
    under_way = [order for order in orders if not order.parked_at]
    busy = bool(under_way) or state(run, now) == "running"
    delay = SOON if attempt < SOON_TRIES else LATER if attempt < TRIES else None
    return {
        "run": run_context(run, now),
        "orders": [_order_context(order) for order in orders],
        "busy": busy,
        "delay": delay if busy else None,
        "next_try": attempt + 1,
        "ended": attempt > 0 and not busy,
        "url": f"{run_url(run.pk)}progress/",
    }


def _order_context(order: Order) -> dict[str, Any]:
    what = f"{order.field} {order.reason}" if order.reason else "all that is open"
    return {
        "what": what,
        "tried": order.tried,
        "total": order.total,
        "begun": order.replay is not None,
        "replay_url": run_url(order.replay) if order.replay else "",
        "failed": order.parked_at is not None,
        "error": order.error,
        "field": order.field,
        "reason": order.reason,
    }

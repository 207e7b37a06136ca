"""Things to do for the outside, and the mail among them."""

import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from bzpeer.lib import due, mail, mail_brake, mail_gate, mail_returns
from bzpeer.lib.models import OutboxEvent

log = logging.getLogger(__name__)

BATCH = 10
# A task takes about this long, also where each mail waits for the server's limit: the processes of
# the worker are few, and the refresh and the heartbeat need them too.
SWEEP_S = 10
LEASE = timedelta(minutes=5)
SLOW = "the mail server is slow"


def add(kind: str, payload: dict[str, Any], dedupe_key: str | None = None) -> None:
    """Write an event in the caller's transaction; one with a known `dedupe_key` adds nothing."""
    event = OutboxEvent(kind=kind, payload=payload, dedupe_key=dedupe_key)
    OutboxEvent.objects.bulk_create([event], ignore_conflicts=dedupe_key is not None)


def send_mail() -> int:
    """Hand due mails to DELIVERY_EMAIL_BACKEND, one row a mail; returns how many went out."""
    standing = mail_brake.standing()
    mail_brake.alarm(standing)
    if standing.stopped:
        mail_gate.hold()
    sent, end = 0, monotonic() + SWEEP_S
    while monotonic() < end:
        rows = due.claim(OutboxEvent, BATCH, LEASE, kind=mail.KIND)
        if not rows:
            break
        sent += _deliver(rows, end, stopped=standing.stopped)
    return sent


def _deliver(rows: list[OutboxEvent], end: float, *, stopped: bool) -> int:
    found = mail_gate.sort(rows, stopped=stopped)
    due.postpone(found.wait, mail_gate.HELD)
    if dropped := due.done(found.drop):
        log.info("mails dropped, nobody reads them rows=%d", dropped)
    sent = _hand_over(found.go, end) if found.go else 0
    if sent:
        mail_brake.count_sent(sent)
    return sent


def _hand_over(rows: list[OutboxEvent], end: float) -> int:
    connection = get_connection(settings.DELIVERY_EMAIL_BACKEND, fail_silently=False)
    try:
        connection.open()
    except OSError as error:
        # The server is away, which is no fault of these mails: they wait, and count no strike.
        log.warning("mail server away error=%r", error)
        due.postpone(rows, repr(error))
        return 0
    mail_gate.remember(rows)
    sent = 0
    try:
        for tried, row in enumerate(rows):
            if monotonic() >= end:
                due.postpone(rows[tried:], SLOW)
                break
            sent += _hand_over_one(connection, row)
    finally:
        connection.close()
    return sent


def _hand_over_one(connection: BaseEmailBackend, row: OutboxEvent) -> bool:
    try:
        connection.send_messages([mail.unpack(row.payload, row.pk)])
    except (OSError, ValueError) as error:
        log.warning("mail not sent event=%d attempt=%d error=%r", row.pk, row.attempts, error)
        if not _came_back(row, error):
            due.failed([row], repr(error))
        # What state the server is in is unknown: the next mail opens a connection of its own.
        connection.close()
        return False
    return bool(due.done([row]))


def _came_back(row: OutboxEvent, error: Exception) -> bool:
    """Whether the server knows that there is no such mailbox: to ask again would change nothing."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    status = mail_returns.refused_for_good(error)
    if status:
        with transaction.atomic():
            (address,) = mail_gate.recipients(row.payload)
            mail_returns.came_back(address, mail_returns.Why.FAILED, status)
            due.done([row])
    return bool(status)

"""What came back, taken to the mail that it is about: only what we sent can come back to us."""

import smtplib
from collections.abc import Iterable
from enum import StrEnum

from django.db import transaction
from django.db.models.functions import Now

from bzpeer.lib.mail_brake import count_complaint
from bzpeer.lib.mail_reports import Report, for_good, parse, status_in
from bzpeer.lib.models import OutboxEvent, ReturnedAddress, SentMail

# The kind of the outbox rows by which the accounts learn of it.
KIND = "mail_returned"
Why = ReturnedAddress.Why


class Outcome(StrEnum):
    """What a report was good for."""

    FAILED = "failed"
    COMPLAINT = "complaints"
    AGAIN = "again"
    HARMLESS = "harmless"
    UNKNOWN = "unknown"


def returned(raw: bytes) -> Outcome:
    """Take in one mail that came back. Raises mail_parts.Unreadable for what is no report."""
    report = parse(raw)
    sent = SentMail.objects.filter(token=report.token).first() if report.token else None
    if sent is None:
        return Outcome.UNKNOWN
    status = report.failure(sent.address)
    if not report.complaint and not status:
        return Outcome.HARMLESS
    if sent.returned_at is not None or not came_back(sent.address, _why(report), status):
        return Outcome.AGAIN
    return Outcome.COMPLAINT if report.complaint else Outcome.FAILED


def _why(report: Report) -> Why:
    return Why.COMPLAINT if report.complaint else Why.FAILED


@transaction.atomic
def came_back(address: str, why: Why, status: str) -> bool:
    """Note that mail to this address came back; False where that was known of all mail to it.

    All of it comes back at once: whoever got a hundred mails counts as one complaint.
    """
    if not SentMail.objects.filter(address=address, returned_at=None).update(returned_at=Now()):
        return False
    if why == Why.COMPLAINT:
        count_complaint()
    tell([address], why, status)
    return True


def tell(addresses: Iterable[str], why: Why, status: str) -> None:
    """Let the accounts learn of these addresses, each in a row of its own."""
    said = {"why": why.value, "status": status}
    OutboxEvent.objects.bulk_create(
        OutboxEvent(kind=KIND, payload=said | {"to": [address]}) for address in addresses
    )


def refused_for_good(error: smtplib.SMTPRecipientsRefused) -> str:
    """The status by which a server refused the only recipient at its door, if it is for good."""
    replies = list(error.recipients.values())
    if len(replies) != 1:
        return ""
    code, words = replies[0]
    status = status_in(words.decode(errors="replace"))
    return status if code >= 500 and for_good(status) else ""

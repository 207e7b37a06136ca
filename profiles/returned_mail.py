"""What becomes of an address that mail came back from, and of the account whose it is."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from bzpeer.lib import audit, due, mail_returns
from bzpeer.lib.models import OutboxEvent, ReturnedAddress
from bzpeer.lib.notices import raise_notice
from claims.claiming import claims_settle
from claims.rechecking import mailbox_failed
from profiles.domain.notices import Way
from profiles.notices.choices import choose, ways

log = logging.getLogger(__name__)

BATCH = 20
SWEEP_S = 10
LEASE = timedelta(minutes=5)
Why = ReturnedAddress.Why
# The notice and the event, which have the same name.
SAID = {Why.FAILED: "address_failed", Why.COMPLAINT: "address_complained"}


def returned_settle() -> int:
    """Work off what came back; returns how many reports that were."""
    settled, end = 0, monotonic() + SWEEP_S
    kind = mail_returns.KIND
    while monotonic() < end and (rows := due.claim(OutboxEvent, BATCH, LEASE, kind=kind)):
        settled += sum(_settle(row) for row in rows)
    return settled


def _settle(row: OutboxEvent) -> bool:
    (address,), why = row.payload["to"], Why(row.payload["why"])
    try:
        with transaction.atomic():
            address_returned(address, why, row.payload["status"], timezone.now())
            due.done([row])
    except Exception as error:
        log.exception("returned mail not settled event=%d", row.pk)
        due.failed([row], type(error).__name__)
        return False
    return True


@transaction.atomic
def address_returned(address: str, why: Why, status: str, now: datetime) -> None:
    """The address proves nothing until it is verified again, neither of a claim nor of an account.

    After a complaint all mail that its owner could do without is turned off.
    """
    # The address first, as where it is verified: then neither waits for what the other holds.
    own = EmailAddress.objects.select_for_update().filter(email=address, verified=True).first()
    mailbox_failed(address, now)
    if own is None:
        return
    own.verified = False
    own.save(update_fields=["verified"])
    said = {"user_id": own.user_id, "why": why, "status": status, "at": now}
    ReturnedAddress.objects.update_or_create(address=address, defaults=said)
    audit.record(SAID[why], user_id=own.user_id, status=status)
    if why == Why.COMPLAINT:
        _mail_off(own.user_id, now)
    claims_settle(own.user_id, now)
    raise_notice(SAID[why], own.user_id, now.isoformat(), {"url": "/accounts/"})


def _mail_off(user_id: int, now: datetime) -> None:
    """What was mailed is on the page of notices alone; its owner may ask for mail again."""
    mailed = (kind for kind, way in ways(user_id).items() if way not in (Way.OFF, Way.PAGE))
    choose(user_id, dict.fromkeys(mailed, Way.PAGE), now)


def returned_forget() -> None:
    """Delete what is said of addresses that are verified again, or no longer their account's."""
    still = EmailAddress.objects.filter(
        email=OuterRef("address"), user_id=OuterRef("user_id"), verified=False
    )
    ReturnedAddress.objects.filter(~Exists(still)).delete()

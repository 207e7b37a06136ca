"""Which of the mails that are due may leave, which wait, and which nobody needs any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from bzpeer.lib import mail
from bzpeer.lib.models import OutboxEvent, ReturnedAddress, SentMail

HELD = "held back: too many complaints about our mail"
# The next look at what waits, where nobody lets it go on before.
LOOK_AGAIN = timedelta(hours=1)
# What was held for longer is no news; all of it is on the person's page of notices.
STALE = timedelta(days=7)
# After that, no provider speaks of a mail any more.
REMEMBERED = timedelta(days=30)
# Only mail that can be unsubscribed from carries it: what an account itself needs has no such way.
UNSUBSCRIBE = "List-Unsubscribe"


@dataclass(slots=True)
class Sorted:
    """Rows of mail by what is to be done with them."""

    go: list[OutboxEvent] = field(default_factory=list)
    wait: list[OutboxEvent] = field(default_factory=list)
    drop: list[OutboxEvent] = field(default_factory=list)


def sort(rows: Sequence[OutboxEvent], *, stopped: bool) -> Sorted:
    """One query. `stopped`: mail that one can unsubscribe from waits."""
    addresses = {address for row in rows for address in recipients(row.payload)}
    known = ReturnedAddress.objects.filter(address__in=addresses)
    returned = set(known.values_list("address", flat=True))
    found, old = Sorted(), timezone.now() - STALE
    for row in rows:
        if _is_over(row, old) or not _is_wanted(row.payload, returned):
            found.drop.append(row)
        elif stopped and is_optional(row.payload):
            found.wait.append(row)
        else:
            found.go.append(row)
    return found


def _is_over(row: OutboxEvent, before: datetime) -> bool:
    return row.error == HELD and row.created_at < before


def _is_wanted(payload: Mapping[str, Any], returned: set[str]) -> bool:
    """A mailbox that mail came back from gets a code when somebody asks, to be verified again."""
    return bool(payload.get(mail.ASKED)) or not returned.issuperset(recipients(payload))


def is_optional(payload: Mapping[str, Any]) -> bool:
    return UNSUBSCRIBE in payload["headers"]


def recipients(payload: Mapping[str, Any]) -> list[str]:
    named = (*payload["to"], *payload["cc"], *payload["bcc"])
    return [parseaddr(one)[1].lower() for one in named]


def remember(rows: Sequence[OutboxEvent]) -> None:
    """Note what leaves, before it does: an answer may be faster than we are."""
    found = []
    for row in rows:
        named, token = recipients(row.payload), row.payload.get(mail.TOKEN)
        if token and len(named) == 1:
            found.append(SentMail(token=token, address=named[0]))
    SentMail.objects.bulk_create(found, ignore_conflicts=True)


def forget() -> None:
    """Delete what nobody will speak of any more."""
    SentMail.objects.filter(sent_at__lt=timezone.now() - REMEMBERED).delete()


def hold() -> None:
    """Move what waits out of the way of what does not; one statement, whatever their number."""
    due = OutboxEvent.objects.filter(kind=mail.KIND, parked_at=None, due_at__lte=Now())
    optional = due.filter(payload__headers__has_key=UNSUBSCRIBE)
    optional.update(due_at=Now() + LOOK_AGAIN, error=HELD)


def let_go() -> int:
    """Have everything that is held looked at now; returns how many mails that is."""
    return _held().update(due_at=Now())


def held_count(most: int) -> int:
    return _held()[:most].count()


def _held() -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(kind=mail.KIND, parked_at=None, error=HELD)


def addresses_forget(*addresses: str) -> None:
    """Drop all that is kept of mail to these addresses: they are somebody's anew, or nobody's."""
    known = [address.lower() for address in addresses]
    SentMail.objects.filter(address__in=known).delete()
    ReturnedAddress.objects.filter(address__in=known).delete()

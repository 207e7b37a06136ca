"""How many people report our mail as unwanted, and what that stops.

Whoever uses the button of a mail program tells their provider, which soon refuses us the mailboxes
of everybody: the codes and links by which accounts are kept safe would be lost with the rest.
"""

import logging
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from bzpeer.lib.limits import Limit, allowed
from bzpeer.lib.models import MailDay

log = logging.getLogger(__name__)

WINDOW = timedelta(days=30)
# What the large providers ask of senders.
ALERT, STOP = 0.001, 0.003
# One complaint is a person and no rate. Where few mails were sent, two raise the alarm and six
# stop the mail, however few there were.
FEWEST = 2_000
TOLD = Limit("mail-complaints-told", times=1, seconds=86_400)

COUNT = """
    INSERT INTO lib_mailday AS day (day, {column})
    VALUES ((statement_timestamp() AT TIME ZONE 'UTC')::date, %s)
    ON CONFLICT (day) DO UPDATE SET {column} = day.{column} + excluded.{column}
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The mails of the last thirty days, and the complaints that are held against them."""

    sent: int = 0
    complaints: int = 0

    @property
    def rate(self) -> float:
        return self.complaints / max(self.sent, FEWEST)

    @property
    def alarming(self) -> bool:
        return self.rate >= ALERT

    @property
    def stopped(self) -> bool:
        """Whether mail that is no part of an account's own business waits."""
        return self.rate >= STOP


def standing(today: date | None = None) -> Standing:
    """One query of at most thirty rows. `today` is the day in UTC."""
    since = (today or timezone.now().date()) - WINDOW
    found = MailDay.objects.filter(day__gt=since).aggregate(
        sent=Sum("sent", default=0), complaints=Sum(F("complaints") - F("excused"), default=0)
    )
    return Standing(**found)


def alarm(now: Standing) -> None:
    """Write a line to the log, once a day for each line that is crossed."""
    if now.alarming and allowed(TOLD, "stopped" if now.stopped else "alarming"):
        held = ": all mail but that of accounts waits" if now.stopped else ""
        words = "our mail is unwanted sent=%d complaints=%d rate=%.2f%%%s"
        log.error(words, now.sent, now.complaints, 100 * now.rate, held)


def count_sent(number: int) -> None:
    _count("sent", number)


def count_complaint() -> None:
    _count("complaints", 1)


def excuse() -> int:
    """Hold no complaint that came so far against later mail; returns how many those were."""
    found = MailDay.objects.filter(complaints__gt=F("excused"))
    number = found.aggregate(number=Sum(F("complaints") - F("excused"), default=0))["number"]
    found.update(excused=F("complaints"))
    return int(number)


def _count(column: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(column=column), [number])

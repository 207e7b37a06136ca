"""What the worker does for the pages of researchers."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from bzpeer.lib.due import sweep
from profiles.account_erasure import erase_due
from profiles.account_links import links_forget
from profiles.account_sessions import sessions_forget
from profiles.mail_domains import domains_check
from profiles.notices.delivering import notices_deliver
from profiles.notices.digests import digests_send
from profiles.notices.news import marks_forget, news_spread
from profiles.notices.reading import notices_forget
from profiles.returned_mail import returned_forget, returned_settle
from profiles.services import refresh_due
from profiles.suggesting import suggest_due

log = logging.getLogger(__name__)

# A sweep soon makes room for the heartbeat, for mail, and for who wants to stop the worker; what is
# left is still due, and the next sweep is two seconds away.
SWEEP_S = 5
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@shared_task(name="profiles.refresh")
def refresh_sweep() -> None:
    """Work off what is due, batch by batch."""
    sweep(lambda: refresh_due() is not None, SWEEP_S, log, "refreshed batches")


@shared_task(name="profiles.erase")
def erase_sweep() -> None:
    """Erase the accounts whose time to be taken back is over, and notes that serve no more."""
    sessions_forget()
    links_forget()
    returned_forget()
    if erased := erase_due():
        log.info("erased accounts=%d", erased)


@shared_task(name="profiles.notices")
def notices_sweep() -> None:
    """Tell people what was raised for them."""
    if delivered := notices_deliver():
        log.info("notices delivered=%d", delivered)


@shared_task(name="profiles.mail_domains")
def mail_domains_sweep() -> None:
    """Ask about the domains whose hour it is if they still take mail."""
    # In development no mail leaves the machine, and no address need be anybody's.
    if settings.DELIVERY_EMAIL_BACKEND == CONSOLE:
        return
    if failed := domains_check(timezone.now()):
        log.info("domains gone addresses=%d", failed)


@shared_task(name="profiles.returned_mail")
def returned_mail_sweep() -> None:
    """Let accounts know of the mail to them that came back."""
    if settled := returned_settle():
        log.info("returned mail settled=%d", settled)


@shared_task(name="profiles.news")
def news_sweep() -> None:
    """Tell the followers of what came new."""
    if told := news_spread(timezone.now()):
        log.info("news told=%d", told)


@shared_task(name="profiles.digests")
def digests_sweep() -> None:
    if sent := digests_send():
        log.info("digests sent=%d", sent)


@shared_task(name="profiles.notices_forget")
def notices_forget_sweep() -> None:
    """Delete notices and marks that nothing shows any more."""
    notices_forget(timezone.now())
    marks_forget(timezone.now())


@shared_task(name="profiles.suggestions")
def suggestions_sweep() -> None:
    """Find people to work with for those who asked."""
    sweep(suggest_due, SWEEP_S, log, "suggested accounts")

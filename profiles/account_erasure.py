"""Deleting an account: switched off at once, restorable for thirty days, then gone."""

import logging
from collections.abc import Collection
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone

from bzpeer.lib import audit, due
from bzpeer.lib.mail_gate import addresses_forget
from bzpeer.lib.models import OutboxEvent
from claims.claiming import claims_forget, claims_settle
from claims.conversing import conversations_forget
from claims.models import Correction
from profiles.account_links import GOOD_FOR, RESTORE, UNDO, link_find, link_make
from profiles.account_sessions import sessions_end
from profiles.models import Erasure, SecretLink, User
from profiles.saying import names_forget
from profiles.services import followers_recount, follows_held
from works.services import authors_changed

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 20


@transaction.atomic
def erasure_ask(request: HttpRequest, user: User) -> None:
    """Switch the account off, end its sessions, and mail a link that takes this back.

    The mail goes to every address of the account and to those that it lost in the last days.
    """
    until = timezone.now() + GOOD_FOR[RESTORE]
    if not Erasure.objects.get_or_create(user=user, defaults={"due_at": until})[1]:
        return  # asked twice in the same moment
    User.objects.filter(pk=user.pk).update(is_active=False)
    claims_settle(user.pk, timezone.now())
    audit.record("deletion_asked", request, user.pk)
    for email in sorted(_addresses(user)):
        context = {"restore_url": link_make(user, RESTORE, email)}
        get_adapter(request).send_notification_mail(
            "account/email/deletion_asked", user, context, email=email
        )
    sessions_end(user)


@transaction.atomic
def erasure_take_back(request: HttpRequest, token: str) -> bool:
    """Switch the account on again as it was; False when the link is no longer good."""
    link = link_find(token, RESTORE, lock=True)
    if link is None or not Erasure.objects.filter(user=link.user).delete()[0]:
        return False
    User.objects.filter(pk=link.user_id).update(is_active=True)
    claims_settle(link.user_id, timezone.now())
    SecretLink.objects.filter(user=link.user, purpose=RESTORE).delete()
    audit.record("deletion_undone", request, link.user_id)
    get_adapter(request).send_notification_mail("account/email/deletion_undone", link.user)
    return True


def erase_due() -> int:
    """Erase the accounts whose thirty days are over; returns how many."""
    rows, erased = due.claim(Erasure, BATCH, LEASE), 0
    for row in rows:
        try:
            erase(User.objects.get(pk=row.user_id))
            erased += 1
        except Exception as error:
            log.exception("erasure failed account=%d", row.user_id)
            due.failed([row], type(error).__name__)
    return erased


@transaction.atomic
def erase(user: User) -> None:
    """Delete the account and all rows that are its own; the audit keeps its number and no name."""
    followed = follows_held(user)
    emails = _addresses(user)
    Correction.objects.annotate(at=Lower("email")).filter(at__in=emails).update(name="", email="")
    OutboxEvent.objects.filter(_mailed_to(emails)).delete()
    addresses_forget(*emails)
    conversations_forget(user.pk, timezone.now())
    names_forget(user.pk)
    claims_forget(user.pk, timezone.now())
    audit.record("erased", user_id=user.pk)
    user.delete()
    followers_recount(followed)
    authors_changed(followed)


def _addresses(user: User) -> set[str]:
    """Every address that is or lately was the account's, and is not another's by now."""
    held = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    lost = SecretLink.objects.filter(user=user, purpose=UNDO).values_list("email", flat=True)
    theirs = EmailAddress.objects.filter(verified=True).exclude(user=user)
    found = {email.lower() for email in (user.email, *held, *lost)}
    return found.difference(theirs.filter(email__in=found).values_list("email", flat=True))


def _mailed_to(emails: Collection[str]) -> Q:
    found = Q(pk__in=[])
    for email in emails:
        found |= Q(payload__to__contains=[email])
    return found

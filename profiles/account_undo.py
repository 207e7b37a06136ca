"""Giving an account back to the address that it was taken from."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from bzpeer.lib import audit
from bzpeer.lib.mail_gate import addresses_forget
from claims.claiming import claims_settle
from profiles.account_links import UNDO, link_find
from profiles.account_sessions import sessions_end
from profiles.models import Erasure, RecoveryCode, SecretLink, User

# Whoever takes an account over adds a way in before the address is changed.
BEFORE = timedelta(days=1)


@transaction.atomic
def address_restore(request: HttpRequest, token: str) -> bool:
    """Make the link's address the account's only one; False when the link is no longer good.

    Every session ends, the password is void, and ways in that were added since the day before the
    change are taken off. A deletion that was asked meanwhile is taken back.
    """
    link = undo_link(token, lock=True)
    if link is None:
        return False
    user = link.user
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=link.email, verified=True, primary=True)
    user.email = link.email
    user.set_unusable_password()
    if Erasure.objects.filter(user=user).delete()[0]:
        user.is_active = True
    user.save(update_fields=["email", "password", "is_active"])
    _close(user, link)
    addresses_forget(link.email)
    claims_settle(user.pk, timezone.now())
    audit.record("email_restored", request, user.pk)
    get_adapter(request).send_notification_mail("account/email/email_restored", user)
    return True


def undo_link(token: str, *, lock: bool = False) -> SecretLink | None:
    """The link, if it is good and no other account has verified its address since."""
    link = link_find(token, UNDO, lock=lock)
    if link is None:
        return None
    held = EmailAddress.objects.filter(email=link.email, verified=True)
    return None if held.exclude(user=link.user).exists() else link


def _close(user: User, link: SecretLink) -> None:
    since = link.created_at - BEFORE
    Authenticator.objects.filter(user=user, created_at__gte=since).delete()
    RecoveryCode.objects.filter(user=user, created_at__gte=since).delete()
    SocialAccount.objects.filter(user=user, date_joined__gte=since).delete()
    SecretLink.objects.filter(user=user).delete()
    sessions_end(user)

"""Audit rows for what allauth did. The receivers record and start nothing.

A log-in is recorded by the adapter, which knows the device.
"""

from typing import Any

from allauth.account import signals
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_out
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from bzpeer.lib import audit
from profiles.models import User

KINDS: dict[Signal, str] = {
    signals.user_signed_up: "signup",
    signals.password_changed: "password_changed",
    signals.password_set: "password_set",
    signals.password_reset: "password_reset_done",
    signals.email_added: "email_added",
    signals.email_changed: "email_primary",
    signals.email_removed: "email_removed",
    signals.login_code_rejected: "login_code_failed",
    mfa.authenticator_added: "second_factor_added",
    mfa.authenticator_removed: "second_factor_removed",
    mfa.authentication_failed: "second_factor_failed",
}
ORCID = {
    social.social_account_added: "orcid_connected",
    social.social_account_removed: "orcid_disconnected",
}


@receiver(list(KINDS))
def record_event(
    signal: Signal, request: HttpRequest, user: User, authenticator: Any = None, **kwargs: Any
) -> None:
    detail = {"type": authenticator.type} if authenticator else {}
    audit.record(KINDS[signal], request, user.pk, **detail)


@receiver(list(ORCID))
def record_orcid(signal: Signal, request: HttpRequest, **kwargs: Any) -> None:
    audit.record(ORCID[signal], request, request.user.pk)


@receiver(user_logged_out)
def record_logout(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record("logout", request, user.pk)


@receiver(signals.email_confirmed)
def record_verified(request: HttpRequest, email_address: Any, **kwargs: Any) -> None:
    audit.record("email_verified", request, email_address.user_id)

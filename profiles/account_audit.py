"""Audit rows for what allauth did. The receivers record and start nothing."""

from typing import Any

from allauth.account import signals
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from bzpeer.lib import audit
from profiles.models import User

KINDS = {
    signals.user_logged_in: "login",
    signals.user_signed_up: "signup",
    signals.password_changed: "password_changed",
    signals.password_reset: "password_reset_done",
}


@receiver(list(KINDS))
def record_event(signal: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record(KINDS[signal], request, user.pk)


@receiver(user_logged_out)
def record_logout(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record("logout", request, user.pk)


@receiver(signals.email_confirmed)
def record_verified(request: HttpRequest, email_address: Any, **kwargs: Any) -> None:
    audit.record("email_verified", request, email_address.user_id)

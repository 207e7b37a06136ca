"""Notices as mail: to verified addresses of active accounts alone, each with a way to stop it."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from bzpeer.lib import mail
from bzpeer.lib.models import OutboxEvent
from bzpeer.lib.notices import NAMED
from claims.domain.notes import line
from profiles.domain.notices import Kind, Way

SALT = "profiles.notices.unsubscribe"
LONGEST_SUBJECT = 150


def mailbox(user_id: int) -> str | None:
    """Where mail to this account may go: its main address if that is verified, else another."""
    verified = EmailAddress.objects.filter(user=user_id, user__is_active=True, verified=True)
    found: str | None = verified.order_by("-primary", "pk").values_list("email", flat=True).first()
    return found


def send(
    user_id: int,
    what: Kind | Way,
    template: str,
    subject: str,
    context: dict[str, Any],
    *,
    name: str = "",
) -> bool:
    """Put a mail into the outbox; False where the account has no address that may get one.

    By its `name`, `bzpeer.lib.notices` finds the mail of a notice that is taken back.
    The templates `<template>.txt` and `.html` of `profiles/mail` get `site_url` and `stop_url`.
    """
    to = mailbox(user_id)
    if to is None:
        return False
    known = context | {"site_url": settings.SITE_URL, "stop_url": stop_url(user_id, what)}
    text = render_to_string(f"profiles/mail/{template}.txt", known)
    message = EmailMultiAlternatives(
        line(subject)[:LONGEST_SUBJECT],
        text.strip() + "\n",
        to=[to],
        headers=headers(user_id, what) | ({NAMED: name} if name else {}),
    )
    html = render_to_string(f"profiles/mail/{template}.html", known)
    message.attach_alternative(html, "text/html")
    message.send()
    return True


def headers(user_id: int, what: Kind | Way) -> dict[str, str]:
    """RFC 8058: the button of mail programs, which posts to the address without a page."""
    return {
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop_url(user_id, what)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def stop_url(user_id: int, what: Kind | Way) -> str:
    """Good for as long as the key is: the button of an old mail works too."""
    token = signing.Signer(salt=SALT).sign_object([user_id, what.value])
    return settings.SITE_URL + reverse("unsubscribe", args=[token])


def stop_token(token: str) -> tuple[int, Kind | Way] | None:
    """Whose mail a token stops, and which; None for one that we did not make."""
    try:
        user_id, what = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return user_id, Way(what) if what in iter(Way) else Kind(what)


def queued_drop(user_id: int, what: Kind | Way) -> None:
    """Delete the mails of this kind that wait for the mail server."""
    header = {"List-Unsubscribe": headers(user_id, what)["List-Unsubscribe"]}
    queued = OutboxEvent.objects.filter(kind=mail.KIND, payload__headers__contains=header)
    queued.delete()

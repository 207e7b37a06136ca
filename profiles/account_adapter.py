"""What allauth is told to do differently: our links, our proxies, our idea of a safe redirect."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from bzpeer.lib import audit
from bzpeer.lib.requests import client_ip
from profiles.models import User

# The page that follows says the same, or needs no words.
UNSAID = (
    "account/messages/email_confirmation_sent.txt",
    "account/messages/email_confirmed.txt",
    "account/messages/logged_in.txt",
    "account/messages/logged_out.txt",
)

LONGEST = User._meta.get_field("email").max_length or 0


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def clean_email(self, email: str) -> str:
        """Refuse letters that fold to others: `mıke@` must never stand for `mike@`."""
        if not email.partition("@")[0].isascii():
            raise ValidationError("Enter an address without accents before the @.")
        # allauth would keep the part that fits.
        if len(email) > LONGEST:
            raise ValidationError("This address is too long.")
        return email

    def is_safe_url(self, url: str | None) -> bool:
        """A path on this site and nothing else, however it is dressed."""
        here = bool(url) and str(url).startswith("/")
        return here and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request) or "unknown"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Plain text with links to the configured host; nothing that a visitor typed is in it."""
        known = context | {"email": email, "site_url": settings.SITE_URL}
        subject = render_to_string(f"{template_prefix}_subject.txt", known)
        text = render_to_string(f"{template_prefix}_message.txt", known)
        EmailMultiAlternatives(" ".join(subject.split()), text.strip() + "\n", to=[email]).send()

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Goes to the address on file, not to the one that was typed."""
        audit.record("password_reset_asked", self.request, user.pk)
        super().send_password_reset_mail(user, user.email, context)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = User.objects.normalize_email(credentials.get("email"))
        known = User.objects.filter(email=email).values_list("pk", flat=True).first()
        audit.record("login_failed", request, known)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth adds the Host header, whose port the visitor may choose: a new counter each time.
        return User.objects.normalize_email(credentials.get("email"))

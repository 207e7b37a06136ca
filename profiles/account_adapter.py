"""What allauth is told to do differently: our links, our proxies, our idea of a safe redirect."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from bzpeer.lib import audit
from bzpeer.lib.access import fresh
from bzpeer.lib.limits import Limit, allowed
from bzpeer.lib.mail import CodeMail
from bzpeer.lib.mail_gate import addresses_forget
from bzpeer.lib.models import ReturnedAddress
from bzpeer.lib.requests import client_ip
from claims.claiming import claims_settle
from profiles.account_devices import device, first_seen
from profiles.account_links import UNDO, link_make
from profiles.account_returned import KnownAddressStage
from profiles.models import User
from profiles.notices.mailing import mailbox

log = logging.getLogger(__name__)

# The page that follows says the same, or needs no words.
UNSAID = (
    "account/messages/email_confirmation_sent.txt",
    "account/messages/email_confirmed.txt",
    "account/messages/logged_in.txt",
    "account/messages/logged_out.txt",
    "account/messages/login_code_sent.txt",
)

LONGEST = User._meta.get_field("email").max_length or 0

# More failures than people make by themselves: somebody tries from many addresses at once.
EVERYWHERE = Limit("login-failed-anywhere", times=300, seconds=300)
# Mails about an address that an account had: they go there too, with a link to get it back.
GONE = {"account/email/email_changed": "from_email", "account/email/email_deleted": "deleted_email"}
# Codes that somebody asks for to show that a mailbox is theirs.
CODES = ("email_confirmation", "email_confirmation_signup", "proof_code")
STAGE = "allauth.account.stages.EmailVerificationStage"
PROOFS = {
    Authenticator.Type.WEBAUTHN: ("mfa_reauthenticate_webauthn", "Use a passkey"),
    Authenticator.Type.TOTP: ("mfa_reauthenticate", "Use a code of your app"),
    "recovery": ("mfa_reauthenticate", "Use a recovery code"),
    "password": ("account_reauthenticate", "Use your password"),
    "mail": ("account_reauthenticate_code", "Use a code by mail"),
}


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
        is_code = template_prefix.removeprefix("account/email/") in CODES
        kind = CodeMail if is_code else EmailMultiAlternatives
        kind(" ".join(subject.split()), text.strip() + "\n", to=[email]).send()

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Goes to the address on file, not to the one that was typed."""
        audit.record("password_reset_asked", self.request, user.pk)
        super().send_password_reset_mail(user, user.email, context)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = User.objects.normalize_email(credentials.get("email"))
        known = User.objects.filter(email=email).values_list("pk", flat=True).first()
        audit.record("login_failed", request, known)
        if not allowed(EVERYWHERE, "all"):
            log.warning("log-ins fail in numbers: somebody may be trying passwords")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Tell the owner of a log-in with a browser that the account has not seen."""
        if first_seen(request, user):
            audit.record("login_new_device", request, user.pk)
            self.send_notification_mail("account/email/new_device", user)
        audit.record("login", request, user.pk, device=device(request, user))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Note who owns the address now: whoever opened the account before keeps no way in."""
        user = email_address.user
        held = EmailAddress.objects.filter(user=user, verified=True)
        # An address that mail came back from was verified before, by its owner.
        first = not (held.exists() or ReturnedAddress.objects.filter(user_id=user.pk).exists())
        if not super().confirm_email(request, email_address):
            return False
        addresses_forget(email_address.email)
        claims_settle(user.pk, timezone.now())
        if first:
            _keep_own_ways_in(request, user)
        else:
            self.send_notification_mail("account/email/email_added", user)
        return True

    def get_login_stages(self) -> list[str]:
        ours = f"{KnownAddressStage.__module__}.{KnownAddressStage.__qualname__}"
        return [ours if stage == STAGE else stage for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """A second factor where there is one; else the password; else a code by mail."""
        types = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
        if types:
            keys = [key for key in PROOFS if key in types]
            # The field for a code of the app takes a recovery code as well.
            if Authenticator.Type.TOTP not in types:
                keys.append("recovery")
        else:
            keys = ["password" if user.has_usable_password() else "mail"]
        found = [(key, *PROOFS[key]) for key in keys]
        return [
            {"id": key, "description": words, "url": reverse(name)} for key, name, words in found
        ]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The site's one rule; raises what allauth raises, whose own has a gap.

        It asks nothing of an account without a password and without a second factor.
        """
        if not fresh(self.request):
            raise ReauthenticationRequired
        return False

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        known = dict(context or {})
        if gone := known.get(GONE.get(template_prefix, "")):
            known["undo_url"] = link_make(user, UNDO, gone)
        to = gone or email or mailbox(user.pk)
        super().send_notification_mail(template_prefix, user, known, email=to)

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


def _keep_own_ways_in(request: HttpRequest, user: User) -> None:
    """At the first proof of an address: only what this very session came in by stays connected."""
    proofs = get_authentication_records(request, user)
    came_by = [proof["uid"] for proof in proofs if proof["method"] == "socialaccount"]
    SocialAccount.objects.filter(user=user).exclude(uid__in=came_by).delete()
    if not request.user.is_authenticated:
        record_authentication(request, user, method="code")

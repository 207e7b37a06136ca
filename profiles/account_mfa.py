"""Second factors as this site wants them: seeds encrypted, codes good once, recovery codes ours."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import qrcode
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as base
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from bzpeer.lib import audit
from bzpeer.lib.limits import Limit, allowed
from profiles.account_recovery import code_use, looks_like_one
from profiles.models import User

# A code is good for its own half minute and for the one on either side.
ONCE = Limit("totp-code", times=1, seconds=120)
# What allauth and fido2 raise for an answer that no browser gives.
NONSENSE = (ArithmeticError, AttributeError, InvalidSignature, LookupError, TypeError, ValueError)


def _cipher() -> MultiFernet:
    """Keys of their own, derived from SECRET_KEY and from each of its former values."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(str(secret))) for secret in secrets])


def _key(secret: str) -> bytes:
    derive = HKDF(SHA256(), 32, salt=None, info=b"bzpeer second factors")
    return urlsafe_b64encode(derive.derive(secret.encode()))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises cryptography's InvalidToken when no key of the settings fits."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: str) -> str:
        """ "Passkey", then "Passkey 2" and on: what a person did not name is told apart."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"


class CodeOnce(forms.Form):
    """A code of an app that was good before is good no more."""

    user: User

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        digits = "".join(letter for letter in code if letter.isdigit())
        if not allowed(ONCE, f"{self.user.pk}:{digits}"):
            raise ValidationError("This code was used before. Wait for the next one.")
        return code


class ActivateTOTPForm(CodeOnce, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass


class OrRecoveryCode(CodeOnce):
    """Takes a code of the app or a recovery code in one field."""

    recovery = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code of the app, or a recovery code"

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not looks_like_one(code):
            return super().clean_code()
        clear = check_rate_limit(self.user)
        if not code_use(self.user, code):
            self._emit_authentication_failed(None)  # type: ignore[attr-defined]
            raise ValidationError("This recovery code is not good, or was used before.")
        clear()
        self.recovery = True
        return code

    def proved(self, **how: Any) -> None:
        """Note that the person got in by a recovery code, and tell them."""
        record_authentication(context.request, self.user, "mfa", type="recovery_code", **how)
        audit.record("recovery_code_used", context.request, self.user.pk)
        get_adapter().send_notification_mail("mfa/email/recovery_code_used", self.user)


class AuthenticateForm(OrRecoveryCode, base.AuthenticateForm):  # type: ignore[misc]
    def save(self) -> None:
        self.proved() if self.recovery else super().save()


class ReauthenticateForm(OrRecoveryCode, base.ReauthenticateForm):  # type: ignore[misc]
    def save(self) -> None:
        self.proved(reauthenticated=True) if self.recovery else super().save()


class Credential(forms.Form):
    """What claims to be a browser's answer is not trusted to look like one."""

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except NONSENSE:
            self.add_error(None, "The passkey was not accepted.")


class AddPasskeyForm(Credential, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyForm(Credential, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyLogInForm(Credential, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyProofForm(Credential, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


def qr_squares(text: str) -> tuple[int, str]:
    """A QR code as the side of its square and an SVG path over its dark cells."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    return len(rows), "".join(_runs(rows))


def _runs(rows: list[list[bool]]) -> Iterator[str]:
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                yield f"M{x} {y}h1v1h-1z"

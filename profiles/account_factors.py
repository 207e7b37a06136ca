"""allauth's pages of second factors as this site shows them, and the page of recovery codes."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from bzpeer.lib import audit
from profiles.account_mfa import qr_squares
from profiles.account_recovery import codes_make
from profiles.account_sessions import session_renew, sessions_end
from profiles.models import RecoveryCode, User


class FactorsView(base.IndexView):  # type: ignore[misc]
    template_name = "mfa/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known: dict[str, Any] = super().get_context_data(**kwargs)
        codes = RecoveryCode.objects.filter(user=self.request.user)
        found = known["authenticators"]
        return known | {
            "totp": found.get(Authenticator.Type.TOTP),
            "passkeys": found.get(Authenticator.Type.WEBAUTHN, []),
            "codes_left": codes.count(),
        }


class Enrols:
    """With a new way in, other sessions end; with the first factor, recovery codes are due."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        user = cast(User, self.request.user)
        first = not user.has_second_factor()
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        session_renew(self.request)
        sessions_end(user, keep=self.request.session.session_key)
        if first:
            RecoveryCode.objects.filter(user=user).delete()
            return redirect("account_recovery_codes")
        return response


class ActivateTOTPView(Enrols, totp.ActivateTOTPView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known: dict[str, Any] = super().get_context_data(**kwargs)
        secret = known["form"].secret
        side, squares = qr_squares(known["totp_url"])
        groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return known | {"qr_side": side, "qr_squares": squares, "secret": groups}


class AddPasskeyView(Enrols, webauthn.AddWebAuthnView):  # type: ignore[misc]
    pass


factors = FactorsView.as_view()
authenticate = base.authenticate
reauthenticate = base.reauthenticate
activate_totp = ActivateTOTPView.as_view()
deactivate_totp = totp.deactivate_totp
add_passkey = AddPasskeyView.as_view()
remove_passkey = webauthn.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))
reauthenticate_passkey = webauthn.reauthenticate_webauthn
login_passkey = webauthn.login_webauthn


@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """How many are left, and ten new ones; the answer to the POST is the only page with them."""
    user = cast(User, request.user)
    if not user.has_second_factor():
        return redirect("mfa_index")
    codes: list[str] = []
    if request.method == "POST":
        codes = codes_make(user)
        audit.record("recovery_codes_made", request, user.pk)
        get_adapter(request).send_notification_mail("mfa/email/recovery_codes_made", user)
    left = RecoveryCode.objects.filter(user=user).count()
    return render(request, "mfa/recovery_codes.html", {"codes": codes, "left": left})

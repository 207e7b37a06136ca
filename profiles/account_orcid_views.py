"""The way to ORCID and back, and the page where an iD is connected and taken off."""

from typing import Any

from allauth.socialaccount.internal.flows.connect import disconnect
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.views import SignupView
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from bzpeer.lib.access import fresh_sign_in, signed_in
from profiles.account_orcid import ORCIDAdapter, SignUpForm

_leave = OAuth2LoginView.adapter_view(ORCIDAdapter)
_return = OAuth2CallbackView.adapter_view(ORCIDAdapter)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponseBase:
    """Off to ORCID, to sign in or, for who is signed in, to connect an iD.

    By a page that leads on and not by a redirect: the policy of our pages (form-action) has forms
    end on this site.
    """
    _offered()
    if signed_in(request):
        return _to_connect(request)
    return _lead_on(request)


@fresh_sign_in
def _to_connect(request: HttpRequest) -> HttpResponseBase:
    return _lead_on(request)


def _lead_on(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "socialaccount/login.html")
    away = _leave(request)
    return render(request, "socialaccount/leave.html", {"target": away["Location"]})


@require_safe
def come_back(request: HttpRequest) -> HttpResponseBase:
    """What ORCID sends people back to. A race for one iD has one winner; others see the page."""
    _offered()
    try:
        with transaction.atomic():
            response: HttpResponseBase = _return(request)
    except IntegrityError:
        return render(request, "socialaccount/failed.html", {"away": False, "cancelled": False})
    return response


class SignUpView(SignupView):  # type: ignore[misc]
    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """The account, its iD and the mail are kept together or not at all."""
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
        except IntegrityError:
            # The address or the iD came into another account in the same moment.
            messages.error(self.request, "That did not work. Please start again.")
            return redirect("account_login")
        return response

    def get_authenticated_redirect_url(self) -> str:
        return settings.LOGIN_REDIRECT_URL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known: dict[str, Any] = super().get_context_data(**kwargs)
        return known | {"orcid": self.sociallogin.account.uid}


@require_http_methods(["GET", "HEAD", "POST"])
def connection(request: HttpRequest) -> HttpResponse:
    """The iD of one's account, if there is one, with the ways to connect or to take it off."""
    found = SocialAccount.objects.filter(user_id=request.user.pk, provider="orcid").first()
    if request.method == "POST":
        if found is None:
            raise Http404
        disconnect(request, found)
        return redirect("account_orcid")
    context = {"account": found, "offered": bool(settings.ORCID_CLIENT_ID)}
    return render(request, "socialaccount/connections.html", context)


def _offered() -> None:
    if not settings.ORCID_CLIENT_ID:
        raise Http404

"""allauth's views as this site shows them: done whole or not at all, and never stored."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStage
from allauth.account.views import LoginView, PasswordResetFromKeyView, SignupView
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bzpeer.lib.access import fresh_sign_in, no_store, public
from profiles.account_forms import SignUpForm

View = Callable[..., HttpResponseBase]


class OffersORCID:
    """A page with the button to ORCID, where there is one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return known | {"orcid_offered": bool(settings.ORCID_CLIENT_ID)}


class LogInView(OffersORCID, LoginView):  # type: ignore[misc]
    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """To come here is to start again: a sign-up that waits for its code is let go.

        It may be no sign-up at all but what we show to who signs up with a known address.
        """
        clear_login(request)


class SignUpView(OffersORCID, SignupView):  # type: ignore[misc]
    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """The account, its address and the mail are kept together or not at all."""
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
        except IntegrityError:
            # Somebody signed up with the same address in the same moment.
            form.account_already_exists = True
            response = super().form_valid(form)
        return response


def account_page(view: View) -> View:
    """For everybody, and kept by nobody."""
    return public(no_store(view))


def own_page(view: View) -> View:
    """For who is signed in and proved it lately; what it changes is kept whole or not at all."""
    return fresh_sign_in(whole(view))


def secret_address(view: View) -> View:
    """The link of a mail leaks to no page that follows it.

    Not so the form that it leads to: without a referrer a browser sends `Origin: null`, which the
    CSRF check refuses, and its address holds no secret.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if kwargs["key"] != PasswordResetFromKeyView.reset_url_key:
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return page


def whole(view: View) -> View:
    """What is changed, its audit row and its mail are kept together or not at all."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return page

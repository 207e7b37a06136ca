"""A code by mail for people who must prove who they are and have neither password nor factor."""

from hmac import compare_digest
from time import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import BaseReauthenticateView
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bzpeer.lib.limits import Limit, allowed
from profiles.account_links import digest
from profiles.account_recovery import plain
from profiles.models import User

STATE = "code_by_mail"
GOOD_FOR_S, TRIES = 600, 3
MAILS = Limit("proof-mail", times=3, seconds=600)


def code_send(request: HttpRequest, user: User) -> bool:
    """Mail a code to the account's address; False after three within ten minutes."""
    if not allowed(MAILS, user.pk):
        return False
    adapter = get_adapter(request)
    code = adapter.generate_login_code()
    request.session[STATE] = {"digest": digest(plain(code)), "at": time(), "tries": TRIES}
    adapter.send_mail("account/email/proof_code", user.email, {"code": code})
    return True


def code_good(request: HttpRequest, typed: str) -> bool:
    """Whether this is the code that was mailed, which then is used up; each try counts."""
    state = request.session.pop(STATE, None)
    if state is None or time() - state["at"] > GOOD_FOR_S:
        return False
    good = compare_digest(digest(plain(typed)), state["digest"])
    if not good and state["tries"] > 1:
        request.session[STATE] = state | {"tries": state["tries"] - 1}
    return good


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not code_good(self.request, code):
            raise ValidationError("This is not the code that was mailed, or it is too old.")
        return code


class ProveByMailView(BaseReauthenticateView):  # type: ignore[misc]
    """A button that sends the code, then the field for it."""

    form_class = CodeForm
    template_name = "account/reauthenticate_code.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"request": self.request}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "send" not in request.POST:
            response: HttpResponse = super().post(request, *args, **kwargs)
            return response
        if not code_send(request, self.request.user):
            messages.error(request, "Three codes were sent. Wait ten minutes for another.")
        return redirect(self.passthrough_next_url(request.path))

    def form_valid(self, form: CodeForm) -> HttpResponse:
        record_authentication(self.request, self.request.user, method="code", reauthenticated=True)
        response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known: dict[str, Any] = super().get_context_data(**kwargs)
        return known | {"sent": STATE in self.request.session}

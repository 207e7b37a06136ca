"""Who may call a view. Every view carries one of these marks; a test walks the URLconf for it."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from time import time
from typing import Any, TypeVar
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from bzpeer.lib.caching import PRIVATE

View = Callable[..., HttpResponseBase]
V = TypeVar("V", bound=View)

PROVE_URL = "account_reauthenticate"


class Access(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed in"
    STAFF = "staff"


def signed_in(request: HttpRequest) -> bool:
    """Whether somebody is signed in; asks the session table only if there is a session cookie.

    A cookie that nobody is behind is dropped from the request: a reader's answer never speaks of
    cookies, not even to delete a stale one.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return False
    if request.user.is_authenticated:
        return True
    if request.session.is_empty():
        del request.COOKIES[settings.SESSION_COOKIE_NAME]
    return False


def public(view: V) -> V:
    """Mark a view that answers everybody."""
    return _mark(view, Access.PUBLIC)


def signed_in_only(view: View) -> View:
    """Send others to log in and back to the same address; what is shown is never stored."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not signed_in(request):
            return _to_login(request)
        return view(request, *args, **kwargs)

    return _mark(no_store(guarded), Access.SIGNED_IN)


def fresh(request: HttpRequest) -> bool:
    """Whether somebody is signed in who proved within five minutes who they are."""
    if not signed_in(request):
        return False
    proofs = get_authentication_records(request, request.user)
    return bool(proofs) and time() - proofs[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def fresh_sign_in(view: View) -> View:
    """Let in who proved within five minutes who they are; others prove it and come back.

    They come back by GET: nothing that was posted waits in the session, a password least of all.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not fresh(request):
            return _to_proof(request, PROVE_URL)
        return view(request, *args, **kwargs)

    return signed_in_only(guarded)


def staff_only(view: View) -> View:
    """Refuse everybody but staff with a second factor."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not signed_in(request):
            return _to_login(request)
        if not getattr(request.user, "is_staff", False):
            raise PermissionDenied
        if not request.user.has_second_factor():  # type: ignore[union-attr]
            return render(request, "403.html", {"second_factor_missing": True}, status=403)
        return view(request, *args, **kwargs)

    return _mark(no_store(guarded), Access.STAFF)


def no_store(view: View) -> View:
    """Keep every answer of the view out of every cache."""

    @wraps(view)
    def private(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = PRIVATE
        return response

    return private


def _mark(view: V, access: Access) -> V:
    view.access = access  # type: ignore[attr-defined]
    return view


def _to_login(request: HttpRequest) -> HttpResponse:
    return _to_proof(request, settings.LOGIN_URL)


def _to_proof(request: HttpRequest, page: str) -> HttpResponse:
    """To a page that asks who somebody is, and back; HTMX is told to leave the page for it."""
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path(), resolve_url(page))
    back = request.get_full_path()
    if page == PROVE_URL:
        back = urlsplit(request.headers.get("HX-Current-URL", back)).path
    return HttpResponseClientRedirect(redirect_to_login(back, resolve_url(page)).url)

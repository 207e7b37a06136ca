"""The pages of one's own account that are ours and not allauth's."""

from typing import cast

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bzpeer.lib import access, audit
from bzpeer.lib.limits import Limit, allowed
from bzpeer.lib.requests import row_key
from bzpeer.lib.views import too_many
from profiles import queries
from profiles.account_erasure import erasure_ask, erasure_take_back
from profiles.account_events import PAGE, events_of
from profiles.account_export import export
from profiles.account_links import GOOD_FOR, RESTORE, link_find
from profiles.account_returned import addresses_shown
from profiles.account_sessions import sessions_end, sessions_of
from profiles.account_undo import address_restore, undo_link
from profiles.models import User
from works.pages import MAX_PAGE, number_in

EXPORTS = Limit("export", times=5, seconds=3600)
BOTH = require_http_methods(["GET", "HEAD", "POST"])


@access.signed_in_only
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What one's account is made of, with the way to each part."""
    user = cast(User, request.user)
    context = {
        "addresses": addresses_shown(user),
        "has_password": user.has_usable_password(),
        "second_factor": user.has_second_factor(),
        "orcid": SocialAccount.objects.filter(user=user).first(),
        "orcid_offered": bool(settings.ORCID_CLIENT_ID),
        "following_count": queries.following_count(user),
    }
    return render(request, "account/overview.html", context)


@access.signed_in_only
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """What happened to the account, the latest first."""
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    found = events_of(cast(User, request.user), page)
    context = {
        "events": found[:PAGE],
        "newer": page - 1,
        "older": page + 1 if len(found) > PAGE else None,
    }
    return render(request, "account/events.html", context)


@access.signed_in_only
@BOTH
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the account is signed in; one other session or all others can be ended."""
    user, current = cast(User, request.user), request.session.session_key
    if request.method != "POST":
        return render(request, "account/sessions.html", {"rows": sessions_of(user, current)})
    if "all" in request.POST:
        sessions_end(user, keep=current)
    else:
        number = row_key(request.POST.get("session", ""))
        get_object_or_404(UserSession, pk=number, user=user).end()
    audit.record("sessions_ended", request, user.pk)
    return redirect("account_sessions")


@access.fresh_sign_in
@BOTH
def export_data(request: HttpRequest) -> HttpResponseBase:
    """All that is stored of the person, as one JSON file that is made while it is sent."""
    user = cast(User, request.user)
    if request.method != "POST":
        return render(request, "account/export.html")
    if not allowed(EXPORTS, user.pk):
        return too_many(request)
    audit.record("exported", request, user.pk)
    response = StreamingHttpResponse(export(user), content_type="application/json")
    name = f"bzpeer-account-{timezone.now():%Y-%m-%d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@access.fresh_sign_in
@BOTH
def delete(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays, and after a tick switch the account off."""
    unsure = request.method == "POST" and request.POST.get("sure") != "yes"
    if request.method != "POST" or unsure:
        until = timezone.now() + GOOD_FOR[RESTORE]
        return render(request, "account/delete.html", {"unsure": unsure, "until": until})
    erasure_ask(request, cast(User, request.user))
    request.session.flush()
    return redirect("account_deleted")


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "account/deleted.html")


@BOTH
def restore(request: HttpRequest, token: str) -> HttpResponse:
    """The link that takes a deletion back: a page with a button, since mail programs open links."""
    done = request.method == "POST" and erasure_take_back(request, token)
    good = done or link_find(token, RESTORE) is not None
    return render(request, "account/restore.html", {"done": done, "good": good})


@BOTH
def email_undo(request: HttpRequest, token: str) -> HttpResponse:
    """The link that gives an account back to the address that it had."""
    done = request.method == "POST" and address_restore(request, token)
    good = done or undo_link(token) is not None
    return render(request, "account/email_undo.html", {"done": done, "good": good})

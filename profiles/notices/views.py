"""The page of notices, how one wants to be told, and the way out of mail."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access, audit
from bzpeer.lib.notices import raise_notice
from profiles.domain.notices import DEFAULT, MAIL_STOPPED, OFFERED, Kind, Way
from profiles.models import Notice, User
from profiles.notices.choices import choose, mail_stop, ways
from profiles.notices.mailing import mailbox, queued_drop, stop_token
from profiles.notices.reading import PAGE, notice_read, notices_of, notices_read
from profiles.notices.showing import LABELS, place, shown
from works.pages import MAX_PAGE, address, number_in, page_context

BOTH = require_http_methods(["GET", "HEAD", "POST"])
HOME = "/notifications/"
ABOUT = {
    Kind.WORKS: "Works that came to the researchers and topics that you follow. Never one mail"
    " each: a daily or weekly one, if you want it.",
    Kind.CLAIMS: "What becomes of your claims of records, and of disputes about them.",
    Kind.INVITATIONS: "Others who ask something of you, such as to confirm who they are.",
    Kind.IDENTITY: "Changes of the record that you speak for.",
    Kind.ACCOUNT: "Changes of how we write to you. Mail about log-ins, passwords and addresses"
    " always comes.",
}
WAYS = {
    Way.OFF: "Not at all",
    Way.PAGE: "On the page of notices",
    Way.MAIL: "By mail at once, and on the page",
    Way.DAILY: "In a daily mail, and on the page",
    Way.WEEKLY: "In a weekly mail, and on the page",
}
STOPPED = {Way.DAILY: "the daily mail", Way.WEEKLY: "the weekly mail"} | {
    kind: f"mail about {label.lower()}" for kind, label in LABELS.items()
}


@access.signed_in_only
@BOTH
def notices(request: HttpRequest) -> HttpResponseBase:
    """One's notices, the latest first; a POST says that all of them were seen."""
    user = cast(User, request.user)
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    if request.method == "POST":
        notices_read(user, _moment(request.POST.get("until", "")))
        return HttpResponseRedirect(address(HOME, page=page), status=303)
    found = notices_of(user, page)
    if page > 1 and not found:
        return HttpResponseRedirect(HOME)
    more = len(found) > PAGE and page < MAX_PAGE
    context = {
        "page": page_context("Notices", "What you are told.", HOME, noindex=True),
        "notices": shown(found[:PAGE]),
        "until": timezone.now().isoformat(),
        "previous_url": address(HOME, page=page - 1) if page > 1 else "",
        "next_url": address(HOME, page=page + 1) if more else "",
    }
    return render(request, "profiles/notifications.html", context)


def _moment(text: str) -> datetime:
    """The moment of a form, or now: what came after the page was made is not seen by it."""
    now = timezone.now()
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    return min(found, now) if found is not None and timezone.is_aware(found) else now


@access.signed_in_only
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, number: UUID) -> HttpResponseBase:
    """Open a notice, which leads to what it is about; a POST says that it was seen."""
    found = get_object_or_404(Notice, pk=number, user=cast(User, request.user))
    notice_read(found)
    if request.method != "POST":
        return HttpResponseRedirect(place(found))
    if not request.htmx:  # type: ignore[attr-defined]
        return HttpResponseRedirect(HOME, status=303)
    context = {"notice": shown([found])[0], "changed": True}
    return render(request, "profiles/fragments/notice.html", context)


@access.signed_in_only
@BOTH
def preferences(request: HttpRequest) -> HttpResponseBase:
    """How one wants to be told of each kind."""
    user = cast(User, request.user)
    if request.method == "POST":
        choose(user.pk, _wanted(request.POST), timezone.now())
        messages.success(request, "Kept. It holds from now on.")
        return redirect("notice-preferences")
    context = {"kinds": _kinds(ways(user.pk)), "mailbox": mailbox(user.pk)}
    return render(request, "profiles/notice_preferences.html", context)


def _wanted(form: QueryDict) -> dict[Kind, Way]:
    asked = {kind: str(form.get(kind, "")) for kind in Kind}
    return {kind: Way(way) for kind, way in asked.items() if way in WAYS}


def _kinds(chosen: dict[Kind, Way]) -> list[dict[str, Any]]:
    return [
        {
            "name": kind.value,
            "label": LABELS[kind],
            "about": ABOUT[kind],
            "options": [
                {"value": way.value, "label": WAYS[way], "chosen": way == chosen[kind]}
                for way in OFFERED[kind]
            ],
        }
        for kind in DEFAULT
    ]


@csrf_exempt
@access.public
@access.no_store
@BOTH
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The way out of one mail (RFC 8058): the button of mail programs posts here, without log-in.

    The token is the permission, so that no session and no form token is asked for.
    """
    known = stop_token(token)
    done = known is not None and request.method == "POST"
    if known and done:
        _stop(request, *known)
    context = {"good": known is not None, "done": done, "what": STOPPED[known[1]] if known else ""}
    status = 400 if known is None and request.method == "POST" else 200
    return render(request, "profiles/unsubscribe.html", context, status=status)


def _stop(request: HttpRequest, user_id: int, what: Kind | Way) -> None:
    now = timezone.now()
    stopped = mail_stop(user_id, what, now)
    queued_drop(user_id, what)
    if stopped:
        audit.record("mail_stopped", request, user_id, what=what.value)
        raise_notice(MAIL_STOPPED, user_id, f"{what.value}:{now.isoformat()}")

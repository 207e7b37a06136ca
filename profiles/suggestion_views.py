"""People whom a person might work with, on the web."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access, limits
from bzpeer.lib.views import too_many
from profiles import suggesting
from profiles.domain.suggestions import Standing, in_words
from profiles.models import User
from profiles.pages import person_context
from profiles.suggestion_queries import Shown, State, suggestions, suggestions_state
from works.models import Author
from works.pages import number_in, page_context, researcher_url
from works.queries import author_by_slug

PAGE = "/collaborate/"
CHANGES = limits.Limit("suggestions", times=120, seconds=3600)
# How often the page asks by itself whether the worker is done: after 2, 4, 8 … seconds.
TRIES = 6

SWITCHES = {"off": True, "on": False}


@access.signed_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def collaborate(request: HttpRequest) -> HttpResponseBase:
    """The people, each with the reason; and what the person does about them."""
    user = cast(User, request.user)
    if request.method == "POST":
        return _changed(request, user)
    state = suggestions_state(user.pk)
    if not state.off and not state.waiting and suggesting.stale(state, timezone.now()):
        suggesting.suggestions_order(user)
    rows = [] if state.off else suggestions(user.pk)
    tried = number_in(request.GET.get("try", ""), 1, TRIES) or 0
    return render(request, "profiles/collaborate.html", collaborate_context(state, rows, tried))


def collaborate_context(state: State, rows: list[Shown], tried: int) -> dict[str, Any]:
    waiting = not state.off and state.found_at is None
    return {
        "page": page_context(
            "People you might work with", "Suggestions from the graph.", "", noindex=True
        ),
        "off": state.off,
        "waiting": waiting,
        "look_again": f"{PAGE}?try={tried + 1}" if waiting and tried < TRIES else "",
        "delay": 2 ** (tried + 1),
        "speaks": state.speaks,
        "dismissed": state.dismissed,
        "found_at": state.found_at,
        "rows": [row_context(row) for row in rows],
    }


def row_context(row: Shown) -> dict[str, Any]:
    return suggested_context(row.slug, row.name) | {
        "reason": in_words(row.reasons),
        "affiliation": row.affiliation,
        "held": row.standing == Standing.HELD,
        "level": row.level,
    }


def suggested_context(slug: str, name: str) -> dict[str, Any]:
    return person_context(slug, name) | {"invite_url": f"{researcher_url(slug)}invite/"}


def _changed(request: HttpRequest, user: User) -> HttpResponseBase:
    """Dismiss somebody, take that back, or switch it all off and on."""
    if not limits.allowed(CHANGES, user.pk):
        return too_many(request)
    action = request.POST.get("action", "")
    if action in SWITCHES:
        suggesting.suggestions_switch(user, off=SWITCHES[action])
    elif action == "forget":
        suggesting.dismissals_forget(user)
    else:
        return _weighed(request, user, action)
    return HttpResponseRedirect(PAGE, status=303)


def _weighed(request: HttpRequest, user: User, action: str) -> HttpResponseBase:
    author = author_by_slug(request.POST.get("slug", ""))
    if author is None or action not in ("dismiss", "restore"):
        raise Http404
    if action == "dismiss":
        suggesting.suggestion_dismiss(user, author)
    else:
        suggesting.suggestion_restore(user, author)
    if not request.htmx:  # type: ignore[attr-defined]
        return HttpResponseRedirect(PAGE, status=303)
    return _piece(request, author, dismissed=action == "dismiss")


def _piece(request: HttpRequest, author: Author, *, dismissed: bool) -> HttpResponse:
    """HTMX's button in the place of the one that was pressed."""
    context = {
        "row": suggested_context(author.slug, author.name),
        "was_dismissed": dismissed,
        "changed": True,
    }
    return render(request, "profiles/fragments/suggestion_button.html", context)

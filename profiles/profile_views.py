"""Editing one's own record: what its page says, and which works are one's own."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access
from claims.claim_steps import Actor, Gone
from claims.domain.transitions import Refusal, Role
from claims.models import Claim
from claims.queries import claim_held
from profiles.profile_editing import Words, may_edit, profile_save, profile_words
from profiles.profile_forms import ProfileForm, initial
from profiles.profile_pages import edit_context, preview_context, works_edit_context
from profiles.profile_queries import (
    alike_mentions,
    own_mentions,
    places_for,
    printed_names,
    titles_of,
)
from profiles.works_editing import MOST, Place, works_keep, works_preview
from works.heads import Head
from works.pages import MAX_PAGE, number_in, researcher_url
from works.settling import decided_positions
from works.web import load_researcher

EditView = Callable[[HttpRequest, Head, Claim], HttpResponseBase]
FIELD = re.compile(r"w-(\d{1,18})-(\d{1,9})")
SAID = {"mine": True, "not": False}


def holders_page(view: EditView) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """For who speaks for the record: to others it is not there, and while it is disputed or
    frozen it says why nothing can be changed."""

    @wraps(view)
    def page(request: HttpRequest, slug: str) -> HttpResponseBase:
        head = load_researcher(request, slug)
        if not isinstance(head, Head):
            return head
        claim = claim_held(head.id, _actor(request).user_id)
        if claim is None:
            raise Http404
        refusal = may_edit(claim, _actor(request))
        if refusal is not None:
            context = edit_context(head, claim, "Closed") | {"refusal": refusal.reason}
            return render(request, "profiles/edit_closed.html", context, status=403)
        try:
            return view(request, head, claim)
        except Gone:
            raise Http404 from None

    return access.signed_in_only(require_http_methods(["GET", "HEAD", "POST"])(page))


@holders_page
def edit(request: HttpRequest, head: Head, claim: Claim) -> HttpResponseBase:
    """What the page says of the person; a search for an institution keeps what was typed."""
    words = profile_words(claim)
    if request.method != "POST":
        return _edit_page(request, head, claim, _form(head, words, None, initial(words)))
    if request.POST.get("do") == "find":
        return _edit_page(request, head, claim, _form(head, words, None, _typed(request.POST)))
    form = _form(head, words, request.POST, {})
    if not form.is_valid():
        return _edit_page(request, head, claim, form, status=422)
    done = profile_save(claim, _actor(request), form.words(), timezone.now())
    if isinstance(done, Refusal):
        return _edit_page(request, head, claim, form, _status(done), done)
    return HttpResponseRedirect(researcher_url(done.slug), status=303)


def _form(head: Head, words: Words, data: Any, first: dict[str, Any]) -> ProfileForm:
    find = str((data or first).get("find", ""))[:100]
    return ProfileForm(
        data,
        initial=first,
        places=places_for(head.id, words.affiliation, find),
        works=titles_of(head.id),
    )


def _typed(posted: QueryDict) -> dict[str, Any]:
    return posted.dict() | {"featured": posted.getlist("featured")}


def _edit_page(
    request: HttpRequest,
    head: Head,
    claim: Claim,
    form: ProfileForm,
    status: int = 200,
    refusal: Refusal | None = None,
) -> HttpResponse:
    context = edit_context(head, claim, "Edit") | {
        "form": form,
        "printed": printed_names(head.id),
        "refusal": refusal.reason if refusal else None,
    }
    return render(request, "profiles/edit.html", context, status=status)


@holders_page
def edit_works(request: HttpRequest, head: Head, claim: Claim) -> HttpResponseBase:
    """The works of the record: what is said of them is shown first, and kept after that."""
    if request.method != "POST":
        return _works_page(request, head, claim)
    said = said_in(request.POST)
    do = {"preview": works_preview, "keep": works_keep}.get(request.POST.get("do", ""))
    if do is None or len(said) > MOST:
        raise BadRequest
    done = do(claim, _actor(request), said, timezone.now())
    if isinstance(done, Refusal):
        return _works_page(request, head, claim, done)
    if do is works_keep:
        return HttpResponseRedirect(f"{researcher_url(head.slug)}edit/works/?kept=1", status=303)
    context = edit_context(head, claim, "What changes") | preview_context(done)
    return render(request, "profiles/edit_preview.html", context)


def said_in(posted: QueryDict) -> dict[Place, bool]:
    """What was said of names on works; anything else that was posted says nothing."""
    found: dict[Place, bool] = {}
    for name, value in posted.items():
        field = FIELD.fullmatch(name)
        if field and value in SAID:
            found[int(field[1]), int(field[2])] = SAID[str(value)]
    return found


def _works_page(
    request: HttpRequest, head: Head, claim: Claim, refusal: Refusal | None = None
) -> HttpResponse:
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    own, alike = own_mentions(head.id, page), alike_mentions(head.id)
    links = decided_positions(head.id, [one.work for one in alike])
    denied = {work: link for work, link in links.items() if link == "cannot"}
    context = edit_context(head, claim, "Works") | works_edit_context(
        head, own, alike, denied, page
    )
    context |= {
        "kept": "kept" in request.GET,
        "unclear": head.several and claim.cleared_at is None,
        "refusal": refusal.reason if refusal else None,
    }
    status = _status(refusal) if refusal else 200
    return render(request, "profiles/edit_works.html", context, status=status)


def _status(refusal: Refusal) -> int:
    return 429 if refusal.code == "too_many" else 409


def _actor(request: HttpRequest) -> Actor:
    return Actor(Role.CLAIMANT, cast(int, request.user.pk), request)

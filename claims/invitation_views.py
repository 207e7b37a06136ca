"""Inviting, one's invitations, and the page of each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import BadRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bzpeer.lib import access
from claims import invitation_queries as queries
from claims.claim_steps import Actor
from claims.conversation_rooms import conversation_url
from claims.domain.invitations import PURPOSES, Side
from claims.domain.transitions import Refusal, Role
from claims.invitation_forms import DeclineForm, InviteForm, LaterForm, ReportForm
from claims.invitation_pages import (
    INVITATIONS,
    NOTHING_POSTED,
    Answered,
    invitation_context,
    invite_context,
    list_context,
)
from claims.inviting import (
    invitation_accept,
    invitation_decline,
    invitation_find,
    invitation_postpone,
    invitation_send,
    invitation_url,
    invitation_withdraw,
    side_of,
)
from claims.models import AbuseReport, Conversation, Invitation
from claims.protecting import abuse_report, block_add
from works.heads import Head
from works.models import Author
from works.pages import MAX_PAGE, number_in
from works.web import load_researcher

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@access.public
@access.no_store
@BOTH
def invite(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What an invitation is, what speaks for it, and the form; posted, it is sent once."""
    head = load_researcher(request, slug)
    if isinstance(head, HttpResponsePermanentRedirect):
        return head
    if not access.signed_in(request):
        context = invite_context(head, None, None, None)
        status = 403 if request.method == "POST" else 200
        return render(request, "claims/invite.html", context, status=status)
    if request.method == "POST":
        return _invited(request, head)
    return _invite_page(request, head, None, NOTHING_POSTED)


def _invited(request: HttpRequest, head: Head) -> HttpResponseBase:
    now, actor = timezone.now(), _actor(request)
    form = InviteForm(request.POST, purposes=[*PURPOSES])
    if not form.is_valid():
        return _invite_page(request, head, form, Answered({"invite": form}))
    author = get_object_or_404(Author, pk=head.id)
    found = invitation_send(actor, author, form.written(), now)
    if isinstance(found, Refusal):
        return _invite_page(request, head, form, Answered({"invite": form}, found))
    return HttpResponseRedirect(invitation_url(found), status=303)


def _invite_page(
    request: HttpRequest, head: Head, form: InviteForm | None, answered: Answered
) -> HttpResponse:
    found = queries.chances(_actor(request).user_id, head.id, timezone.now())
    if form is None and found.state is not None:
        form = InviteForm(purposes=found.purposes)
    context = invite_context(head, found, form, answered.refusal)
    return render(request, "claims/invite.html", context, status=answered.status)


@access.signed_in_only
@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    """What reached whoever is signed in, and what they sent."""
    user_id, now = _actor(request).user_id, timezone.now()
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    found = queries.received(user_id, page), queries.sent(user_id, page)
    context = list_context(*found, page, frozen=queries.is_frozen(user_id), now=now)
    return render(request, "claims/invitations.html", context)


@access.signed_in_only
@BOTH
def invitation(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """One invitation; what is posted says by `do` which of its deeds it is."""
    found = invitation_find(public_id, _actor(request).user_id)
    if found is None:
        raise Http404
    now = timezone.now()
    if request.method != "POST":
        return _page(request, found, NOTHING_POSTED, now)
    name = request.POST.get("do", "")
    if name not in DEEDS:
        raise BadRequest
    if name in ("block", "report") and side_of(found, _actor(request).user_id) is not Side.INVITEE:
        raise Http404
    form = FORMS[name](request.POST, auto_id=f"{name}_%s") if name in FORMS else None
    if form is not None and not form.is_valid():
        return _page(request, found, Answered({name: form}), now)
    done = DEEDS[name](found, _actor(request), form.cleaned_data if form else {}, now)
    if isinstance(done, Refusal):
        fresh = invitation_find(public_id, _actor(request).user_id) or found
        return _page(request, fresh, Answered(refusal=done), now)
    return HttpResponseRedirect(_next(name, found, done), status=303)


def _page(
    request: HttpRequest, invitation: Invitation, posted: Answered, now: datetime
) -> HttpResponse:
    user_id = _actor(request).user_id
    side = side_of(invitation, user_id)
    if side is None:
        raise Http404
    about = AbuseReport.objects.filter(user_id=user_id, about=invitation_url(invitation))
    context = invitation_context(invitation, side, posted, about.first(), now)
    conversation = Conversation.objects.filter(invitation=invitation).first()
    context["conversation_url"] = conversation_url(conversation) if conversation else ""
    return render(request, "claims/invitation.html", context, status=posted.status)


def _next(name: str, invitation: Invitation, done: object) -> str:
    if isinstance(done, Conversation):
        return conversation_url(done)
    return INVITATIONS if name == "block" else invitation_url(invitation)


Deed = Callable[[Invitation, Actor, dict[str, Any], datetime], object]


def _decline(found: Invitation, actor: Actor, given: dict[str, Any], now: datetime) -> object:
    return invitation_decline(found, actor, given["reason"], now)


def _postpone(found: Invitation, actor: Actor, given: dict[str, Any], now: datetime) -> object:
    return invitation_postpone(found, actor, given["days"], now)


def _block(found: Invitation, actor: Actor, given: dict[str, Any], now: datetime) -> None:
    block_add(actor, found.from_user_id, now)


def _report(found: Invitation, actor: Actor, given: dict[str, Any], now: datetime) -> object:
    return abuse_report(
        actor, found.from_user_id, invitation_url(found), given["reason"], given["words"], now
    )


DEEDS: dict[str, Deed] = {
    "accept": lambda found, actor, given, now: invitation_accept(found, actor, now),
    "decline": _decline,
    "postpone": _postpone,
    "withdraw": lambda found, actor, given, now: invitation_withdraw(found, actor, now),
    "block": _block,
    "report": _report,
}
FORMS: dict[str, type[forms.Form]] = {
    "decline": DeclineForm,
    "postpone": LaterForm,
    "report": ReportForm,
}


def _actor(request: HttpRequest) -> Actor:
    return Actor(Role.CLAIMANT, cast(int, request.user.pk), request)

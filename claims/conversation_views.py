"""Conversations: the list, one of them, what is new in it, its copy, and single messages.

Whoever has no seat gets the 404 of a conversation that never was, staff among them.
"""

from typing import Any, cast

from django.core.exceptions import BadRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bzpeer.lib import access
from claims.claim_steps import Actor
from claims.conversation_deeds import DEEDS, Posted, status_of
from claims.conversation_pages import (
    conversation_context,
    hits_context,
    list_context,
    message_rows,
    place,
    poll_context,
    seat_user,
)
from claims.conversation_people import proposal_answer
from claims.conversation_queries import (
    PAGE,
    Seen,
    conversation_export,
    conversation_find,
    conversations_of,
    message_find,
    messages_of,
    messages_search,
    naming,
)
from claims.conversation_reports import message_report
from claims.conversation_rooms import Gone, conversation_url
from claims.conversing import mark_read, message_edit, written
from claims.domain import conversations as rules
from claims.domain.invitations import REPORT_REASONS
from claims.domain.transitions import Refusal, Role
from claims.models import Message, Proposal
from works.pages import MAX_PAGE, number_in, page_context

BOTH = require_http_methods(["GET", "HEAD", "POST"])
LONGEST_SEARCH = 200


@access.signed_in_only
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """The conversations of whoever is signed in, or the messages in them with certain words."""
    me, words = _me(request), request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    found, more = ([], False) if words else conversations_of(me, page)
    context = list_context(found, more and page < MAX_PAGE, page, me)
    if words:
        context |= hits_context(words, messages_search(me, words))
    return render(request, "claims/conversations.html", context)


@access.signed_in_only
@require_POST
def asked(request: HttpRequest, proposal_id: str) -> HttpResponseBase:
    """The answer of a person who is asked into a conversation."""
    me = _me(request)
    row = Proposal.objects.filter(public_id=proposal_id, person=me, asked_at__isnull=False)
    proposal = row.select_related("conversation").first()
    if proposal is None:
        raise Http404
    try:
        done = proposal_answer(proposal, me, request.POST.get("answer") == "yes", timezone.now())
    except Gone:
        raise Http404 from None
    joined = isinstance(done, Proposal) and done.state == Proposal.State.JOINED
    there = conversation_url(proposal.conversation) if joined else "/conversations/"
    return HttpResponseRedirect(there, status=303)


@access.signed_in_only
@BOTH
def conversation(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """One conversation; what is posted says by `do` which of its deeds it is."""
    seen = _seen(request, public_id)
    if request.method != "POST":
        return _page(request, seen, None)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise BadRequest
    posted = Posted(seen.conversation, seat_user(seen), request, timezone.now())
    try:
        done = deed(posted)
    except Gone:
        raise Http404 from None
    if isinstance(done, Refusal):
        return _page(request, _seen(request, public_id), done)
    there = "#end" if isinstance(done, Message) else ""
    return HttpResponseRedirect(f"{conversation_url(seen.conversation)}{there}", status=303)


def _page(request: HttpRequest, seen: Seen, refusal: Refusal | None) -> HttpResponse:
    until = _message_of(seen, request.GET.get("until", ""))
    typed = request.POST.get("message", "") if refusal else ""
    reason = refusal.reason if refusal else None
    context = conversation_context(seen, until, timezone.now(), reason, typed)
    if request.method == "GET" and context["newest"] is not None:
        mark_read(seen.seat, context["newest"].pk)
    status = status_of(refusal) if refusal else 200
    return render(request, "claims/conversation.html", context, status=status)


@access.signed_in_only
@require_safe
def new_messages(request: HttpRequest, public_id: str) -> HttpResponse:
    """What came after a message, and when to look again: later each time that nothing did."""
    seen = _seen(request, public_id)
    after = _message_of(seen, request.GET.get("after", ""))
    rows = messages_of(seen.seat).filter(pk__gt=after.pk if after else 0)
    found = list(rows[:PAGE])
    last = found[-1] if found else after
    quiet = 0 if found else (number_in(request.GET.get("quiet", ""), 0, 99) or 0) + 1
    context: dict[str, Any] = {
        "poll": poll_context(seen, last.public_id if last else "", quiet),
        "url": conversation_url(seen.conversation),
        "messages_shown": [],
    }
    if found:
        named = naming(seen.participants)
        context["messages_shown"] = message_rows(seen, found, named, timezone.now())
        mark_read(seen.seat, found[-1].pk)
    return render(request, "claims/fragments/new_messages.html", context)


@access.signed_in_only
@require_safe
def export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """All that the person may read of it, as a file."""
    seen = _seen(request, public_id)
    response = StreamingHttpResponse(conversation_export(seen), content_type="application/json")
    name = f"bzpeer-conversation-{seen.conversation.opened_at:%Y-%m-%d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@access.signed_in_only
@BOTH
def message(request: HttpRequest, message_id: str) -> HttpResponseBase:
    """Change one's own message while that is possible; another's leads to its place."""
    seen, found = _found(request, message_id)
    me, now = seat_user(seen), timezone.now()
    back = place(seen.conversation, found)
    if request.method != "POST" and found.author_id != me:
        return HttpResponseRedirect(back)
    refusal = rules.edit_refusal(seen.room, written(found), me, now)
    if request.method == "POST":
        done = message_edit(found, me, request.POST.get("message", ""), now)
        if not isinstance(done, Refusal):
            return HttpResponseRedirect(back, status=303)
        refusal = done
    context = {
        "page": page_context("Change a message", "", "", noindex=True),
        "back": back,
        "typed": request.POST.get("message", found.body),
        "longest": rules.LONGEST_MESSAGE,
        "refusal": refusal.reason if refusal else None,
        # What was typed is shown again, even where it came too late.
        "may": refusal is None or request.method == "POST",
    }
    status = status_of(refusal) if refusal and request.method == "POST" else 200
    return render(request, "claims/message.html", context, status=status)


@access.signed_in_only
@BOTH
def report(request: HttpRequest, message_id: str) -> HttpResponseBase:
    """Report a message of somebody else's to staff, who can read that one from then on."""
    seen, found = _found(request, message_id)
    if found.author_id in (None, seat_user(seen)):
        raise Http404
    context: dict[str, Any] = {
        "page": page_context("Report a message", "", "", noindex=True),
        "back": place(seen.conversation, found),
        "reasons": REPORT_REASONS.items(),
    }
    status = 200
    if request.method == "POST":
        actor = Actor(Role.CLAIMANT, seat_user(seen), request)
        reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
        done = message_report(found, actor, reason, words, timezone.now())
        if isinstance(done, Refusal):
            context["refusal"], status = done.reason, status_of(done)
        else:
            context["sent"] = True
    return render(request, "claims/message_report.html", context, status=status)


def _found(request: HttpRequest, message_id: str) -> tuple[Seen, Message]:
    found = message_find(message_id, _me(request))
    if found is None:
        raise Http404
    return found


def _seen(request: HttpRequest, public_id: str) -> Seen:
    """The conversation, if they have or had a seat in it: else there is none. Raises Http404."""
    found = conversation_find(public_id, _me(request))
    if found is None:
        raise Http404
    return found


def _message_of(seen: Seen, public_id: str) -> Message | None:
    """A message that a query names; None where it names none. Raises Http404."""
    if not public_id:
        return None
    found = messages_of(seen.seat).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _me(request: HttpRequest) -> int:
    return cast(int, request.user.pk)

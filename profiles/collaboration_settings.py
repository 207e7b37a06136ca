"""What a person is open to: whether at all, which their pages say, and for whom and what."""

from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access
from bzpeer.lib.requests import row_key
from claims import invitation_queries
from claims.claim_steps import Actor
from claims.domain.transitions import Role
from claims.invitation_forms import WishesForm
from claims.invitation_pages import wishes_form
from claims.models import Block
from claims.protecting import block_remove
from claims.wishing import Wishes, records_of, wishes_set
from profiles.services import refresh
from works.pages import page_context

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@transaction.atomic
def wishes_keep(actor: Actor, wishes: Wishes) -> None:
    """Keep what the person wishes; the pages of their records say at once whether they are open."""
    wishes_set(actor, wishes, timezone.now())
    if authors := records_of(actor.user_id):
        refresh(authors)


@access.signed_in_only
@BOTH
def collaboration(request: HttpRequest) -> HttpResponseBase:
    """What one is open to, from whom and how often; and whom one blocked."""
    user_id = cast(int, request.user.pk)
    actor = Actor(Role.CLAIMANT, user_id, request)
    if request.method != "POST":
        wishes = invitation_queries.wishes_of(user_id)
        return _page(request, user_id, wishes_form(wishes))
    if "unblock" in request.POST:
        return _unblocked(request, actor)
    form = WishesForm(request.POST)
    if not form.is_valid():
        return _page(request, user_id, form)
    wishes_keep(actor, form.wishes())
    return HttpResponseRedirect(f"{request.path}?kept=1", status=303)


def _page(request: HttpRequest, user_id: int, form: WishesForm) -> HttpResponse:
    context = {
        "page": page_context("Collaboration", "", request.path, noindex=True),
        "form": form,
        "kept": request.GET.get("kept") == "1",
        "verified": invitation_queries.verified_records(user_id),
        "blocked": invitation_queries.blocked_by(user_id),
    }
    status = 422 if form.errors else 200
    return render(request, "profiles/collaboration.html", context, status=status)


def _unblocked(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    number = row_key(request.POST.get("unblock", ""))
    block = get_object_or_404(Block, pk=number, user_id=actor.user_id)
    block_remove(actor, block.blocked_id)
    return HttpResponseRedirect(request.path, status=303)

"""What a person is open to: whether at all, which their page says, and for whom and what."""

from datetime import datetime
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
from claims.claim_steps import Actor, locked
from claims.domain.transitions import HELD, Role
from claims.invitation_forms import WishesForm
from claims.invitation_pages import wishes_form
from claims.models import Block, Claim
from claims.protecting import block_remove
from claims.wishing import wishes_set
from profiles.models import Profile
from profiles.services import refresh
from works.pages import page_context

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@transaction.atomic
def openness_set(user_id: int, *, is_open: bool, now: datetime) -> None:
    """Say on the pages of all records that a person speaks for whether they are open."""
    held = Claim.objects.filter(user_id=user_id, state__in=[*HELD], frozen_at=None)
    authors = []
    for claim in held.order_by("author_id", "pk"):
        locked(claim.pk)
        values = {"open_to_collaborate": is_open, "edited_at": now}
        Profile.objects.update_or_create(claim=claim, defaults=values)
        authors.append(claim.author_id)
    if authors:
        refresh(authors)


def is_open(user_id: int) -> bool:
    """Whether the page of a record of theirs says that they are open to collaborate."""
    held = Profile.objects.filter(claim__user_id=user_id, claim__state__in=[*HELD])
    return held.filter(open_to_collaborate=True).exists()


@access.signed_in_only
@BOTH
def collaboration(request: HttpRequest) -> HttpResponseBase:
    """What one is open to, from whom and how often; and whom one blocked."""
    user_id = cast(int, request.user.pk)
    actor = Actor(Role.CLAIMANT, user_id, request)
    if request.method != "POST":
        wishes = invitation_queries.wishes_of(user_id)
        return _page(request, user_id, wishes_form(wishes, is_open=is_open(user_id)))
    if "unblock" in request.POST:
        return _unblocked(request, actor)
    form = WishesForm(request.POST)
    if not form.is_valid():
        return _page(request, user_id, form)
    now = timezone.now()
    wishes_set(actor, form.wishes(), now)
    openness_set(user_id, is_open=form.cleaned_data["is_open"], now=now)
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

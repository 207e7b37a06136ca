"""The reviewers' pages: what waits, one case with its decisions, and the log of accounts."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bzpeer.lib import access, audit
from claims import mail_views, review_case, review_pages, review_queries
from claims.claim_queries import claim_find
from claims.claim_steps import Actor, Gone
from claims.domain.reasons import reason
from claims.domain.transitions import Refusal, Role
from claims.models import Challenge, Claim, Evidence
from claims.review_actions import Asked, carry_out
from claims.review_forms import ReviewForm
from works.pages import page_context

View = Callable[..., HttpResponseBase]
# What a reviewer may not do at all; anything else that is refused, they may do at another time.
DENIED = frozenset({"not_party", "not_yours"})


def reviewers_only(view: View) -> View:
    """Staff alone, and a signed-in person who is turned away leaves a trace."""
    guarded = access.staff_only(view)

    @wraps(guarded)
    def watched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return guarded(request, *args, **kwargs)
        except PermissionDenied:
            _denied(request, "role", kwargs.get("public_id", ""))
            raise

    return watched


def _denied(request: HttpRequest, why: str, public_id: str) -> None:
    asked = {"why": why, "method": request.method, "asked": public_id[:32]}
    audit.record("review_denied", request, request.user.pk, **asked)


def _not_theirs(request: HttpRequest, why: str, public_id: str) -> HttpResponseBase:
    _denied(request, why, public_id)
    return _render(request, "claims/review_own.html", "Not yours to review", {}, 403)


@access.staff_only
@require_safe
def queue(request: HttpRequest) -> HttpResponseBase:
    """What waits, the oldest first."""
    now, page, reader = timezone.now(), review_pages.page_of(request), request.user.pk or 0
    kind = request.GET.get("kind", "")
    kind = kind if kind in review_queries.KINDS else ""
    context = review_pages.queue_context(
        review_queries.open_cases(reader, kind, page),
        review_queries.open_ages(reader, now),
        review_queries.parked(),
        review_queries.imports_rejected(),
        (kind, page),
        now,
    )
    context["aside"] += mail_views.aside()
    return _render(request, "claims/reviews.html", "Moderation", context)


@access.staff_only
@require_safe
def events(request: HttpRequest) -> HttpResponseBase:
    """The log, of one account where one is named."""
    asked, page = request.GET.get("account", ""), review_pages.page_of(request)
    user_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if asked and user_id is None:
        raise Http404
    found = review_queries.events(user_id, page)
    context = review_pages.events_context(found, user_id, page)
    return _render(request, "claims/review_events.html", "Events", context)


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """One claim with everything beside it; a POST is a step."""
    claim = claim_find(public_id)
    if claim is None or claim.state == "draft":
        raise Http404
    if review_queries.is_party(claim.author_id, request.user.pk or 0):
        return _not_theirs(request, "party", public_id)
    if request.method == "POST":
        return _step(request, claim)
    return _case(request, claim, done=request.GET.get("done", ""))


def _step(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _case(request, claim, 422, form=form)
    if form.cleaned_data["version"] != claim.version:
        return _case(request, claim, 409, form=form, stale=True)
    asked = _asked(request, claim, form, timezone.now())
    try:
        refusal = carry_out(asked)
    except Gone:
        raise Http404 from None
    if refusal is None or refusal.code == "second_reviewer":
        done = "voted" if refusal else asked.do
        return HttpResponseRedirect(
            f"{review_pages.case_url(claim.public_id)}?done={done}", status=303
        )
    if refusal.code in DENIED:
        return _not_theirs(request, refusal.code, claim.public_id)
    return _case(request, _again(claim), 409, form=form, refusal=refusal)


def _asked(request: HttpRequest, claim: Claim, form: ReviewForm, now: datetime) -> Asked:
    """The step with what it speaks of. Raises Http404 for what belongs to another claim."""
    kept = form.cleaned_data
    return Asked(
        do=kept["do"],
        claim=claim,
        actor=Actor(Role.REVIEWER, request.user.pk or 0, request),
        said=form.said(),
        now=now,
        verdict=kept["verdict"],
        evidence=_evidence(request, claim, kept["evidence"]) if kept["do"] == "judge" else None,
        challenge=_challenge(request, claim, kept),
    )


def _evidence(request: HttpRequest, claim: Claim, public_id: str) -> Evidence:
    found = Evidence.objects.filter(claim=claim, public_id=public_id).first()
    if found is None:
        _denied(request, "evidence", claim.public_id)
        raise Http404
    return found


def _challenge(request: HttpRequest, claim: Claim, kept: dict[str, Any]) -> Challenge | None:
    """The challenge that is admitted by its id; the dispute that is decided is the holder's."""
    if kept["do"] in ("uphold", "overturn"):
        disputes = claim.challenged_by.filter(closed_at=None, admitted_at__isnull=False)
        return disputes.order_by("pk").first()
    if kept["do"] != "admit":
        return None
    both = Challenge.objects.filter(claim=claim) | Challenge.objects.filter(holder=claim)
    found = both.filter(public_id=kept["challenge"]).first()
    if found is None:
        _denied(request, "challenge", claim.public_id)
        raise Http404
    return found


def _again(claim: Claim) -> Claim:
    """The claim as it is after a step that did not happen."""
    return claim_find(claim.public_id) or claim


def _case(
    request: HttpRequest,
    claim: Claim,
    status: int = 200,
    *,
    form: ReviewForm | None = None,
    refusal: Refusal | None = None,
    stale: bool = False,
    done: str = "",
) -> HttpResponseBase:
    actor = Actor(Role.REVIEWER, request.user.pk or 0)
    context = review_case.case_context(claim, actor, timezone.now(), form)
    if context is None:
        raise Http404
    told = {
        "done": review_case.DONE.get(done, ""),
        "refusal": reason(refusal.code) if refusal else None,
        "stale": stale,
    }
    title = f"Claim of {claim.author.name}"
    return _render(request, "claims/review.html", title, context | told, status)


def _render(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    page = page_context(title, "", "", noindex=True) | {"canonical": ""}
    return render(request, template, {"page": page, **context}, status=status)

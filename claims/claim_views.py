"""Claiming a record: where it begins, one's own claims, and the page of each in every state."""

from datetime import datetime
from typing import cast

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
from django_htmx.http import HttpResponseClientRefresh

from bzpeer.lib import access
from claims.claim_deeds import DEEDS, Deed, Posted, evidence_of, next_url
from claims.claim_forms import CodeForm
from claims.claim_pages import (
    NOTHING_POSTED,
    Answered,
    begin_context,
    choices_of,
    claim_context,
    claim_url,
    claims_context,
    evidence_context,
)
from claims.claim_queries import claim_find, claim_shown, claims_of
from claims.claim_steps import Actor, Gone
from claims.claiming import claim_open, claim_release
from claims.domain.evidence.mailbox import CODE_MINUTES
from claims.domain.transitions import ENDED, HELD, Refusal, Role
from claims.mailbox_codes import DIGITS, mail_code_check
from claims.models import Claim, EvidenceCode
from works.heads import Head
from works.models import Author
from works.pages import page_context, researcher_context
from works.web import load_researcher

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@access.public
@access.no_store
@BOTH
def begin(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What a claim is and gives; posted, a draft of it, which is the same one each time."""
    head = load_researcher(request, slug)
    if isinstance(head, HttpResponsePermanentRedirect):
        return head
    if request.method != "POST" or not access.signed_in(request):
        return _begin_page(request, head, 403 if request.method == "POST" else 200)
    author = get_object_or_404(Author, pk=head.id)
    found = claim_open(_actor(request), author, timezone.now())
    if isinstance(found, Refusal):
        return _begin_page(request, head, Answered(refusal=found).status, found)
    return HttpResponseRedirect(claim_url(found), status=303)


def _begin_page(
    request: HttpRequest, head: Head, status: int, refusal: Refusal | None = None
) -> HttpResponse:
    own = None
    if access.signed_in(request):
        mine = claims_of(_actor(request).user_id).exclude(state__in=[*ENDED])
        own = mine.filter(author_id=head.id).first()
    context = begin_context(head, own) | {"r": researcher_context(head)}
    context["refusal"] = refusal.reason if refusal else None
    return render(request, "claims/claim.html", context, status=status)


@access.signed_in_only
@require_safe
def own_claims(request: HttpRequest) -> HttpResponse:
    """The claims of whoever is signed in, the newest first."""
    context = claims_context(list(claims_of(_actor(request).user_id)))
    return render(request, "claims/claims.html", context)


@access.signed_in_only
@BOTH
def claim(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """One's own claim; what is posted says by `do` which of its deeds it is."""
    found = _own(request, public_id)
    now = timezone.now()
    if request.method != "POST":
        return _page(request, found, NOTHING_POSTED, now)
    name = request.POST.get("do", "")
    if name not in DEEDS:
        raise BadRequest
    return _done(request, found, name, DEEDS[name], now)


def _done(
    request: HttpRequest, claim: Claim, name: str, deed: Deed, now: datetime
) -> HttpResponseBase:
    form = deed.form(choices_of(claim, now), request.POST) if deed.form else None
    if form is not None and not form.is_valid():
        return _page(request, claim, Answered({name: form}), now)
    try:
        done = deed.do(Posted(claim, _actor(request), request.POST, form, now))
    except Gone:
        raise Http404 from None
    if isinstance(done, Refusal):
        kept = {name: form} if form is not None else {}
        return _page(request, claim, Answered(kept, done), now)
    return HttpResponseRedirect(next_url(claim, name, done), status=303)


def _page(request: HttpRequest, claim: Claim, posted: Answered, now: datetime) -> HttpResponse:
    shown = claim_shown(claim, _actor(request), now)
    if shown is None:
        raise Http404
    context = claim_context(shown, choices_of(claim, now), posted, now)
    return render(request, "claims/own.html", context, status=posted.status)


@access.signed_in_only
@require_safe
def evidence(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The list of evidence alone, for a page that waits; one that is outdated is loaded anew."""
    found = _own(request, public_id)
    if request.GET.get("version") != str(found.version):
        return HttpResponseClientRefresh()
    shown = claim_shown(found, _actor(request), timezone.now())
    if shown is None:
        raise Http404
    open_still = found.state not in ENDED and found.frozen_at is None
    context = {
        "claim": {"url": claim_url(found), "open": open_still},
        "evidence": evidence_context(shown),
    }
    return render(request, "claims/fragments/evidence.html", context)


@access.signed_in_only
@BOTH
def code(request: HttpRequest, public_id: str, evidence_id: str) -> HttpResponseBase:
    """Where the code that was mailed to a mailbox is entered."""
    found = _own(request, public_id)
    row = evidence_of(found, evidence_id)
    sent = EvidenceCode.objects.filter(evidence=row).first()
    if sent is None and row.reason != "mail_unverified":
        return HttpResponseRedirect(f"{claim_url(found)}#evidence", status=303)
    form = CodeForm(request.POST if request.method == "POST" else None)
    answered = NOTHING_POSTED
    if request.method == "POST" and not form.is_valid():
        answered = Answered({"code": form})
    elif request.method == "POST":
        given, now = form.cleaned_data["code"], timezone.now()
        done = mail_code_check(found, _actor(request), row, given, now)
        if not isinstance(done, Refusal):
            return HttpResponseRedirect(f"{claim_url(found)}#evidence", status=303)
        answered = Answered({"code": form}, done)
    context = {
        "page": page_context("Enter the code", "", "", noindex=True),
        "claim": {"url": claim_url(found)},
        "name": found.author.name,
        "address": row.subject,
        "sent": sent,
        "digits": DIGITS,
        "minutes": CODE_MINUTES,
        "form": form,
        "refusal": answered.refusal.reason if answered.refusal else None,
    }
    return render(request, "claims/code.html", context, status=answered.status)


@access.fresh_sign_in
@BOTH
def release(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Give an accepted record back: a page that says what that means, and the deed."""
    found = _own(request, public_id)
    if found.state not in HELD:
        return HttpResponseRedirect(claim_url(found), status=303)
    refusal = None
    if request.method == "POST":
        done = claim_release(found, _actor(request), timezone.now())
        if not isinstance(done, Refusal):
            return HttpResponseRedirect(claim_url(found), status=303)
        refusal = done
    context = {
        "page": page_context("Give the record back", "", "", noindex=True),
        "claim": {"url": claim_url(found)},
        "name": found.author.name,
        "refusal": refusal.reason if refusal else None,
    }
    return render(request, "claims/release.html", context, status=409 if refusal else 200)


def _own(request: HttpRequest, public_id: str) -> Claim:
    """The claim, if it is theirs: another's is as much there as none. Raises Http404."""
    found = claim_find(public_id, _actor(request).user_id)
    if found is None:
        raise Http404
    return found


def _actor(request: HttpRequest) -> Actor:
    return Actor(Role.CLAIMANT, cast(int, request.user.pk), request)

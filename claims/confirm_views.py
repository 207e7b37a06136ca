"""The page behind a signed notice, where a co-author says whether a claimant is who they say."""

from typing import Literal, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access
from claims.claim_choices import works_shared
from claims.claim_steps import Actor, Gone
from claims.confirming import confirmation_answer, confirmation_find
from claims.domain.transitions import Refusal, Role
from claims.models import Evidence
from works.pages import page_context, researcher_url

ANSWERS: dict[str, Literal["confirms", "objects"]] = {"confirm": "confirms", "object": "objects"}


@access.public
@access.no_store
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, link: str) -> HttpResponseBase:
    """Shown by GET and said by POST, since mail programs open links. It may be said anew.

    The link is one person's own; whoever is signed in as somebody else finds nothing.
    """
    asked = confirmation_find(link)
    if asked is None:
        raise Http404
    evidence, user_id = asked
    if access.signed_in(request) and cast(int, request.user.pk) != user_id:
        raise Http404
    if request.method != "POST":
        return _page(request, evidence)
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        return _page(request, evidence, status=422)
    actor = Actor(Role.CLAIMANT, user_id, request)
    try:
        done = confirmation_answer(link, answer, actor, timezone.now())
    except Gone:
        raise Http404 from None
    if isinstance(done, Refusal):
        return _page(request, evidence, refusal=done, status=409)
    return _page(request, done, said=True)


def _page(
    request: HttpRequest,
    evidence: Evidence,
    *,
    said: bool = False,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    author = evidence.claim.author
    context = {
        # The address is the key to this page: it stands nowhere in it.
        "page": page_context("Is this your co-author?", "", "", noindex=True) | {"canonical": ""},
        "r": {"name": author.name, "url": researcher_url(author.slug)},
        "asker": evidence.claim.user.get_full_name(),
        "answer": evidence.facts.get("answer", ""),
        "said": said,
        "works": works_shared(author.pk, evidence.subject),
        "refusal": refusal.reason if refusal else None,
    }
    return render(request, "claims/confirm.html", context, status=status)

"""How far a record can be relied on, and how to take it over."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bzpeer.lib import access
from claims.domain.trust import FORMULA
from claims.pages import ledger_of, line_context
from claims.queries import trust_history
from works.pages import indexable, page_context, researcher_context, researcher_url
from works.queries import Head
from works.web import load_researcher, researcher_page


@researcher_page
def trust(request: HttpRequest, head: Head) -> HttpResponse:
    """The ledger: each line with its points, its evidence and what would raise it."""
    found = ledger_of(head)
    context = {
        "page": page_context(
            f"Trust of {head.name}",
            f"What the trust score of {head.name}'s page rests on, line by line.",
            f"{researcher_url(head.slug)}trust/",
            noindex=not indexable(head),
        ),
        "r": researcher_context(head),
        "lines": [line_context(entry, head) for entry in found.entries] if found else [],
        "total": head.trust_score,
        "formula": FORMULA,
        "computed_at": head.trust_at,
        "history": trust_history(head.id),
    }
    return render(request, "claims/ledger.html", context)


@access.public
@access.no_store
@require_safe
def claim(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Where claiming will begin. It says that claims are not open before anyone signs up."""
    head = load_researcher(request, slug)
    if isinstance(head, HttpResponsePermanentRedirect):
        return head
    path = f"{researcher_url(head.slug)}claim/"
    context = {
        "page": page_context(f"Claim {head.name}", "Claiming a record.", path, noindex=True),
        "r": researcher_context(head),
        "claim": {"url": path, "open": False},
    }
    return render(request, "claims/claim.html", context)

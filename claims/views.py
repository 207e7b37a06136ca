"""How far a record can be relied on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bzpeer.lib.access import signed_in
from claims.domain.trust import FORMULA
from claims.pages import ledger_lines
from claims.queries import trust_history
from works.heads import Head
from works.pages import (
    circle_context,
    indexable,
    page_context,
    researcher_context,
    researcher_url,
)
from works.web import researcher_page


@researcher_page
def trust(request: HttpRequest, head: Head) -> HttpResponse:
    """The ledger: each line with its points, its evidence and what would raise it."""
    context = {
        "page": page_context(
            f"Trust of {head.name}",
            f"What the trust score of {head.name}'s page rests on, line by line.",
            f"{researcher_url(head.slug)}trust/",
            noindex=not indexable(head),
        ),
        "r": researcher_context(head),
        "circles": [circle_context(circle) for circle in head.circles],
        "lines": ledger_lines(head, request.user.pk if signed_in(request) else None),
        "total": head.trust_score,
        "formula": FORMULA,
        "computed_at": head.trust_at,
        "history": trust_history(head.id),
    }
    return render(request, "claims/ledger.html", context)

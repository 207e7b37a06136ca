"""What is near a researcher, on the web."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bzpeer.lib import access
from bzpeer.lib.safe import trusted
from graph import queries
from works.pages import indexable, page_context, researcher_context, researcher_url
from works.queries import Head, author_by_slug
from works.web import researcher_page


@researcher_page
def nearby(request: HttpRequest, head: Head) -> HttpResponse:
    """The people, works and topics near a researcher, as text."""
    r = researcher_context(head)
    context = {
        "page": page_context(
            f"Near {head.name}",
            f"The people, works and topics near {head.name}.",
            f"{r['url']}graph/",
            noindex=not indexable(head),
        ),
        "r": r,
        "people": [
            {"name": p.name, "url": researcher_url(p.slug), "works": p.works, "close": p.close}
            for p in queries.near_people(head.id)
        ],
        "works": [
            {"title_html": trusted(w.title_html), "url": f"/works/{w.id}/", "year": w.year}
            for w in queries.near_works(head.id)
        ],
        "topics": [
            {"name": t.name, "url": f"/topics/{t.slug}/", "works": t.works}
            for t in queries.near_topics(head.id)
        ],
        "circles": r["circles"],
        "truncated": truncated(head),
    }
    return render(request, "graph/nearby.html", context)


def truncated(head: Head) -> list[str]:
    """What the page leaves out, in words."""
    cuts = (
        ("people", head.collaborators, queries.PEOPLE),
        ("works", head.works, queries.WORKS),
        ("topics", head.topics, queries.TOPICS),
    )
    return [f"The first {most} of {n:,} {kind} are shown." for kind, n, most in cuts if n > most]


@access.public
@require_safe
def explore(request: HttpRequest) -> HttpResponseBase:
    """Until the explorer is there: the researcher in focus in words, else home."""
    author = author_by_slug(request.GET.get("focus", ""))
    if author is None:
        return HttpResponseRedirect("/")
    return HttpResponseRedirect(f"{researcher_url(author.slug)}graph/")

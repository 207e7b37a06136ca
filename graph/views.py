"""What is near a researcher, on the web."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bzpeer.lib import access, caching
from bzpeer.lib.safe import trusted
from graph import queries
from graph.domain.slice import is_small
from graph.fragments import Piece, ordered_piece, retried, slot_context
from works.domain.words import years_text
from works.heads import Head
from works.institutions import Stay, institutions_of
from works.pages import indexable, page_context, researcher_context, researcher_url
from works.queries import author_by_slug
from works.web import kept, load_researcher, marked

INSTITUTIONS = 20


@access.public
@require_safe
def nearby(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The slice as a page of its own, and the people, works and topics near as text."""
    head = load_researcher(request, slug)
    if not isinstance(head, Head):
        return head
    retried(request, head)
    piece = ordered_piece(head, 0)
    if piece.state != "current":
        return caching.finish_private(_nearby_page(request, head, piece))
    version = f"{head.stamp}-{piece.standing.digest}"
    return kept(request, version, lambda: _nearby_page(request, head, piece))


def _nearby_page(request: HttpRequest, head: Head, piece: Piece) -> HttpResponse:
    r = researcher_context(head)
    context = {
        "page": page_context(
            f"Near {head.name}",
            f"The people, works and topics near {head.name}.",
            f"{r['url']}graph/",
            noindex=not indexable(head),
        ),
        "r": r,
        "low_graph": is_small(head.works, head.collaborators),
        "slot": slot_context(head, piece),
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
        "institutions": [
            {"name": i.name, "url": f"/institutions/{i.slug}/", "years": span(i)}
            for i in institutions_of([head.id], INSTITUTIONS)[head.id]
        ],
        "truncated": truncated(head),
    }
    return marked(render(request, "graph/nearby.html", context), head)


def span(stay: Stay) -> str:
    """ "2019–2021", "2019", or nothing where no work is dated."""
    years = [(year, 1) for year in (stay.first_year, stay.last_year) if year]
    return years_text(years)


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

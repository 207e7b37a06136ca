"""The slice as a piece of the page: current, stale with its date, on its way, or failed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bzpeer.lib import access, caching, limits
from bzpeer.lib.safe import trusted
from graph import slices
from works.pages import number_in, researcher_url
from works.queries import Head
from works.web import load_researcher, marked

# Seconds until a waiting page asks again; after the last it says so and stops. A drawing takes
# under a second and a sweep comes every second, so the first two nearly always do.
DELAYS = (1, 1, 2, 3, 5, 8)
RETRIES = limits.Limit("slice", times=3, seconds=60)


@dataclass(frozen=True)
class Piece:
    """What the template shows: `state` is current, stale, waiting, failed or away."""

    state: str
    standing: slices.Standing
    delay: int | None
    next_try: int


@access.public
@require_safe
def slice_piece(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The fragment that the researcher's page loads when its slot comes into view."""
    head = load_researcher(request, slug)
    if not isinstance(head, Head):
        return head
    if request.GET.get("retry") and limits.allowed(RETRIES, head.id):
        slices.order_again(head.id)
    piece = ordered_piece(head, number_in(request.GET.get("try", ""), 0, len(DELAYS)) or 0)
    if piece.state != "current":
        response = _render(request, head, piece)
        response.status_code = 202 if piece.state == "waiting" else 200
        return caching.finish_private(response)
    stamp = caching.stamp("slice", head.slug, piece.standing.digest)
    # Nothing personal is in it, so it is one thing for everybody, cookies or not.
    vary = "Accept-Encoding"
    return caching.not_modified(request, stamp, vary) or caching.finish_public(
        _render(request, head, piece), stamp, vary
    )


def ordered_piece(head: Head, attempt: int) -> Piece:
    """How the slice stands; what is missing or stale is ordered on the way."""
    found = slices.standing(head.id, head.version, pending=head.generation > 0)
    if found.current:
        return Piece("current", found, None, 0)
    if not found.parked:
        slices.order(head.id)
    delay = DELAYS[attempt] if attempt < len(DELAYS) and not found.parked else None
    return Piece(_state(found, delay), found, delay, attempt + 1)


def _state(found: slices.Standing, delay: int | None) -> str:
    if found.html:
        return "stale"
    if found.parked:
        return "failed"
    return "waiting" if delay else "away"


def slot_context(head: Head, piece: Piece, *, alone: bool = False) -> dict[str, object]:
    """For the template of the piece; `alone`, it also tells the page's status line."""
    return {
        "state": piece.state,
        "drawing": trusted(piece.standing.html),
        "built_at": piece.standing.built_at,
        "url": researcher_url(head.slug),
        "name": head.name,
        "delay": piece.delay,
        "next_try": piece.next_try,
        "alone": alone,
    }


def _render(request: HttpRequest, head: Head, piece: Piece) -> HttpResponse:
    context = {"slot": slot_context(head, piece, alone=True)}
    return marked(render(request, "graph/fragments/slice.html", context), head)

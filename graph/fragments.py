"""The slice as a piece of the page: current, stale with its date, on its way, or failed."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from bzpeer.lib import access, caching, limits, pages
from bzpeer.lib.safe import trusted
from graph import slices
from works.heads import Head
from works.pages import number_in, researcher_url
from works.web import load_researcher

# Seconds until a waiting page asks again; after the last it says so and stops. A drawing takes
# under a second and a sweep comes every second, so the first two nearly always do.
DELAYS = (1, 1, 2, 3, 5, 8)
# Nothing personal is in a drawing, so it is one thing for everybody, cookies or not.
VARY = "Accept-Encoding"
# Whoever asked, the slot or a line that waits in it: what comes fills the slot.
FILLS = {"HX-Retarget": "#research-graph", "HX-Reswap": "innerHTML"}
ROBOTS = {"X-Robots-Tag": "noindex"}
READY_LINE = '<p id="graph-status" hx-swap-oob="innerHTML">The research graph is ready.</p>'
RETRIES = limits.Limit("slice", times=3, seconds=60)


@dataclass(frozen=True)
class Piece:
    """What the template shows: `state` is current, stale, waiting, failed or away."""

    state: str
    standing: slices.Standing
    delay: int | None
    next_try: int

    @property
    def asked_again(self) -> bool:
        """Whether the stale drawing is on show already, so that only the asking goes on."""
        return self.state == "stale" and self.next_try > 1 and self.delay is not None


@access.public
@require_safe
def slice_piece(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The fragment that the researcher's page loads when its slot comes into view."""
    _forget_cookies(request)
    if current := pages.unchanged(request, VARY) or _current(request, slug):
        return current
    head = load_researcher(request, slug)
    if not isinstance(head, Head):
        return head
    retried(request, head)
    piece = ordered_piece(head, number_in(request.GET.get("try", ""), 0, len(DELAYS)) or 0)
    if piece.state == "current":
        stamp = caching.stamp("slice", head.slug, piece.standing.digest)
        return _drawing(request, stamp, piece.standing.html)
    response = _render(head, piece)
    response.status_code = 202 if piece.state == "waiting" else 200
    return caching.finish_private(response)


def _current(request: HttpRequest, slug: str) -> HttpResponseBase | None:
    """What nearly every visit finds: a drawing that is current, from one look-up."""
    moment = pages.KEPT.watch.moment()
    found = slices.ready(slug, request.META.get("HTTP_IF_NONE_MATCH", ""))
    if found is None:
        return None
    mark, html = found
    stamp = caching.stamp("slice", slug, mark)
    pages.KEPT.note(request.path, stamp, moment)
    if unchanged := caching.not_modified(request, stamp, VARY):
        return unchanged
    return None if html is None else _drawing(request, stamp, html)


def _drawing(request: HttpRequest, stamp: str, html: str) -> HttpResponse:
    def make() -> HttpResponse:
        return HttpResponse(html + READY_LINE, headers=ROBOTS | FILLS)

    return caching.finish_public(pages.KEPT.page(request, stamp, make), stamp, VARY)


def _forget_cookies(request: HttpRequest) -> None:
    """So that no middleware speaks of them: Django mends broken ones on whatever it answers."""
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
    request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)


def retried(request: HttpRequest, head: Head) -> None:
    """Give a failed drawing another chance where the reader asks for it, a few times a minute."""
    if request.GET.get("retry") and limits.allowed(RETRIES, head.id):
        slices.order_again(head.id)


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
        "parked": piece.standing.parked,
        "delay": piece.delay,
        "next_try": piece.next_try,
        "alone": alone,
        "poll_only": alone and piece.asked_again,
    }


def _render(head: Head, piece: Piece) -> HttpResponse:
    # Without the request: its context would look for a session, and that makes answers vary.
    context = {"slot": slot_context(head, piece, alone=True)}
    html = render_to_string("graph/fragments/slice.html", context)
    return HttpResponse(html, headers={**ROBOTS, **({} if piece.asked_again else FILLS)})

"""How the pages of researchers are loaded, moved and kept: one decorator for all of them."""

from collections.abc import Callable
from functools import partial, wraps
from hashlib import blake2b

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponsePermanentRedirect,
)
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from bzpeer.lib import access, caching, pages
from bzpeer.lib.views import Gone
from works import heads
from works.heads import Head
from works.pages import indexable, researcher_url

ResearcherView = Callable[[HttpRequest, Head], HttpResponse]
# The record of a slug, or only the stamp where it is the one that is held.
Load = Callable[[str, str], Head | str | None]


def load_researcher(
    request: HttpRequest, slug: str, load: Load = heads.head_unless_held
) -> Head | HttpResponsePermanentRedirect:
    """The record of a page, or the way to where it is now. Raises Http404.

    An old name leads to the new one, a merged record to the one that it became part of.
    """
    found = load(slug, "")
    return placed(request, slug, found if isinstance(found, Head) else None)


def placed(
    request: HttpRequest, slug: str, head: Head | None
) -> Head | HttpResponsePermanentRedirect:
    """The record if this is its address, else the way to it. Raises Http404, or Gone."""
    if head is None:
        raise Http404
    if head.suppressed:
        raise Gone
    current = head.heir or head.slug
    if current != slug:
        page = request.path.removeprefix(researcher_url(slug)[:-1])
        query = request.META.get("QUERY_STRING", "")
        moved = researcher_url(current)[:-1] + page
        return HttpResponsePermanentRedirect(f"{moved}?{query}" if query else moved)
    return head


def researcher_page(
    view: ResearcherView, load: Load = heads.head_unless_held
) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """A page that everybody may read: the same bytes signed out, one's own when signed in."""

    @wraps(view)
    def page(request: HttpRequest, slug: str) -> HttpResponseBase:
        if not access.signed_in(request):
            _forget_token(request)
            return pages.unchanged(request) or _anybodys(request, slug, view, load)
        head = load_researcher(request, slug, load)
        if not isinstance(head, Head):
            return head
        return caching.finish_private(marked(view(request, head), head))

    return access.public(require_safe(page))


# The first of the record's works come with it.
works_page = partial(researcher_page, load=heads.page_unless_held)


def _anybodys(
    request: HttpRequest, slug: str, view: ResearcherView, load: Load
) -> HttpResponseBase:
    moment, kept = pages.KEPT.watch.moment(), pages.KEPT.last(request)
    found = load(slug, caching.parts(kept.stamp) if kept else caching.held(request))
    if isinstance(found, str):
        stamp = caching.stamp(found)
        pages.KEPT.note(request.path, stamp, moment)
        if kept is None:  # it is the reader who holds it
            return caching.finish_public(HttpResponseNotModified(), stamp)
        return _for_readers(request, stamp, lambda: pages.answer(kept))
    head = placed(request, slug, found)
    if not isinstance(head, Head):
        return head
    stamp = caching.stamp(head.stamp)
    pages.KEPT.note(request.path, stamp, moment)
    return _made_once(request, stamp, lambda: marked(view(request, head), head))


def marked(response: HttpResponse, head: Head) -> HttpResponse:
    """Say to search engines, whatever the form of the page, whether they may keep it."""
    if not indexable(head):
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def kept(request: HttpRequest, version: str, make: Callable[[], HttpResponse]) -> HttpResponseBase:
    """Answer 304 or the page to the signed out, under this version; never store a person's page."""
    if access.signed_in(request):
        return caching.finish_private(make())
    return _made_once(request, caching.stamp(version), make)


def _made_once(
    request: HttpRequest, stamp: str, make: Callable[[], HttpResponse]
) -> HttpResponseBase:
    return _for_readers(request, stamp, lambda: pages.KEPT.page(request, stamp, make))


def fresh(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A public list without a version of its own: its bytes are its version."""

    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if access.signed_in(request):
            return caching.finish_private(response)
        if response.status_code != 200:
            return response
        stamp = blake2b(response.content, digest_size=8).hexdigest()
        return _for_readers(request, stamp, lambda: response)

    return access.public(require_safe(page))


def _for_readers(
    request: HttpRequest, stamp: str, make: Callable[[], HttpResponse]
) -> HttpResponseBase:
    _forget_token(request)
    return caching.not_modified(request, stamp) or caching.finish_public(make(), stamp)


def _forget_token(request: HttpRequest) -> None:
    """Django mends a broken token cookie on whatever it answers; these pages speak of no cookie."""
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)

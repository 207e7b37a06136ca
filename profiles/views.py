"""Home, the researcher's page, and following."""

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from bzpeer.lib import access, limits
from bzpeer.lib.views import too_many
from claims.cards import claim_own
from profiles import queries
from profiles.models import User
from profiles.pages import (
    follow_context,
    followed_context,
    following_context,
    researcher_json,
    researcher_page_context,
)
from profiles.services import follow as follow_author
from profiles.services import unfollow as unfollow_author
from works.heads import Head, head
from works.listing import render_list
from works.models import Author
from works.pages import (
    MAX_PAGE,
    address,
    number_in,
    page_context,
    researcher_context,
    researcher_row,
    researcher_url,
)
from works.queries import author_by_slug, public_id_of, record_now
from works.researchers import leading_researchers, totals
from works.web import fresh, load_researcher, researcher_page, works_page

LEADING = 8
FOLLOWS = limits.Limit("follow", times=60, seconds=3600)


@fresh
def home(request: HttpRequest) -> HttpResponse:
    rows = leading_researchers(LEADING)
    counts = totals()
    context = {
        "page": page_context(
            "Researcher profiles you can rely on",
            "Public records of researchers, made from scholarly metadata, with their sources.",
            "/",
            kind="home",
        ),
        "recent": [researcher_row(row) for row in rows],
        "counts": counts,
        "sample": queries.only_sample(),
    }
    return render(request, "profiles/home.html", context)


@works_page
def researcher(request: HttpRequest, head: Head) -> HttpResponse:
    own, following, viewer = None, False, None
    if access.signed_in(request):
        user = cast(User, request.user)
        own, following = claim_own(head.id, user.pk), queries.follows(user, head.id)
        viewer = user.pk
    context = researcher_page_context(head, following=following, own=own, viewer=viewer)
    return render_list(
        request, "profiles/researcher.html", context, head.listed, public_id_of(head.slug)
    )


@researcher_page
def researcher_data(request: HttpRequest, head: Head) -> HttpResponse:
    return JsonResponse(
        researcher_json(head, settings.SITE_URL),
        json_dumps_params={"ensure_ascii": False},
        content_type="application/ld+json; charset=utf-8",
    )


@access.public
@access.no_store
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Follow or stop following: the page with the form, the form's answer, and HTMX's piece."""
    found = load_researcher(request, slug)
    if not isinstance(found, Head):
        # HTMX would follow it, and put the whole page there in the button's place.
        return HttpResponseClientRedirect(found.url) if request.htmx else found  # type: ignore[attr-defined]
    if not access.signed_in(request):
        return _follow_page(request, found, following=False)
    user = cast(User, request.user)
    if request.method != "POST":
        return _follow_page(request, found, following=queries.follows(user, found.id))
    if not limits.allowed(FOLLOWS, user.pk):
        return too_many(request)
    change = unfollow_author if request.POST.get("action") == "unfollow" else follow_author
    change(user, get_object_or_404(Author, pk=found.id))
    if not request.htmx:  # type: ignore[attr-defined]
        return HttpResponseRedirect(researcher_url(found.slug), status=303)
    now = head(found.slug) or found
    # What comes alone brings the number beside it on the page as well.
    context = {"follow": follow_context(now, queries.follows(user, found.id)), "alone": True}
    return render(request, "profiles/fragments/follow.html", context)


def _follow_page(request: HttpRequest, found: Head, *, following: bool) -> HttpResponse:
    path = f"{researcher_url(found.slug)}follow/"
    context = {
        "page": page_context(f"Follow {found.name}", "Following a researcher.", path, noindex=True),
        "r": researcher_context(found),
        "follow": follow_context(found, following),
    }
    status = 403 if request.method == "POST" else 200
    return render(request, "profiles/follow.html", context, status=status)


@access.signed_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def following(request: HttpRequest) -> HttpResponseBase:
    """The researchers that I follow, with what is new on their records."""
    user = cast(User, request.user)
    asked = request.GET.get("sort", "")
    sort = asked if asked in queries.ORDERS else "new"
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    if request.method == "POST":
        return _following_changed(request, user)
    rows = queries.following(user, sort, page)
    if not rows and page > 1:
        return HttpResponseRedirect(address("/following/researchers/", sort=asked))
    context = following_context(rows, sort, page)
    return render(request, "profiles/following_researchers.html", context)


def _following_changed(request: HttpRequest, user: User) -> HttpResponseBase:
    """Stop following a record of the list, or take that back: the list, or HTMX's button."""
    author = author_by_slug(request.POST.get("slug", ""))
    if author is None:
        raise Http404
    if not limits.allowed(FOLLOWS, user.pk):
        return too_many(request)
    author = record_now(author)
    stop = request.POST.get("action") == "unfollow"
    if stop:
        for record in queries.followed_as(user, author):
            unfollow_author(user, record)
    else:
        follow_author(user, author)
    if not request.htmx:  # type: ignore[attr-defined]
        return HttpResponseRedirect(request.get_full_path(), status=303)
    context = {
        "row": followed_context(author.slug, author.name, following=not stop),
        "total": queries.following_count(user),
        "changed": True,
    }
    return render(request, "profiles/fragments/following_button.html", context)


@fresh
def about(request: HttpRequest) -> HttpResponse:
    page = page_context("About BZPEER", "Where the facts come from, and corrections.", "/about/")
    return render(request, "about.html", {"page": page})


@fresh
def about_trust(request: HttpRequest) -> HttpResponse:
    page = page_context(
        "How trust works", "What the trust score says, and what it does not.", "/about/trust/"
    )
    return render(request, "about_trust.html", {"page": page})

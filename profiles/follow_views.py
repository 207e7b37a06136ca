"""What one follows: the feed of what is new, the topics, and the button for a topic."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from bzpeer.lib import access, limits
from bzpeer.lib.requests import row_key
from bzpeer.lib.views import too_many
from profiles.follow_feed import END, feed, follows_anything
from profiles.follow_pages import feed_context
from profiles.follow_topics import (
    follows_topic,
    topic_follow,
    topic_followers,
    topic_unfollow,
    topics_followed,
)
from profiles.models import User
from profiles.views import FOLLOWS
from works.models import Topic
from works.pages import page_context


@access.signed_in_only
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """What is new from the researchers and topics that I follow."""
    user = cast(User, request.user)
    before = _before(request.GET.get("before", ""))
    rows = feed(user, before)
    follows = bool(rows) or follows_anything(user)
    context = feed_context(rows, before) | {"follows": follows}
    return render(request, "profiles/following.html", context)


def _before(text: str) -> int:
    """The number of the work that the page goes on from; what makes no sense asks for the top."""
    number = row_key(text)
    return END if number is None else number


@access.signed_in_only
@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """The topics that I follow."""
    user = cast(User, request.user)
    context = {
        "page": page_context("Topics you follow", "Topics that you follow.", "", noindex=True),
        "rows": [
            _topic(row.slug, row.name) | {"follow": _button(row.slug, row.followers, True)}
            for row in topics_followed(user)
        ],
    }
    return render(request, "profiles/following_topics.html", context)


@access.public
@access.no_store
@require_http_methods(["GET", "HEAD", "POST"])
def follow_topic(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Follow or stop following a topic: the page with the form, and the piece that HTMX takes."""
    topic = get_object_or_404(Topic, slug=slug)
    known = access.signed_in(request)
    user = cast(User, request.user)
    posted = request.method == "POST"
    if known and posted:
        if not limits.allowed(FOLLOWS, user.pk):
            return too_many(request)
        change = topic_unfollow if request.POST.get("action") == "unfollow" else topic_follow
        change(user, topic)
        if not request.htmx:  # type: ignore[attr-defined]
            back = "/following/topics/" if "list" in request.POST else f"/topics/{topic.slug}/"
            return HttpResponseRedirect(back, status=303)
    following = known and follows_topic(user, topic)
    status = 403 if posted and not known else 200
    return _shown(request, topic, following, status)


def _shown(request: HttpRequest, topic: Topic, following: bool, status: int) -> HttpResponse:
    button = _button(topic.slug, topic_followers(topic), following)
    if request.htmx:  # type: ignore[attr-defined]
        piece = "profiles/fragments/follow_topic.html"
        context = {"follow": button, "in_list": "list" in request.POST}
        return render(request, piece, context, status=status)
    context = {
        "page": page_context(
            f"Follow {topic.name}", "Following a topic.", button["url"], noindex=True
        ),
        "topic": _topic(topic.slug, topic.name),
        "follow": button,
    }
    return render(request, "profiles/follow_topic.html", context, status=status)


def _topic(slug: str, name: str) -> dict[str, Any]:
    return {"name": name, "url": f"/topics/{slug}/"}


def _button(slug: str, count: int, following: bool) -> dict[str, Any]:
    url = f"/topics/{slug}/follow/"
    return {"slug": slug, "url": url, "count": count, "following": following}

"""Pages for machines, and pages for when something went wrong."""

import logging
import secrets
import sys
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from bzpeer.lib import heartbeat
from bzpeer.lib.access import public

log = logging.getLogger(__name__)

RETRY_AFTER_S = 10
PLAIN_500 = "<!doctype html><title>Error</title><p>Something broke on our side. Request {}</p>"
AN_HOUR = "public, max-age=3600"


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers, whatever else is down."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Can pages be served? A late worker is told, and is no reason to take the web away."""
    try:
        health = heartbeat.health()
    except (OperationalError, InterfaceError):
        return JsonResponse({"database": "away"}, status=503, headers=_retry())
    return JsonResponse(
        {
            "database": "ok",
            "worker": health.worker,
            "heartbeat_age_s": _whole(health.beat_age),
            "queue_age_s": _whole(health.queue_age),
        }
    )


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Forms and signed-in places are nothing to read."""
    places = (
        "/accounts/",
        "/*/follow/",
        "/*/claim/",
        "/*/invite/",
        "/*/correct/",
        "/corrections/",
        "/following/",
        "/collaborate/",
        "/conversations/",
        "/messages/",
        "/explore/path/",
        "/notifications/",
        "/settings/",
    )
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in places)]
    return _text(lines)


@public
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116: where to tell of a hole."""
    expires = (timezone.now() + timedelta(days=364)).replace(microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT or settings.SITE_URL + '/about/'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return _text(lines)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Without the request: what is wrong with it may be what a template would read.
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"form_refused": True}, status=403)


class Gone(Http404):
    """What was here was taken down, and its address is nobody else's."""


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, Gone):
        return render(request, "410.html", {"of": "record"}, status=410)
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort, which needs neither database nor broker: it names the log line, no more."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers=_retry())
    request_id = secrets.token_hex(6)
    log.error("request failed id=%s path=%r", request_id, request.path)
    try:
        page: str = render_to_string("500.html", {"request_id": request_id})
    except Exception:  # the templates may be what is broken
        log.exception("the error page failed too id=%s", request_id)
        page = PLAIN_500.format(request_id)
    return HttpResponse(page, status=500, headers={"X-Request-Id": request_id})


def _retry() -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER_S)}


def _text(lines: list[str]) -> HttpResponse:
    return HttpResponse(
        "\n".join((*lines, "")),
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": AN_HOUR},
    )


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)

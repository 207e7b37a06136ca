"""The site's addresses and a page that costs nothing to make."""

import os
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from bzpeer.lib.access import public


@cache
def filler(size: int) -> bytes:
    return b"<!doctype html>".ljust(size, b".")


@public
def constant(request: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(filler(size))


@public
def worker(request: HttpRequest) -> HttpResponse:
    """Which process answers."""
    return HttpResponse(str(os.getpid()))


urlpatterns = [
    path("bench/worker/", worker),
    path("bench/constant/<int:size>/", constant),
    path("", include("bzpeer.urls")),
]

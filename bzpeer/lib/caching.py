"""Public pages are the same bytes for everyone, known by a stamp before any of them is made."""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase

PUBLIC = "public, max-age=0, s-maxage=60, must-revalidate"
PRIVATE = "private, no-store"
ONE_TAG = re.compile(r'\s*(?:W/)?"([^"]*)"\s*')

R = TypeVar("R", bound=HttpResponseBase)


@cache
def release() -> str:
    """A name for all that makes the bytes beside the data: code, templates, assets, settings."""
    base: Path = settings.BASE_DIR
    digest = blake2b(f"{settings.SITE_URL} {settings.INDEX_UNCLAIMED}".encode(), digest_size=6)
    for folder in ("bzpeer", "works", "graph", "claims", "profiles", "templates"):
        for path in sorted((base / folder).rglob("*.*")):
            if path.suffix in (".py", ".html"):
                digest.update(path.read_bytes())
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists():
        digest.update(manifest.read_bytes())
    return digest.hexdigest()


def stamp(*parts: str | int) -> str:
    """The version of a page's bytes; `parts` are plain ASCII without quotes or spaces."""
    return "-".join((release(), *map(str, parts)))


def held(request: HttpRequest) -> str:
    """The parts of the one stamp of this release that a reader holds."""
    one = ONE_TAG.fullmatch(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return parts(one[1]) if one else ""


def parts(stamp: str) -> str:
    """The parts as `stamp` joined them; empty for the stamp of another release, or none."""
    mine, _, joined = stamp.partition("-")
    sound = joined.isascii() and joined.replace("-", "").isalnum()
    return joined if sound and mine == release() else ""


def not_modified(
    request: HttpRequest, stamp: str, vary: str = "Cookie"
) -> HttpResponseNotModified | None:
    """The 304 for a reader who holds this very version, else None."""
    held = request.META.get("HTTP_IF_NONE_MATCH")
    if not held or request.method not in ("GET", "HEAD"):
        return None
    if f'"{stamp}"' not in held and held.strip() != "*":
        return None
    return finish_public(HttpResponseNotModified(), stamp, vary)


def finish_public(response: R, stamp: str, vary: str = "Cookie") -> R:
    """Let shared caches keep a signed-out page; `vary` names every header that it depends on."""
    headers = response.headers
    headers["Cache-Control"] = PUBLIC
    headers["Vary"] = vary
    # Weak: a proxy may compress the page, and it stays the same page.
    headers["ETag"] = f'W/"{stamp}"'
    return response


def finish_private(response: R) -> R:
    """Keep a page made for one person out of every cache."""
    response.headers["Cache-Control"] = PRIVATE
    return response

"""Pages as they were last made, for the next reader of the same version.

The last page of each address is kept, with its stamp. The stamp comes from the database, with each
request or once for all requests until Postgres tells of a change (bzpeer/lib/watch.py): what is
kept is the page as it is now, or it is not sent.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bzpeer.lib import caching
from bzpeer.lib.watch import Watch

# Of one web process: some hundred pages, and the stamps of more.
MOST_BYTES = 8_000_000
MOST_STAMPS = 10_000


class Made(NamedTuple):
    """A page without what is said of its caching."""

    stamp: str
    content: bytes
    headers: dict[str, str]


class Pages:
    """The pages that were asked for last, up to so many bytes together."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.made: OrderedDict[str, Made] = OrderedDict()
        self.lock = Lock()
        self.watch = Watch()
        self.stamps: dict[str, tuple[int, str]] = {}

    def stamp(self, path: str) -> str | None:
        """The stamp of the pages at this address, if nothing was changed since it was noted."""
        moment, stamp = self.stamps.get(path, (None, None))
        return stamp if moment is not None and moment == self.watch.moment() else None

    def note(self, path: str, stamp: str, moment: int | None) -> None:
        """Remember a stamp; `moment` is the watch's from before the database was asked for it."""
        if moment is None or not self.most:
            return
        if len(self.stamps) >= MOST_STAMPS:
            self.stamps = {}
        self.stamps[path] = moment, stamp

    def page(
        self, request: HttpRequest, stamp: str, make: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """The page of this version. One with a query is always made: there are too many."""
        if found := self.find(request, stamp):
            return found
        response = make()
        if response.status_code == 200 and self.most and not request.META.get("QUERY_STRING"):
            self._keep(request.path, Made(stamp, response.content, dict(response.items())))
        return response

    def find(self, request: HttpRequest, stamp: str) -> HttpResponse | None:
        """The page of this version, if it is kept."""
        found = self.last(request)
        return answer(found) if found and found.stamp == stamp else None

    def last(self, request: HttpRequest) -> Made | None:
        """The page that is kept of this address, whether it is still the page as it is or not."""
        if request.META.get("QUERY_STRING"):
            return None
        with self.lock:
            if found := self.made.get(request.path):
                self.made.move_to_end(request.path)
        return found

    def _keep(self, path: str, made: Made) -> None:
        with self.lock:
            if before := self.made.pop(path, None):
                self.size -= len(before.content)
            self.made[path] = made
            self.size += len(made.content)
            while self.size > self.most:
                _, oldest = self.made.popitem(last=False)
                self.size -= len(oldest.content)


def answer(made: Made) -> HttpResponse:
    return HttpResponse(made.content, headers=made.headers)


# Nothing is kept but by a web process, which says how much (wsgi.py).
KEPT = Pages(0)


def unchanged(request: HttpRequest, vary: str = "Cookie") -> HttpResponseBase | None:
    """A signed-out reader's answer without a question to the database, where nothing changed."""
    stamp = KEPT.stamp(request.path)
    if stamp is None:
        return None
    if held := caching.not_modified(request, stamp, vary):
        return held
    page = KEPT.find(request, stamp)
    return caching.finish_public(page, stamp, vary) if page else None

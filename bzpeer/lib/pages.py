"""Pages as they were last made, for the next reader of the same version.

A page is found by its address and stamp, and the stamp comes from the database with each request:
what is kept is the page as it is now, or it is not found.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse

# Of one web process: some hundred pages.
MOST_BYTES = 8_000_000


class Made(NamedTuple):
    """A page without what is said of its caching."""

    content: bytes
    headers: dict[str, str]


class Pages:
    """The pages that were asked for last, up to so many bytes together."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.made: OrderedDict[tuple[str, str], Made] = OrderedDict()
        self.lock = Lock()

    def page(
        self, request: HttpRequest, stamp: str, make: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """The page of this version. One with a query is always made: there are too many."""
        if not self.most or request.META.get("QUERY_STRING"):
            return make()
        key = request.path, stamp
        with self.lock:
            if found := self.made.get(key):
                self.made.move_to_end(key)
        if found:
            return HttpResponse(found.content, headers=found.headers)
        response = make()
        if response.status_code == 200:
            self._keep(key, Made(response.content, dict(response.items())))
        return response

    def _keep(self, key: tuple[str, str], made: Made) -> None:
        with self.lock:
            if key not in self.made:
                self.made[key] = made
                self.size += len(made.content)
            while self.size > self.most:
                _, oldest = self.made.popitem(last=False)
                self.size -= len(oldest.content)


# Nothing is kept but by a web process, which says how much (wsgi.py).
KEPT = Pages(0)

"""What every template may ask for."""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest

from bzpeer.lib.access import signed_in

NO_PAGE = {"title": "", "description": "", "canonical": "", "noindex": True, "kind": "plain"}


def site(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, if anyone; without a session cookie this reads nothing.

    `page` is only for pages whose view says nothing of itself, and `messages` only for pages
    that are never stored: to read them touches the session.
    """
    known: dict[str, Any] = {"page": NO_PAGE, "site_name": "BZPEER", "signed_in": False}
    if signed_in(request):
        known |= {"signed_in": True, "user": request.user}
    return known | {"messages": get_messages(request)}

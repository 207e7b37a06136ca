"""What a request may look like before anything of ours reads it, and who sent it."""

import ipaddress
from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bzpeer.lib import views
from bzpeer.lib.charsets import REFUSED

MAX_URL_PART = 8_192
NUL = "\0"
# The database can look for a key of so many, whatever they are.
KEY_DIGITS = 18
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


class CleanRequestMiddleware:
    """Answers 400 to bytes that no honest client sends: stock Django or Postgres would crash."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            refuse_bad_bytes(request)
        except BadRequest as error:
            return views.bad_request(request, error)
        return self.get_response(request)


def refuse_bad_bytes(request: HttpRequest) -> None:
    """Raises BadRequest, or what Django raises for a form that it can't parse."""
    if request.content_type == REFUSED:
        raise BadRequest("only UTF-8 is understood")
    _refuse_url(request.META)
    if any(NUL in value for value in request.COOKIES.values()):
        raise BadRequest("NUL in a cookie")
    if request.method == "POST" and request.content_type in (FORM, PARTS):
        _refuse_form(request)


def client_ip(request: HttpRequest) -> str | None:
    """The sender's address, or None; only proxies that we were told of are believed."""
    address = request.META.get("REMOTE_ADDR", "")
    count: int = settings.TRUSTED_PROXY_COUNT
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if count and len(hops) >= count:
        address = hops[-count]
    try:
        return str(ipaddress.ip_address(address.strip()))
    except ValueError:
        return None


def row_key(text: str) -> int | None:
    """The number of a row as an address or a form gives it; None where it is none."""
    sound = text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS
    return int(text) if sound else None


def _refuse_url(environ: dict[str, str]) -> None:
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    if max(len(path), len(query)) > MAX_URL_PART:
        raise BadRequest("the address is too long")
    # Bytes of the path that are no UTF-8 reach us as harmless text: Django quotes them again.
    if NUL in path:
        raise BadRequest("NUL in the address")
    if query:
        _refuse_encoded(query)


def _refuse_form(request: HttpRequest) -> None:
    if request.content_type == FORM:
        _refuse_encoded(request.body)
    if any(NUL in text for text in _texts(request)):
        raise BadRequest("NUL in a form")


def _texts(request: HttpRequest) -> Iterable[str]:
    for name, values in request.POST.lists():
        yield name
        yield from (str(value) for value in values)


def _refuse_encoded(text: str | bytes) -> None:
    separator = "&" if isinstance(text, str) else b"&"
    if text.count(separator) >= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:  # type: ignore[arg-type]
        raise BadRequest("too many parameters")
    _refuse_bytes(unquote_to_bytes(text))


def _refuse_bytes(raw: bytes) -> None:
    if b"\0" in raw:
        raise BadRequest("NUL in the request")
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise BadRequest("the request is not UTF-8") from None

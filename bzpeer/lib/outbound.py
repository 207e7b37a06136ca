"""Asking other servers, where the address may come from a stranger.

A name is resolved once and the connection goes to that very address, so that what was checked is
what is reached. One request, GET, no redirects, no cookies, no proxy; seconds and bytes have an
end, headers and packed bodies included.
"""

import ipaddress
import socket
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Waited
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx
from django.conf import settings

PORTS = (80, 443)
URL_CHARACTERS = 2_000
CHUNK = 1 << 16
# How many addresses of one host are tried; a stranger's name may list hundreds.
ADDRESSES = 4

# Unicast space of IPv6 without the parts that carry or lead to an IPv4 address; what IANA calls
# global has those, and multicast, in it.
IPV6 = ipaddress.ip_network("2000::/3")
DISGUISES = [ipaddress.ip_network(text) for text in ("2001::/23", "2002::/16", "3fff::/20")]
SERVICES = [ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24")]

FAULTS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    zlib.error,
)

# getaddrinfo has no timeout of its own; a name server that hangs holds one of these.
_resolvers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolver")
# Made once: reading the authorities takes longer than most answers.
_tls = httpx.create_ssl_context(trust_env=False)


class Unreachable(Exception):
    """No whole answer came; the text says why. To ask again later may help."""


class TooLarge(Unreachable):
    """The answer is larger than the limit; to ask again does not help."""


class Forbidden(Exception):
    """An address that is not asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for everything from the name to the last byte; bytes of the body, unpacked."""

    seconds: float = 5
    bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of whatever status; names of headers in lower case, the body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def fetch(
    url: str,
    *,
    limits: Limits = Limits(),
    allow_private: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """GET one public http(s) address; raises Unreachable or Forbidden.

    `allow_private` is for addresses that the operator names: any port and network. For others
    `settings.OUTBOUND_ALLOWED` lists the "host:port" pairs that may be private.
    """
    target = checked(url)
    trusted = allow_private or f"{target.host}:{_port(target)}" in settings.OUTBOUND_ALLOWED
    if not trusted and _port(target) not in PORTS:
        raise Forbidden(f"port {_port(target)} is not asked")
    network = _Network(_Deadline(limits.seconds), trusted)
    try:
        return _get(target, network, limits.bytes, headers or {})
    except FAULTS as error:
        raise Unreachable(_reason(error)) from error


def checked(url: str) -> httpx.URL:
    """The address, if it is one that may be asked at all; raises Forbidden, asks nobody."""
    if len(url) > URL_CHARACTERS:
        raise Forbidden("the address is too long")
    try:
        target = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise Forbidden("this is no address") from error
    if target.scheme not in ("http", "https"):
        raise Forbidden("the address must begin with https:// or http://")
    if target.userinfo:
        raise Forbidden("the address must not hold a user name or password")
    if not target.host or _is_odd_number(target.host):
        raise Forbidden("the address has no sound host name")
    return target


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is somebody's on the internet."""
    found = ipaddress.ip_address(address)
    if not found.is_global or found.is_multicast:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in SERVICES)
    return found in IPV6 and not any(found in network for network in DISGUISES)


def _is_odd_number(host: str) -> bool:
    """127.1, 0x7f000001, 2130706433: what a resolver reads as an address and a reader does not."""
    last = host.rstrip(".").rpartition(".")[2].lower()
    if ":" in host or not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def _port(target: httpx.URL) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _get(target: httpx.URL, network: "_Network", most: int, headers: Mapping[str, str]) -> Fetched:
    named = {"User-Agent": f"BZPEER (+{settings.SITE_URL})", "Accept-Encoding": "gzip", **headers}
    with (
        httpx.Client(transport=_Transport(network), trust_env=False) as client,
        client.stream("GET", target, headers=named) as answer,
    ):
        _check_size(_announced(answer), most)
        body = _unpacked(answer.iter_raw(CHUNK), answer.headers.get("content-encoding", ""), most)
        return Fetched(answer.status_code, dict(answer.headers.items()), body, str(target))


def _announced(answer: httpx.Response) -> int:
    """The size that the server gives beforehand, 0 where it gives none."""
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _unpacked(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    if encoding.strip().lower() in ("", "identity"):
        return _collected(chunks, most)
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise Unreachable("the answer is packed in a way that was not asked for")
    return _gunzipped(chunks, most)


def _collected(chunks: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        _check_size(len(body), most)
    return bytes(body)


def _gunzipped(chunks: Iterable[bytes], most: int) -> bytes:
    """Never more than one chunk beyond the limit in memory, however well it is packed."""
    unpacker, body = zlib.decompressobj(wbits=31), bytearray()
    for chunk in chunks:
        while chunk:
            body += unpacker.decompress(chunk, CHUNK)
            _check_size(len(body), most)
            chunk = unpacker.unconsumed_tail
    body += unpacker.flush()
    _check_size(len(body), most)
    if not unpacker.eof:
        raise Unreachable("the answer broke off")
    return bytes(body)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise TooLarge(f"the answer is larger than {most:,} bytes")


def _reason(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return "no whole answer in time"
    if isinstance(error, httpcore.ProtocolError):
        return "the answer broke off or is no HTTP"
    if isinstance(error, zlib.error):
        return "the answer is badly packed"
    return f"no connection: {error}"[:200]


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that remain; raises httpcore.ReadTimeout where none do."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _Transport(httpx.BaseTransport):
    """httpx over a network of ours; its own transport has no place to put one."""

    def __init__(self, network: "_Network") -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=_tls, network_backend=network)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Network(httpcore.NetworkBackend):
    """Connects to the address that it has checked, and to no other."""

    def __init__(self, deadline: _Deadline, trusted: bool) -> None:
        self._deadline = deadline
        self._trusted = trusted
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolved(host, port, self._deadline.left())
        open_ones = [one for one in addresses if self._trusted or is_public(one)]
        if not open_ones:
            raise Forbidden("the address leads to a network that is not public")
        return _Stream(self._first(open_ones[:ADDRESSES], port), self._deadline)

    def _first(self, addresses: list[str], port: int) -> httpcore.NetworkStream:
        """To the first that takes us: a host may have a network of which this one is no part."""
        *others, last = addresses
        for address in others:
            with suppress(httpcore.ConnectError):
                return self._inner.connect_tcp(address, port, self._deadline.left())
        return self._inner.connect_tcp(last, port, self._deadline.left())


class _Stream(httpcore.NetworkStream):
    """Every wait is cut to what is left of the whole, so that a trickle ends as well."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host, each once, in the order of the resolver."""
    asked = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = asked.result(seconds)
    except Waited:
        raise Unreachable("no answer from the name server in time") from None
    except (OSError, UnicodeError) as error:
        raise Unreachable("the host name is not known") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))

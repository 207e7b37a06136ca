"""Asking other servers: which addresses are asked at all, and where an answer ends."""

import gzip
import socket
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bzpeer.lib import outbound
from bzpeer.lib.outbound import Forbidden, Limits, TooLarge, Unreachable, fetch, is_public
from tests.factories.server import Answer, Server, serving

QUICK = Limits(seconds=5, bytes=100_000)
PAGE = Answer(b"<p>a page</p>", headers={"Content-Type": "text/html"})


@pytest.fixture
def asked_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every name leads to 127.0.0.1 and is written down; nothing leaves the machine."""
    names: list[str] = []

    def resolve(host: str, port: int, **kind: Any) -> list[Any]:
        names.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return names


# Which addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:1.1.1.1",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1",
        "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1",
        "fe80::1%1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_that_is_nobody_s_on_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "100.63.255.255", "2606:4700::1", "2a00:1450::1"])
def test_an_address_of_the_internet(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_clothes_is_never_public(address: Any) -> None:
    number = int(address)
    for high in (0, 0xFFFF << 32, 0x64FF9B << 96, 0x64 << 112 | 0xFF9B << 96):
        assert not is_public(str(socket.inet_ntop(socket.AF_INET6, (high | number).to_bytes(16))))
    assert not is_public(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1")


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "//example.org/", "ftp://example.org/", "file:///etc/passwd",
        "gopher://example.org/", "javascript:alert(1)", "http://", "http:///path",
        "https://user@example.org/", "https://user:secret@example.org/", "https://@:443/",
        "http://2130706433/", "http://0x7f000001/", "http://127.1/", "http://0177.0.0.1/",
        "http://127.0.0.1./", "http://1.2.3.4.5/", "http://exa\0mple.org/", "http://[::1/",
        "http://example.org:99999/", "http://example.org:port/",
        "https://example.org/" + "a" * 2000,
    ],
)  # fmt: skip
def test_an_address_of_a_form_that_is_not_asked(url: str, asked_names: list[str]) -> None:
    with pytest.raises(Forbidden):
        fetch(url)
    assert asked_names == []


@pytest.mark.parametrize("port", [1, 22, 25, 5432, 6379, 8080])
def test_a_port_that_is_not_the_web_s(port: int, asked_names: list[str]) -> None:
    with pytest.raises(Forbidden, match=f"port {port}"):
        fetch(f"http://example.org:{port}/")
    assert asked_names == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "http://localhost/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/",
        "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/",
    ],
)  # fmt: skip
def test_an_address_of_a_network_within(url: str) -> None:
    with pytest.raises(Forbidden, match="not public"):
        fetch(url)


def test_a_name_that_leads_within_is_not_followed(asked_names: list[str]) -> None:
    with pytest.raises(Forbidden, match="not public"):
        fetch("https://rebind.example/")
    assert asked_names == ["rebind.example"]


def test_a_name_is_resolved_once_and_that_address_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that says something else the second time finds no second time."""
    answers = iter(["127.0.0.1"])
    real = socket.getaddrinfo

    def resolve(host: str, *rest: Any, **kind: Any) -> list[Any]:
        return list(real(next(answers) if host == "example.org" else host, *rest, **kind))

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with serving(lambda asked: PAGE) as server:
        port = server.server_port
        fetched = fetch(f"http://example.org:{port}/a?b=c", limits=QUICK, allow_private=True)
        assert fetched.body == PAGE.body
        assert [asked.path for asked in server.asked] == ["/a?b=c"]
        assert server.asked[0].headers["host"] == f"example.org:{port}"


def test_of_a_name_s_addresses_only_public_ones_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def resolve(host: str, port: int, **kind: Any) -> list[Any]:
        found = ["10.0.0.1", "8.8.8.8", "8.8.8.8", "::1", "2a00::1"]
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in found]

    def connect(address: tuple[str, int], *rest: Any, **more: Any) -> Any:
        tried.append(address[0])
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable, match="no connection"):
        fetch("https://example.org/")
    assert tried == ["8.8.8.8", "2a00::1"]


def test_a_place_that_the_operator_allows(settings: Settings) -> None:
    with serving(lambda asked: PAGE) as server:
        with pytest.raises(Forbidden):
            fetch(server.address)
        settings.OUTBOUND_ALLOWED = [f"127.0.0.1:{server.server_port}"]
        assert fetch(server.address).body == PAGE.body
        with pytest.raises(Forbidden):
            fetch(server.address.replace("127.0.0.1", "localhost"))


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: Any, **kind: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="not known"):
        fetch("https://nobody.invalid/")


# What comes back


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that says `server.answer`, which a test sets."""
    with serving(lambda asked: PAGE) as running:
        yield running


def ask(server: Server, answer: Answer, limits: Limits = QUICK) -> outbound.Fetched:
    server.answer = lambda asked: answer
    return fetch(server.address, limits=limits, allow_private=True)


def test_an_answer_comes_as_it_was_sent(server: Server) -> None:
    fetched = ask(server, Answer(b"no", status=404, headers={"Retry-After": "7"}))
    assert (fetched.status, fetched.body, fetched.headers["retry-after"]) == (404, b"no", "7")
    packed = Answer(gzip.compress(b"yes" * 9), headers={"Content-Encoding": "gzip"})
    assert ask(server, packed).body == b"yes" * 9


def test_a_request_says_who_asks_and_nothing_of_others(server: Server) -> None:
    fetch(server.address, headers={"User-Agent": "me"}, allow_private=True)
    fetch(server.address, allow_private=True)
    assert [asked.headers["user-agent"][:8] for asked in server.asked] == ["me", "BZPEER ("]
    assert not {"cookie", "authorization", "referer"} & set(server.asked[0].headers)


def test_a_redirect_is_an_answer_and_is_not_followed(server: Server) -> None:
    fetched = ask(server, Answer(status=302, headers={"Location": "http://169.254.169.254/"}))
    assert fetched.status == 302
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"half", length=8), "broke off"),
        (Answer(b"", headers={"Transfer-Encoding": "chunked"}, length=-1), "broke off"),
        (Answer(gzip.compress(b"x")[:-3], headers={"Content-Encoding": "gzip"}), "broke off"),
        (Answer(b"plain", headers={"Content-Encoding": "gzip"}), "badly packed"),
        (Answer(b"x", headers={"Content-Encoding": "br"}), "not asked for"),
        (Answer(b"x", headers={"Content-Encoding": "gzip, gzip"}), "not asked for"),
        (Answer(b"x", headers={"Huge": "x" * 200_000}), "no HTTP"),
    ],
)
def test_an_answer_that_is_not_whole(server: Server, answer: Answer, reason: str) -> None:
    with pytest.raises(Unreachable, match=reason):
        ask(server, answer)


def test_an_answer_that_does_not_end_is_cut_at_the_limit(server: Server) -> None:
    with pytest.raises(TooLarge):
        ask(server, Answer(length=-1, rest=repeat(b"x" * 10_000)))
    with pytest.raises(TooLarge):
        ask(server, Answer(b"x" * 100_001))
    with pytest.raises(TooLarge):
        ask(server, Answer(b"not so much after all", length=500_000_000))
    assert len(ask(server, Answer(b"x" * 100_000)).body) == 100_000


def test_a_packed_answer_is_measured_unpacked(server: Server) -> None:
    bomb = Answer(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})
    assert len(bomb.body) < QUICK.bytes
    with pytest.raises(TooLarge):
        ask(server, bomb)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"slowly", length=-1, rest=repeat(b"."), pause=0.01),
        Answer(b"", length=9, rest=[b"never"], pause=60),
    ],
)
def test_an_answer_that_trickles_ends_with_the_time(server: Server, answer: Answer) -> None:
    with pytest.raises(Unreachable, match="in time"):
        ask(server, answer, Limits(seconds=0.2, bytes=1_000))


def test_headers_that_trickle_end_with_the_time() -> None:
    with serving(lambda asked: PAGE) as server:
        raw = server.RequestHandlerClass

        class Trickling(raw):  # type: ignore[valid-type,misc]
            def do_GET(self) -> None:
                while not self.server.over.wait(0.01):
                    self.wfile.write(b"H")

        server.RequestHandlerClass = Trickling
        with pytest.raises(Unreachable, match="in time"):
            fetch(server.address, limits=Limits(seconds=0.2), allow_private=True)


def test_a_name_server_that_hangs_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda asked: PAGE) as server:

        def hang(*asked: Any, **kind: Any) -> list[Any]:
            server.over.wait(60)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", hang)
        with pytest.raises(Unreachable, match="name server"):
            fetch("https://example.org/", limits=Limits(seconds=0.1))


def test_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="no connection"):
            fetch(address, allow_private=True)


def test_a_server_that_does_not_speak_tls(server: Server) -> None:
    with pytest.raises(Unreachable):
        fetch(server.address.replace("http:", "https:"), allow_private=True)

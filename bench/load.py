"""A reader who never rests: one request after the other on each of a few open connections."""

import selectors
import socket
from collections import Counter
from time import perf_counter
from typing import NamedTuple

CONNECTIONS = 8
MOST_TRIES = 500
END_OF_HEAD = b"\r\n\r\n"
CHUNK = 1 << 18


class Request(NamedTuple):
    """What is asked for, and the status that the answer must have."""

    path: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def raw(self, host: str) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode()


class Conversation:
    """One open connection. Raises ValueError for an answer with another status than expected."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.missing = 0

    def ask(self, raw: bytes) -> None:
        self.socket.sendall(raw)
        self.missing = -1

    def say(self, raw: bytes) -> bytes:
        """The body of a small answer."""
        self.ask(raw)
        head, _, body = self.socket.recv(CHUNK).partition(END_OF_HEAD)
        while len(body) < _length(head):
            body += self.socket.recv(CHUNK)
        return body

    def hear(self, status: int) -> bool:
        """Take what has come; whether the answer is complete. The head must come in one piece."""
        heard = self.socket.recv(CHUNK)
        if not heard:
            raise ValueError("the server hung up")
        if self.missing >= 0:
            self.missing -= len(heard)
        else:
            head, _, body = heard.partition(END_OF_HEAD)
            if not head.startswith(b"HTTP/1.1 %d " % status):
                raise ValueError(f"unexpected answer: {head[:40]!r}")
            self.missing = _length(head) - len(body)
        return self.missing == 0


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


class Load:
    """The open connections to one server, as many to each of its processes.

    `who` is the path of a page that says which process answers. Left to chance, all connections
    may lead to one process, and a page that asks the database then loses more than a constant one.
    """

    def __init__(self, host: str, port: int, who: str, processes: int) -> None:
        self.host = host
        self.selector = selectors.DefaultSelector()
        spread: Counter[bytes] = Counter()
        for _ in range(MOST_TRIES):
            one = Conversation(host, port)
            process = one.say(Request(who).raw(host))
            spread[process] += 1
            if spread[process] > CONNECTIONS // processes:
                one.socket.close()
            else:
                self.selector.register(one.socket, selectors.EVENT_READ, one)
            if len(self.selector.get_map()) == CONNECTIONS:
                return
        raise ValueError(f"connections lead to too few processes: {dict(spread)}")

    def close(self) -> None:
        for key in list(self.selector.get_map().values()):
            key.data.socket.close()
        self.selector.close()

    def per_second(self, request: Request, seconds: float) -> float:
        """Answers per second while all connections ask for this for so long."""
        raw = request.raw(self.host)
        waiting = [key.data for key in self.selector.get_map().values()]
        start, answers, open_questions = perf_counter(), 0, len(waiting)
        for one in waiting:
            one.ask(raw)
        while open_questions:
            for key, _ in self.selector.select():
                if not key.data.hear(request.status):
                    continue
                answers += 1
                if perf_counter() - start < seconds:
                    key.data.ask(raw)
                else:
                    open_questions -= 1
        return answers / (perf_counter() - start)

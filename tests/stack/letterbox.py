"""An SMTP server that refuses connections until it is opened, and keeps what it is handed."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class Letterbox:
    """Its port is taken all the time: while it is closed, nobody else answers there."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.taken = _taken(0)
        self.port: int = self.taken.getsockname()[1]

    @contextmanager
    def open(self) -> Iterator[None]:
        """Take mail until the block ends."""
        mails = self.mails

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _converse(self, mails)

        self.taken.close()
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        with socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Session) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            yield
            server.shutdown()
            thread.join()
        self.taken = _taken(self.port)

    def subjects(self, address: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails if mail["To"] == address]


def _taken(port: int) -> socket.socket:
    """A socket that has the port and does not listen."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    return taken


def _converse(session: socketserver.StreamRequestHandler, mails: list[Message]) -> None:
    session.wfile.write(b"220 ready\r\n")
    for line in session.rfile:
        command = line[:4].upper().strip()
        if command == b"DATA":
            session.wfile.write(b"354 go on\r\n")
            mails.append(message_from_bytes(_text(session)))
        session.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 fine\r\n")
        if command == b"QUIT":
            return


def _text(session: socketserver.StreamRequestHandler) -> bytes:
    lines = []
    for line in session.rfile:
        if line == b".\r\n":
            break
        lines.append(line)
    return b"".join(lines)

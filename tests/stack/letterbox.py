"""An SMTP server that refuses connections until it is opened, and keeps what it is handed."""

import socket
import socketserver
import threading
from email import message_from_bytes
from email.message import Message


class Letterbox:
    """Its port is taken from the start, so that nobody else answers there."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.server: socketserver.ThreadingTCPServer | None = None

    def open(self) -> None:
        box = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                box.converse(self)

        self.server = socketserver.ThreadingTCPServer(
            ("127.0.0.1", self.port), Session, bind_and_activate=False
        )
        self.server.daemon_threads = True
        self.server.socket.close()
        self.server.socket = self.socket
        self.server.server_activate()
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        if self.server is not None:
            self.server.shutdown()
        self.socket.close()

    def to(self, address: str) -> list[Message]:
        return [mail for mail in self.mails if mail["To"] == address]

    def converse(self, session: socketserver.StreamRequestHandler) -> None:
        session.wfile.write(b"220 ready\r\n")
        for line in session.rfile:
            command = line[:4].upper().strip()
            if command == b"DATA":
                session.wfile.write(b"354 go on\r\n")
                self.mails.append(message_from_bytes(_text(session)))
            session.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 fine\r\n")
            if command == b"QUIT":
                return


def _text(session: socketserver.StreamRequestHandler) -> bytes:
    lines = []
    for line in session.rfile:
        if line == b".\r\n":
            break
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)

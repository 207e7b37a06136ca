"""ORCID as far as we speak with it, on a port of this machine, and in every bad mood."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

SOFIA = "0000-0002-1825-0097"
JOSIAH = "0000-0001-5109-3700"
CLIENT, SECRET = "APP-TEST", "the client's secret"


@dataclass
class ORCIDServer:
    """Who is signed in there (`orcid`, `name`), what it remembers, and how it misbehaves.

    `mood`: "well", or "503", "html", "empty", "list", "no-id", "bad-id", "huge", "redirect",
    "hang", for the answers of the token endpoint and of records.
    """

    orcid: str = SOFIA
    name: str = "Sofia Garcia"
    mood: str = "well"
    # What a record at /v3.0/<iD>/record says beside the iD.
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Requests of ours, as path and fields.
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    wake: threading.Event = field(default_factory=threading.Event)

    def consent(self, address: str, *, deny: bool = False) -> str:
        """What a browser does there: read our link, say yes or no; where it is sent back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{self.url}/oauth/authorize?")
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["scope"] == "/authenticate"
        assert asked["code_challenge_method"] == "S256"
        back = {"state": asked["state"]}
        if deny:
            return f"{asked['redirect_uri']}?{urlencode(back | {'error': 'access_denied'})}"
        code = f"code{len(self.codes)}"
        self.codes[code] = asked | {"orcid": self.orcid, "name": self.name}
        return f"{asked['redirect_uri']}?{urlencode(back | {'code': code})}"

    def token(self, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A code is good once, for the client that asked and with the verifier it hashed."""
        held = self.codes.pop(fields.get("code", ""), None)
        if held is None or (fields["client_id"], fields["client_secret"]) != (CLIENT, SECRET):
            return 400, {"error": "invalid_grant"}
        digest = sha256(fields.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).decode().rstrip("=") != held["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        person = {"orcid": held["orcid"], "name": held["name"]}
        secret = {"access_token": "very-secret", "refresh_token": "too", "token_type": "bearer"}
        return 200, secret | {"expires_in": 631138518, "scope": "/authenticate", **person}


BAD = {
    "503": (503, "text/html", b"<h1>Service unavailable</h1>"),
    "html": (200, "text/html", b"<!doctype html><p>Maintenance"),
    "empty": (200, "application/json", b""),
    "list": (200, "application/json", b'["access_token"]'),
    "text": (200, "application/json", b'"access_token orcid"'),
    "no-id": (200, "application/json", b'{"access_token": "x", "name": "N"}'),
    "bad-id": (200, "application/json", b'{"access_token": "x", "orcid": "0000-0002-1825-0098"}'),
    "huge": (200, "application/json", b'{"access_token": "' + b"x" * 5_000_000 + b'"}'),
}


class Handler(BaseHTTPRequestHandler):
    orcid: ORCIDServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        fields = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        self.orcid.seen.append((self.path, fields))
        if not self.misbehaves():
            status, answer = self.orcid.token(fields)
            self.say(status, "application/json", json.dumps(answer).encode())

    def do_GET(self) -> None:
        self.orcid.seen.append((self.path, {}))
        parts = self.path.split("/")
        if self.path.startswith("/oauth/authorize?"):
            target = self.orcid.consent(self.orcid.url + self.path)
            return self.say(302, "text/plain", b"", Location=target)
        if self.misbehaves():
            return None
        if len(parts) == 4 and parts[1] == "v3.0" and parts[3] == "record":
            record = self.orcid.records.get(parts[2])
            found = json.dumps(record).encode() if record else b"{}"
            self.say(200 if record else 404, "application/vnd.orcid+json; charset=UTF-8", found)
        else:
            self.say(404, "text/plain", b"")
        return None

    def misbehaves(self) -> bool:
        mood = self.orcid.mood
        if mood == "hang":
            self.orcid.wake.wait(30)
        elif mood == "redirect":
            self.say(302, "text/plain", b"", Location=f"{self.orcid.url}/elsewhere")
        elif mood in BAD:
            self.say(*BAD[mood])
        return mood != "well"

    def say(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(ConnectionError):  # who asked has hung up
            super().handle()

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def orcid_server() -> Iterator[ORCIDServer]:
    """A server for the length of a test; its `url` is what settings.ORCID_URL is set to."""
    orcid = ORCIDServer()
    handler = type("OneHandler", (Handler,), {"orcid": orcid})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    orcid.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield orcid
    finally:
        orcid.wake.set()
        server.shutdown()
        server.server_close()
        thread.join()

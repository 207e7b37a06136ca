"""Just enough of MIME to read a report: one level of parts, each read once, all of it bounded.

The standard library's parser follows whatever it is given, as deep and as often as it goes. What
comes here was written by anybody, and a report needs no more than this.
"""

import binascii
import quopri
import re
from dataclasses import dataclass
from email.message import Message
from itertools import islice, zip_longest

# Our mails are text of a few kilobytes, so what is said of them is not long either.
LARGEST = 1 << 20
LARGEST_HEAD = 64 << 10
LONGEST_VALUE = 2_000
MOST_PARTS = 20

FOLDED = re.compile(r"\n[ \t]+")
NAME = re.compile(r"[!-9;-~]+")


class Unreadable(Exception):
    """A mail that cannot be read as a report; the text says why, after the word "it"."""


@dataclass(frozen=True, slots=True)
class Part:
    """`kind` is such as `text/plain`; `content` is decoded, with line feeds alone."""

    kind: str
    parameters: dict[str, str]
    content: bytes


def opened(raw: bytes) -> Part:
    """A whole mail. Raises Unreadable for one that is too large or no mail at all."""
    if len(raw) > LARGEST:
        raise Unreadable("is larger than a megabyte")
    found = _part(raw.replace(b"\r\n", b"\n"))
    if found is None:
        raise Unreadable("has no header")
    return found


def parts_of(whole: Part) -> list[Part]:
    """The parts of a multipart mail, and not the parts of those."""
    boundary = whole.parameters.get("boundary", "")
    if not boundary:
        raise Unreadable("names no boundary between its parts")
    line = re.compile(rb"^--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*$", re.MULTILINE)
    marks = list(islice(line.finditer(whole.content), MOST_PARTS + 2))
    if len(marks) > MOST_PARTS + 1:
        raise Unreadable(f"has more than {MOST_PARTS} parts")
    found = []
    for mark, following in zip_longest(marks, marks[1:]):
        if mark[1]:
            break
        piece = whole.content[mark.end() + 1 : following.start() if following else None]
        found.append(_part(piece) or Part("text/plain", {}, piece))
    return found


def fields(block: bytes) -> dict[str, str]:
    """Header fields by their names in small letters; of several of one name, the first."""
    if len(block) > LARGEST_HEAD:
        raise Unreadable("has a header of more than 64 kB")
    found: dict[str, str] = {}
    for line in FOLDED.sub(" ", block.decode(errors="replace")).split("\n"):
        name, _, value = line.partition(":")
        if NAME.fullmatch(name):
            found.setdefault(name.lower(), value.strip()[:LONGEST_VALUE])
    return found


def _part(raw: bytes) -> Part | None:
    """None where there is no header; a part may begin with an empty line, and then has none."""
    head, _, body = raw.partition(b"\n\n")
    known = {} if raw.startswith(b"\n") else fields(head)
    if not known:
        return None
    kind, parameters = _kind(known.get("content-type", "text/plain"))
    return Part(kind, parameters, _decoded(body, known.get("content-transfer-encoding", "")))


def _kind(value: str) -> tuple[str, dict[str, str]]:
    """The type and its parameters, with names in small letters."""
    message = Message()
    message["Content-Type"] = value
    given = message.get_params([])[1:]
    parameters = {name.lower(): said for name, said in given if isinstance(said, str)}
    return message.get_content_type(), parameters


def _decoded(body: bytes, encoding: str) -> bytes:
    match encoding.lower():
        case "base64":
            try:
                return binascii.a2b_base64(body).replace(b"\r\n", b"\n")
            except binascii.Error:
                raise Unreadable("has a part that is no base64") from None
        case "quoted-printable":
            return quopri.decodestring(body).replace(b"\r\n", b"\n")
    return body

"""The objects of a stream of JSON, one by one: lines, a list, or a list inside an envelope.

No JSON parser can go on behind an error, so the objects are cut out first and parsed one by one.
A broken one ends where the next begins at the latest: at an object that starts a line with a key
(`{"`), or at `start`, the look that a record's first key gives it. Neither can stand in a string,
whose quotes and line ends are escaped. Every byte is looked at a fixed number of times.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from works.sources.base import (
    BLOCK,
    CUT_OFF,
    RAW_CHARACTERS,
    TOO_DEEP,
    Readable,
    check_narrow,
    without_wide_gaps,
)
from works.sources.xmlsplit import NOT_CLOSED
from works.sources.xmlstream import DAMAGED

# OpenAlex says each author's affiliations twice and in full: 10,000 authors with two each are
# 13 MB.
RECORD_BYTES = 20 << 20
TOO_LARGE = f"is larger than {RECORD_BYTES >> 20} MB"
NO_OBJECT = "is not one JSON object"
END_MISSING = "is missing: the file ends before its list does"
MAX_DEPTH = 64

_BOM = b"\xef\xbb\xbf"
_HEAD = 4
# Longer than the longest look of a start, and than the longest key of an envelope.
_OVERLAP = 256
_MAX_OPEN = 8
_PAIRS = {b"{": b"}", b"[": b"]"}

_STRING = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_FLAT = rb'(?:[^"{}\[\]]++|%s)*+' % _STRING
_PLAIN = re.compile(_FLAT)
_PLAIN_OR_FLAT = re.compile(
    rb'(?:[^"{}\[\]]++|%s|\{%s\}|\[%s\])*+' % (_STRING, _FLAT, _FLAT), re.DOTALL
)
_OPEN_STRING = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+\\?\Z')
_BETWEEN = re.compile(rb"[\s,]*+")
_MEMBER = re.compile(rb'("[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|[^\s,{}\[\]"]++|")(\s*+:)?')
_KEY_BEFORE = re.compile(rb'"([\w-]{1,40})"\s{0,64}:\s{0,64}\Z')
_END_OF_LINE = re.compile(rb"\n")
_END_OF_ELEMENT = re.compile(rb"[,{}\[\]\n]")


def holds_objects(head: bytes, sign: re.Pattern[bytes]) -> bool:
    """Whether a file begins as JSON does, in whatever width, and shows the sign of its source."""
    head = without_wide_gaps(head)
    return head.lstrip(_BOM + b" \t\r\n")[:1] in _PAIRS and bool(sign.search(head))


@dataclass(frozen=True, slots=True)
class Item:
    """One object's bytes; of a faulty one, the beginning."""

    data: bytes
    fault: str = ""


class Items:
    """Iterates over the objects of a stream that are records.

    `inside` names the keys of an envelope that lead to records, and the bracket that must follow
    each. `start` is the regular expression of a record's beginning. Raises `Refused` for a text
    in UTF-16 or UTF-32.
    """

    def __init__(self, stream: Readable, inside: Mapping[bytes, bytes], start: bytes) -> None:
        self._window = _Window(stream, re.compile(rb'\n(?=\{")|%s' % start))
        self._inside = inside
        self._open: list[bytes] = []
        self._key = b""

    def __iter__(self) -> Iterator[Item]:
        window = self._window
        check_narrow(bytes(window.buffer[:_HEAD]))
        if window.buffer.startswith(_BOM):
            window.drop(len(_BOM))
        fault = ""
        while window.seek():
            if item := self._next(bytes(window.buffer[:1])):
                fault = item.fault
                yield item
        if fault != CUT_OFF and (window.cut or self._open):
            yield Item(b"", DAMAGED if window.cut else END_MISSING)

    def _next(self, first: bytes) -> Item | None:
        """The record that the window begins with, or None where it begins with something else."""
        key, self._key = self._key, b""
        if first in (b"}", b"]"):
            self._close(first)
            return None
        if first in _PAIRS:
            return self._container(first, key)
        if self._open[-1:] == [b"}"]:
            return self._member()
        return self._window.junk(_END_OF_ELEMENT if self._open else _END_OF_LINE)

    def _close(self, bracket: bytes) -> None:
        """A bracket that a broken record left over closes nothing."""
        self._window.drop(1)
        if self._open[-1:] == [bracket]:
            self._open.pop()

    def _container(self, bracket: bytes, key: bytes) -> Item | None:
        if key and self._inside.get(key) != bracket:
            self._record()
            return None
        if bracket == b"{" or len(self._open) >= _MAX_OPEN:
            return self._record()
        self._enter(bracket, 1)
        return None

    def _enter(self, bracket: bytes, size: int) -> None:
        self._window.drop(size)
        self._open.append(_PAIRS[bracket])

    def _member(self) -> Item | None:
        """Pass over a key or a plain value of an envelope."""
        window = self._window
        window.complete_string()
        found = _MEMBER.match(window.buffer)
        if not found or found[1] == b'"':
            return window.junk(_END_OF_LINE)
        self._key = found[1].strip(b'"') if found[2] else b""
        window.drop(found.end())
        return None

    def _record(self) -> Item | None:
        """The object at the beginning; None where it is an envelope, whose inside comes next."""
        window, at, depth = self._window, 1, 1
        while depth:
            at, stop = window.run(_PLAIN if depth == 1 else _PLAIN_OR_FLAT, at)
            if depth == 1 and stop in _PAIRS and self._leads_inside(at, stop):
                self._enter(b"{", at)
                if stop == b"[":
                    self._enter(stop, 1)
                return None
            if fault := window.fault_at(at, stop):
                return window.spoilt(fault)
            depth += 1 if stop in _PAIRS else -1
            at += 1
            if depth > MAX_DEPTH:
                return window.spoilt(TOO_DEEP)
        return Item(window.take(at))

    def _leads_inside(self, at: int, bracket: bytes) -> bool:
        before = _KEY_BEFORE.search(self._window.buffer[max(0, at - _OVERLAP) : at])
        return before is not None and self._inside.get(before[1]) == bracket


class _Window:
    """The part of the stream that is looked at: `buffer`, from the current object on.

    `cut` says that a compressed stream ended too early.
    """

    def __init__(self, stream: Readable, mark: re.Pattern[bytes]) -> None:
        self._stream = stream
        self._mark = mark
        self._marked = 0
        self._searched = 0
        self._dropped = 0
        self._ended = False
        self.cut = False
        self.buffer = bytearray()
        self._fill()

    def seek(self) -> bool:
        """Drop what stands between two values; False at the end of the stream."""
        while True:
            if found := _BETWEEN.match(self.buffer):
                self.drop(found.end())
            if self.buffer or not self._fill():
                return bool(self.buffer)

    def run(self, pattern: re.Pattern[bytes], at: int) -> tuple[int, bytes]:
        """Where the pattern stops, and the byte there: a bracket, or a quote that nothing closes.

        No byte at the end of the stream or of a record's size; it never runs over a mark.
        """
        while True:
            mark = self._next_mark()
            if found := pattern.match(self.buffer, at, min(mark, len(self.buffer))):
                at = found.end()
            stop = bytes(self.buffer[at : at + 1])
            is_open = not stop or (stop == b'"' and _OPEN_STRING.match(self.buffer, at))
            if at >= mark or not is_open:
                return at, stop
            if len(self.buffer) > RECORD_BYTES or not self._fill(len(self.buffer) - at):
                return at, b""

    def fault_at(self, at: int, stop: bytes) -> str:
        """What is wrong where a run stopped; nothing where it is a bracket."""
        if at >= self._next_mark():
            return NOT_CLOSED
        if at > RECORD_BYTES or (not stop and not self._ended):
            return TOO_LARGE
        if not stop:
            return CUT_OFF
        return NO_OBJECT if stop == b'"' else ""

    def spoilt(self, fault: str) -> Item:
        """The beginning of a broken record, which is passed over as far as the next mark."""
        beginning = self._beginning(self._next_mark())
        while (mark := self._next_mark()) > len(self.buffer):
            self.drop(len(self.buffer) if self._ended else len(self.buffer) - _OVERLAP)
            if not self._fill():
                break
        self.drop(min(mark, len(self.buffer)))
        return Item(beginning, fault)

    def junk(self, end: re.Pattern[bytes]) -> Item:
        """What is no object, passed over as far as `end`."""
        found = end.search(self.buffer, 1)
        beginning = self._beginning(found.start() if found else len(self.buffer))
        while not found:
            self.drop(len(self.buffer))
            if not self._fill():
                break
            found = end.search(self.buffer)
        self.drop(found.start() if found else 0)
        return Item(beginning, NO_OBJECT)

    def complete_string(self) -> None:
        """See to it that a string at the beginning, and what follows it, is in the buffer."""
        while len(self.buffer) <= RECORD_BYTES:
            open_string = _OPEN_STRING.match(self.buffer)
            found = None if open_string else _MEMBER.match(self.buffer)
            if found and found.end() + _OVERLAP <= len(self.buffer):
                return
            if not self._fill(len(self.buffer)):
                return

    def take(self, size: int) -> bytes:
        """The next bytes, which are dropped."""
        data = bytes(self.buffer[:size])
        self.drop(size)
        return data

    def drop(self, size: int) -> None:
        """Go on behind the next bytes."""
        del self.buffer[:size]
        self._dropped += size

    def _beginning(self, end: int) -> bytes:
        return bytes(self.buffer[: min(end, 4 * RAW_CHARACTERS)])

    def _next_mark(self) -> int:
        """Where the next mark behind the first byte stands, beyond the buffer if not in it."""
        end = self._dropped + len(self.buffer)
        if self._marked <= self._dropped and self._searched < end:
            begin = max(self._dropped + 1, self._searched - _OVERLAP)
            found = self._mark.search(self.buffer, begin - self._dropped)
            self._marked = self._dropped + found.start() if found else 0
            self._searched = self._marked or end
        if self._marked > self._dropped:
            return self._marked - self._dropped
        return len(self.buffer) + 1

    def _fill(self, size: int = 0) -> bool:
        """Read more, at least `size` bytes where there are as many; False at the end."""
        wanted = len(self.buffer) + max(size, 1)
        before = len(self.buffer)
        while len(self.buffer) < wanted and not self._ended:
            try:
                block = self._stream.read(BLOCK)
            except EOFError:
                block, self.cut = b"", True
            self.buffer += block
            self._ended = not block
        return len(self.buffer) > before

"""Where the records begin and end in a stream of XML, told from its marks alone.

No XML parser can go on behind an error, so the records are cut out first and parsed one by one.
The cut follows XML's own rules (what looks like a tag in a comment, a CDATA section or a
processing instruction is text) as long as they make sense. They are dropped for a stretch that
is broken, so that a section which nobody closed swallows no neighbour up to the end of another;
but not for a CDATA section in a sound record, whose text may be anyone's and must not become a
record. Every byte is looked at a fixed number of times, whatever the input.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from works.domain.records import Refused
from works.sources.base import BLOCK, CUT_OFF, RECORD_BYTES, TOO_LARGE, Readable

NOT_CLOSED = "is not closed before the next one begins"

# Longer than the longest mark: a prefix, the name, and white space before ">".
_OVERLAP = 256
_PREFIX = rb"(?:[^\s<>/!?:]{1,64}:)?"
_CLOSINGS = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}


@dataclass(frozen=True, slots=True)
class Span:
    """A record from the start of the buffer to `end`; `fault` says what is wrong with its bounds.

    `hidden` are the sections inside it that hold another record's start or end as text.
    """

    end: int
    fault: str
    hidden: tuple[tuple[int, int], ...]

    def may_hide_records(self, fault_at: int) -> bool:
        """Whether a fault found at that place can come from a section that nobody closed.

        It cannot where the fault is inside the section itself: that is a bad text, rightly closed.
        """
        return bool(self.hidden) and not any(a < fault_at < b for a, b in self.hidden)


class Splitter:
    """A window on the stream: `seek` a record, `measure` it, read `buffer`, `drop` it.

    A sound record's first child is a `first`. Both names may be several, joined by "|".
    """

    def __init__(self, stream: Readable, name: bytes, first: bytes) -> None:
        start = rb"(?P<start>%s(?:%s)(?=[\s/>]))" % (_PREFIX, name)
        end = rb"(?P<end>/%s(?:%s)\s{0,64}>)" % (_PREFIX, name)
        section = rb"(?P<section>!\[CDATA\[|!--|\?)"
        declaration = rb"(?P<declaration>!(?i:DOCTYPE|ENTITY))"
        self._mark = re.compile(rb"<(?:%s)" % b"|".join((start, end, section, declaration)))
        self._start = re.compile(b"<" + start)
        self._end = re.compile(b"<" + end)
        self._sound = re.compile(rb"<%s[^<>]*>\s*<%s(?:%s)[\s/>]" % (start, _PREFIX, first))
        self._stream = stream
        self._recode: Callable[[bytes], bytes] | None = None
        self._dropped = 0
        self._plain_until = 0
        self._barren_until = dict.fromkeys(_CLOSINGS.values(), 0)
        self.buffer = bytearray()
        self.outside = bytearray()
        self.ended = False
        self.cut = False

    def peek(self, size: int) -> bytes:
        """The next bytes, fewer only at the end of the stream."""
        while len(self.buffer) < size and self._fill():
            pass
        return bytes(self.buffer[:size])

    def skip(self, size: int) -> None:
        """Pass over bytes that `peek` gave, without a look at what they declare."""
        self._forget(size)

    def recode(self, recode: Callable[[bytes], bytes]) -> None:
        """Turn what is and what will be read into UTF-8, block by block."""
        self._recode = recode
        self.buffer[:] = recode(bytes(self.buffer))

    def seek(self) -> bool:
        """Drop everything before the next record; False where there is none.

        What was dropped is in `outside`, its middle left out where it is long.
        """
        self.outside.clear()
        while True:
            mark = self._next_mark(0, BLOCK)
            if mark and mark.lastgroup == "start":
                self._leave(mark.start())
                return True
            if mark:
                at = self._behind(mark)
                self._leave(self._taken_plainly(mark, at) if self._begins_late(mark, at) else at)
            elif self.ended:
                self._leave(len(self.buffer))
                return False
            else:
                self._leave(len(self.buffer) - _OVERLAP)

    def measure(self) -> Span:
        """The extent of the record that the buffer begins with."""
        hidden: list[tuple[int, int]] = []
        at = 1
        while mark := self._next_mark(at, RECORD_BYTES):
            if mark.lastgroup == "start":
                return Span(mark.start(), NOT_CLOSED, tuple(hidden))
            if mark.lastgroup == "end":
                return Span(mark.end(), "", tuple(hidden))
            at = self._behind(mark)
            if self._is_doubtful(mark, at):
                at = self._taken_plainly(mark, at)
            elif self._hides(mark.end(), at):
                hidden.append((mark.start(), at))
        return Span(len(self.buffer), CUT_OFF if self.ended else TOO_LARGE, tuple(hidden))

    def _hides(self, begin: int, end: int) -> bool:
        return any(bound.search(self.buffer, begin, end) for bound in (self._start, self._end))

    def _taken_plainly(self, mark: re.Match[bytes], end: int) -> int:
        """Where to go on if there is no section: right behind its mark."""
        self._plain_until = max(self._plain_until, self._dropped + end)
        return mark.end()

    def _begins_late(self, mark: re.Match[bytes], end: int) -> bool:
        """Whether a section outside of records has a record's end first: it began in the record."""
        tail = self._end.search(self.buffer, mark.end(), end)
        return tail is not None and not self._start.search(self.buffer, mark.end(), tail.start())

    def _is_doubtful(self, mark: re.Match[bytes], end: int) -> bool:
        """Whether a section reaches from this record into another, as nobody would write it.

        In a record that begins as one should, CDATA is believed: it quotes what it likes.
        """
        tail = self._end.search(self.buffer, mark.end(), end)
        if not tail or not self._start.search(self.buffer, tail.end(), end):
            return False
        is_data = self.buffer.startswith(b"<![CDATA[", mark.start())
        return not (is_data and self._sound.match(self.buffer))

    def reopen(self, span: Span) -> None:
        """From here to the end of the span, take every section's beginning for plain bytes."""
        self._plain_until = max(self._plain_until, self._dropped + span.end)

    def drop(self, span: Span) -> None:
        """Go behind the record; of one that is too large, `seek` then drops the rest."""
        kept = _OVERLAP if span.fault == TOO_LARGE else 0
        self._forget(span.end - kept)

    def _next_mark(self, at: int, limit: int) -> re.Match[bytes] | None:
        """The next mark; None at the end of the stream or of a buffer of `limit` bytes."""
        while not (mark := self._mark.search(self.buffer, at)):
            at = max(at, len(self.buffer) - _OVERLAP)
            if len(self.buffer) >= limit or not self._fill():
                return None
        return mark

    def _behind(self, mark: re.Match[bytes]) -> int:
        """Where to go on: behind the section that the mark opens if it is closed, else the mark."""
        if mark.lastgroup == "declaration":
            raise Refused("the file has a DOCTYPE or an ENTITY declaration")
        if mark.lastgroup != "section" or self._dropped + mark.start() < self._plain_until:
            return mark.end()
        closing = _CLOSINGS[bytes(self.buffer[mark.start() : mark.end()])]
        return self._behind_closing(closing, mark.end()) or mark.end()

    def _behind_closing(self, closing: bytes, at: int) -> int:
        """Behind the next `closing`; 0 where there is none within the size of a record.

        A fruitless search is remembered, else unclosed sections in a row would cost their square.
        """
        at = max(at, self._barren_until[closing] - self._dropped)
        while (found := self.buffer.find(closing, at)) < 0:
            at = max(at, len(self.buffer) - len(closing) + 1)
            if len(self.buffer) >= RECORD_BYTES or not self._fill():
                self._barren_until[closing] = self._dropped + at
                return 0
        return found + len(closing)

    def _fill(self) -> bool:
        if self.ended:
            return False
        try:
            block = self._stream.read(BLOCK)
        except EOFError:
            block, self.cut = b"", True
        self.buffer += self._recode(block) if self._recode else block
        self.ended = not block
        return not self.ended

    def _leave(self, size: int) -> None:
        self.outside += self.buffer[:size]
        if len(self.outside) > 4 * BLOCK:
            del self.outside[BLOCK:-BLOCK]
        self._forget(size)

    def _forget(self, size: int) -> None:
        del self.buffer[:size]
        self._dropped += size

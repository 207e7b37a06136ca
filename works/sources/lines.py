"""Lines out of a stream of bytes, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from works.sources.base import BLOCK, CUT_OFF, RAW_CHARACTERS, RECORD_BYTES, TOO_LARGE, Readable

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; of a faulty one, the beginning. `last` ends with the stream."""

    data: bytes
    fault: str = ""
    last: bool = False


def lines(stream: Readable) -> Iterator[Line]:
    """Every line that is not blank; one too large is a fault, and the next is read as ever.

    A compressed stream that ends too early is one fault, the last.
    """
    reader = _Reader(stream)
    while (line := reader.next()) is not None:
        if line.data.strip() or line.fault:
            yield line


class _Reader:
    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self._searched = 0
        self._ended = False
        self._cut = False
        self._fill()
        if self._buffer.startswith(_BOM):
            del self._buffer[: len(_BOM)]

    def next(self) -> Line | None:
        """The next line, or None behind the last."""
        while (end := self._buffer.find(b"\n", self._searched)) < 0:
            self._searched = len(self._buffer)
            if self._searched > RECORD_BYTES:
                return self._skip()
            if not self._fill():
                return self._last()
        return self._take(end)

    def _take(self, end: int) -> Line:
        data = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return Line(data)

    def _last(self) -> Line | None:
        data, cut = bytes(self._buffer), self._cut
        self._buffer.clear()
        self._searched, self._cut = 0, False
        if cut:
            return Line(data[: 4 * RAW_CHARACTERS], CUT_OFF, last=True)
        return Line(data, last=True) if data else None

    def _skip(self) -> Line:
        """The beginning of a line that is too large, the rest of which is passed over."""
        beginning = bytes(self._buffer[: 4 * RAW_CHARACTERS])
        while (end := self._buffer.find(b"\n")) < 0:
            self._buffer.clear()
            if not self._fill():
                break
        del self._buffer[: end + 1]
        self._searched = 0
        return Line(beginning, TOO_LARGE)

    def _fill(self) -> bool:
        if self._ended:
            return False
        try:
            block = self._stream.read(BLOCK)
        except EOFError:
            block, self._cut = b"", True
        self._buffer += block
        self._ended = not block
        return not self._ended

"""A file's content as a stream, decompressed where its first bytes say gzip, xz or zstd."""

import lzma
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import zstandard

from works.domain.records import Refused
from works.sources.base import BLOCK

# Metadata compresses 5 to 20 times; a deflate bomb reaches 1,000 times, an xz bomb 7,000, a zstd
# bomb 30,000.
MAX_RATIO = 200
FREE_BYTES = 50 << 20
# What `xz -9` needs; a larger dictionary is refused before it is made.
_XZ_MEMORY = 72 << 20
# What zstd needs without --ultra, and eight times more.
_ZSTD_WINDOW = 64 << 20
# zstd has no limit on what comes out at once: a block of four bytes can stand for 128 KB.
_ZSTD_INPUT = 256
_INPUT = BLOCK // 4


def open_stream(path: str | Path) -> "Stream":
    """The file's content. Raises OSError; the stream is closed by its `with` or `close`."""
    return Stream(open(path, "rb"))


class Stream:
    """Reads as a binary file does, with the position in the compressed file in `bytes_read`.

    `size` is that file's size, 0 where it is not known. `read` raises EOFError where compressed
    data end too early or are damaged, and `Refused` for a bomb or data that never were sound.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self.bytes_read = 0
        self._input = self._pull()
        self._ahead = b""
        self._produced = 0
        self._magics, self._make = _codec(self._input)
        self._decoder = self._make() if self._make else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, size: int, /) -> bytes:
        """At least one byte and at most `size`; none at the end."""
        data = self._ahead or self._produce()
        self._ahead = data[size:]
        return data[:size]

    def peek(self, size: int) -> bytes:
        """What the next reads will give, fewer bytes only where no more can be read."""
        parts = [self._ahead]
        # The same end meets the next read, which is the one to report it.
        with suppress(EOFError):
            while sum(map(len, parts)) < size and (more := self._produce()):
                parts.append(more)
        self._ahead = b"".join(parts)
        return self._ahead[:size]

    def _produce(self) -> bytes:
        if self._decoder is None:
            data, self._input = self._input or self._pull(), b""
            return data
        try:
            data = self._decompressed(self._decoder)
        except (zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
            if not self._produced:
                raise Refused("the file cannot be decompressed") from error
            raise EOFError("the compressed data are damaged") from error
        self._produced += len(data)
        if self._produced > max(FREE_BYTES, MAX_RATIO * self.bytes_read):
            raise Refused(f"the file expands to more than {MAX_RATIO} times its size")
        return data

    def _decompressed(self, decoder: "_Decoder") -> bytes:
        """The next piece; an empty one at the end of the file."""
        while True:
            if decoder.eof:
                following = self._next_member(decoder)
                if following is None:
                    return b""
                self._decoder = decoder = following
            hungry = decoder.needs_input
            data = (self._input or self._pull()) if hungry else b""
            self._input = b""
            if piece := decoder.decompress(data, BLOCK):
                return piece
            if hungry and not data and not decoder.eof:
                raise EOFError("the compressed data end too early")

    def _next_member(self, decoder: "_Decoder") -> "_Decoder | None":
        """A decoder for what follows a member's end, which may be padded with NULs."""
        rest = decoder.unused_data.lstrip(b"\0")
        while len(rest) < len(self._magics[0]) and (more := self._pull()):
            rest = (rest + more).lstrip(b"\0")
        if not rest or self._make is None:
            return None
        if not rest.startswith(self._magics):
            raise EOFError("other data follow the compressed data")
        self._input = rest
        return self._make()

    def _pull(self) -> bytes:
        data = self._file.read(_INPUT)
        self.bytes_read += len(data)
        return data


class _Decoder(Protocol):
    """What lzma gives, and zlib with a little help."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Gzip:
    """One member of a gzip file."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + data, max_length)


class _Zstd:
    """One frame of a zstd file, given to the library in pieces that cannot grow too large."""

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._input = memoryview(b"")

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def needs_input(self) -> bool:
        return not self._input

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data + bytes(self._input)

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        """As the others do, but it may give more than `max_length`, as much as a piece holds."""
        self._input = memoryview(bytes(self._input) + data) if data else self._input
        parts, length = [], 0
        while self._input and not self.eof and length < max_length:
            piece, self._input = self._input[:_ZSTD_INPUT], self._input[_ZSTD_INPUT:]
            parts.append(self._frame.decompress(piece))
            length += len(parts[-1])
        return b"".join(parts)


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)


_GZIP_MAGIC = b"\x1f\x8b"
_XZ_MAGIC = b"\xfd7zXZ\0"
# A frame, and the sixteen kinds of frame that are to be skipped, as pzstd writes them.
_ZSTD_MAGICS = (b"\x28\xb5\x2f\xfd", *(bytes((n, 0x2A, 0x4D, 0x18)) for n in range(0x50, 0x60)))
_CODECS: tuple[tuple[tuple[bytes, ...], Callable[[], _Decoder]], ...] = (
    ((_GZIP_MAGIC,), _Gzip),
    ((_XZ_MAGIC,), _xz),
    (_ZSTD_MAGICS, _Zstd),
)


def _codec(head: bytes) -> tuple[tuple[bytes, ...], Callable[[], _Decoder] | None]:
    """What each further member begins with, and what decompresses one."""
    for magics, make in _CODECS:
        if head.startswith(magics):
            return magics, make
    return (), None

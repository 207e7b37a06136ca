"""What every source has in common: how it is asked, and how it turns a record down."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from works.domain.records import Refused, Rejected, WorkRecord
from works.domain.validate import MAX_EXTERNAL_ID

BLOCK = 1 << 16
# Ten thousand authors with two affiliations each are 5 MB in arXiv's own, indented XML.
RECORD_BYTES = 8 << 20
RAW_CHARACTERS = 4_000
# Of a record that is turned down; ten times what the largest sound one of arXiv takes.
AGAIN_BYTES = 1 << 20
# A stranger's key can be the field at fault, at any depth.
FIELD_CHARACTERS = 40

# Reasons that every kind of file has; like all of them they read on from the field's name.
CUT_OFF = "is cut off by the end of the file"
TOO_LARGE = f"is larger than {RECORD_BYTES >> 20} MB"
NOT_UTF8 = "holds bytes that are not UTF-8"
TOO_DEEP = "is nested too deeply"
TOO_MANY_PARTS = "has more parts than a record can have"

_COMPRESSED = (".gz", ".xz", ".zst")
_WIDE = re.compile(
    rb"\xfe\xff|\xff\xfe|\x00\x00\xfe\xff"
    rb"|[<{\s]\x00[^\x00]\x00|\x00[<{\s]\x00|\x00{3}[<{\s]|[<{\s]\x00{3}"
)


class Readable(Protocol):
    """A binary stream. `read` raises EOFError where a compressed stream ends too early."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of file that works can be read from.

    `suffixes` are the ends of names that are worth opening; "" stands for a name without any.
    `holds` looks at the first 64 KiB of a decompressed file. `read` yields in the order of the
    file; its iterator raises `Refused` as soon as the file cannot be trusted, so what came
    before a DOCTYPE in the middle has been handed out by then.
    """

    slug: str
    suffixes: tuple[str, ...]
    holds: Callable[[bytes], bool]
    read: Callable[[Readable], Iterator[WorkRecord | Rejected]]

    def may_live_in(self, filename: str) -> bool:
        """Whether a file of this name is worth opening, compressed or not."""
        name = filename.lower()
        for ending in _COMPRESSED:
            name = name.removesuffix(ending)
        return name.endswith(tuple(filter(None, self.suffixes))) or (
            "" in self.suffixes and "." not in name
        )


def check_narrow(head: bytes) -> None:
    """Raise `Refused` for the beginning of a text in UTF-16 or UTF-32."""
    if _WIDE.match(head):
        raise Refused("the file is in UTF-16 or UTF-32; only UTF-8 is read")


def without_wide_gaps(head: bytes) -> bytes:
    """The ASCII letters of a text in whatever width, to tell whose it is before it is refused."""
    return head.replace(b"\0", b"").lstrip(b"\xfe\xff") if _WIDE.match(head) else head


def stated_id(pattern: re.Pattern[bytes], data: bytes) -> str:
    """What the pattern's first group finds in a bad record's bytes, or nothing."""
    found = pattern.search(data)
    return found[1].decode("utf-8", "replace") if found else ""


def reject(
    position: int,
    field: str,
    reason: str,
    data: bytes,
    external_id: str = "",
    again: bytes = b"",
) -> Rejected:
    """A `Rejected` whose every string can be stored and shown, whatever the record held."""
    text = (
        data[: 4 * RAW_CHARACTERS]
        .decode("utf-8", "replace")
        .replace("\0", "\N{REPLACEMENT CHARACTER}")
    )
    sound_id = external_id if external_id.isprintable() else ""
    return Rejected(
        position,
        field[:FIELD_CHARACTERS],
        reason,
        text[:RAW_CHARACTERS],
        sound_id[:MAX_EXTERNAL_ID],
        again if len(again) <= AGAIN_BYTES else b"",
    )

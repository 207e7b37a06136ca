"""The open groups of a formula that is being read, and the leaves that were put aside."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from works.domain.tex.symbols import Kind, Style

MAX_NESTING = 16
# The private character of the first leaf.
FIRST = 0xE000


class Refused(Exception):
    """This is no formula that we know how to show."""


class Leaf(NamedTuple):
    """One element without children; `plain` is its text in a line, `mark` that of an accent."""

    tag: str
    text: str
    kind: Kind
    attributes: str = ""
    plain: str = ""
    mark: str | None = None


@dataclass(slots=True)
class Frame:
    """A group: what ends it, what is written then, and how many arguments are still missing."""

    closer: str
    ending: str
    style: Style
    pending: int = 0
    is_table: bool = False
    has_infix: bool = False


class Groups:
    """What of `source` is read up to `at`, as pieces of a skeleton in `out`."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.leaves: list[Leaf] = []
        self.frames = [Frame("", "", "")]
        # The style of the next leaf only, as in `\mathbb R`.
        self.once: Style | None = None

    def open(self, closer: str, opening: str, ending: str, style: Style | None = None) -> Frame:
        """Begin a group; its style is that of the group around it if none is given."""
        outer = self.frames[-1].style if style is None else style
        self.out.append(opening)
        self.frames.append(Frame(closer, ending, outer))
        if sum(1 + frame.pending for frame in self.frames) > MAX_NESTING:
            raise Refused
        return self.frames[-1]

    def close(self, closer: str) -> None:
        """End the innermost group; raises Refused if something else is open."""
        frame = self.frames.pop()
        if frame.closer != closer or frame.pending:
            raise Refused
        self.out.append(frame.ending)
        if closer != "]":
            self.filled()

    def filled(self) -> None:
        """An argument is complete, if one was missing."""
        frame = self.frames[-1]
        frame.pending = max(0, frame.pending - 1)

    def wants(self, arguments: int) -> None:
        """A command, an argument itself perhaps, waits for arguments of its own."""
        self.filled()
        self.frames[-1].pending += arguments
        if self.frames[-1].pending > MAX_NESTING:
            raise Refused

    def past(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read `pattern` if it comes next."""
        found = pattern.match(self.source, self.at)
        self.at = found.end() if found else self.at
        return found

    def put(self, leaf: Leaf) -> str:
        """Put a leaf aside and give the character that stands for it."""
        self.leaves.append(leaf)
        return chr(FIRST + len(self.leaves) - 1)

    def leaf(self, leaf: Leaf) -> None:
        """Write a leaf in its place."""
        self.out.append(self.put(leaf))
        self.once = None
        self.filled()

"""Where maths begins and ends, and where a dollar sign is only money."""

import re
from typing import NamedTuple

from works.domain.tex.markup import Budget
from works.domain.tex.symbols import MATHS_ENVIRONMENTS

_MAX_LENGTH = 4_000
_MAX_PLAIN = 60
_BEGIN = re.compile(r"\\begin\s*\{([a-z]+\*?)\}")
_STRONG = re.compile(r"\\[A-Za-z{|]|[\^_]")
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]?[a-z]{2,},? [a-z]{3,}(?![A-Za-z])")
_WORDED = re.compile(r"\\(?:text|mbox|hbox|rm|mathrm|begin)")
_AMOUNT = re.compile(r"\s*\d[\d.,]*\s+[A-Za-z]{2,}")
_SPACED = re.compile(r"\s*[^\s)\]].*[=<>|/+*()-].*[^\s=<>/+*(\[-]\s*\Z")
_SIGNS = re.compile(r"[^\sA-Za-z0-9]+")
_LETTER = re.compile(r"\s*[A-Za-z]\s*")


class Span(NamedTuple):
    """A formula's inside, and where the text goes on after it."""

    start: int
    end: int
    after: int


class Delimiters:
    """Finds formulas in one source; every search is remembered, so that all of them are linear."""

    def __init__(self, source: str, budget: Budget) -> None:
        self.source = source
        self.budget = budget
        self._found: dict[str, int] = {}

    def maths_at(self, at: int) -> Span | None:
        """The formula that opens at `at`, where there is a `$` or a backslash."""
        if self.source.startswith("$$", at):
            return self._between(at, "$$", "$$")
        if self.source[at] == "$":
            span = self._between(at, "$", "$")
            return span if span and self._plausible(span) else None
        if self.source.startswith("\\(", at):
            return self._between(at, "\\(", "\\)")
        if self.source.startswith("\\[", at):
            return self._between(at, "\\[", "\\]")
        return self._environment(at)

    def _environment(self, at: int) -> Span | None:
        begin = _BEGIN.match(self.source, at)
        if not begin or begin[1] not in MATHS_ENVIRONMENTS:
            return None
        closer = f"\\end{{{begin[1]}}}"
        end = self._next(closer, begin.end())
        return Span(at, end + len(closer), end + len(closer)) if end >= 0 else None

    def _between(self, at: int, opener: str, closer: str) -> Span | None:
        start = at + len(opener)
        end = self._next(closer, start)
        if end <= start or end - start > _MAX_LENGTH:
            return None
        return Span(start, end, end + len(closer))

    def _next(self, closer: str, start: int) -> int:
        """Where the next unescaped `closer` stands from `start` on, or -1."""
        known = self._found.get(closer, 0)
        if known < 0 or known > start:
            return known
        at = self.source.find(closer, start)
        while at >= 0 and self._escaped(at):
            at = self.source.find(closer, at + 1)
        self.budget.spend(1 + ((at if at >= 0 else len(self.source)) - start) // 64)
        self._found[closer] = at
        return at

    def _escaped(self, at: int) -> bool:
        before = at
        while before > 0 and self.source[before - 1] == "\\":
            before -= 1
        self.budget.spend((at - before) // 64)
        return (at - before) % 2 == 1

    def _plausible(self, span: Span) -> bool:
        """Whether `$…$` is maths: not "$5 and $10", nor a dollar that lost its partner."""
        inside = self.source[span.start : span.end]
        if not inside.strip() or (_PROSE.search(inside) and not _WORDED.search(inside)):
            return False
        if inside.endswith(" ") and _AMOUNT.match(inside):
            return False
        if _STRONG.search(inside) or _LETTER.fullmatch(inside) or _SIGNS.fullmatch(inside):
            return True
        if len(inside) > _MAX_PLAIN or _AMOUNT.match(inside):
            return False
        if inside != inside.strip() and not _SPACED.match(inside):
            return False
        return not self.source[span.after : span.after + 1].isdigit()

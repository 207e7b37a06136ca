"""What rendering makes, a flat list of text, marks and formulas, and how it is printed.

Marks only ever come from `MARKS`, formulas from `mathml`, text is always escaped: nothing of the
source can become a tag or an attribute.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from html.entities import html5
from typing import NamedTuple

from works.domain.tex.symbols import SUBSCRIPTS, SUPERSCRIPTS

# No title or abstract is that long; what is gets no more than its escaping.
MAX_LENGTH = 100_000
# Of 45,000 real abstracts the hungriest takes 479 steps.
MAX_STEPS = 20_000
# Of 80,000 real titles and abstracts the hungriest has 793.
MAX_MATHML = 1_200
# Unicode's Stream-Safe Text Format allows 30 in a row; sorting more of them is quadratic work.
_MAX_MARKS = 30


class Mark(NamedTuple):
    """The start or the end of an element."""

    tag: str
    opens: bool
    html: str


class Formula(NamedTuple):
    """A formula that is an element of its own, and how it reads in plain text."""

    html: str
    text: str


Event = str | Mark | Formula

MARKS = {
    tag: (Mark(tag, True, f"<{tag}>"), Mark(tag, False, f"</{tag}>"))
    for tag in ("em", "strong", "code", "sub", "sup")
} | {"tex": (Mark("tex", True, '<span class="tex">'), Mark("tex", False, "</span>"))}


class TooMuch(Exception):
    """The source asks for more steps or deeper nesting than any honest text does."""


class Budget:
    """Counts the steps of one rendering; `spend` raises TooMuch past the limit.

    Characters of formulas that become MathML, which is dear, are counted apart.
    """

    __slots__ = ("limit", "mathml", "used")

    def __init__(self, limit: int = MAX_STEPS, mathml: int = MAX_MATHML) -> None:
        self.limit = limit
        self.mathml = mathml
        self.used = 0

    def spend(self, steps: int) -> None:
        self.used += steps
        if self.used > self.limit:
            raise TooMuch

    def affords(self, characters: int) -> bool:
        """Whether so long a formula may still become MathML; if so, it is taken as spent."""
        if characters > self.mathml:
            return False
        self.mathml -= characters
        return True


_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANKS = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_FOLDED = re.compile(f"[{_BLANKS} ]{{2,}}|[{_BLANKS}]")
# Some arXiv records have their line ends in two letters; no macro of TeX's has that name.
_LINE_END = re.compile(r"(?<!\\)\\n(?=\s|\Z)")
# Controls, lone surrogates, characters that reverse the reading order, and non-characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]+"
)
# Only a first sieve: every combining mark is in here, and many letters are too.
_PERHAPS_MARKS = re.compile(
    f"[^\x00-\u02ff\u0370-\u0482\u1e00-\u1fff\u2100-\u2cee\u3100-\ua66e]{{{_MAX_MARKS + 1},}}"
)
_SPACES = re.compile(" {2,}")
_PLAIN_SPACES = str.maketrans("\u00a0\u2009\u202f", "   ")


def clean(source: str) -> str:
    """`source` with entities undone, controls removed, white space folded, in NFC.

    Entities are undone twice, since sources that escape twice are common.
    """
    for _ in range(2):
        if "&" in source:
            source = _ENTITY.sub(_character, source)
    source = with_line_ends(without_controls(source))
    return normalised(_FOLDED.sub(" ", source).strip(" "))


def with_line_ends(source: str) -> str:
    r"""`source` with a line end for each "\n" that is written in letters."""
    return _LINE_END.sub("\n", source) if "\\n" in source else source


def without_controls(source: str) -> str:
    """`source` without the characters that no page may hold."""
    return _UNWANTED.sub("", source)


def _character(entity: re.Match[str]) -> str:
    """The character of a whole entity; `html.unescape` alone would also take "&notit;" apart."""
    return html.unescape(entity[0]) if entity[0][1] == "#" else html5.get(entity[0][1:], entity[0])


def normalised(text: str) -> str:
    """`text` in NFC, with no more than 30 combining marks on one letter."""
    if text.isascii():
        return text
    if _PERHAPS_MARKS.search(text):
        text = "".join(_with_few_marks(text))
    return unicodedata.normalize("NFC", text)


def _with_few_marks(text: str) -> Iterator[str]:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MAX_MARKS:
            yield character


def escaped(text: str) -> str:
    """`text` for the inside of an element.

    A leading U+0338 would join with the ">" before it when someone normalises the page.
    """
    safe = html.escape(text, quote=False)
    return "&#824;" + safe[1:] if safe.startswith("\u0338") else safe


def tidied(events: list[Event]) -> list[Event]:
    """`events` with neighbouring text joined, spaces folded, and none at either end."""
    tidy: list[Event] = []
    run: list[str] = []
    ends_in_space = True
    for event in [*events, None]:
        if isinstance(event, str):
            run.append(event)
            continue
        text = _SPACES.sub(" ", "".join(run))
        run.clear()
        if ends_in_space:
            text = text.lstrip(" ")
        if text:
            ends_in_space = text.endswith(" ")
            tidy.append(normalised(text))
        if event is not None:
            tidy.append(event)
            ends_in_space = ends_in_space and not isinstance(event, Formula)
    return _without_last_space(tidy)


def _without_last_space(events: list[Event]) -> list[Event]:
    for index in reversed(range(len(events))):
        event = events[index]
        if not isinstance(event, Mark):
            events[index] = event.rstrip(" ") if isinstance(event, str) else event
            break
    return events


def as_html(events: list[Event]) -> str:
    """Tidy events as inline HTML."""
    return "".join(escaped(part) if isinstance(part, str) else part.html for part in events)


def as_text(events: list[Event]) -> str:
    """Tidy events as plain Unicode, with raised and lowered characters where they exist."""
    levels: list[list[str]] = [[]]
    for event in events:
        if isinstance(event, str):
            levels[-1].append(event)
        elif isinstance(event, Formula):
            levels[-1].append(event.text)
        elif event.tag in ("sub", "sup"):
            if event.opens:
                levels.append([])
            else:
                inner = "".join(levels.pop())
                levels[-1].append(_script(inner, event.tag))
    plain = "".join(levels[0]).translate(_PLAIN_SPACES)
    return normalised(_SPACES.sub(" ", plain)).strip(" ")


def _script(inner: str, tag: str) -> str:
    table, sign = (SUPERSCRIPTS, "^") if tag == "sup" else (SUBSCRIPTS, "_")
    if all(ord(character) in table for character in inner):
        return inner.translate(table)
    word = len(inner) == 1 or (inner.isascii() and inner.isalnum())
    return f"{sign}{inner}" if word else f"{sign}({inner})"

"""TeX text as events: macros, accents, dashes, quotes, groups and formulas in one pass.

Whatever opens (a group, an argument, a tag) stands in the output as its own source until its
end is found; so what is never closed, and every unknown macro, is shown as it was written.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from works.domain.tex.accents import accented, broken_macro
from works.domain.tex.delimiters import Delimiters
from works.domain.tex.markup import MARKS, Budget, Event, TooMuch
from works.domain.tex.maths import formula, macro_outside
from works.domain.tex.punctuation import dash, script, tilde
from works.domain.tex.symbols import (
    ACCENTS,
    BREAKS,
    DASHES,
    ESCAPES,
    LASTING,
    LETTERS,
    MATHS,
    MATHS_ACCENTS,
    PARENTHESES,
    SILENT,
    STYLED,
    TAGGED,
    TEXT_ENVIRONMENTS,
    TEXT_SYMBOLS,
)

_MAX_NESTING = 40
# A macro of maths outside `$…$` is read with at most this much after it, to keep retries cheap.
_WINDOW = 200
_STOP = re.compile(r"[\\$<{}~`']|---?")
_STOP_IN_NAME = re.compile(r"[\\${}~]")
_NAME = re.compile(r"\\([A-Za-z]+)\*?")
_TAG = re.compile(r"<(/?)(i|b|em|strong|sub|sup)>", re.IGNORECASE)
_HTML = {"i": "em", "em": "em", "b": "strong", "strong": "strong", "sub": "sub", "sup": "sup"}
_ARGUMENT = re.compile(r"\s*\{")
_OPTION = re.compile(r"\s*\[([^\[\]{}$\\]{0,80})\]\s*\{")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{([a-z]+)\*?\}(?:\[[a-z!]{0,4}\])?")
_ADDRESS = re.compile(r"\s*\{([^{}\\]{0,2000})\}")
_VERBATIM = re.compile(r"([^\w\s*{])([^\\]{0,200}?)\1")
_UNSEEN_GROUP = re.compile(r"\\|[\w\s{}.:/'-]*\Z")
# Four words on end are a phrase and no member of a set, but for "{x : x is an odd number}".
_PHRASE = re.compile(r"(?<![\w-])(?:[\w-]+ ){3}[\w-]")
_CONDITION = re.compile(r"[|:]")
_COLOUR = re.compile(r"(?:\[[A-Za-z]{1,9}\])?\s*\{[\w!.,: -]{1,40}\}")
_POSSESSIVE = re.compile(r"[A-Za-z]{3}\\'s(?: |\Z)")
_DISPLAYED = ("$$", "\\[")
_QUOTED = re.compile(r"[`']")
_OPENERS = frozenset(" ([{-/“‘\"'—–\u00a0")
_NO_SPACE_BEFORE = frozenset(",.;:)!?]")


@dataclass(slots=True)
class _Frame:
    """Something open.

    `slot` is the event that shows it as source until it is closed, `start` where the inside of a
    plain group begins (-1 for arguments, whose braces belong to their macro).
    """

    closer: str
    slot: int
    start: int
    opening: Event
    closing: Event
    keeps_braces: bool = False


def events(source: str, budget: Budget) -> list[Event]:
    """Clean inline TeX as events, not yet tidied; raises TooMuch."""
    return _Prose(source, budget, _STOP).parsed()


def name_events(source: str, budget: Budget) -> list[Event]:
    """The same for a person's name, in which quotes, dashes and tags mean nothing."""
    return _Prose(source, budget, _STOP_IN_NAME).parsed()


class _Prose:
    def __init__(self, source: str, budget: Budget, stop: re.Pattern[str]) -> None:
        self.source = source
        self.budget = budget
        self.stop = stop
        self.in_name = stop is _STOP_IN_NAME
        self.out: list[Event] = []
        self.frames: list[_Frame] = []
        self.braces = 0
        self.single_quotes = 0
        # Where the argument of an unknown macro would begin: its braces are shown.
        self.shown_braces_at = -1
        self.delimiters = Delimiters(source, budget)

    def parsed(self) -> list[Event]:
        source, at = self.source, 0
        while stop := self.stop.search(source, at):
            start = stop.start()
            if start > at:
                self.out.append(source[at:start])
            self.budget.spend(1)
            at = _HANDLERS[source[start]](self, start)
        self.out.append(source[at:])
        return self.out

    def _before(self, at: int) -> str:
        return self.source[at - 1] if at else " "

    def _after(self, at: int) -> str:
        return self.source[at] if at < len(self.source) else " "

    def _literal(self, at: int, end: int) -> int:
        self.out.append(self.source[at:end])
        return end

    # Groups, arguments and tags

    def _push(self, closer: str, shown: str, start: int, opening: Event, closing: Event) -> _Frame:
        if len(self.frames) >= _MAX_NESTING:
            raise TooMuch
        frame = _Frame(closer, len(self.out), start, opening, closing)
        self.frames.append(frame)
        self.out.append(shown)
        self.braces += closer == "}"
        return frame

    def _close(self, frame: _Frame) -> None:
        self.out[frame.slot] = frame.opening
        self.out.append(frame.closing)

    def group(self, at: int) -> int:
        if not self.in_name and (found := script(self.source, at)) and self._ends_in(at - 1):
            return self._script(*found)
        frame = self._push("}", "{", at + 1, "", "")
        frame.keeps_braces = at == self.shown_braces_at
        return at + 1

    def _ends_in(self, sign: int) -> bool:
        """Whether this sign is out as text, and no macro took it."""
        last = self.out[-1] if self.out else ""
        return isinstance(last, str) and last.endswith(self.source[sign])

    def _script(self, tag: str, text: str, end: int) -> int:
        """A script in the place of its source, whose sign is the last of the text."""
        opening, closing = MARKS[tag]
        self.out[-1:] = [str(self.out[-1])[:-1], opening, text, closing]
        return end

    def group_end(self, at: int) -> int:
        if not self.braces:
            return self._literal(at, at + 1)
        styled = False
        while (frame := self.frames.pop()).closer != "}":
            if not frame.closer:
                self._close(frame)
                styled = True
        self.braces -= 1
        if frame.keeps_braces or (not styled and self._is_set(frame, at)):
            self.out.append("}")
            self.shown_braces_at = at + 1 if frame.keeps_braces else -1
        else:
            self._close(frame)
        return at + 1

    def _is_set(self, frame: _Frame, end: int) -> bool:
        """TeX drops the braces of a group; a set such as {0,1} in plain text keeps them."""
        if frame.start < 0 or self.in_name:
            return False
        inside = self.source[frame.start : end]
        if self._before(frame.start - 1) in "_^":
            return len(inside) > 1
        is_phrase = _PHRASE.search(inside) and not _CONDITION.search(inside)
        return not is_phrase and not _UNSEEN_GROUP.match(inside)

    def tag(self, at: int) -> int:
        tag = _TAG.match(self.source, at)
        if not tag:
            return self._literal(at, at + 1)
        name = tag[2].lower()
        if not tag[1]:
            self._push(f"</{name}>", tag[0], tag.end(), *MARKS[_HTML[name]])
        elif self.frames and self.frames[-1].closer == f"</{name}>":
            self._close(self.frames.pop())
        else:
            self.out.append(tag[0])
        return tag.end()

    # Signs

    def tilde(self, at: int) -> int:
        self.out.append(" " if self.in_name else tilde(self.source, at))
        return at + 1

    def dash(self, at: int) -> int:
        shown, end = dash(self.source, at)
        self.budget.spend(end - at)
        self.out.append(shown)
        return end

    def backtick(self, at: int) -> int:
        opens = self._before(at) in _OPENERS
        if self._after(at + 1) == "`":
            self.out.append("“" if opens else "”")
            return at + 2
        quote = _QUOTED.search(self.source, at + 1)
        if opens and quote and quote[0] == "'":
            self.single_quotes += 1
            self.out.append("‘")
        else:
            self.out.append("`")
        return at + 1

    def apostrophe(self, at: int) -> int:
        if self._after(at + 1) == "'":
            self.out.append("”" if self._before(at) not in " (" else "“")
            return at + 2
        closes = self._before(at) != " " and not self._after(at + 1).isalnum()
        if self.single_quotes and closes:
            self.single_quotes -= 1
            self.out.append("’")
        else:
            self.out.append("'")
        return at + 1

    # Maths

    def dollar(self, at: int) -> int:
        span = self.delimiters.maths_at(at)
        if not span:
            return self._literal(at, at + 1)
        inside = self.source[span.start : span.end]
        self.out += formula(inside, self.budget, display=self.source[at : at + 2] in _DISPLAYED)
        return span.after

    # Macros

    def backslash(self, at: int) -> int:
        if name := _NAME.match(self.source, at):
            return self._named(at, name[1], name.end())
        sign = self._after(at + 1)
        if sign in "([":
            return self.dollar(at)
        if sign in ACCENTS:
            return self._accent(at)
        if sign not in ESCAPES or at + 1 == len(self.source):
            return self._literal(at, at + 1)
        self.out.append(ESCAPES[sign])
        return at + 2

    def _named(self, at: int, name: str, end: int) -> int:
        if name in LETTERS or name in DASHES:
            self.out.append(LETTERS.get(name) or DASHES[name])
            return self._past_space(end)
        if name in ACCENTS:
            return self._accent(at)
        if name in SILENT:
            return self._past_space(end)
        if name in BREAKS:
            self.out.append(" ")
            return end
        if name in LASTING:
            return self._lasting(at, name, end)
        if name in TAGGED or name in PARENTHESES:
            return self._wrapper(at, name, end)
        if name in _SPECIAL:
            return _SPECIAL[name](self, at, end)
        return self._maths_macro(at, name, end)

    def _past_space(self, at: int) -> int:
        return at + 1 if self._after(at) == " " else at

    def _unknown(self, at: int, end: int) -> int:
        self.shown_braces_at = end
        return self._literal(at, end)

    def _symbol(self, shown: str, end: int) -> int:
        """A symbol keeps the space after it, which TeX would swallow, except before a comma."""
        self.out.append(shown)
        tight = self._after(end) == " " and self._after(end + 1) in _NO_SPACE_BEFORE
        return end + 1 if tight else end

    def _maths_macro(self, at: int, name: str, end: int) -> int:
        """Symbols are welcome outside `$…$` too: many abstracts have lost their dollars."""
        if name in TEXT_SYMBOLS:
            return self._symbol(TEXT_SYMBOLS[name], end)
        if name == "deg" and self._before(at - (self._before(at) == "{")).isdigit():
            return self._symbol("°", end)
        if name in MATHS:
            return self._symbol(MATHS[name][1], end)
        if name in STYLED or name in MATHS_ACCENTS or name in ("frac", "sqrt", "not"):
            found = macro_outside(self.source[at : at + _WINDOW], self.budget)
            if found:
                self.out += found[0]
                return at + found[1]
        return self._unknown(at, end)

    def _lasting(self, at: int, name: str, end: int) -> int:
        tag, end = LASTING[name], self._past_space(end)
        if tag and self.frames and self.frames[-1].closer in ("", "}"):
            self._push("", self.source[at:end], end, *MARKS[tag])
        return end

    def _wrapper(self, at: int, name: str, end: int) -> int:
        opening, closing = MARKS[TAGGED[name]] if name in TAGGED else PARENTHESES[name]
        argument = _ARGUMENT.match(self.source, end)
        option = _OPTION.match(self.source, end) if closing == "]" else None
        if option:
            argument, opening = option, f"[{option[1]}, "
        if argument:
            self._push("}", self.source[at : argument.end()], -1, opening, closing)
            return argument.end()
        return self._unknown(at, end) if closing == "]" else self._past_space(end)

    def _accent(self, at: int) -> int:
        if not self.in_name and _POSSESSIVE.match(self.source, at - 3):
            return self._literal(at + 1, at + 2)
        if found := broken_macro(self.source, at) or accented(self.source, at):
            self.out.append(found[0])
            return found[1]
        if self._after(at + 1).isalpha():
            return self._unknown(at, at + 2)
        self.out.append(self.source[at + 1])
        return at + (4 if self.source.startswith("{}", at + 2) else 2)

    def _environment(self, at: int, end: int) -> int:
        if span := self.delimiters.maths_at(at):
            inside = self.source[span.start : span.end]
            self.out += formula(inside, self.budget, display=True)
            return span.after
        environment = _ENVIRONMENT.match(self.source, at)
        if not environment or environment[1] not in TEXT_ENVIRONMENTS:
            return self._unknown(at, end)
        self.out.append(" ")
        return environment.end()

    def _address(self, at: int, end: int) -> int:
        address = _ADDRESS.match(self.source, end)
        if not address:
            return self._unknown(at, end)
        self.out.append(address[1])
        return address.end()

    def _link(self, at: int, end: int) -> int:
        """`\\href{address}{words}` as "address (words)": text only, in the source's order."""
        address = _ADDRESS.match(self.source, end)
        words = _ARGUMENT.match(self.source, address.end()) if address else None
        if not address or not words:
            return self._unknown(at, end)
        shown = self.source[at : words.end()]
        self._push("}", shown, -1, f"{address[1]} (", ")")
        return words.end()

    def _coloured(self, at: int, end: int) -> int:
        """`\\textcolor{red}{words}` as its words, `\\color{red}` as nothing."""
        colour = _COLOUR.match(self.source, end)
        if not colour:
            return self._unknown(at, end)
        words = _ARGUMENT.match(self.source, colour.end())
        if not words:
            return colour.end()
        self._push("}", self.source[at : words.end()], -1, "", "")
        return words.end()

    def _verbatim(self, at: int, end: int) -> int:
        verbatim = _VERBATIM.match(self.source, end)
        if not verbatim:
            return self._unknown(at, end)
        opening, closing = MARKS["code"]
        self.out += [opening, verbatim[2], closing]
        return verbatim.end()


_HANDLERS: dict[str, Callable[[_Prose, int], int]] = {
    "\\": _Prose.backslash,
    "$": _Prose.dollar,
    "<": _Prose.tag,
    "{": _Prose.group,
    "}": _Prose.group_end,
    "~": _Prose.tilde,
    "-": _Prose.dash,
    "`": _Prose.backtick,
    "'": _Prose.apostrophe,
}
_SPECIAL: dict[str, Callable[[_Prose, int, int], int]] = {
    "begin": _Prose._environment,
    "end": _Prose._environment,
    "url": _Prose._address,
    "path": _Prose._address,
    "href": _Prose._link,
    "verb": _Prose._verbatim,
    "color": _Prose._coloured,
    "textcolor": _Prose._coloured,
}

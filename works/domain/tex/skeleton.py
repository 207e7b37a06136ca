"""A formula's bare structure, with everything that a reader sees put aside.

Each sign, letter, number and word becomes a leaf under a private character of its own; what is
left for the converter are braces, scripts, tables and the commands of `_GIVEN`. So its lexer never
meets text, and a leaf that it loses or doubles is noticed. Anything unknown is refused; macros are
never expanded.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from works.domain.tex.groups import Groups, Leaf, Refused
from works.domain.tex.symbols import (
    ALPHABETS,
    ARROWS,
    BOLD,
    DECLARED,
    LIMITS,
    MATHS,
    MATHS_ACCENTS,
    MATHS_CHARACTERS,
    MATHS_WIDTHS,
    OVER,
    PLAIN_ENVIRONMENTS,
    SIZES,
    STRETCHED,
    STYLED,
    TABLES,
    UNDER,
    UPRIGHT,
    WORDS,
    Kind,
)

MAX_TOKENS = 400

# The commands that reach the converter (beside \sqrt, \over, \choose and arrays).
_GIVEN = {
    "frac": "frac", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "nicefrac": "frac",
    "sfrac": "frac", "binom": "binom", "dbinom": "binom", "tbinom": "binom",
    "overset": "overset", "stackrel": "overset", "underset": "underset",
}  # fmt: skip
_INFIXES = frozenset(("over", "choose"))
_DROPPED = frozenset(
    ("nonumber", "notag", "limits", "nolimits", "displaylimits", "hline", "!", "/", "-")
)
_TOKEN = re.compile(
    r"\\([A-Za-z]+|[^A-Za-z])|(?P<blank>\s+)|(?P<primes>'+)|(?P<relation>[:<>!]=)"
    r"|(?P<number>\d+(?:\.\d+)?(?:,\d{3}(?!\d))*)|.[\u0300-\u036f\u20d0-\u20ff]*",
    re.DOTALL,
)
_WORDS = re.compile(r"\*?\s*\{([^{}$\\]*)\}")
_ONE_WORD = re.compile(r"\s*\{\s*([A-Za-z][A-Za-z\d]*)\s*\}")
_OLD_WORD = re.compile(r"\s*\\(?:rm|sf|tt|it|sc)\s+([A-Za-z]{2,})\s*\}")
_NAME = re.compile(r"\s*\{([A-Za-z]+\*?)\}")
_COLUMNS = re.compile(r"\s*\{([lcr|\s]{1,40})\}")
_ROW_GAP = re.compile(r"\*?(?:\s*\[[-\d. a-z]{1,12}\])?")
_DELIMITER = re.compile(r"\s*(?:\\([A-Za-z]+|[{}|])|([()\[\]|/.<>]))")
_GROUP = re.compile(r"\s*\{")
_OPTION = re.compile(r"\s*\[")
_BRACKET = re.compile(r"\s*(?:\\(?:left|[bB]igg?l?)\s*)?[(\[]")
_ANGLES: dict[str, tuple[Kind, str]] = {"<": ("open", "⟨"), ">": ("close", "⟩")}
_KINDS: dict[str, Kind] = {sign: kind for kind, sign in MATHS.values() if len(sign) == 1}


class Skeleton(NamedTuple):
    """`tex` names the leaf number n by the character `FIRST + n`."""

    tex: str
    leaves: list[Leaf]


def skeleton(source: str) -> Skeleton:
    """The structure and the leaves of a formula; raises Refused."""
    return _Reader(source).read()


class _Reader(Groups):
    def read(self) -> Skeleton:
        tokens = 0
        while token := _TOKEN.match(self.source, self.at):
            self.at = token.end()
            tokens += 1
            if tokens > MAX_TOKENS:
                raise Refused
            if token[1]:
                self._command(token[1])
            elif not token["blank"]:
                self._sign(token)
        if len(self.frames) > 1 or self.frames[0].pending:
            raise Refused
        return Skeleton("".join(self.out), self.leaves)

    # Leaves

    def _styled_text(self, text: str) -> tuple[str, str]:
        """What is shown in MathML, and what in a line."""
        style = self.frames[-1].style if self.once is None else self.once
        if style == "bf":
            return "".join(BOLD.get(character, character) for character in text), text
        shown = ALPHABETS[style].get(text, text)
        return shown, shown

    def _symbol(self, kind: Kind, sign: str, *, stretchy: bool = False) -> None:
        if kind == "ord":
            shown, plain = self._styled_text(sign)
            self.leaf(Leaf("mi", shown, "ord", "", plain))
        elif kind == "op":
            self._operator(sign)
        elif kind == "space":
            self._space("0.25em")
        else:
            still = kind in ("open", "close", "sign") and not stretchy and sign != "/"
            sides = ' lspace="0" rspace="0"' if kind == "sign" else ""
            self.leaf(Leaf("mo", sign, kind, ' stretchy="false"' * still + sides, sign))

    def _space(self, width: str) -> None:
        self.leaf(Leaf("mspace", "", "space", f' width="{width}"', " "))

    def _operator(self, sign: str) -> None:
        """A big sign, or a word with the space that TeX leaves around it."""
        limits = ' movablelimits="true"' if sign in LIMITS and sign.isascii() else ""
        sides = "" if len(sign) == 1 else self._sides()
        self.leaf(Leaf("mo", sign.replace(" ", "\u00a0"), "op", sides + limits, sign))

    def _sides(self) -> str:
        touches = bool(self.leaves) and self.leaves[-1].kind in ("ord", "close")
        left = "0.167em" if touches and self.out[-1][-1:] not in ("{", "&", "\\") else "0"
        right = "0" if _BRACKET.match(self.source, self.at) else "0.167em"
        return f' lspace="{left}" rspace="{right}"'

    def _sign(self, token: re.Match[str]) -> None:
        text = token[0]
        if text in _STRUCTURE:
            _STRUCTURE[text](self)
        elif token["primes"]:
            self._primes(len(text))
        elif token["relation"]:
            self._symbol("rel", text)
        elif token["number"]:
            self._number(token)
        elif text == "]" and self.frames[-1].closer == "]":
            self.close("]")
        elif text in "$`\\":
            raise Refused
        else:
            self._symbol(*MATHS_CHARACTERS.get(text, (_KINDS.get(text, "ord"), text)))

    def _number(self, token: re.Match[str]) -> None:
        """As an argument without braces TeX takes one digit only."""
        digits = token[0]
        if self.frames[-1].pending:
            digits = digits[0]
            self.at = token.start() + 1
        shown, plain = self._styled_text(digits)
        self.leaf(Leaf("mn", shown, "ord", "", plain))

    def _primes(self, count: int) -> None:
        if self.frames[-1].pending:
            raise Refused
        self.out.append("^")
        self.leaf(Leaf("mo", "′" * count, "ord", "", "′" * count))

    # Structure

    def _group(self) -> None:
        if word := self.past(_OLD_WORD):
            self._operator(word[1])
        else:
            self.open("}", "{", "}", self.once)
            self.once = None

    def _group_end(self) -> None:
        self.close("}")

    def _superscript(self) -> None:
        self._script("^")

    def _subscript(self) -> None:
        self._script("_")

    def _script(self, sign: str) -> None:
        if self.frames[-1].pending:
            raise Refused
        self.out.append(sign)
        self.frames[-1].pending = 1

    def _cell_end(self) -> None:
        self._table_only()
        # The braces keep an empty cell from being taken away.
        self.out.append("{}&")

    def _row_end(self) -> None:
        self._table_only()
        self.past(_ROW_GAP)
        self.out.append("{}\\\\")

    def _table_only(self) -> None:
        frame = self.frames[-1]
        if not frame.is_table or frame.pending:
            raise Refused

    # Commands

    def _command(self, name: str) -> None:
        if name in _SPECIAL:
            _SPECIAL[name](self)
        elif name in MATHS:
            self._symbol(*MATHS[name])
        elif name in MATHS_WIDTHS:
            self._space(MATHS_WIDTHS[name])
        elif name in DECLARED:
            self.frames[-1].style = DECLARED[name]
        elif name in STYLED:
            self._style(name)
        elif name in WORDS:
            self._words(name)
        elif name in _GIVEN:
            self.out.append(f"\\{_GIVEN[name]} ")
            self.wants(2)
        else:
            self._rarer(name)

    def _rarer(self, name: str) -> None:
        if name in OVER:
            self._accent("overset", name, OVER[name])
        elif name in UNDER:
            self._accent("underset", name, UNDER[name])
        elif name in ARROWS:
            self._arrow(ARROWS[name])
        elif name in _INFIXES:
            self._infix(name)
        elif name in _DROPPED:
            pass
        elif name in SIZES:
            self._delimiter(None)
        else:
            raise Refused

    def _style(self, name: str) -> None:
        word = self.past(_ONE_WORD) if name in UPRIGHT else None
        if not word:
            self.once = STYLED[name]
        elif len(word[1]) > 1:
            self._operator(word[1])
        else:
            self.leaf(Leaf("mi", word[1], "ord", ' mathvariant="normal"', word[1]))

    def _words(self, name: str) -> None:
        words = self.past(_WORDS)
        if not words and name != "operatorname":
            raise Refused
        text = words[1].replace("~", " ") if words else ""
        if name == "operatorname":
            if text.strip():
                self._operator(text.strip())
        else:
            self.leaf(Leaf("mtext", text.replace(" ", "\u00a0"), "ord", "", text))

    def _accent(self, command: str, name: str, sign: str) -> None:
        still = "" if name in STRETCHED else ' stretchy="false"'
        accent = Leaf("mo", sign, "sign", still, "", MATHS_ACCENTS.get(name, ""))
        self.out.append(f"\\{command}{{{self.put(accent)}}}")
        self.wants(1)

    def _arrow(self, sign: str) -> None:
        if not self.past(_GROUP):
            raise Refused
        arrow = self.put(Leaf("mo", sign, "rel", "", sign))
        self.open("}", "{\\overset{", f"}}{{{arrow}}}}}")

    def _infix(self, name: str) -> None:
        frame = self.frames[-1]
        if frame.has_infix or frame.pending or frame.is_table or frame.closer == "]":
            raise Refused
        frame.has_infix = True
        self.out.append(f"\\{name} ")

    def _left(self) -> None:
        self.open("right", "{", "}")
        self._delimiter("open")
        self.out.append("{")

    def _right(self) -> None:
        self.out.append("}")
        self._delimiter("close")
        self.close("right")

    def _delimiter(self, kind: Kind | None) -> None:
        """The bracket behind `\\left`, `\\right` or `\\big`; "." stands for none."""
        sign = self.past(_DELIMITER)
        if not sign:
            raise Refused
        if sign[0].strip() == ".":
            return
        known = MATHS.get(sign[1]) or _ANGLES.get(sign[2]) or MATHS_CHARACTERS.get(sign[2])
        if not known:
            raise Refused
        self._symbol(kind or known[0], known[1], stretchy=True)

    def _root(self) -> None:
        self.out.append("\\sqrt ")
        self.wants(1)
        if self.past(_OPTION):
            self.open("]", "[", "]")

    def _modulus(self) -> None:
        if not self.past(_GROUP):
            raise Refused
        self.open("}", "{", "")
        self._space("0.5em")
        self._symbol("open", "(")
        self._operator("mod")
        self.frames[-1].ending = self.put(Leaf("mo", ")", "close", ' stretchy="false"', ")")) + "}"

    def _negation(self) -> None:
        token = self.past(_TOKEN)
        known = token and (MATHS.get(token[1]) or MATHS_CHARACTERS.get(token[0]))
        if not known or known[0] != "rel":
            raise Refused
        self._symbol("rel", unicodedata.normalize("NFC", known[1] + "\u0338"))

    # Tables

    def _begin(self) -> None:
        name = self.past(_NAME)
        if name and name[1] in PLAIN_ENVIRONMENTS:
            self.open(name[1], "{", "}")
        elif name and name[1] in TABLES:
            self._table(name[1], *TABLES[name[1]][:2])
        else:
            raise Refused

    def _table(self, name: str, columns: str, fence: str) -> None:
        given = self.past(_COLUMNS) if name == "array" else None
        aligned = "".join(c for c in given[1] if c in "lcr") if given else ""
        frame = self.open(name, "{", "}")
        if fence:
            self.leaf(Leaf("mo", fence, "open", "", fence))
        frame.is_table = True
        self.out.append(f"\\begin{{array}}{{{aligned or columns}}}")

    def _substack(self) -> None:
        if not self.past(_GROUP):
            raise Refused
        frame = self.open("}", "{\\begin{array}{c}", "{}\\end{array}}")
        frame.is_table = True

    def _end(self) -> None:
        name = self.past(_NAME)
        if not name or name[1] != self.frames[-1].closer:
            raise Refused
        if self.frames[-1].is_table:
            self._end_table(TABLES[name[1]][2])
        self.close(name[1])

    def _end_table(self, fence: str) -> None:
        while self.out[-1] == "{}\\\\":
            self.out.pop()
        self.out.append("{}\\end{array}")
        if fence:
            self.leaf(Leaf("mo", fence, "close", "", fence))


_STRUCTURE: dict[str, Callable[[_Reader], None]] = {
    "{": _Reader._group,
    "}": _Reader._group_end,
    "^": _Reader._superscript,
    "_": _Reader._subscript,
    "&": _Reader._cell_end,
}
_SPECIAL: dict[str, Callable[[_Reader], None]] = {
    "\\": _Reader._row_end,
    "cr": _Reader._row_end,
    "begin": _Reader._begin,
    "end": _Reader._end,
    "left": _Reader._left,
    "right": _Reader._right,
    "sqrt": _Reader._root,
    "pmod": _Reader._modulus,
    "not": _Reader._negation,
    "substack": _Reader._substack,
}

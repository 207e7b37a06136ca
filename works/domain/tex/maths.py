"""Simple maths as Unicode with raised and lowered parts, other maths as MathML or as its source."""

import re
import unicodedata
from collections.abc import Callable

from works.domain.tex import mathml
from works.domain.tex.linear import chosen, fraction, root
from works.domain.tex.markup import MARKS, Budget, Event, Formula, Mark, as_text, tidied
from works.domain.tex.spacing import Atom, spaced
from works.domain.tex.symbols import (
    ALPHABETS,
    DECLARED,
    LIMITS,
    MATHS,
    MATHS_ACCENTS,
    MATHS_CHARACTERS,
    MATHS_SPACES,
    SIZES,
    STYLED,
    WORDS,
    Kind,
    Style,
)

_MAX_NESTING = 12
_MAX_SCRIPTS = 3
_MACRO = re.compile(r"\\([A-Za-z]+|.)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:,\d{3}(?!\d))*")
_WORDS = re.compile(r"\*?\s*\{([^{}$\\]*)\}")
_INFIX = re.compile(r"\\(over|choose)(?![A-Za-z])")
_BLANKS = re.compile(r"\s*")
_RELATION = re.compile(r"[:<>=!]?=")
_BIG_SIGNS = [[sign] for sign in (*LIMITS, "∫", "∬", "∭", "∮")]


class TooHard(Exception):
    """This maths is not simple: it does not go into one line."""


def formula(source: str, budget: Budget, *, display: bool = False) -> list[Event]:
    """The inside of `$…$` as events; raises TooMuch when the budget is spent.

    What fits into one line, but is easier to read in two, still has that line as its plain text.
    """
    parser = _Parser(source, budget)
    try:
        events = spaced(parser.row("", 0, ""), tight=False)
    except TooHard:
        made = mathml.formula(source, budget, display=display)
        return [made] if made else [MARKS["code"][0], source.strip(), MARKS["code"][1]]
    if parser.has_storeys and (made := mathml.formula(source, budget, display=display)):
        return [Formula(made.html, as_text(tidied(events)))]
    return _wrapped(events)


def macro_outside(source: str, budget: Budget) -> tuple[list[Event], int] | None:
    """One macro of maths with its arguments and scripts, at the start of `source`, and its length.

    None where it is not simple.
    """
    parser = _Parser(source, budget)
    atoms: list[Atom] = []
    try:
        parser.item(atoms, 0, "")
        while source[parser.pos : parser.pos + 1] in ("_", "^"):
            parser.item(atoms, 0, "")
    except TooHard:
        return None
    return _wrapped(spaced(atoms, tight=False)), parser.pos


def _wrapped(events: list[Event]) -> list[Event]:
    """Numbers, signs and scripts without a base need no mark as maths."""
    bare = not any(c.isalpha() for event in events if isinstance(event, str) for c in event)
    if bare or (isinstance(events[0], Mark) and events[0].tag in ("sub", "sup")):
        return events
    return [MARKS["tex"][0], *events, MARKS["tex"][1]]


class _Parser:
    """Reads a formula from left to right; nested groups recurse at most `_MAX_NESTING` deep."""

    def __init__(self, source: str, budget: Budget) -> None:
        self.source = source
        self.budget = budget
        self.pos = 0
        self.nesting = 0
        # Whether something would better stand over or under something else.
        self.has_storeys = False

    def row(self, closer: str, level: int, style: Style) -> list[Atom]:
        """The atoms up to `closer` ("" is the end of the formula)."""
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise TooHard
        atoms: list[Atom] = []
        while not self._at_end(closer):
            if infix := _INFIX.match(self.source, self.pos):
                self.pos = infix.end()
                atoms = [self._split(infix[1], atoms, self.row(closer, level, style))]
                break
            declared = self._declaration()
            if declared is None:
                self.item(atoms, level, style)
            else:
                style = declared
        self.nesting -= 1
        return atoms

    def _at_end(self, closer: str) -> bool:
        self._skip_blanks()
        if self.pos >= len(self.source):
            if closer:
                raise TooHard
            return True
        if closer and self.source[self.pos] == closer:
            self.pos += 1
            return True
        return False

    def _skip_blanks(self) -> None:
        blanks = _BLANKS.match(self.source, self.pos)
        self.pos = blanks.end() if blanks else self.pos

    def _declaration(self) -> Style | None:
        macro = _MACRO.match(self.source, self.pos)
        if not macro or macro[1] not in DECLARED:
            return None
        self.budget.spend(1)
        self.pos = macro.end()
        return DECLARED[macro[1]]

    def item(self, atoms: list[Atom], level: int, style: Style) -> None:
        """Read one item and add it to `atoms`; raises TooHard."""
        self.budget.spend(1)
        character = self.source[self.pos]
        if character in "^_":
            self._script(atoms, character, level, style)
        elif character == "'":
            self._prime(atoms)
        elif character == "{":
            self.pos += 1
            atoms.extend(self.row("}", level, style))
        elif character == "\\":
            self._macro(atoms, level, style)
        elif character in "}&$`":
            raise TooHard
        else:
            atoms.append(self._character(character, style))

    def _character(self, character: str, style: Style) -> Atom:
        if number := _NUMBER.match(self.source, self.pos):
            self.pos = number.end()
            return Atom("ord", [ALPHABETS[style].get(number[0], number[0])])
        if relation := _RELATION.match(self.source, self.pos):
            self.pos = relation.end()
            return Atom("rel", [relation[0]])
        self.pos += 1
        kind, sign = MATHS_CHARACTERS.get(character, ("ord", character))
        return Atom(kind, _styled(sign, style))

    def _prime(self, atoms: list[Atom]) -> None:
        self.pos += 1
        if atoms:
            atoms[-1].events.append("′")
        else:
            atoms.append(Atom("ord", ["′"]))

    def _script(self, atoms: list[Atom], sign: str, level: int, style: Style) -> None:
        if level >= _MAX_SCRIPTS:
            raise TooHard
        self.pos += 1
        if not atoms or atoms[-1].kind == "space":
            atoms.append(Atom("ord", []))
        base = atoms[-1]
        if sign in base.scripts:
            raise TooHard
        base.scripts += sign
        self.has_storeys |= base.kind == "op" and base.events[:1] in _BIG_SIGNS
        if base.kind == "frac":
            base.kind, base.events = "ord", ["(", *base.events, ")"]
        inner = spaced(self._argument(level + 1, style), tight=True)
        if sign == "^" and inner in (["∘"], ["°"], ["′"]):
            base.events.append("′" if inner == ["′"] else "°")
        elif inner:
            opening, closing = MARKS["sup" if sign == "^" else "sub"]
            base.events += [opening, *inner, closing]

    def _argument(self, level: int, style: Style) -> list[Atom]:
        """What a script or a macro applies to: a group, a macro, or one character."""
        self._skip_blanks()
        if self.pos >= len(self.source) or self.source[self.pos] in "^_'":
            raise TooHard
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise TooHard
        atoms: list[Atom] = []
        if self.source[self.pos].isdigit():
            digit = self.source[self.pos]
            atoms.append(Atom("ord", [ALPHABETS[style].get(digit, digit)]))
            self.pos += 1
        else:
            self.item(atoms, level, style)
        self.nesting -= 1
        return atoms

    def _macro(self, atoms: list[Atom], level: int, style: Style) -> None:
        macro = _MACRO.match(self.source, self.pos)
        if not macro:
            raise TooHard
        self.pos = macro.end()
        name = macro[1]
        if name in MATHS:
            kind, sign = MATHS[name]
            atoms.append(Atom(kind, _styled(sign, style if kind == "ord" else "")))
        elif name in MATHS_SPACES:
            atoms.append(Atom("space", [MATHS_SPACES[name]]))
        elif name in STYLED:
            atoms.extend(_word(self._argument(level, STYLED[name])))
        elif name in MATHS_ACCENTS:
            atoms.append(_accented(self._argument(level, style), MATHS_ACCENTS[name]))
        elif name in WORDS:
            atoms.append(self._words("op" if name == "operatorname" else "ord", name))
        elif name in SIZES:
            self._size()
        elif name in _STRUCTURES:
            atoms.append(_STRUCTURES[name](self, level, style))
        else:
            raise TooHard

    def _words(self, kind: Kind, name: str) -> Atom:
        words = _WORDS.match(self.source, self.pos)
        if not words:
            raise TooHard
        self.pos = words.end()
        text = words[1].replace("~", " ")
        mark = {"textbf": "strong", "textit": "em", "emph": "em", "texttt": "code"}.get(name)
        return Atom(kind, [MARKS[mark][0], text, MARKS[mark][1]] if mark and text else [text])

    def _size(self) -> None:
        """`\\left.` and `\\right.` stand for no bracket; other sizes leave theirs as it is."""
        self._skip_blanks()
        if self.source[self.pos : self.pos + 1] == ".":
            self.pos += 1

    def _fraction(self, level: int, style: Style) -> Atom:
        above = self._argument(level, style)
        return self._split("over", above, self._argument(level, style))

    def _binomial(self, level: int, style: Style) -> Atom:
        above = self._argument(level, style)
        return self._split("choose", above, self._argument(level, style))

    def _split(self, name: str, above: list[Atom], below: list[Atom]) -> Atom:
        if name == "choose":
            self.has_storeys = True
            return Atom("ord", ["(", *chosen(above, below).events, ")"])
        made = fraction(above, below)
        self.has_storeys |= len(above) > 1 or len(below) > 1
        return made

    def _root(self, level: int, style: Style) -> Atom:
        sign = "√"
        for degree, known in (("[3]", "∛"), ("[4]", "∜")):
            if self.source.startswith(degree, self.pos):
                self.pos += len(degree)
                sign = known
        if self.source.startswith("[", self.pos):
            raise TooHard
        under = self._argument(level, style)
        self.has_storeys |= len(under) > 1
        return root(sign, under)

    def _negation(self, level: int, style: Style) -> Atom:
        struck = self._argument(level, style)
        shown = _accented(struck, "\u0338")
        return Atom(struck[0].kind, shown.events)

    def _modulus(self, level: int, style: Style) -> Atom:
        modulus = spaced(self._argument(level, style), tight=False)
        return Atom("ord", [" (mod ", *modulus, ")"])


_STRUCTURES: dict[str, Callable[[_Parser, int, Style], Atom]] = {
    "frac": _Parser._fraction,
    "tfrac": _Parser._fraction,
    "dfrac": _Parser._fraction,
    "nicefrac": _Parser._fraction,
    "sfrac": _Parser._fraction,
    "binom": _Parser._binomial,
    "sqrt": _Parser._root,
    "not": _Parser._negation,
    "pmod": _Parser._modulus,
}


def _word(atoms: list[Atom]) -> list[Atom]:
    """`\\mathrm{poly}` is one word, set off from its neighbours like the name of a function."""
    letters = [atom.events[0] for atom in atoms if len(atom.events) == 1 and atom.kind == "ord"]
    word = "".join(letter for letter in letters if isinstance(letter, str))
    if len(word) < 2 or len(word) != len(atoms) or not word.isalpha():
        return atoms
    return [Atom("op", [word])]


def _styled(sign: str, style: Style) -> list[Event]:
    shown = ALPHABETS[style].get(sign, sign)
    if style == "bf" and shown.isalpha():
        return [MARKS["strong"][0], shown, MARKS["strong"][1]]
    return [shown]


def _accented(atoms: list[Atom], mark: str) -> Atom:
    """One atom of one character, with a combining mark on it; raises TooHard on anything else."""
    if len(atoms) != 1 or atoms[0].scripts:
        raise TooHard
    events = list(atoms[0].events)
    letters = [index for index, event in enumerate(events) if isinstance(event, str)]
    if len(letters) != 1 or len(str(events[letters[0]])) != 1:
        raise TooHard
    events[letters[0]] = unicodedata.normalize("NFC", str(events[letters[0]]) + mark)
    return Atom("ord", events)

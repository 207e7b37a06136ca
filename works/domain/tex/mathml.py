"""Formulas that are not simple as MathML of our own making.

latex2mathml sees the bare structure of a formula and its answer is only read: each element that
we know is written anew from the leaves that were put aside, each leaf exactly once. Whatever does
not fit is no formula here, and is shown as its source.
"""

import html
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from works.domain.tex.groups import FIRST, Leaf, Refused
from works.domain.tex.linear import chosen, fraction, root
from works.domain.tex.markup import MARKS, Budget, Event, Formula, Mark, as_text, escaped, tidied
from works.domain.tex.skeleton import skeleton
from works.domain.tex.spacing import Atom, bracketed, spaced
from works.domain.tex.symbols import LIMITS

_MAX_LENGTH = 2_000
# No screen is too narrow for fewer signs in a row.
_NARROW = 28
_REMEMBERED = 2_000


class _Part(NamedTuple):
    """A piece of a formula as MathML, as the atoms of a line, and how many signs it is wide."""

    html: str
    atoms: list[Atom]
    width: int
    leaf: Leaf | None = None


_NOTHING = _Part("<mrow></mrow>", [], 0)


def formula(source: str, budget: Budget, *, display: bool) -> Formula | None:
    """The inside of `$…$` as MathML; None where it stays source."""
    source = source.strip()
    if len(source) > _MAX_LENGTH or not budget.affords(len(source)):
        return None
    return _made(source, display)


@lru_cache(_REMEMBERED)
def _made(source: str, display: bool) -> Formula | None:
    try:
        bare = skeleton(source)
        builder = _Builder(bare.leaves)
        part = builder.part(_converted(bare.tex))
    except Refused:
        return None
    if builder.left or not bare.leaves:
        return None
    block = ' display="block"' if display else ""
    shown = f'<math{block} alttext="{html.escape(source)}">{part.html}</math>'
    wide = display or part.width > _NARROW
    text = as_text(tidied(spaced(part.atoms, tight=False)))
    return Formula(_boxed(shown, display=display) if wide else shown, text)


def _boxed(shown: str, *, display: bool) -> str:
    """A box of its own in which a wide formula scrolls, by keys too."""
    name = "formula display" if display else "formula"
    return f'<span class="{name}" role="group" aria-label="Formula" tabindex="0">{shown}</span>'


def _converted(tex: str) -> Element:
    # It raises a dozen errors of its own and a few of Python's.
    try:
        return convert_to_element(tex)
    except Exception as error:
        raise Refused from error


class _Builder:
    """Writes the converter's tree anew; `left` counts the leaves that were not seen yet."""

    def __init__(self, leaves: list[Leaf]) -> None:
        self.leaves: list[Leaf | None] = list(leaves)
        self.left = len(leaves)

    def part(self, element: Element) -> _Part:
        if not len(element):
            return self._leaf(element)
        children = [self.part(child) for child in element]
        build = _BUILDERS.get(element.tag)
        if build is None or element.text or any(child.tail for child in element):
            raise Refused
        return build(element, children)

    def _leaf(self, element: Element) -> _Part:
        text = html.unescape(element.text or "")
        if element.tag in ("mi", "mrow") and not text:
            return _NOTHING
        if element.tag == "mo" and text in ("(", ")"):
            leaf: Leaf | None = Leaf("mo", text, "open" if text == "(" else "close", "", text)
        else:
            leaf = self._taken(text)
        if leaf is None:
            raise Refused
        shown = f"<{leaf.tag}{leaf.attributes}>{escaped(leaf.text)}</{leaf.tag}>"
        width = len(leaf.text) or 1
        return _Part(shown, [Atom(leaf.kind, [leaf.plain])] if leaf.plain else [], width, leaf)

    def _taken(self, text: str) -> Leaf | None:
        index = ord(text) - FIRST if len(text) == 1 else -1
        if not 0 <= index < len(self.leaves):
            return None
        leaf, self.leaves[index] = self.leaves[index], None
        self.left -= 1
        return leaf


def _row(element: Element, children: Sequence[_Part]) -> _Part:
    seen = [child for child in children if child is not _NOTHING]
    if len(seen) <= 1:
        return seen[0] if seen else _NOTHING
    width = sum(child.width for child in seen)
    return _Part(f"<mrow>{_joined(seen)}</mrow>", _atoms(seen), width)


def _joined(children: Sequence[_Part]) -> str:
    return "".join(child.html for child in children)


def _atoms(children: Sequence[_Part]) -> list[Atom]:
    return [atom for child in children for atom in child.atoms]


def _fraction(element: Element, children: Sequence[_Part]) -> _Part:
    above, below = _exactly(2, children)
    width = max(above.width, below.width)
    if element.get("linethickness") == "0":
        shown = f'<mfrac linethickness="0">{above.html}{below.html}</mfrac>'
        return _Part(shown, [chosen(above.atoms, below.atoms)], width)
    shown = f"<mfrac>{above.html}{below.html}</mfrac>"
    return _Part(shown, [fraction(above.atoms, below.atoms)], width)


def _square_root(element: Element, children: Sequence[_Part]) -> _Part:
    atoms = [root("√", _atoms(children))]
    width = 1 + sum(child.width for child in children)
    return _Part(f"<msqrt>{_joined(children)}</msqrt>", atoms, width)


def _any_root(element: Element, children: Sequence[_Part]) -> _Part:
    under, degree = _exactly(2, children)
    index = [*MARKS["sup"][:1], *spaced(degree.atoms, tight=True), *MARKS["sup"][1:]]
    sign = root("√", under.atoms)
    atoms = [Atom("ord", [*index, *sign.events])]
    return _Part(f"<mroot>{under.html}{degree.html}</mroot>", atoms, 1 + under.width)


_PLACES = {"msub": ("sub",), "msup": ("sup",), "msubsup": ("sub", "sup")}
_STACKED = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}


def _scripts(element: Element, children: Sequence[_Part]) -> _Part:
    places = _PLACES[element.tag]
    base, *scripts = _exactly(1 + len(places), children)
    limits = base.leaf is not None and base.leaf.plain in LIMITS
    braced = base.html.endswith((">⏟</mo></munder>", ">⏞</mo></mover>"))
    tag = _STACKED[element.tag] if limits or braced else element.tag
    shown = f"<{tag}>{_joined(children)}</{tag}>"
    atoms = _raised(base.atoms, places, scripts)
    return _Part(shown, atoms, base.width + max(script.width for script in scripts))


def _raised(base: list[Atom], places: Sequence[str], scripts: Sequence[_Part]) -> list[Atom]:
    """A line's atoms with what is over and under them behind them."""
    if len(base) == 1 and base[0].kind != "frac":
        whole = Atom(base[0].kind, list(base[0].events))
    else:
        whole = Atom("ord", bracketed(base, needed=True) if base else [])
    for place, script in zip(places, scripts, strict=True):
        opening, closing = MARKS[place]
        inner = spaced(script.atoms, tight=True)
        whole.events += inner if _is_prime(script) else [opening, *inner, closing]
    return [whole]


def _is_prime(script: _Part) -> bool:
    return script.leaf is not None and script.leaf.text.startswith("′")


def _over(element: Element, children: Sequence[_Part]) -> _Part:
    return _accented(element.tag, "sup", children)


def _under(element: Element, children: Sequence[_Part]) -> _Part:
    return _accented(element.tag, "sub", children)


def _accented(tag: str, place: str, children: Sequence[_Part]) -> _Part:
    base, sign = _exactly(2, children)
    mark = sign.leaf.mark if sign.leaf else None
    if mark is None:
        atoms = _raised(base.atoms, (place,), (sign,))
        shown = f"<{tag}>{base.html}{sign.html}</{tag}>"
    else:
        atoms = [_marked(atom, mark) for atom in base.atoms]
        accent = "accent" if place == "sup" else "accentunder"
        shown = f'<{tag} {accent}="true">{base.html}{sign.html}</{tag}>'
    return _Part(shown, atoms, max(base.width, sign.width))


def _marked(atom: Atom, mark: str) -> Atom:
    """A combining mark on each letter of a line, but not on what is raised or lowered."""
    depth = 0
    events: list[Event] = []
    for event in atom.events:
        if isinstance(event, Mark):
            depth += 1 if event.opens else -1
        plain = isinstance(event, str) and depth == 0
        events.append(_with_mark(str(event), mark) if plain else event)
    return Atom(atom.kind, events)


def _with_mark(text: str, mark: str) -> str:
    return normalize("NFC", "".join(c + mark if c.isalnum() else c for c in text))


_SIDES = {"left": ' class="left"', "right": ' class="right"'}


def _cell(element: Element, children: Sequence[_Part]) -> _Part:
    side = _SIDES.get(element.get("columnalign", ""), "")
    whole = _row(element, children)
    return _Part(f"<mtd{side}>{whole.html}</mtd>", whole.atoms, whole.width)


def _cells(element: Element, children: Sequence[_Part]) -> _Part:
    filled = [spaced(child.atoms, tight=False) for child in children if child.atoms]
    width = sum(child.width for child in children)
    return _Part(f"<mtr>{_joined(children)}</mtr>", _listed(filled, ", "), width)


def _table(element: Element, children: Sequence[_Part]) -> _Part:
    rows = _listed([spaced(child.atoms, tight=False) for child in children], "; ")
    width = max(child.width for child in children)
    return _Part(f"<mtable>{_joined(children)}</mtable>", rows, width)


def _listed(parts: Sequence[list[Event]], separator: str) -> list[Atom]:
    events = [event for part in parts for event in (separator, *part)]
    return [Atom("ord", events[1:])]


def _exactly(count: int, children: Sequence[_Part]) -> Sequence[_Part]:
    if len(children) != count:
        raise Refused
    return children


_BUILDERS: dict[str, Callable[[Element, Sequence[_Part]], _Part]] = {
    "math": _row,
    "mrow": _row,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _any_root,
    "msub": _scripts,
    "msup": _scripts,
    "msubsup": _scripts,
    "mover": _over,
    "munder": _under,
    "mtable": _table,
    "mtr": _cells,
    "mtd": _cell,
}

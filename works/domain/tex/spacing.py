"""The space around the pieces of a formula, by their kinds, much as TeX leaves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from works.domain.tex.markup import Event
from works.domain.tex.symbols import Kind

_NO_LEFT_SIDE = (None, "bin", "rel", "open", "punct", "op")
_NO_RIGHT_SIDE = (None, "rel", "close")


@dataclass(slots=True)
class Atom:
    """One piece of a formula; `kind` decides the space around it, as in TeX."""

    kind: Kind
    events: list[Event]
    scripts: str = ""


def bracketed(atoms: list[Atom], *, needed: bool) -> list[Event]:
    """`atoms` without spaces, in brackets where `needed` or where a fraction is inside."""
    inner = spaced(atoms, tight=True)
    needed = needed or any(atom.kind == "frac" for atom in atoms)
    return ["(", *inner, ")"] if needed else inner


def spaced(atoms: list[Atom], *, tight: bool) -> list[Event]:
    """The events of `atoms` with spaces where TeX would leave some."""
    kinds = list(_kinds(atoms))
    events: list[Event] = []
    before: Kind = "open"
    for index, (atom, kind) in enumerate(zip(atoms, kinds, strict=True)):
        after = kinds[index + 1] if index + 1 < len(kinds) else "close"
        if _gap(before, kind, tight=tight):
            events.append(" ")
        if kind == "frac" and _touched(before, after):
            events += ["(", *atom.events, ")"]
        else:
            events += atom.events
        before = kind
    return events


def _touched(before: Kind, after: Kind) -> bool:
    """Whether a fraction written with "/" would take in its neighbours."""
    return before in ("ord", "close", "frac") or after in ("ord", "open", "frac", "op")


def _kinds(atoms: list[Atom]) -> Iterator[Kind]:
    """The kinds, with operators that lack a left or right side turned into plain signs."""
    before: Kind | None = None
    kinds: list[Kind | None] = [atom.kind for atom in atoms]
    for kind, after in pairwise([*kinds, None]):
        unary = kind == "bin" and (before in _NO_LEFT_SIDE or after in _NO_RIGHT_SIDE)
        at_edge = kind == "rel" and (before is None or after is None)
        yield "sign" if unary or at_edge else kind or "ord"
        before = kind


def _gap(left: Kind, right: Kind, *, tight: bool) -> bool:
    if left == "op" and right in ("ord", "op", "frac"):
        return True
    if right == "op" and left in ("ord", "close", "frac"):
        return True
    if tight or "space" in (left, right):
        return False
    if "rel" in (left, right):
        return left != right
    return "bin" in (left, right) or left == "punct"

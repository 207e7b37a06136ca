"""MathML in one line, with subscripts and superscripts as <sub> and <sup>."""

from collections.abc import Sequence
from html import unescape

from works.sources.markuptree import Element, Node

_SIGNS = {"\N{FUNCTION APPLICATION}", "\N{INVISIBLE TIMES}", "\N{INVISIBLE SEPARATOR}"}
_TOKENS = frozenset(("mi", "mn", "mo", "ms", "mtext"))
_SCRIPTS = {
    "msub": ("sub",),
    "munder": ("sub",),
    "msup": ("sup",),
    "mover": ("",),
    "msubsup": ("sub", "sup"),
    "munderover": ("sub", "sup"),
}


def line(formula: Element) -> str:
    """The formula in a line; empty where its MathML says nothing."""
    return _row(formula.children).strip()


def _row(nodes: Sequence[Node]) -> str:
    return "".join(map(_part, nodes))


def _part(node: Node) -> str:
    if isinstance(node, str):
        return "" if node.isspace() else unescape(node)
    if node.name in _TOKENS:
        text = " ".join(node.text().split("\n"))
        return "" if text in _SIGNS else text if node.name == "mtext" else text.strip()
    if node.name in _SCRIPTS:
        return _scripts(node, _SCRIPTS[node.name])
    if node.name == "mmultiscripts":
        return _many_scripts(node.elements())
    return _arranged(node)


def _arranged(node: Element) -> str:
    parts = [_part(child) for child in node.elements()]
    if node.name == "mfrac" and len(parts) == 2:
        return "/".join(map(_grouped, parts))
    if node.name in ("msqrt", "mroot") and parts:
        return "√" + _grouped("".join(parts) if node.name == "msqrt" else parts[0])
    if node.name == "mfenced":
        return f"({','.join(parts)})"
    if node.name == "mspace":
        return " "
    if node.name in ("annotation", "annotation-xml", "mphantom"):
        return ""
    return _row(node.children)


def _grouped(part: str) -> str:
    return part if part.isalnum() else f"({part})"


def _scripts(node: Element, places: tuple[str, ...]) -> str:
    base, *scripts = map(_part, node.elements() or ("",))
    return base + "".join(map(_script, places, scripts))


def _script(place: str, text: str) -> str:
    return f"<{place}>{text}</{place}>" if place and text else text


def _many_scripts(children: Sequence[Element]) -> str:
    """A base with pairs of scripts behind it and, behind `mprescripts`, in front of it."""
    sides = ["", ""]
    side, place = 0, "sub"
    for child in children[1:]:
        if child.name == "mprescripts":
            side, place = 1, "sub"
            continue
        sides[side] += _script(place, _part(child))
        place = "sup" if place == "sub" else "sub"
    return sides[1] + "".join(map(_part, children[:1])) + sides[0]

"""JATS and HTML markup, as publishers put it into titles and abstracts, as text for our renderer.

Italics, subscripts and superscripts stay as <i>, <sub> and <sup>; a formula becomes its TeX in
dollar signs where the publisher gives it, else what its MathML says in a line.
"""

import re
from collections.abc import Sequence
from html import unescape

from works.sources import mathml
from works.sources.markuptree import Element, Node, parsed

# Longer than an abstract may be, with the MathML of every formula in it.
MAX_MARKUP = 500_000

_ALTTEXT = re.compile(r"\salttext\s*=\s*[\"'](\$[^\"'$]+\$)[\"']")
_SPACE = re.compile(r"\s+")
_SPACES = re.compile(" {2,}")
_BREAK = re.compile(r" *\n[ \n]*")
_TEX_BODY = re.compile(r"\\begin\s*\{document\}(.*)\\end\s*\{document\}", re.DOTALL)
_TEX_DELIMITERS = re.compile(r"\A(?:\$+|\\\(|\\\[)|(?:\$+|\\\)|\\\])\Z")
_WORD = re.compile(r"(?!(?:th|st|nd|rd)\b)[^\W\d_]{2}")
_SAYS_NOTHING = frozenset(("abstract", "summary", "zusammenfassung", "résumé", "resumen"))

_KEPT = {"i": "i", "italic": "i", "em": "i", "sub": "sub", "inf": "sub", "sup": "sup"}
_FORMULAS = frozenset(("math", "tex-math", "inline-formula", "alternatives"))
_BLOCK_NAMES = "abstract br break def disp-formula disp-quote div li list list-item ol p sec ul"
_BLOCKS = frozenset(_BLOCK_NAMES.split())
# White space to `_SPACE`, so that no text of a source can hold it.
_FORMULA_END = "\x1f"


def plain(markup: str) -> str:
    """The text, paragraphs apart by an empty line; over `MAX_MARKUP` characters as it is."""
    if len(markup) > MAX_MARKUP:
        return markup
    text = _set_apart(_flow(parsed(markup).children))
    return _SPACES.sub(" ", _BREAK.sub("\n\n", text)).strip()


def _flow(nodes: Sequence[Node]) -> str:
    """Nodes one behind the other; a formula behind a word gets the space that was lost."""
    parts = [""]
    for node in _preferred(nodes):
        part = _written(node)
        if part and isinstance(node, Element) and node.name in _FORMULAS:
            part = (" " if parts[-1][-1:].isalpha() else "") + part + _FORMULA_END
        if part:
            parts.append(part)
    return "".join(parts)


def _set_apart(text: str) -> str:
    """A space where a word follows a formula at once; but the "th" of "nth" is none."""
    first, *others = text.split(_FORMULA_END)
    return first + "".join(f" {other}" if _WORD.match(other) else other for other in others)


def _preferred(nodes: Sequence[Node]) -> Sequence[Node]:
    """Of one formula in several notations, the TeX."""
    if not any(isinstance(node, Element) and node.name == "tex-math" for node in nodes):
        return nodes
    return [node for node in nodes if isinstance(node, str) or node.name != "math"]


def _written(node: Node) -> str:
    if isinstance(node, str):
        return _SPACE.sub(" ", unescape(node))
    if node.name == "tex-math":
        return _tex(node.text())
    if node.name == "math":
        return _formula(node)
    inner = _flow(node.children)
    if tag := _KEPT.get(node.name):
        return f"<{tag}>{inner}</{tag}>" if inner.strip() else inner
    if node.name == "title":
        return _heading(inner.strip())
    return f"\n{inner}\n" if node.name in _BLOCKS else inner


def _heading(text: str) -> str:
    """A section's heading in front of its text."""
    if text.rstrip(".:").casefold() in _SAYS_NOTHING:
        return "\n"
    return f"\n{text} " if text.endswith((".", ":", ";", "?", "!")) else f"\n{text}: "


def _formula(math: Element) -> str:
    for element in _descendants(math):
        if element.name == "annotation" and "tex" in element.attributes.lower():
            return _tex(element.text())
    alttext = _ALTTEXT.search(math.attributes)
    return unescape(alttext[1]) if alttext else mathml.line(math)


def _descendants(element: Element) -> list[Element]:
    found = element.elements()
    for child in found:
        found.extend(child.elements())
    return found


def _tex(source: str) -> str:
    """TeX in dollar signs, out of the document that some publishers put around each formula."""
    body = _TEX_BODY.search(source)
    tex = _SPACE.sub(" ", body[1] if body else source).strip()
    tex = _TEX_DELIMITERS.sub("", tex).strip()
    return f"${tex}$" if tex else ""

"""Text with inline elements, as XML sources have it, in the notation that our renderer reads.

The renderer reads TeX with a few tags. What these sources write outside of their elements is
plain text, so that every character which means something in TeX is escaped there.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

_KEPT = frozenset(("i", "b", "em", "strong", "sub", "sup"))
_SPECIAL = re.compile(r"[\\${}~]|<(?=[A-Za-z/])")
_ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "<": r"\textless{}"}
# No field may be longer, and escaping makes a hostile one many times as long.
_MAX_CHARACTERS = 100_000
_SIMPLE_ADDRESS = re.compile(r"[^{}\\]{1,2000}")


def renderable(element: Element | None) -> str:
    """The element's content: emphasis and scripts stay tags, formulas and addresses become TeX.

    What is too long for any field comes back as it is.
    """
    if element is None:
        return ""
    text = "".join(element.itertext())
    return text if len(text) > _MAX_CHARACTERS else "".join(_parts(element))


def escaped(text: str) -> str:
    """Plain text of which the renderer changes nothing but quotes and dashes."""
    return _SPECIAL.sub(lambda found: _ESCAPED.get(found[0]) or "\\" + found[0], text)


def _parts(element: Element) -> Iterator[str]:
    yield escaped(element.text or "")
    for child in element:
        yield from _child(child)
        yield escaped(child.tail or "")


def _child(child: Element) -> Iterator[str]:
    if child.tag == "tex-math":
        yield _formula("".join(child.itertext()))
    elif child.tag == "url":
        yield _address("".join(child.itertext()))
    elif child.tag in _KEPT:
        yield f"<{child.tag}>"
        yield from _parts(child)
        yield f"</{child.tag}>"
    else:
        yield from _parts(child)


def _formula(source: str) -> str:
    if not source.strip():
        return ""
    return rf"\({source}\)" if "$" in source else f"${source}$"


def _address(address: str) -> str:
    return rf"\url{{{address}}}" if _SIMPLE_ADDRESS.fullmatch(address) else escaped(address)

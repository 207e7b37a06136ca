"""A tree out of JATS, HTML or MathML as publishers deposit it: nothing in it is an error.

Sections are resolved, a tag that closes nothing is dropped, one that nobody closes ends with what
is around it, and what looks like a tag but is none of theirs stays text ("p <q and r> s").
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape

_MAX_DEPTH = 40
_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*+:)?([A-Za-z][\w-]*+)((?:[\s/][^<>]*+)?)>")
# Some publishers escape the markup of an abstract once more.
_ESCAPED_TAG = re.compile(r"&lt;(/?(?P<name>[A-Za-z][\w-]*+)(?:[\s/][^<>&]*+)?)&gt;")
_EMPTY = frozenset(("br", "break"))
_OF_TEXT = (
    "a abstract alternatives b bold br break caption def disp-formula disp-quote div em ext-link"
    " fn font i inf inline-formula inline-graphic italic label large li list list-item monospace"
    " named-content ol overline p related-article roman sans-serif sc scp sec small span strike"
    " strong styled-content sub sup tex-math title tt u ul underline uri xref"
)
_OF_MATHML = (
    "annotation annotation-xml math mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom"
    " mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder"
    " munderover none semantics"
)
_NAMES = frozenset(f"{_OF_TEXT} {_OF_MATHML}".split())


@dataclass(slots=True)
class Element:
    """`name` is without its prefix and in small letters; texts still have their entities."""

    name: str
    attributes: str = ""
    children: list["Element | str"] = field(default_factory=list)

    def elements(self) -> list["Element"]:
        """The children that are no text."""
        return [child for child in self.children if isinstance(child, Element)]

    def text(self) -> str:
        """All that stands in it, unmarked."""
        return "".join(
            unescape(child) if isinstance(child, str) else child.text() for child in self.children
        )


Node = Element | str


def parsed(markup: str) -> Element:
    """A nameless element around the whole."""
    text = _ESCAPED_TAG.sub(_unescaped_tag, _without_sections(markup))
    path, behind = [Element("")], 0
    for tag in _TAG.finditer(text):
        closing, prefix, name, attributes = tag.groups()
        name = name.lower()
        if not prefix and name not in _NAMES:
            continue
        path[-1].children.append(text[behind : tag.start()])
        behind = tag.end()
        if closing:
            _close(path, name)
        else:
            _open(path, Element(name, attributes))
    path[-1].children.append(text[behind:])
    return path[0]


def _unescaped_tag(tag: re.Match[str]) -> str:
    return f"<{tag[1]}>" if tag["name"].lower() in _NAMES else tag[0]


def _open(path: list[Element], element: Element) -> None:
    path[-1].children.append(element)
    is_empty = element.attributes.endswith("/") or element.name in _EMPTY
    if not is_empty and len(path) < _MAX_DEPTH:
        path.append(element)


def _close(path: list[Element], name: str) -> None:
    """Leave the innermost element of this name and what was left open in it."""
    for depth in range(len(path) - 1, 0, -1):
        if path[depth].name == name:
            del path[depth:]
            return


def _without_sections(text: str) -> str:
    """The text without comments and processing instructions, CDATA as escaped text."""
    text = _each_section(text, "<![CDATA[", "]]>", escape)
    text = _each_section(text, "<!--", "-->", lambda _: "")
    return _each_section(text, "<?", "?>", lambda _: "")


def _each_section(text: str, opening: str, closing: str, kept: Callable[[str], str]) -> str:
    first, *others = text.split(opening)
    parts = [first]
    for other in others:
        inner, closed, behind = other.partition(closing)
        parts += (kept(inner), behind) if closed else (opening, other)
    return "".join(parts)

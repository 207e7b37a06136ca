"""Small pieces of markup that the drawings and the text under them share."""

import re
from collections.abc import Sequence
from html import escape

# What XML cannot hold, not even as a reference.
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_ICON_SHAPES = {
    "person": '<circle cx="8" cy="8" r="5"/>',
    "work": '<rect x="4" y="2.5" width="8" height="11" rx="1.6"/>',
    "topic": '<path d="M8 1.8 14.2 8 8 14.2 1.8 8Z"/>',
    "institution": '<path d="M8 2 14 7v7H2V7Z"/>',
}
KINDS = {
    "person": "People",
    "work": "Works",
    "topic": "Topics",
    "institution": "Institutions",
}


def escaped(text: str) -> str:
    """Safe in HTML and in XML, between tags and in quotes."""
    return escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def link(url: str, name: str) -> str:
    return f'<a href="{escaped(url)}"><bdi>{escaped(name)}</bdi></a>'


def icon(kind: str) -> str:
    return (
        f'<svg class="glyph {kind}" viewBox="0 0 16 16" width="14" height="14"'
        f' aria-hidden="true">{_ICON_SHAPES[kind]}</svg>'
    )


def listed(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))

"""Titles, abstracts, comments and names of sources as safe inline HTML and plain text.

Nothing of a source can become a tag or an attribute, no letter of it is lost, and the work is
bounded: a field that asks for too much is shown as its escaped source.
"""

import re
from typing import NamedTuple

from works.domain.tex import prose
from works.domain.tex.markup import (
    MAX_LENGTH,
    Budget,
    TooMuch,
    as_html,
    as_text,
    clean,
    escaped,
    tidied,
    without_controls,
)
from works.domain.tex.sentences import split_lead

__all__ = ["MAX_LENGTH", "VERSION", "Rendered", "render", "render_name", "split_lead"]

VERSION = 4

# Some arXiv records carry every backslash twice, before a quote thrice: `Fr\\'ed`, `$\\gamma$`.
_ALONE = re.compile(r"(?<!\\)\\(?!\\)")
_DOUBLED = re.compile(r"(?<!\\)\\{2,}+(?=[^\s\\])")


class Rendered(NamedTuple):
    """`html` is safe inline HTML, `text` plain Unicode for search, titles and JSON."""

    html: str
    text: str


def render(source: str) -> Rendered:
    """A title, an abstract or a comment; over `MAX_LENGTH` characters only its escaped source."""
    if len(source) > MAX_LENGTH:
        bare = without_controls(source)
        return Rendered(escaped(bare), bare)
    cleaned = _undoubled(clean(source))
    try:
        events = tidied(prose.events(cleaned, Budget()))
    except TooMuch:
        return Rendered(escaped(cleaned), cleaned)
    return Rendered(as_html(events), as_text(events))


def render_name(source: str) -> str:
    """A person's name as plain text, not HTML: accents made, braces dropped, spaces folded."""
    if len(source) > MAX_LENGTH:
        return without_controls(source)
    cleaned = _undoubled(clean(source))
    try:
        return as_text(tidied(prose.name_events(cleaned, Budget())))
    except TooMuch:
        return cleaned


def _undoubled(source: str) -> str:
    """The source without the second escape, where not one of its backslashes stands alone."""
    if "\\\\" not in source or _ALONE.search(source):
        return source
    return _DOUBLED.sub(r"\\", source)

"""The slice: the near part of the graph around one researcher, as a piece of HTML.

Pure and deterministic: equal facts give equal bytes, whatever the order of their lists.
"""

import hashlib

import msgspec

from graph.domain.slice.build import graph_of, narrow_picture, wide_picture
from graph.domain.slice.facts import Institution, Person, SliceFacts, Topic, Work
from graph.domain.slice.page import page
from graph.domain.slice.svg import drawing, is_small, styles
from graph.domain.slice.words import circles_line, crowd_line, cut_line

__all__ = [
    "VERSION",
    "Drawn",
    "Institution",
    "Person",
    "SliceFacts",
    "Topic",
    "Work",
    "digest",
    "draw",
    "is_small",
]

# To be raised with every change of what is drawn: stored slices are then made anew.
VERSION = 4


class Drawn(msgspec.Struct, frozen=True):
    """The slice as HTML, and how many nodes its larger drawing has."""

    html: str
    nodes: int


def draw(facts: SliceFacts) -> Drawn:
    """Choose, lay out and draw; takes a few tenths of a second at most."""
    wide = wide_picture(facts)
    narrow = narrow_picture(facts, wide)
    wide_style, narrow_style = styles(facts)
    large = drawing(facts, wide, wide_style)
    html = page(facts, large, drawing(facts, narrow, narrow_style))
    return Drawn(html, len(large.graph.nodes))


def digest(facts: SliceFacts) -> str:
    """Differs where the slice would: over what is drawn and said of the facts, and VERSION."""
    wide = wide_picture(facts)
    narrow = narrow_picture(facts, wide)
    content = (
        VERSION,
        [
            (graph_of(facts, shown), cut_line(facts, shown), crowd_line(shown))
            for shown in (wide, narrow)
        ],
        wide.common,
        circles_line(facts),
    )
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()

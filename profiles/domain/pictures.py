"""Small drawings of numbers, as HTML and SVG that reads well without seeing it.

Every value is escaped here; looks are left to the style sheet by class names, since the pages
allow no inline style. Positions are in the units of each drawing's view box.
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import pairwise

from claims.domain.ledger import Entry

LEVELS = 5


@lru_cache(128)
def trust_scale(score: int, band: str, edges: tuple[int, ...]) -> str:
    """Draw a score of 0 to 100 on the scale of its bands, named for who cannot see it.

    `edges` are the bounds of the bands from 0 to 100, both included.
    """
    current = next((i for i, edge in enumerate(edges[1:-1]) if score < edge), len(edges) - 2)
    bands = "".join(
        f'<rect class="band{" current" if i == current else ""}" '
        f'x="{low * 4 + 1}" y="18" width="{(high - low) * 4 - 2}" height="8" rx="2"/>'
        for i, (low, high) in enumerate(pairwise(edges))
    )
    marks = "".join(f'<text x="{min(max(e * 4, 5), 391)}" y="42">{e}</text>' for e in edges)
    x = min(max(score * 4, 2), 398)
    pin = f'<path class="pin" d="M{x} 15l-6-9h12z"/><path class="pin" d="M{x - 1} 14h2v15h-2z"/>'
    label = escape(f"Trust score {score} of 100, band {band}")
    return (
        f'<svg class="trust-scale" viewBox="0 0 400 46" role="img" aria-label="{label}">'
        f"{bands}{marks}{pin}</svg>"
    )


@lru_cache
def level_ladder(level: int) -> str:
    """List the verification levels with those that are reached marked."""
    steps = "".join(f"<li{_step(number, level)}>L{number}</li>" for number in range(LEVELS))
    label = f"Verification level {level} of {LEVELS - 1}"
    return f'<ol class="level-ladder" aria-label="{label}">{steps}</ol>'


def share_bar(share: float) -> str:
    """Draw a share of 0 to 1 as a thin bar; the number it stands for is in the text beside it."""
    width = round(100 * min(max(share, 0.0), 1.0))
    return (
        '<svg class="share-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="whole" width="100" height="4"/>'
        f'<rect class="part" width="{width}" height="4"/></svg>'
    )


def trust_lines(entries: Sequence[Entry]) -> str:
    """List the lines of the ledger with their points, what they rest on, and their share."""
    # A loop in the template takes ten times as long, in every page of a researcher.
    lines = [
        f"<div><dt>{escape(entry.label)}</dt><dd><b>{escape(entry.points)}</b> / {entry.max}</dd>"
        f'<dd class="evidence">{escape(entry.evidence)}</dd>{share_bar(entry.share)}</div>\n'
        for entry in entries
    ]
    return f'<dl class="trust-lines">\n{"".join(lines)}</dl>'


def _step(number: int, level: int) -> str:
    if number == level:
        return ' class="reached" aria-current="step"'
    return ' class="reached"' if number < level else ""

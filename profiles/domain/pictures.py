"""Small drawings of numbers, as HTML and SVG that reads well without seeing it.

Every value is escaped here; looks are left to the style sheet by class names, since the pages
allow no inline style. Positions are in the units of each drawing's view box.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

LEVELS = 5
BAR_HEIGHT = 56
EMPTY_BAR = 2
SMALLEST_BAR = 4
# A record with more columns than this gives them less room; see `.year-bars.many`.
MANY_COLUMNS = 10
# Years without works are drawn one by one up to this many, else as a single gap.
LONGEST_DRAWN_GAP = 4


@dataclass(frozen=True, slots=True)
class YearCount:
    """The works of one year (None: undated) and the address that lists just these."""

    year: int | None
    count: int
    url: str
    current: bool = False


def year_bars(years: Iterable[YearCount], target: str = "works") -> str:
    """Draw works per year as bars that are links, newest first in the source.

    Each link filters the element with id `target`, and has an id of its own, by which the focus
    is found again after the list was exchanged. Years without works are shown as gaps; the
    undated works stand apart at the end and are no link, since no filter asks for them.
    No years give an empty string.
    """
    counted = list(years)
    if not counted:
        return ""
    tallest = max(entry.count for entry in counted)
    dated = sorted((e for e in counted if e.year is not None), key=_year, reverse=True)
    columns = _with_gaps(dated, tallest, target)
    columns += [_column(entry, tallest, target) for entry in counted if entry.year is None]
    kind = "year-bars many" if len(columns) > MANY_COLUMNS else "year-bars"
    return f'<ol class="{kind}">{"".join(columns)}</ol>'


def trust_scale(score: int, band: str, edges: Sequence[int]) -> str:
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


def _year(entry: YearCount) -> int:
    return entry.year or 0


def _with_gaps(dated: Sequence[YearCount], tallest: int, target: str) -> list[str]:
    columns: list[str] = []
    previous: int | None = None
    for entry in dated:
        if previous is not None:
            columns += _gap(previous - _year(entry) - 1, previous)
        columns.append(_column(entry, tallest, target))
        previous = entry.year
    return columns


def _gap(missing: int, newer: int) -> list[str]:
    if missing > LONGEST_DRAWN_GAP:
        words = f"{newer - missing} to {newer - 1}: no works"
        return [f'<li class="gap"><span class="vh">{words}</span></li>']
    return [
        f'<li class="none">{_bar(EMPTY_BAR)}<span>{newer - step}</span></li>'
        for step in range(1, missing + 1)
    ]


def _column(entry: YearCount, tallest: int, target: str) -> str:
    """Draw one year: the whole column is the link, so that a small bar is easy to hit."""
    height = max(SMALLEST_BAR, round(BAR_HEIGHT * entry.count / max(tallest, 1)))
    noun = "work" if entry.count == 1 else "works"
    label = "undated" if entry.year is None else str(entry.year)
    number = f'<b>{entry.count:,}<span class="vh"> {noun}, </span></b>'
    drawn = f"{number}{_bar(height)}<span>{label}</span>"
    if entry.year is None:
        return f'<li class="undated">{drawn}</li>'
    return f"<li><a {_link(entry, escape(target))}>{drawn}</a></li>"


def _link(entry: YearCount, target: str) -> str:
    url = escape(entry.url)
    current = ' aria-current="true"' if entry.current else ""
    return (
        f'id="year-{entry.year}" href="{url}#{target}"{current} hx-get="{url}" '
        f'hx-target="#{target}" hx-select="#{target}" hx-swap="outerHTML" '
        f'hx-select-oob="#{target}-status:innerHTML" hx-push-url="true"'
    )


def _bar(height: int) -> str:
    return (
        f'<svg viewBox="0 0 30 {height}" height="{height}" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect width="30" height="{height}" rx="{min(3, height // 2)}"/></svg>'
    )


def _step(number: int, level: int) -> str:
    if number == level:
        return ' class="reached" aria-current="step"'
    return ' class="reached"' if number < level else ""

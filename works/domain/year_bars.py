"""Works per year as bars that are links, as HTML and SVG that reads well without seeing it."""

from collections.abc import Iterator, Sequence
from html import escape

BAR_HEIGHT = 56
EMPTY_BAR = 2
SMALLEST_BAR = 4
# A record with more columns than this gives them less room; see `.year-bars.many`.
MANY_COLUMNS = 10
# Years without works are drawn one by one up to this many, else as a single gap.
LONGEST_DRAWN_GAP = 4

Years = Sequence[tuple[int | None, int]]


def year_bars(years: Years, url: str, current: int | None = None) -> str:
    """Draw (year, works), newest first in the source; each leads to `url` with its year.

    A link filters the list around it, whose `hx-` attributes say how, and has an id of its own, by
    which the focus is found again after the list was exchanged. Years without works are shown as
    gaps; the undated works stand apart at the end and are no link, since no filter asks for them.
    No years give an empty string.
    """
    if not years:
        return ""
    tallest = max([count for _, count in years])
    start = escape(f"{url}{'&' if '?' in url else '?'}year=")
    columns = [*_dated(years, tallest, start, current)]
    columns += [
        f'<li class="undated">{_drawn(count, tallest, "undated")}</li>'
        for year, count in years
        if year is None
    ]
    kind = "year-bars many" if len(columns) > MANY_COLUMNS else "year-bars"
    return f'<ol class="{kind}">{"".join(columns)}</ol>'


def _dated(years: Years, tallest: int, start: str, current: int | None) -> Iterator[str]:
    newer: int | None = None
    for year, count in sorted([(y, n) for y, n in years if y is not None], reverse=True):
        if newer is not None and newer - year > 1:
            yield from _gap(newer - year - 1, newer)
        marked = ' aria-current="true"' if year == current else ""
        yield (
            f'<li><a id="year-{year}" href="{start}{year}#works"{marked} hx-get="{start}{year}">'
            f"{_drawn(count, tallest, str(year))}</a></li>"
        )
        newer = year


def _gap(missing: int, newer: int) -> list[str]:
    if missing > LONGEST_DRAWN_GAP:
        words = f"{newer - missing} to {newer - 1}: no works"
        return [f'<li class="gap"><span class="vh">{words}</span></li>']
    return [
        f'<li class="none">{_bar(EMPTY_BAR)}<span>{newer - step}</span></li>'
        for step in range(1, missing + 1)
    ]


def _drawn(count: int, tallest: int, label: str) -> str:
    """What a column shows. All of it is the link, so that a small bar is easy to hit."""
    height = max(SMALLEST_BAR, round(BAR_HEIGHT * count / max(tallest, 1)))
    noun = "work" if count == 1 else "works"
    number = f'<b>{count:,}<span class="vh"> {noun}, </span></b>'
    return f"{number}{_bar(height)}<span>{label}</span>"


def _bar(height: int) -> str:
    return (
        f'<svg height="{height}" aria-hidden="true">'
        f'<rect width="100%" height="{height}" rx="{min(3, height // 2)}"/></svg>'
    )

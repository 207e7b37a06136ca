"""A list of works as bytes from their stored pieces, put into a page when its template is rendered.

Most of a researcher's page is such a list. As text it would be decoded when it comes from the
database, copied with each part of the template at two or four bytes a letter, and encoded again:
a fifteenth of the page's time.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from works.domain import article
from works.lists import WorkRow

# Where the list stands in a template. No text of others can say it: theirs is escaped.
PLACE = b"<!-- works -->"
ARTICLE = (
    b'<li><article class="work" id="work-%d" data-work-id="%d">%b'
    b'<h4 dir="auto"><a href="/works/%d/">%b</a></h4>'
    b'<p class="byline">%b</p>%b</article></li>'
)


def render_list(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    rows: Sequence[WorkRow],
    focus: str = "",
) -> HttpResponse:
    """The page with these works in their place; `focus` as for `works_html`."""
    response = render(request, template, context)
    response.content = response.content.replace(PLACE, works_html(rows, focus), 1)
    return response


def works_html(rows: Sequence[WorkRow], focus: str = "") -> bytes:
    """The articles of a list under their years, in the order of the rows.

    `focus` is the public id of the author whose list it is.
    """
    years = groupby(rows, attrgetter("year"))
    return b"".join(
        [_year_html(year, [_work_html(row, focus.encode()) for row in of]) for year, of in years]
    )


def _year_html(year: int | None, items: list[bytes]) -> bytes:
    noun = "work" if len(items) == 1 else "works"
    heading = f"<h3>{year or 'Undated'}<span>{len(items)} {noun}</span></h3>"
    return b'<section class="year">%b<ol>%b</ol></section>' % (heading.encode(), b"".join(items))


def _work_html(row: WorkRow, focus: bytes) -> bytes:
    key = row.id
    byline = byline_html(row, focus)
    return ARTICLE % (key, key, row.head_html, key, row.title_html, byline, row.body_html)


def byline_html(row: WorkRow, focus: bytes = b"") -> bytes:
    """The first names and the one of the list's author, and how many are left out."""
    shown, rest = row.byline_html, row.byline_rest
    if row.position > article.BYLINE:
        shown, rest = b"%b, %b" % (shown, article.bold(row.name)), rest - 1
    elif focus:
        shown = article.focused(shown, focus)
    return shown + article.more(rest).encode()

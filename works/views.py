"""The corpus on the web: works, and lists of researchers."""

from string import ascii_uppercase
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from bzpeer.lib import access
from works import queries, researchers
from works.heads import Head
from works.listing import render_list
from works.lists import works_of_author
from works.pages import (
    MAX_PAGE,
    address,
    asked_of,
    indexable,
    number_in,
    page_context,
    page_url,
    researcher_context,
    researcher_row,
    researcher_url,
    works_context,
)
from works.web import fresh, kept, researcher_page
from works.workpage import work_context

OTHER = "#"
LETTERS = [*ascii_uppercase, OTHER]


@researcher_page
def researcher_works(request: HttpRequest, head: Head) -> HttpResponse:
    """The works of a researcher as a page of their own; the profile takes the list out of it."""
    asked = asked_of(request)
    rows = works_of_author(head.id, asked)
    path = f"{researcher_url(head.slug)}works/"
    if asked.page > 1 and not rows:  # past the end, since the list became shorter
        return HttpResponseRedirect(page_url(path, asked, 1))
    description = f"The published works of {head.name} on BZPEER."
    context = {
        "page": page_context(
            f"Works of {head.name}", description, path, noindex=not indexable(head)
        ),
        "r": researcher_context(head),
        "works": works_context(head, asked, rows),
    }
    return render_list(request, "works/works.html", context, rows, queries.public_id_of(head.slug))


@access.public
@require_safe
def work(request: HttpRequest, work_id: int) -> HttpResponseBase:
    found = queries.work(work_id)
    if found is None:
        return _moved(queries.work_since_joined(work_id))
    if found.removed:
        return render(request, "410.html", status=410)
    return kept(request, found.stamp, lambda: _work_page(request, found))


def _moved(work_id: int | None) -> HttpResponseBase:
    """To the work that this one is now part of. It may be told apart again: not for ever."""
    if work_id is None:
        raise Http404
    return redirect("work", work_id)


def _work_page(request: HttpRequest, found: queries.WorkFull) -> HttpResponse:
    w = work_context(found)
    page = page_context(
        found.title_text, f"{w['type_label']} on BZPEER.", f"/works/{found.id}/", kind="work"
    )
    return render(request, "works/work.html", {"page": page, "w": w})


@fresh
def browse(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("letter", "")[:1].upper()
    letter = asked if asked in LETTERS else researchers.first_letter(LETTERS)
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    rows = researchers.browse_researchers(letter, page)
    context: dict[str, Any] = {
        "page": page_context(
            "Researchers", "All researchers on BZPEER, by family name.", "/researchers/"
        ),
        "results": [researcher_row(row) for row in rows[: researchers.ROWS]],
        "letters": [_letter(one, letter) for one in LETTERS],
        "previous_url": _turned(letter, page - 1) if page > 1 else "",
        "next_url": _turned(letter, page + 1)
        if len(rows) > researchers.ROWS and page < MAX_PAGE
        else "",
    }
    return render(request, "works/browse.html", context)


def _letter(letter: str, current: str) -> dict[str, object]:
    label = "Other" if letter == OTHER else letter
    return {"label": label, "url": _turned(letter, 1), "current": letter == current}


def _turned(letter: str, page: int) -> str:
    return address("/researchers/", letter=letter, page=page)

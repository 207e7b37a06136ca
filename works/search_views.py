"""One page that finds researchers, institutions and works."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bzpeer.lib.safe import trusted
from works import institutions, researchers, titles
from works.institution_pages import institution_row
from works.pages import address, page_context, researcher_row
from works.web import fresh

RESULTS = 20


@fresh
def search(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:200]
    asked = request.GET.get("kind", "")
    kind = asked if asked in FOUND else "people"
    one, many, by = KINDS[kind]
    results = FOUND[kind](q, RESULTS + 1) if q else []
    near = _nearly(q) if kind == "people" and q and not results else []
    title = f"{many} {by} {q}" if q else f"Find {one}"
    context = {
        "page": page_context(
            title, f"Find {one} on BZPEER.", "/search/", noindex=bool(q), kind="search"
        ),
        "q": q,
        "kind": kind,
        "heading": f"{many} {by}" if q else title,
        "tabs": [_tab(each, q, kind) for each in KINDS],
        "results": results[:RESULTS],
        "more": len(results) > RESULTS,
        "near": near,
    }
    return render(request, "works/search.html", context)


def _tab(kind: str, q: str, current: str) -> dict[str, object]:
    url = address("/search/", q=q, kind="" if kind == "people" else kind)
    return {"label": KINDS[kind][1], "url": url, "current": kind == current}


def _people(q: str, most: int) -> list[dict[str, Any]]:
    return [researcher_row(row) for row in researchers.search_researchers(q, most)]


def _nearly(q: str) -> list[dict[str, Any]]:
    return [researcher_row(row) for row in researchers.nearly_named(q, RESULTS)]


def _institutions(q: str, most: int) -> list[dict[str, Any]]:
    return [institution_row(row) for row in institutions.search_institutions(q, most)]


def _works(q: str, most: int) -> list[dict[str, Any]]:
    return [
        {
            "url": f"/works/{row.id}/",
            "title_html": trusted(row.title_html),
            "names": row.names,
            "others": row.people - len(row.names),
            "year": row.year,
        }
        for row in titles.search_titles(q, most)
    ]


# (one of them, all of them, how they are to what was asked)
KINDS = {
    "people": ("a researcher", "Researchers", "named"),
    "institutions": ("an institution", "Institutions", "named"),
    "works": ("a work", "Works", "with the words"),
}
FOUND = {"people": _people, "institutions": _institutions, "works": _works}

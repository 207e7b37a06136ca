"""How two researchers are connected, on the web."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bzpeer.lib.safe import trusted
from graph.domain.path_words import told_in_words
from graph.domain.paths import MOST_STEPS, Outcome
from graph.paths import Station, path
from works.heads import Head, head
from works.pages import address, page_context, researcher_row, researcher_url
from works.researchers import ResearcherRow, researchers_named, search_researchers
from works.web import fresh

LONGEST = 200
CHOICES = 8
PAGE = "/explore/path/"


@fresh
def connection(request: HttpRequest) -> HttpResponse:
    """A form for two researchers, and the way from one to the other in words and links."""
    asked = [request.GET.get(name, "").strip()[:LONGEST] for name in ("from", "to")]
    ends = [found(text) for text in asked]
    context = {
        "page": page_context(
            "How two researchers are connected",
            "The shortest way between two researchers over works that people wrote together.",
            PAGE,
            noindex=True,
        ),
        "ends": [end_context(end, asked, place) for place, end in enumerate(ends)],
        "most_steps": MOST_STEPS,
        **answer([end for end in ends if isinstance(end, Head)]),
    }
    return render(request, "graph/path.html", context)


def found(text: str) -> Head | list[ResearcherRow]:
    """The one record of a slug or a name, else those that it may mean."""
    if not text:
        return []
    record = head(text)
    if record is None:
        rows = named(text)
        if len(rows) > 1:
            return rows
        record = head(rows[0].slug) if rows else None
    if record is not None and record.heir:
        record = head(record.heir)
    return record or []


def named(text: str) -> list[ResearcherRow]:
    """The one of exactly this name; else those that it may mean, the exact ones first."""
    exact = researchers_named(text, CHOICES)
    if len(exact) == 1:
        return exact
    slugs = {row.slug for row in exact}
    others = [row for row in search_researchers(text, CHOICES) if row.slug not in slugs]
    return [*exact, *others][:CHOICES]


def end_context(end: Head | list[ResearcherRow], asked: list[str], place: int) -> dict[str, Any]:
    """One field of the form: what was asked, who it is, or whom it may mean."""
    rows = [] if isinstance(end, Head) else end
    return {
        "asked": asked[place],
        "name": end.name if isinstance(end, Head) else "",
        "unknown": bool(asked[place]) and not rows and not isinstance(end, Head),
        "choices": [researcher_row(row) | {"url": _with(asked, place, row.slug)} for row in rows],
    }


def _with(asked: list[str], place: int, slug: str) -> str:
    """The page with one of the two fields settled."""
    start, goal = (slug, asked[1]) if place == 0 else (asked[0], slug)
    return address(PAGE, **{"from": start, "to": goal})


def answer(ends: list[Head]) -> dict[str, Any]:
    """The way between two records that are there; nothing before both are."""
    if len(ends) < 2:
        return {"state": ""}
    start, goal = ends
    if start.id != goal.id and not (start.version and goal.version):
        waiting = [end.name for end in ends if not end.version]
        again = address(PAGE, **{"from": start.slug, "to": goal.slug})
        return {"state": "waiting", "waiting": waiting, "again_url": again}
    way = path(start.id, goal.id)
    between = way.stations if way.outcome == Outcome.CONNECTED else []
    return {
        "state": way.outcome.value,
        "told": told_in_words(way.outcome, start.name, goal.name, [s.name for s in way.stations]),
        "stations": [station_context(station) for station in between],
        "back_url": address(PAGE, **{"from": goal.slug, "to": start.slug}),
    }


def station_context(station: Station) -> dict[str, Any]:
    """Somebody on the way and the works that lead on to the next one."""
    example = station.example
    return {
        "name": station.name,
        "url": researcher_url(station.slug),
        "works": station.works,
        "example": example
        and {
            "title_html": trusted(example.title_html),
            "url": f"/works/{example.id}/",
            "year": example.year,
        },
    }

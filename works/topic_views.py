"""Topics on the web: each with its works and its place in the tree, and the tops of all trees."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from works import lists, researchers
from works import topics as reading
from works.listing import render_list
from works.lists import WorkRow, WorksFilter
from works.pages import (
    MAX_PAGE,
    number_in,
    page_context,
    paging,
    researcher_url,
)
from works.topics import Counted, TopicFull
from works.web import fresh

# (one of them, all of them)
SCHEMES = {
    "arxiv": ("arXiv category", "arXiv categories"),
    "openalex": ("OpenAlex topic", "OpenAlex topics"),
    "openalex-subfield": ("OpenAlex subfield", "OpenAlex subfields"),
    "openalex-field": ("OpenAlex field", "OpenAlex fields"),
    "openalex-domain": ("OpenAlex domain", "OpenAlex domains"),
}


@fresh
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = reading.topic(slug)
    if found is None:
        raise Http404
    asked = WorksFilter(page=number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1)
    rows = lists.works_of_topics(found.ids, asked.page)
    path = topic_url(found.slug)
    if asked.page > 1 and not rows:
        return HttpResponseRedirect(path)
    about = f"Works and researchers on {found.name}."
    context = {
        "page": page_context(found.name, about, path, kind="topic"),
        "t": topic_context(found, rows),
        "turn": paging(path, asked, found.works.works),
    }
    return render_list(request, "works/topic.html", context, rows)


@fresh
def topics(request: HttpRequest) -> HttpResponse:
    """Every scheme with its topics, those with nothing above them."""
    schemes = [
        {
            "slug": scheme,
            "label": SCHEMES.get(scheme, ("", scheme))[1],
            "topics": [
                {
                    "name": name,
                    "url": topic_url(slug),
                    "code": "" if code.isdigit() or code in name else code,
                }
                for slug, name, code in found
            ],
        }
        for scheme, found in reading.top_topics().items()
    ]
    page = page_context("Topics", "The topics that sources give to works.", "/topics/")
    return render(request, "works/topics.html", {"page": page, "schemes": schemes})


def topic_context(found: TopicFull, rows: list[WorkRow]) -> dict[str, Any]:
    """`t` of the templates."""
    people = researchers.researchers_of_topics(found.ids)
    is_number = found.scheme.startswith("openalex") or found.code in found.name
    return {
        "name": found.name,
        "url": topic_url(found.slug),
        "scheme_label": SCHEMES.get(found.scheme, (found.scheme, ""))[0],
        "code": "" if is_number else found.code,
        "way": [{"name": name, "url": topic_url(slug)} for slug, name in found.way],
        "beneath": [
            {"name": name, "url": topic_url(slug), "works": counted(works)}
            for slug, name, works in found.beneath
        ],
        "works": counted(found.works) if rows else "",
        "latest": found.works.works > researchers.works_looked_at(len(found.ids)),
        "researchers": [
            {"name": name, "url": researcher_url(slug), "works": works}
            for slug, name, works in people
        ],
    }


def counted(found: Counted) -> str:
    """The number of works in words: "1,000+ works" where there are more than were counted."""
    noun = "work" if (found.works, found.more) == (1, False) else "works"
    return f"{found.works:,}{'+' * found.more} {noun}"


def topic_url(slug: str) -> str:
    return f"/topics/{slug}/"

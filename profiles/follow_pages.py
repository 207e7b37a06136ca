"""What the feed of new works shows."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from bzpeer.lib.safe import trusted
from profiles.follow_feed import END, PAGE, News
from works.pages import page_context, researcher_url

HOME = "/following/"


def feed_context(rows: Sequence[News], before: int) -> dict[str, Any]:
    """The works of this page by the day that they came; the address of the next names the last."""
    listed = rows[:PAGE]
    return {
        "page": page_context("Following", "What is new for you.", HOME, noindex=True),
        "days": [
            {"date": day, "works": [news_context(work) for work in works]}
            for day, works in groupby(listed, lambda work: work.came.date())
        ],
        "newest_url": HOME if before < END else "",
        "next_url": f"{HOME}?before={listed[-1].id}" if len(rows) > PAGE else "",
    }


def news_context(work: News) -> dict[str, Any]:
    return {
        "id": work.id,
        "url": f"/works/{work.id}/",
        "title_html": trusted(work.title_html),
        "year": work.year,
        "names": work.names,
        "more_names": work.people - len(work.names),
        "authors": [{"url": researcher_url(slug), "name": name} for slug, name in work.authors],
        "topics": [{"url": f"/topics/{slug}/", "name": name} for slug, name in work.topics],
    }

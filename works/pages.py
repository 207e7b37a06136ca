"""What templates show of researchers and works, from the rows that queries bring."""

from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.http import HttpRequest

from bzpeer.lib.safe import trusted
from works.domain import provenance, words
from works.domain.saying import SILENT, Said
from works.domain.year_bars import year_bars
from works.heads import Head
from works.lists import SIZE, WorkRow, WorksFilter
from works.researchers import ResearcherRow

SAMPLE = "bzpeer-sample"
CLAIM_LABELS = {
    "unclaimed": "Unclaimed author",
    "pending": "Claim under review",
    "claimed": "Claimed",
    "disputed": "Claim disputed",
}
# Where paging ends: each page further costs more to find.
MAX_PAGE = 400


def page_context(
    title: str, description: str, path: str, *, noindex: bool = False, kind: str = "page"
) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "canonical": settings.SITE_URL + path,
        "noindex": noindex,
        "kind": kind,
    }


def researcher_url(slug: str) -> str:
    return f"/researchers/{slug}/"


def researcher_context(head: Head) -> dict[str, Any]:
    """`r` of the templates."""
    topics = [name for _, name, _ in head.top_topics]
    # Until the next refresh the facts may hold words of who speaks for the record no more.
    held = head.claim_state in ("claimed", "disputed")
    said = head.said if held else SILENT
    imported = words.tagline(head.works, head.years, topics)
    return {
        "slug": head.slug,
        "data": trusted(data_attributes(head)),
        "url": researcher_url(head.slug),
        "name": head.name,
        "tagline": said.tagline or imported,
        "role": said.role or "Researcher",
        "affiliation": said.affiliation[0] if said.affiliation else head.affiliation,
        "open_to_collaborate": bool(said.open) if held else None,
        "said": said_context(said),
        "imported": {"tagline": imported, "affiliation": head.affiliation},
        "works": head.works,
        "followers": head.followers,
        "topics": head.topics,
        "close_collaborators": head.close_collaborators,
        "score": head.trust_score,
        "band": head.trust_band,
        "level": head.level,
        "claim_state": head.claim_state,
        "claim_label": CLAIM_LABELS[head.claim_state],
        "several": head.several,
        "is_sample": SAMPLE in head.sources,
        # Django's filter for dates takes as long as a tenth of the page's template.
        "counted_on": words.day(head.trust_at) if head.trust_at else "",
        "sources": [provenance.source(slug).label for slug in head.sources],
    }


def data_attributes(head: Head) -> str:
    """What scripts and checks read of a record, as attributes of its page's `<main>`."""
    known = {
        "slug": head.slug,
        "trust-score": "" if head.trust_score is None else head.trust_score,
        "trust-band": head.trust_band,
        "verification-level": f"L{head.level}",
        "claim-state": head.claim_state,
        "works": head.works,
        "followers": head.followers,
        "topics": head.topics,
        "close-collaborators": head.close_collaborators,
    }
    return "".join([f' data-{name}="{escape(str(value))}"' for name, value in known.items()])


def said_context(said: Said) -> dict[str, Any] | None:
    """What the holder says, for the page to show as theirs; None where nobody says anything."""
    if msgspec.structs.replace(said, open=None) == SILENT:
        return None
    return {
        "tagline": said.tagline,
        "role": said.role,
        "affiliation": (
            {"name": said.affiliation[0], "url": f"/institutions/{said.affiliation[1]}/"}
            if said.affiliation
            else None
        ),
        "links": [{"url": url, "label": label} for url, label in said.links],
        "names": said.names,
        "begun": said.begun,
        "featured": [
            {"url": f"/works/{key}/", "title_html": trusted(title)} for key, title in said.featured
        ],
    }


def circle_context(circle: dict[str, Any]) -> dict[str, Any]:
    told = words.circle(circle["years"], circle["collaborators"], circle["topics"])
    titles = [{"title": title, "url": f"/works/{key}/"} for key, title in circle["titles"]]
    return {"works": circle["works"], "words": told, "examples": titles}


def indexable(head: Head) -> bool:
    """Whether search engines may keep the page: only a claimed record, unless the site says so."""
    return settings.INDEX_UNCLAIMED or (head.claim_state == "claimed" and not head.several)


def researcher_row(row: ResearcherRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "url": researcher_url(row.slug),
        "works": row.works,
        "years_text": words.years_text(row.years),
        "topics_text": words.listed(words.plain_topics([name for _, name, _ in row.top_topics])),
        "score": row.score,
        "band": row.band,
        "level": row.level,
        "several_url": f"{researcher_url(row.slug)}trust/#identity" if row.several else "",
    }


# --- works lists -----------------------------------------------------------------------------


def asked_of(request: HttpRequest) -> WorksFilter:
    """The filter in an address; what makes no sense asks for nothing."""
    get = request.GET
    return WorksFilter(
        year=number_in(get.get("year", ""), 1, 9999),
        q=get.get("q", "").strip()[:200],
        type=get.get("type", "")[:100],
        topic=get.get("topic", "")[:200],
        sort=get.get("sort", "")[:20],
        page=number_in(get.get("page", ""), 1, MAX_PAGE) or 1,
    )


def number_in(text: str, low: int, high: int) -> int | None:
    sound = text.isascii() and text.isdigit() and len(text) < 6
    return int(text) if sound and low <= int(text) <= high else None


def works_context(head: Head, asked: WorksFilter, rows: Sequence[WorkRow]) -> dict[str, Any]:
    """`works` of the templates, for the works of one researcher."""
    base = f"{researcher_url(head.slug)}works/"
    matching = rows[0].matching if rows else 0
    bars = year_bars(head.years, address(base, q=asked.q), asked.year)
    return {
        "total": max(head.works, matching),
        "matching": matching,
        "q": asked.q,
        "year": asked.year,
        "year_bars": trusted(bars) if len(head.years) > 1 else "",
        "clear_url": base,
        "base_url": base,
        **paging(base, asked, matching),
    }


def paging(base: str, asked: WorksFilter, matching: int) -> dict[str, Any]:
    pages = max(1, -(-matching // SIZE))
    last = min(pages, MAX_PAGE)
    return {
        "page": asked.page,
        "pages": pages,
        "previous_url": page_url(base, asked, asked.page - 1) if asked.page > 1 else "",
        "next_url": page_url(base, asked, asked.page + 1) if asked.page < last else "",
    }


def page_url(base: str, asked: WorksFilter, page: int) -> str:
    """Another page of the same list."""
    return address(base, **msgspec.structs.asdict(msgspec.structs.replace(asked, page=page)))


def address(base: str, **parameters: str | int | None) -> str:
    """The address with the parameters that say something; page 1 goes without saying."""
    said = {k: v for k, v in parameters.items() if v not in ("", None) and (k, v) != ("page", 1)}
    return f"{base}?{urlencode(said)}" if said else base

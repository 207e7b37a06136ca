"""What the researcher's page and its machine-readable form show."""

from collections.abc import Sequence
from typing import Any

from bzpeer.lib.safe import trusted
from claims.cards import card_context
from claims.collaboration_card import card
from claims.domain.trust import FORMULA
from claims.models import Claim
from claims.pages import ledger_lines, summary
from graph.domain.slice import is_small
from profiles.queries import FOLLOWED, Followed
from works.heads import Head
from works.lists import WorksFilter
from works.pages import (
    address,
    indexable,
    page_context,
    researcher_context,
    researcher_url,
    works_context,
)

FOLLOWING = "/following/researchers/"
SORTS = {"new": "What is new", "name": "Name", "followed": "Followed last"}


def researcher_page_context(
    head: Head,
    *,
    following: bool,
    own: Claim | None = None,
    viewer: int | None = None,
) -> dict[str, Any]:
    r = researcher_context(head)
    return {
        "page": page_context(
            f"{head.name}, researcher profile",
            description(head),
            r["url"],
            noindex=not indexable(head),
            kind="profile",
        ),
        "r": r,
        "low_graph": is_small(head.works, head.collaborators),
        "ledger": summary(head),
        "follow": follow_context(head, following),
        "claim": card_context(head, own),
        "collaboration": card(viewer, head.id, head.claim_state, head.said.open),
        "works": works_context(head, WorksFilter(), head.listed),
    }


def description(head: Head) -> str:
    counts = f"{head.name} on BZPEER: {head.works} published works, {head.topics} topics"
    if head.trust_score is None:
        return f"{counts}."
    return f"{counts}, trust {head.trust_score} ({head.trust_band}), level L{head.level}."


def follow_context(head: Head, following: bool) -> dict[str, Any]:
    url = f"{researcher_url(head.slug)}follow/"
    return {"url": url, "count": head.followers, "following": following}


def researcher_json(head: Head, site: str) -> dict[str, Any]:
    """schema.org ProfilePage with our own facts beside it; nothing private is in it."""
    url = site + researcher_url(head.slug)
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "url": url,
        "dateModified": head.trust_at.isoformat() if head.trust_at else None,
        "mainEntity": {"@type": "Person", "@id": url, "name": head.name, "url": url},
        "bzpeer": {
            "slug": head.slug,
            "name": head.name,
            "claim_state": head.claim_state,
            "verification_level": f"L{head.level}",
            "trust": trust_json(head, site),
            "counts": {
                "works": head.works,
                "followers": head.followers,
                "topics": head.topics,
                "close_collaborators": head.close_collaborators,
            },
            "identity": identity_json(head),
        },
    }


def trust_json(head: Head, site: str) -> dict[str, Any]:
    lines = ledger_lines(head)
    return {
        "score": head.trust_score,
        "band": head.trust_band or None,
        "formula": FORMULA,
        "computed_at": head.trust_at.isoformat() if head.trust_at else None,
        "lines": [
            {
                "code": line["code"],
                "points": float(line["points"]),
                "max": line["max"],
                "evidence": line["evidence"],
                "raise_by": [
                    way | {"points": float(way["points"]), "url": site + way["url"]}
                    if way["url"]
                    else way | {"points": float(way["points"]), "url": None}
                    for way in line["raise_by"]
                ],
            }
            for line in lines
        ],
    }


def identity_json(head: Head) -> dict[str, Any]:
    status = "several" if head.several else "clear" if head.version else "undecided"
    groups = [
        {key: circle[key] for key in ("works", "years", "topics", "collaborators")}
        for circle in head.circles
    ]
    return {"status": status, "groups": groups}


def following_context(rows: Sequence[Followed], sort: str, page: int) -> dict[str, Any]:
    """The list of followed records; `rows` are those of this page."""
    total = rows[0].total if rows else 0
    asked = "" if sort == "new" else sort
    return {
        "page": page_context("Following", "Researchers that you follow.", "", noindex=True),
        "rows": [followed_row(row) for row in rows],
        "total": total,
        "sorts": [
            {
                "label": label,
                "url": address(FOLLOWING, sort="" if key == "new" else key),
                "current": key == sort,
            }
            for key, label in SORTS.items()
        ],
        "here": address(FOLLOWING, sort=asked, page=page),
        "previous_url": address(FOLLOWING, sort=asked, page=page - 1) if page > 1 else "",
        "next_url": (
            address(FOLLOWING, sort=asked, page=page + 1) if page * FOLLOWED < total else ""
        ),
    }


def followed_row(row: Followed) -> dict[str, Any]:
    return followed_context(row.slug, row.name, following=True) | {
        "works": row.works,
        "followed": row.followed,
        "since": row.since,
        "new": row.new,
        "more": row.new - len(row.latest),
        "latest": [
            {"url": f"/works/{work.id}/", "title_html": trusted(work.title_html), "came": work.came}
            for work in row.latest
        ],
    }


def followed_context(slug: str, name: str, *, following: bool) -> dict[str, Any]:
    return person_context(slug, name) | {"following": following}


def person_context(slug: str, name: str) -> dict[str, Any]:
    """What the button of a row needs."""
    return {
        "slug": slug,
        "key": slug.rpartition("-")[2],
        "url": researcher_url(slug),
        "name": name,
    }

"""What the pages show on which a holder edits their record."""

from collections.abc import Mapping, Sequence
from typing import Any

from bzpeer.lib.safe import trusted
from claims.models import Claim
from profiles.profile_queries import PAGE, Mention
from profiles.works_editing import Change, Snapshot
from works.heads import Head
from works.pages import address, page_context, researcher_context, researcher_url


def edit_context(head: Head, claim: Claim, title: str) -> dict[str, Any]:
    """What all pages of editing share."""
    base = researcher_url(head.slug)
    return {
        "page": page_context(f"{title}: {head.name}", "", "", noindex=True),
        "r": researcher_context(head),
        "claim": {"url": f"/claims/{claim.public_id}/", "frozen": claim.frozen_at is not None},
        "edit_url": f"{base}edit/",
        "works_url": f"{base}edit/works/",
    }


def works_edit_context(
    head: Head,
    own: Sequence[Mention],
    alike: Sequence[Mention],
    denied: Mapping[int, str],
    page: int,
) -> dict[str, Any]:
    """The works of a record with what is said of each, and those of namesakes."""
    base = f"{researcher_url(head.slug)}edit/works/"
    total = own[0].matching if own else 0
    return {
        "own": [mention_row(one) for one in own],
        "alike": [mention_row(one) | {"denied": one.work in denied} for one in alike],
        "total": total,
        "number": page,
        "pages": max(1, -(-total // PAGE)),
        "previous_url": address(base, page=page - 1) if page > 1 else "",
        "next_url": address(base, page=page + 1) if page * PAGE < total else "",
    }


def mention_row(one: Mention) -> dict[str, Any]:
    return {
        "field": one.field,
        "url": f"/works/{one.work}/",
        "title_html": trusted(one.title_html),
        "year": one.year,
        "name": one.name,
        "confirmed": one.status == "confirmed",
        "company": one.company,
        "record": researcher_url(one.slug),
    }


def preview_context(change: Change) -> dict[str, Any]:
    """Before and after, and what is said, to be sent once more when it is kept."""
    before, after = change.before, change.after
    return {
        "judged": [
            mention_row(one.mention) | {"mine": one.mine, "value": "mine" if one.mine else "not"}
            for one in change.judged
        ],
        "rows": [
            _row("Works", before.works, after.works),
            _row("Topics", before.topics, after.topics),
            _row("Close collaborators", before.collaborators, after.collaborators),
            _row("Trust", _trust(before), _trust(after)),
        ],
        "gained": [name for name in after.close if name not in before.close],
        "lost": [name for name in before.close if name not in after.close],
        "flagged": after.several and not before.several,
        "unflagged": before.several and not after.several,
    }


def _row(label: str, before: object, after: object) -> dict[str, object]:
    return {"label": label, "before": before, "after": after, "same": before == after}


def _trust(shown: Snapshot) -> str:
    return "being computed" if shown.score is None else f"{shown.score}, {shown.band}"

"""What pages show of trust, from the facts beside a record."""

from typing import Any

from claims.domain.ledger import Entry, Ledger, ledger
from claims.domain.trust import TrustFacts, score
from works.pages import researcher_url
from works.queries import Head

# Where a reader can do something about a line; the rest comes with the sources.
LEADS = {"claim": "claim/", "proof": "claim/"}
EVIDENCE = {
    "identity": ("How levels work", "/about/trust/"),
    "corroboration": ("The works", "works/"),
    "record": ("The works", "works/"),
    "network": ("The people nearby", "graph/"),
}


def facts_of(head: Head) -> TrustFacts:
    """The facts that the stored score was made from: both were written in one transaction."""
    return TrustFacts(
        level=head.level,
        works=head.works,
        corroborated=head.corroborated,
        authorships=head.works,
        confirmed=head.confirmed,
        identified=head.identified,
        complete=head.complete,
        close=head.close_collaborators,
        verified_close=head.verified_close,
        flagged=head.several,
    )


def ledger_of(head: Head) -> Ledger | None:
    """The ledger in words; None before the first refresh."""
    if head.trust_score is None:
        return None
    facts = facts_of(head)
    return ledger(facts, score(facts))


def line_context(entry: Entry, head: Head) -> dict[str, Any]:
    """A line of the ledger with its evidence and what would raise it."""
    base = researcher_url(head.slug)
    label, target = EVIDENCE[entry.code]
    link = {"label": label, "url": target if target.startswith("/") else base + target}
    return {
        "code": entry.code,
        "label": entry.label,
        "points": entry.points,
        "max": entry.max,
        "share": entry.share,
        "evidence": entry.evidence,
        "evidence_links": [link],
        "date": head.trust_at,
        "raise_by": [
            {
                "action": way.action,
                "points": f"{way.points:.2f}".rstrip("0").rstrip("."),
                "url": base + LEADS[way.kind] if way.kind in LEADS else "",
            }
            for way in entry.raise_by
        ],
    }

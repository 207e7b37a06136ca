"""What pages show of trust, from the facts beside a record."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from claims.claim_queries import claim_shown
from claims.claim_steps import Actor
from claims.domain.ledger import Entry, Ledger, Said, ledger
from claims.domain.levels import Step
from claims.domain.transitions import Role
from claims.domain.trust import TrustFacts, score
from claims.models import Claim
from claims.queries import claim_held, proofs_said
from works.heads import Head
from works.pages import researcher_url

CLAIMED = frozenset({"claimed", "disputed"})
# Where a reader can do something about a line; the rest comes with the sources.
LEADS = {"claim": "claim/", "proof": "claim/"}
HOLDERS_LEADS = LEADS | {"confirm": "edit/works/"}
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


def ledger_of(head: Head, said: Sequence[Said] = (), *, ways: bool = True) -> Ledger | None:
    """The ledger in words; None before the first refresh.

    `said` are the proofs of a claimed record, which the identity line then names; `ways`: with what
    would raise each line.
    """
    if head.trust_score is None:
        return None
    facts = facts_of(head)
    return ledger(facts, score(facts), said=said, ways=ways)


def summary(head: Head) -> tuple[Entry, ...]:
    """The lines of the ledger as the researcher's page shows them; none before the refresh."""
    found = ledger_of(head, ways=False)
    return found.entries if found else ()


def ledger_lines(head: Head, user_id: int | None = None) -> list[dict[str, Any]]:
    """The whole ledger, with each proof of a claimed record; its holder is told their next steps.

    One more statement for a claimed record, and some more for its holder.
    """
    claimed = head.claim_state in CLAIMED
    found = ledger_of(head, proofs_said(head.id) if claimed else ())
    if found is None:
        return []
    own = claim_held(head.id, user_id) if claimed and user_id else None
    leads = HOLDERS_LEADS if own else LEADS
    lines = [line_context(entry, head, leads) for entry in found.entries]
    shown = claim_shown(own, Actor(Role.CLAIMANT, own.user_id), timezone.now()) if own else None
    if shown is not None:
        identity = next(line for line in lines if line["code"] == "identity")
        identity["raise_by"] = [_way(step, shown.claim) for step in shown.next]
    return lines


def _way(step: Step, claim: Claim) -> dict[str, Any]:
    return {
        "action": f"{step.action}, {step.needs}" if step.needs else step.action,
        "points": str(step.points),
        "url": f"/claims/{claim.public_id}/",
    }


def line_context(entry: Entry, head: Head, leads: Mapping[str, str] = LEADS) -> dict[str, Any]:
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
                "url": base + leads[way.kind] if way.kind in leads else "",
            }
            for way in entry.raise_by
        ],
    }

"""What a researcher's page says of claims: the public state, and one's own claim to its owner."""

from typing import Any

from claims.claim_words import STATES
from claims.domain.transitions import ENDED, State
from claims.models import Claim
from works.heads import Head
from works.pages import researcher_url


def claim_own(author_id: int, user_id: int) -> Claim | None:
    """This person's claim of the record, unless it has ended."""
    own = Claim.objects.filter(author_id=author_id, user_id=user_id)
    return own.exclude(state__in=[*ENDED]).first()


def card_context(head: Head, own: Claim | None = None) -> dict[str, Any]:
    """`claim` of the page. Of claims of others nothing but the public state is in it."""
    base = researcher_url(head.slug)
    edits = own is not None and own.state == State.ACCEPTED and own.frozen_at is None
    return {
        "url": f"{base}claim/",
        "state": head.claim_state,
        "own": f"/claims/{own.public_id}/" if own else "",
        "own_label": STATES[own.state].label if own else "",
        "own_meaning": STATES[own.state].meaning if own else "",
        "edit_url": f"{base}edit/" if edits else "",
        "works_url": f"{base}edit/works/" if edits else "",
    }

"""Reads of what claims and trust keep."""

from collections.abc import Mapping, Sequence
from typing import Any

from bzpeer.lib.sql import fetch
from claims.domain.ledger import Said
from claims.domain.transitions import HELD
from claims.models import Claim, TrustScore

HISTORY = 20

# What the claim of a record rests on, without an address or a word of anybody.
SAID = """
SELECT e.kind, e.voucher, coalesce((e.facts ->> 'confirmed_on')::date, e.added_at::date),
    e.lapsed_at::date
FROM claims_claim c JOIN claims_evidence e ON e.claim_id = c.id
WHERE c.author_id = %(author)s AND c.state IN ('accepted', 'disputed')
    AND (e.was_strong OR e.confirms)
UNION ALL
SELECT 'review', '', reviewed_at::date, NULL FROM claims_claim
WHERE author_id = %(author)s AND state IN ('accepted', 'disputed') AND reviewed_at IS NOT NULL
ORDER BY 3, 1, 2
"""


def proofs_said(author_id: int) -> list[Said]:
    """What may be told of the proofs of a claimed record, the oldest first."""
    return [Said(*row) for row in fetch(SAID, {"author": author_id})]


def claim_held(author_id: int, user_id: int) -> Claim | None:
    """The claim by which this person speaks for the record."""
    held = Claim.objects.filter(author_id=author_id, user_id=user_id, state__in=[*HELD])
    return held.select_related("author").first()


def trust_history(author_id: int) -> Sequence[Mapping[str, Any]]:
    """The last scores that differed from the one before, the newest first."""
    found = TrustScore.objects.filter(author_id=author_id).order_by("-id")
    return list(found.values("score", "band", "level", "computed_at", "cause")[:HISTORY])

"""Reads of what claims and trust keep."""

from collections.abc import Mapping, Sequence
from typing import Any

from claims.models import TrustScore

HISTORY = 20


def trust_history(author_id: int) -> Sequence[Mapping[str, Any]]:
    """The last scores that differed from the one before, the newest first."""
    found = TrustScore.objects.filter(author_id=author_id).order_by("-id")
    return list(found.values("score", "band", "level", "computed_at", "cause")[:HISTORY])

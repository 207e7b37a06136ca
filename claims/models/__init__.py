"""How far an author record can be relied on, who may speak for it, and what people object."""

from claims.models.claims import Challenge, Claim, ClaimEvent
from claims.models.corrections import Correction
from claims.models.evidence import Evidence, EvidenceCode, PageCheck
from claims.models.tokens import new_mark, new_token
from claims.models.trust import TrustScore

__all__ = [
    "Challenge",
    "Claim",
    "ClaimEvent",
    "Correction",
    "Evidence",
    "EvidenceCode",
    "PageCheck",
    "TrustScore",
    "new_mark",
    "new_token",
]

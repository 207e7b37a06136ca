"""How far an author record can be relied on, who may speak for it, and what people object."""

from claims.models.claims import Challenge, Claim, ClaimEvent
from claims.models.conversations import Conversation, Message, Outcome, Participant, Proposal
from claims.models.corrections import Correction
from claims.models.evidence import Evidence, EvidenceCode, PageCheck
from claims.models.invitations import (
    AbuseReport,
    Block,
    CollaborationWishes,
    Invitation,
    InvitationDelivery,
    SenderFreeze,
)
from claims.models.tokens import new_mark, new_token
from claims.models.trust import TrustScore

__all__ = [
    "AbuseReport",
    "Block",
    "Challenge",
    "Claim",
    "ClaimEvent",
    "CollaborationWishes",
    "Conversation",
    "Correction",
    "Evidence",
    "EvidenceCode",
    "Invitation",
    "InvitationDelivery",
    "Message",
    "Outcome",
    "PageCheck",
    "Participant",
    "Proposal",
    "SenderFreeze",
    "TrustScore",
    "new_mark",
    "new_token",
]

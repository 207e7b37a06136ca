"""People: their accounts, what keeps those safe, and what they follow."""

from profiles.models.accounts import Erasure, RecoveryCode, SecretLink
from profiles.models.notices import Digest, NewsMark, Notice, NoticeChoice, TopicFollow
from profiles.models.people import Follow, User
from profiles.models.profile import Profile
from profiles.models.suggestions import (
    Suggestion,
    SuggestionChoice,
    SuggestionDismissal,
    SuggestionOrder,
)

__all__ = [
    "Digest",
    "Erasure",
    "Follow",
    "NewsMark",
    "Notice",
    "NoticeChoice",
    "Profile",
    "RecoveryCode",
    "SecretLink",
    "Suggestion",
    "SuggestionChoice",
    "SuggestionDismissal",
    "SuggestionOrder",
    "TopicFollow",
    "User",
]

"""People: their accounts, what keeps those safe, and what they follow."""

from profiles.models.accounts import Erasure, RecoveryCode, SecretLink
from profiles.models.people import Follow, User

__all__ = ["Erasure", "Follow", "RecoveryCode", "SecretLink", "User"]

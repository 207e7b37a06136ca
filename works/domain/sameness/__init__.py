"""Which reports speak of one work, and by which rule that was decided."""

from works.domain.sameness.faces import (
    Face,
    Voice,
    face,
    forms,
    is_preprint,
    letters,
    number,
    token,
    years,
)
from works.domain.sameness.partition import CROWD, Decided, Group, Join, partition

__all__ = [
    "CROWD",
    "Decided",
    "Face",
    "Group",
    "Join",
    "Voice",
    "face",
    "forms",
    "is_preprint",
    "letters",
    "number",
    "partition",
    "token",
    "years",
]

"""What a person is open to and looks for, and whose invitations they want none of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bzpeer.lib import audit
from claims.claim_steps import Actor
from claims.domain import invitations as rules
from claims.domain.notes import line
from claims.domain.transitions import HELD
from claims.models import Claim, CollaborationWishes

LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Wishes:
    """`open_to` and `seeks` are keys of PURPOSES; what for is kept while one is closed."""

    is_open: bool = False
    open_to: Collection[str] = tuple(rules.PURPOSES)
    from_level: int = rules.LOWEST_LEVEL
    a_month: int = rules.DEFAULT_A_MONTH
    seeks: Collection[str] = ()
    words: str = ""


@transaction.atomic
def wishes_set(actor: Actor, wishes: Wishes, now: datetime) -> None:
    """Keep what the person wishes."""
    CollaborationWishes.objects.update_or_create(
        user_id=actor.user_id,
        defaults={
            "is_open": wishes.is_open,
            "open_to": _known(wishes.open_to),
            "from_level": wishes.from_level,
            "a_month": wishes.a_month,
            "seeks": _known(wishes.seeks),
            "words": line(wishes.words)[:LONGEST_WORDS],
            "updated_at": now,
        },
    )
    audit.record("wishes_set", actor.request, actor.user_id)


def openness_set(user_id: int, *, is_open: bool, now: datetime) -> bool:
    """Open or close, and leave the other wishes as they are; returns whether that changed anything.

    The pages of the person's records say it from their next refresh on.
    """
    if openness(user_id) == is_open:
        return False
    values = {"is_open": is_open, "updated_at": now}
    CollaborationWishes.objects.update_or_create(user_id=user_id, defaults=values)
    return True


def openness(user_id: int) -> bool:
    """Whether a person is open to collaborate, which holds for every record of theirs."""
    return CollaborationWishes.objects.filter(user_id=user_id, is_open=True).exists()


def records_of(user_id: int) -> list[int]:
    """The records whose pages say what a person wishes."""
    held = Claim.objects.filter(user_id=user_id, state__in=[*HELD])
    return sorted(held.values_list("author_id", flat=True))


def _known(purposes: Collection[str]) -> list[str]:
    return [name for name in rules.PURPOSES if name in purposes]

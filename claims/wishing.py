"""What a person is open to and looks for, and whose invitations they want none of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bzpeer.lib import audit
from claims.claim_steps import Actor
from claims.domain import invitations as rules
from claims.domain.notes import line
from claims.models import CollaborationWishes

LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Wishes:
    """`open_to` and `seeks` are keys of PURPOSES; open to nothing is closed.

    The page of a record says whether its holder is open at all; who says so there and nothing here
    is open to every purpose.
    """

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
            "open_to": _known(wishes.open_to),
            "from_level": wishes.from_level,
            "a_month": wishes.a_month,
            "seeks": _known(wishes.seeks),
            "words": line(wishes.words)[:LONGEST_WORDS],
            "updated_at": now,
        },
    )
    audit.record("wishes_set", actor.request, actor.user_id)


def _known(purposes: Collection[str]) -> list[str]:
    return [name for name in rules.PURPOSES if name in purposes]

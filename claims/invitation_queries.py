"""What the pages of invitations read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from claims.domain.invitations import PURPOSES, State, decide
from claims.domain.transitions import Refusal
from claims.invitation_facts import Asking, asking, sure_claims
from claims.models import Block, Claim, CollaborationWishes, Invitation, SenderFreeze

PAGE = 50


@dataclass(frozen=True, slots=True)
class Chances:
    """Which purposes somebody may invite for; with none, why not. `state` is what it becomes."""

    asking: Asking
    purposes: Sequence[str]
    state: State | None
    refusal: Refusal | None


def chances(user_id: int, author_id: int, now: datetime) -> Chances:
    """What would become of an invitation if it were sent now."""
    found = asking(user_id, author_id, "", now)
    invitee = found.asked.invitee
    asked = [name for name in PURPOSES if invitee is None or name in invitee.open_to]
    decided = [decide(found.for_purpose(purpose)) for purpose in asked or ["other"]]
    states = [one for one in decided if isinstance(one, State)]
    if states:
        return Chances(found, asked, states[0], None)
    refusals = [one for one in decided if isinstance(one, Refusal)]
    return Chances(found, (), None, refusals[0])


def _known() -> QuerySet[Invitation]:
    return Invitation.objects.select_related("from_author", "to_author")


def received(user_id: int, page: int = 1) -> list[Invitation]:
    """What reached this person, the latest first; nothing of those whom they blocked.

    One more than a page where there is another page, here and in `sent`.
    """
    there = _known().filter(to_user_id=user_id, silenced_at=None).exclude(delivered_at=None)
    return list(there.order_by("-delivered_at", "-pk")[_span(page)])


def sent(user_id: int, page: int = 1) -> list[Invitation]:
    """What this person sent, the latest first; held and queued ones among it."""
    own = _known().filter(from_user_id=user_id)
    return list(own.order_by("-sent_at", "-pk")[_span(page)])


def _span(page: int) -> slice:
    return slice((page - 1) * PAGE, page * PAGE + 1)


def is_frozen(user_id: int) -> bool:
    """Whether what somebody sends is on hold after reports."""
    return SenderFreeze.objects.filter(user_id=user_id).exists()


def wishes_of(user_id: int) -> CollaborationWishes | None:
    return CollaborationWishes.objects.filter(user_id=user_id).first()


def verified_records(user_id: int) -> list[str]:
    """The names of the records that somebody speaks for at L2 or above."""
    return list(sure_claims(Q(user_id=user_id)).values_list("author__name", flat=True))


def blocked_by(user_id: int) -> list[tuple[int, str]]:
    """Whom somebody blocked: the number of the block and the name of the record they speak for."""
    blocks = dict(Block.objects.filter(user_id=user_id).values_list("blocked_id", "pk"))
    claims = Claim.objects.filter(user_id__in=blocks, level__gt=0).order_by("user_id", "-level")
    names = dict(claims.values_list("user_id", "author__name"))
    found = [(pk, names.get(user, "")) for user, pk in blocks.items()]
    return sorted(found, key=lambda one: (one[1], one[0]))

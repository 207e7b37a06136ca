"""What people read of their conversations. Every look-up begins with the reader's own seat."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from claims.conversation_rooms import room_of
from claims.domain.conversations import Room
from claims.domain.transitions import HELD
from claims.models import Block, Claim, Conversation, Message, Outcome, Participant, Proposal
from works.models import Work, WorkRedirect

PAGE = 30
HITS = 50
CHUNK = 500
# Of a seat that nobody left: it reads to the end.
LAST_NUMBER = Value(2**63 - 1, output_field=BigIntegerField())


@dataclass(frozen=True, slots=True)
class Named:
    """Who somebody is on a page: the record that they speak for, else the name of the account."""

    name: str
    url: str = ""


DELETED = Named("deleted user")


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as the holder of `seat` sees it."""

    conversation: Conversation
    seat: Participant
    participants: tuple[Participant, ...]
    room: Room


def conversation_find(public_id: str, user_id: int) -> Seen | None:
    """The conversation, if the person has or had a seat in it; two statements."""
    own = Conversation.objects.filter(public_id=public_id, participants__user=user_id)
    found = own.select_related("invitation").first()
    if found is None:
        return None
    seats = tuple(found.participants.select_related("user").order_by("pk"))
    mine = next(one for one in seats if one.user_id == user_id)
    return Seen(found, mine, seats, room_of(found, seats))


def message_find(public_id: str, user_id: int) -> tuple[Seen, Message] | None:
    """A message that the person may read, with its conversation."""
    message = Message.objects.filter(public_id=public_id).select_related("conversation").first()
    seen = conversation_find(message.conversation.public_id, user_id) if message else None
    if message is None or seen is None or not messages_of(seen.seat).filter(pk=message.pk):
        return None
    return seen, message


def messages_of(seat: Participant) -> QuerySet[Message]:
    """What the holder of a seat may read, in the order in which it was written."""
    rows = Message.objects.filter(conversation=seat.conversation_id, pk__gt=seat.since)
    if seat.until is not None:
        rows = rows.filter(pk__lte=seat.until)
    return rows.exclude(withheld_from__contains=[seat.user_id]).order_by("pk")


def messages_before(seat: Participant, until: Message | None) -> tuple[list[Message], str]:
    """A page of messages that ends with `until` (None: with the newest), and where the one before
    ends: its last message, "" where there is none."""
    rows = messages_of(seat).order_by("-pk")
    if until is not None:
        rows = rows.filter(pk__lte=until.pk)
    found = list(rows[: PAGE + 1])
    earlier = found[PAGE].public_id if len(found) > PAGE else ""
    return found[PAGE - 1 :: -1], earlier


def names_of(user_ids: Collection[int | None]) -> dict[int, Named]:
    """The records that accounts speak for; one statement."""
    held = Claim.objects.filter(user_id__in=[*filter(None, user_ids)], state__in=HELD)
    rows = held.order_by("-pk").values_list("user_id", "author__name", "author__slug")
    return {user: Named(name, f"/researchers/{slug}/") for user, name, slug in rows}


def naming(participants: Sequence[Participant]) -> dict[int, Named]:
    """What to call the people of conversations; who is not in it has no account any more."""
    known = names_of({one.user_id for one in participants})
    found = {}
    for one in participants:
        if one.user is not None and one.user.is_active:
            found[one.user.pk] = known.get(one.user.pk) or Named(one.user.display_name)
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in the list: the seat, all seats, the last message and what is unread."""

    seat: Participant
    participants: tuple[Participant, ...]
    latest: Message | None
    unread: int


def conversations_of(user_id: int, page: int = 1) -> tuple[list[Listed], bool]:
    """A page of a person's conversations, the liveliest first, and whether there are more."""
    start = (page - 1) * PAGE
    seats = list(_seats(user_id)[start : start + PAGE + 1])
    latest = Message.objects.in_bulk([one.latest for one in seats if one.latest])
    found = [
        Listed(
            seat,
            tuple(seat.conversation.participants.all()),
            latest.get(seat.latest),
            0 if seat.left_at else seat.unread,
        )
        for seat in seats[:PAGE]
    ]
    return found, len(seats) > PAGE


def _seats(user_id: int) -> "QuerySet[Any]":
    """The person's seats with the number of the last message there, and how many are unread."""
    here = _readable(user_id).filter(conversation=OuterRef("conversation_id"))
    shown = here.filter(pk__gt=OuterRef("since"), pk__lte=Coalesce(OuterRef("until"), LAST_NUMBER))
    latest = shown.order_by("-pk").values("pk")[:1]
    seats = Participant.objects.filter(user=user_id).select_related("conversation")
    return (
        seats.annotate(latest=Subquery(latest), unread=_unread(here, user_id))
        .prefetch_related(Prefetch("conversation__participants", _people()))
        .order_by(F("latest").desc(nulls_last=True), "-pk")
    )


def _unread(here: "QuerySet[Message]", user_id: int) -> Coalesce:
    newer = here.filter(pk__gt=OuterRef("last_read")).exclude(author=user_id).order_by()
    counts = newer.values("conversation").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def _readable(user_id: int) -> "QuerySet[Message]":
    return Message.objects.exclude(withheld_from__contains=[user_id])


def _people() -> "QuerySet[Participant]":
    return Participant.objects.select_related("user").order_by("pk")


def messages_search(user_id: int, words: str) -> list[Message]:
    """The newest messages with all these words that the person may read; one statement."""
    seat = "conversation__participants__"
    own = (
        Q(**{f"{seat}user": user_id})
        & Q(pk__gt=F(f"{seat}since"))
        & Q(pk__lte=Coalesce(F(f"{seat}until"), LAST_NUMBER))
    )
    asked = SearchQuery(words, config="simple", search_type="websearch")
    rows = _readable(user_id).annotate(found=SearchVector("body", config="simple"))
    return list(
        rows.filter(own, found=asked)
        .select_related("conversation", "author")
        .order_by("-pk")[:HITS]
    )


def blocked_of(user_id: int) -> set[int]:
    """The accounts that a person blocked."""
    return set(Block.objects.filter(user=user_id).values_list("blocked", flat=True))


def proposals_of(conversation: Conversation, user_id: int) -> list[Proposal]:
    """Who was proposed and has not been answered, but for those whom somebody blocked proposed."""
    blocked = Block.objects.filter(user=user_id, blocked=OuterRef("proposed_by"))
    waiting = conversation.proposals.filter(~Exists(blocked), state=Proposal.State.WAITING)
    return list(waiting.select_related("person").order_by("pk"))


def proposals_to(user_id: int) -> list[Proposal]:
    """The conversations that a person is asked into, but for those with whom they blocked."""
    asked = Proposal.objects.filter(
        person=user_id,
        state=Proposal.State.WAITING,
        asked_at__isnull=False,
        conversation__state=Conversation.State.OPEN,
    )
    blocked = Block.objects.filter(user=user_id).values("blocked")
    unwanted = Participant.objects.filter(conversation=OuterRef("conversation"), user__in=blocked)
    rows = asked.exclude(Exists(unwanted)).select_related("conversation").order_by("pk")
    return list(rows.prefetch_related(Prefetch("conversation__participants", _people())))


def work_of(outcome: Outcome) -> Work | None:
    """The work that came of it, where it is by now."""
    if outcome.work is None:
        return None
    moved = WorkRedirect.objects.filter(old_id=outcome.work).values("work_id")
    return Work.objects.filter(Q(pk=outcome.work) | Q(pk__in=moved), removed=False).first()


def conversation_export(seen: Seen) -> Iterator[str]:
    """What a person may read of a conversation, as JSON in pieces; nobody's number is in it."""
    encode = DjangoJSONEncoder(ensure_ascii=False).encode
    named = naming(seen.participants)
    head = {
        "conversation": seen.conversation.public_id,
        "opened": seen.conversation.opened_at,
        "closed": seen.conversation.closed_at,
        "people": [named.get(one.user_id or 0, DELETED).name for one in seen.participants],
    }
    yield encode(head)[:-1] + ', "messages": ['
    for number, message in enumerate(messages_of(seen.seat).iterator(chunk_size=CHUNK)):
        row = {
            "from": named.get(message.author_id or 0, DELETED).name,
            "written": message.created_at,
            "edited": message.edited_at,
            "text": message.body,
        }
        yield f"{',' if number else ''}\n{encode(row)}"
    yield "]}\n"

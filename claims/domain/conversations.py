"""Who may do what in a conversation, and how often a page looks for what is new.

A conversation is between those who sit in it. Who left keeps their seat, and reads what was written
until then.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from claims.domain.reasons import Reason
from claims.domain.transitions import Refusal

EDIT_WINDOW = timedelta(minutes=5)
LONGEST_MESSAGE = 10_000
MOST_PEOPLE = 8
# How long a page waits before it looks again: soon while people talk, each time half as long
# again while they don't.
FIRST_DELAY_S, LAST_DELAY_S, GROWTH = 3.0, 60.0, 1.5
LONGEST_QUIET = 8

REASONS = {
    found.code: found
    for found in (
        Reason("not_here", "You are not in this conversation any more."),
        Reason("closed", "This conversation is closed: nobody can write in it."),
        Reason("alone", "Nobody else is left in this conversation."),
        Reason("empty", "A message needs words.", "Write something, and send it again."),
        Reason(
            "too_long",
            f"A message has at most {LONGEST_MESSAGE:,} characters.",
            "Send it in two parts, or put the long part on a page and send the address.",
        ),
        Reason(
            "too_many",
            "That was more than we take at once.",
            "Nothing that you typed is lost: send it again in a few minutes.",
        ),
        Reason("not_author", "Only whoever wrote a message can change it."),
        Reason("too_late", "A message can be changed for five minutes.", "Write another one."),
        Reason(
            "frozen", "Your account can send nothing until our moderators have looked at reports."
        ),
        Reason("reported", "The message was reported, and stays as it is."),
        Reason("open_already", "This conversation is open."),
        Reason("not_closer", "Only whoever closed a conversation can open it again."),
        Reason("here_already", "They are in this conversation, or were and left it."),
        Reason("asked_already", "Somebody has proposed them; it waits for an answer."),
        Reason(
            "refused_lately", "They were proposed less than 90 days ago, and it was not agreed."
        ),
        Reason(
            "nobody_to_add",
            "Nobody who speaks for a record here was found under this address.",
            "Copy the address of their page; the record must be claimed, at level 2 or above.",
        ),
        Reason("full", f"A conversation has at most {MOST_PEOPLE} people."),
        Reason("settled", "This has been answered already."),
        Reason(
            "no_work",
            "There is no such work here, or it is of before this conversation began.",
            "Copy the address of its page.",
        ),
        Reason(
            "nobodys_work",
            "Nobody of this conversation is among the authors of this work.",
            "Name a work of one of you.",
        ),
        Reason("own_message", "This message is your own, or its account was deleted."),
    )
}


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's place; no account is behind it any more where `user` is None."""

    user: int | None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation as the rules see it; `switched_off` are accounts that are deleted."""

    seats: tuple[Seat, ...]
    open: bool = True
    closed_by: int | None = None
    switched_off: frozenset[int] = frozenset()

    def seat(self, user: int) -> Seat | None:
        return next((seat for seat in self.seats if seat.user == user), None)

    def here(self) -> frozenset[int]:
        """Those who neither left nor deleted their account."""
        users = {seat.user for seat in self.seats if seat.user is not None and not seat.left}
        return frozenset(users - self.switched_off)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as the rules see it."""

    author: int | None
    at: datetime
    reported: bool = False


def refused(code: str) -> Refusal:
    return Refusal(REASONS[code])


def write_refusal(room: Room, user: int) -> Refusal | None:
    """Why this person can't write now; None when they can."""
    if user not in room.here():
        return refused("not_here")
    if not room.open:
        return refused("closed")
    return refused("alone") if room.here() == {user} else None


def body_refusal(body: str) -> Refusal | None:
    if not body:
        return refused("empty")
    return refused("too_long") if len(body) > LONGEST_MESSAGE else None


def edit_refusal(room: Room, message: Written, user: int, now: datetime) -> Refusal | None:
    """Why this person can't change the message; the five minutes include their last moment."""
    if message.author != user:
        return refused("not_author")
    if message.reported:
        return refused("reported")
    if now - message.at > EDIT_WINDOW:
        return refused("too_late")
    return write_refusal(room, user)


def close_refusal(room: Room, user: int) -> Refusal | None:
    if user not in room.here():
        return refused("not_here")
    return None if room.open else refused("closed")


def reopen_refusal(room: Room, user: int) -> Refusal | None:
    """Whoever closed it wanted quiet: nobody else may end that."""
    if user not in room.here():
        return refused("not_here")
    if room.open:
        return refused("open_already")
    if room.closed_by != user:
        return refused("not_closer")
    return refused("alone") if room.here() == {user} else None


def leave_refusal(room: Room, user: int) -> Refusal | None:
    return None if user in room.here() else refused("not_here")


def add_refusal(room: Room, user: int, person: int) -> Refusal | None:
    """Why this person can't propose that one."""
    if refusal := write_refusal(room, user):
        return refusal
    if room.seat(person) is not None:
        return refused("here_already")
    return refused("full") if len(room.here()) >= MOST_PEOPLE else None


def asked(room: Room, agreed: Collection[int]) -> bool:
    """Whether all who are in it agree, so that the person who was proposed is asked."""
    return room.open and room.here() <= set(agreed)


def joins(room: Room, agreed: Collection[int], person: int) -> bool:
    """Whether everybody agrees, the person among them."""
    return asked(room, agreed) and person in agreed and len(room.here()) < MOST_PEOPLE


def delay(quiet: int) -> int:
    """Seconds until a page looks again that found nothing new `quiet` times in a row."""
    times = min(max(quiet, 0), LONGEST_QUIET)
    return round(min(LAST_DELAY_S, FIRST_DELAY_S * GROWTH**times))

"""What can be posted to a conversation, by the name that the form's `do` says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict

from claims.claim_steps import Actor
from claims.conversation_outcomes import outcome_mark, outcome_show, outcome_unmark
from claims.conversation_pages import record_slug, work_number
from claims.conversation_people import participant_add, proposal_answer
from claims.conversation_rooms import Gone
from claims.conversing import (
    conversation_close,
    conversation_reopen,
    message_send,
    participant_leave,
)
from claims.domain import conversations as rules
from claims.domain.transitions import Refusal, Role
from claims.models import Conversation, Message, Proposal
from claims.protecting import block_add
from works.pages import number_in

LONGEST_ONCE = 32


@dataclass(frozen=True, slots=True)
class Posted:
    conversation: Conversation
    user_id: int
    request: HttpRequest
    now: datetime

    @property
    def data(self) -> QueryDict:
        return self.request.POST


Deed = Callable[[Posted], Any]


def _send(posted: Posted) -> Message | Refusal:
    once = posted.data.get("once", "")[:LONGEST_ONCE]
    text = posted.data.get("message", "")
    return message_send(posted.conversation, posted.user_id, text, once, posted.now)


def _close(posted: Posted) -> Refusal | None:
    return conversation_close(posted.conversation, posted.user_id, posted.now)


def _reopen(posted: Posted) -> Refusal | None:
    return conversation_reopen(posted.conversation, posted.user_id)


def _leave(posted: Posted) -> Refusal | None:
    return participant_leave(posted.conversation, posted.user_id, posted.now)


def _add(posted: Posted) -> Proposal | Refusal:
    slug = record_slug(posted.data.get("record", ""))
    return participant_add(posted.conversation, posted.user_id, slug, posted.now)


def _answer(posted: Posted) -> Proposal | Refusal:
    asked = posted.conversation.proposals.filter(public_id=posted.data.get("proposal", ""))
    proposal = asked.first()
    if proposal is None:
        raise Gone
    agrees = posted.data.get("answer") == "yes"
    return proposal_answer(proposal, posted.user_id, agrees, posted.now)


def _block(posted: Posted) -> None:
    """`seat` is the person's place among all who were ever in it. Raises Gone for no such one."""
    seats = [one.user_id for one in posted.conversation.participants.order_by("pk")]
    number = number_in(posted.data.get("seat", ""), 0, len(seats) - 1)
    person = seats[number] if number is not None else None
    if person is None or person == posted.user_id:
        raise Gone
    block_add(Actor(Role.CLAIMANT, posted.user_id, posted.request), person, posted.now)


def _mark(posted: Posted) -> object:
    said = posted.data.get("work", "").strip()
    number = work_number(said)
    if said and number is None:
        return rules.refused("no_work")
    return outcome_mark(posted.conversation, posted.user_id, number, posted.now)


def _unmark(posted: Posted) -> Refusal | None:
    return outcome_unmark(posted.conversation, posted.user_id)


def _show(posted: Posted) -> None:
    outcome_show(posted.conversation, posted.user_id, posted.data.get("shows") == "yes")


DEEDS: dict[str, Deed] = {
    "send": _send,
    "close": _close,
    "reopen": _reopen,
    "leave": _leave,
    "add": _add,
    "answer": _answer,
    "block": _block,
    "mark": _mark,
    "unmark": _unmark,
    "show": _show,
}
STATUS = {"empty": 422, "too_long": 422, "too_many": 429, "nobody_to_add": 422, "no_work": 422,
          "nobodys_work": 422}  # fmt: skip


def status_of(refusal: Refusal) -> int:
    return STATUS.get(refusal.code, 409)

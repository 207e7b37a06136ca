"""What the templates of conversations show."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bzpeer.lib.safe import trusted
from claims.conversation_queries import (
    DELETED,
    Listed,
    Named,
    Seen,
    blocked_of,
    messages_before,
    naming,
    proposals_of,
    proposals_to,
    work_of,
)
from claims.conversation_reports import message_path
from claims.conversation_rooms import conversation_url
from claims.conversing import written
from claims.domain import conversations as rules
from claims.domain.invitations import PURPOSES
from claims.domain.reasons import Reason
from claims.inviting import invitation_url
from claims.models import Conversation, Message, Outcome, Participant
from claims.models.tokens import new_token
from works.pages import address, page_context

SHOWN = 160
_WORK = re.compile(r"\A(?:https?://[^/]+)?/?(?:works/)?(\d{1,18})/?\Z")
_RECORD = re.compile(r"(?:\A|/researchers/)([^/?#\s]{1,80})/?(?:[?#].*)?\Z")


def work_number(text: str) -> int | None:
    """The number in the address of a work's page, or alone; None for anything else."""
    found = _WORK.match(text.strip())
    return int(found[1]) if found else None


def record_slug(text: str) -> str:
    """The last part of the address of a record's page, or that part alone; "" for anything else."""
    found = _RECORD.search(text.strip())
    return found[1] if found else ""


def title_of(participants: Sequence[Participant], named: Mapping[int, Named], me: int) -> str:
    """The names of the others, which is what a person calls a conversation."""
    names = [_named(one.user_id, named).name for one in participants if one.user_id != me]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "Nobody"


def _named(user_id: int | None, named: Mapping[int, Named]) -> Named:
    return named.get(user_id or 0, DELETED)


def list_context(found: Sequence[Listed], more: bool, page: int, me: int) -> dict[str, Any]:
    """The conversations of a person, and those that they are asked into."""
    asked = proposals_to(me)
    everybody = [one for listed in found for one in listed.participants]
    everybody += [one for row in asked for one in row.conversation.participants.all()]
    named = naming(everybody)
    return {
        "page": page_context("Conversations", "", "/conversations/", noindex=True),
        "rows": [_row(one, named, me) for one in found],
        "asked": [
            {
                "id": row.public_id,
                "names": title_of([*row.conversation.participants.all()], named, me),
            }
            for row in asked
        ],
        "previous_url": address("/conversations/", page=page - 1) if page > 1 else "",
        "next_url": address("/conversations/", page=page + 1) if more else "",
    }


def _row(one: Listed, named: Mapping[int, Named], me: int) -> dict[str, Any]:
    latest = one.latest
    return {
        "url": f"{conversation_url(one.seat.conversation)}#end",
        "title": title_of(one.participants, named, me),
        "unread": one.unread,
        "closed": one.seat.conversation.closed_at,
        "left": one.seat.left_at,
        "latest": latest and {
            "mine": latest.author_id == me,
            "from": _named(latest.author_id, named).name,
            "text": excerpt(latest.body),
            "at": latest.created_at,
        },
    }  # fmt: skip


def excerpt(body: str, word: str = "") -> str:
    """One line around the first place of a word, or from the beginning."""
    line = " ".join(body.split())
    at = line.casefold().find(word.casefold()) if word else 0
    start = max(0, at - SHOWN // 3)
    text = line[start : start + SHOWN]
    return ("…" if start else "") + text + ("…" if start + SHOWN < len(line) else "")


def hits_context(words: str, hits: Sequence[Message]) -> dict[str, Any]:
    """Messages that were found, each with the way to its place in the conversation."""
    first = next(iter(re.findall(r"\w+", words)), "")
    authors = [Participant(user=one.author) for one in hits if one.author is not None]
    named = naming(authors)
    rows = [
        {
            "url": place(one.conversation, one),
            "from": _named(one.author_id, named).name,
            "at": one.created_at,
            "text": excerpt(one.body, first),
        }
        for one in hits
    ]
    return {"q": words, "hits": rows}


def place(conversation: Conversation, message: Message) -> str:
    """Where a message stands in its conversation, with what came before it."""
    page = address(conversation_url(conversation), until=message.public_id)
    return f"{page}#m-{message.public_id}"


def conversation_context(
    seen: Seen, until: Message | None, now: datetime, refusal: Reason | None, typed: str
) -> dict[str, Any]:
    """The page of one conversation: its messages up to one of them, and what one may do."""
    me, url = seat_user(seen), conversation_url(seen.conversation)
    found, earlier = messages_before(seen.seat, until)
    proposals = proposals_of(seen.conversation, me) if me in seen.room.here() else []
    named = naming([*seen.participants, *(Participant(user=one.person) for one in proposals)])
    title = title_of(seen.participants, named, me)
    return {
        "page": page_context(title, "", url, noindex=True),
        "url": url,
        "title": title,
        "messages_shown": message_rows(seen, found, named, now),
        "newest": found[-1] if found else None,
        "earlier_url": address(url, until=earlier) if earlier else "",
        "past": until is not None,
        "poll": poll_context(seen, found[-1].public_id if found else "", 0),
        "people": people_context(seen, named),
        "began": began_context(seen),
        "proposals": [
            {
                "id": one.public_id,
                "name": _named(one.person_id, named),
                "agreed": me in one.agreed,
                "asked": one.asked_at,
            }
            for one in proposals
        ],
        "may": may_context(seen),
        "closed": seen.conversation.closed_at,
        "closed_by": _named(seen.conversation.closed_by, named).name,
        "left": seen.seat.left_at,
        "outcome": outcome_context(seen),
        "refusal": refusal,
        "typed": typed,
        "once": new_token(),
        "longest": rules.LONGEST_MESSAGE,
    }


def seat_user(seen: Seen) -> int:
    """The account of whoever looks."""
    assert seen.seat.user_id is not None
    return seen.seat.user_id


def may_context(seen: Seen) -> dict[str, bool]:
    me, room = seat_user(seen), seen.room
    here = me in room.here()
    return {
        "write": rules.write_refusal(room, me) is None,
        "close": rules.close_refusal(room, me) is None,
        "reopen": rules.reopen_refusal(room, me) is None,
        "leave": here,
        "mark": here,
        "alone": here and room.here() == {me},
    }


def message_rows(
    seen: Seen, found: Sequence[Message], named: Mapping[int, Named], now: datetime
) -> list[dict[str, Any]]:
    """Messages as the page shows them; what was reported and read by staff says so."""
    me = seat_user(seen)
    return [
        {
            "id": one.public_id,
            "url": message_path(one),
            "mine": one.author_id == me,
            "from": _named(one.author_id, named),
            "html": trusted(one.html),
            "at": one.created_at,
            "edited": one.edited_at,
            "read_by_staff": one.staff_read_at,
            "may_edit": rules.edit_refusal(seen.room, written(one), me, now) is None,
            "may_report": one.author_id not in (None, me),
        }
        for one in found
    ]


def poll_context(seen: Seen, after: str, quiet: int) -> dict[str, Any] | None:
    """When and where the page looks for what is new; None where nothing can come."""
    if not seen.room.open or seat_user(seen) not in seen.room.here():
        return None
    url = f"{conversation_url(seen.conversation)}new/"
    return {"url": address(url, after=after, quiet=str(quiet)), "delay": rules.delay(quiet)}


def people_context(seen: Seen, named: Mapping[int, Named]) -> list[dict[str, Any]]:
    """Who is or was in it; `seat` is by which number one is blocked, None where nobody can be."""
    me, blocked = seat_user(seen), blocked_of(seat_user(seen))
    found = []
    for seat, one in enumerate(seen.participants):
        who = _named(one.user_id, named)
        row = {"name": who.name, "url": who.url, "me": one.user_id == me, "left": one.left_at}
        may_block = one.user_id in named and one.user_id != me and one.user_id not in blocked
        row |= {"blocked": one.user_id in blocked, "seat": seat if may_block else None}
        found.append(row)
    return found


def began_context(seen: Seen) -> dict[str, str] | None:
    """The invitation that it began with, for the two whose it was and while it is there."""
    found = seen.conversation.invitation
    if found is None or seat_user(seen) not in (found.from_user_id, found.to_user_id):
        return None
    return {"url": invitation_url(found), "purpose": PURPOSES[found.purpose]}


def outcome_context(seen: Seen) -> dict[str, Any]:
    """What came of it, and who wishes that their profiles count it."""
    found = Outcome.objects.filter(conversation=seen.conversation).first()
    work = work_of(found) if found else None
    return {
        "marked": found.marked_at if found else None,
        "work": work and {"url": f"/works/{work.pk}/", "title_html": trusted(work.title_html)},
        "shows": seen.seat.shows_outcome,
        "all_show": all(one.shows_outcome for one in seen.participants),
    }

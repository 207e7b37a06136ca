"""What the pages of invitations show to each side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.forms import Form

from bzpeer.lib.safe import trusted
from claims.common_ground import CommonGround, Sought, common_ground
from claims.domain import invitations as rules
from claims.domain.invitations import Side, State, a_day, offered
from claims.domain.transitions import Refusal
from claims.invitation_forms import DeclineForm, InviteForm, LaterForm, ReportForm, WishesForm
from claims.invitation_queries import PAGE, Chances
from claims.inviting import invitation_url
from claims.models import AbuseReport, CollaborationWishes, Invitation
from graph.paths import Shared
from works.domain.names import WITHHELD
from works.domain.words import day
from works.heads import Head
from works.models import Author
from works.pages import MAX_PAGE, address, page_context, researcher_url

INVITATIONS = "/invitations/"


class Words(NamedTuple):
    """A state as it is called and explained to one side; `{name}` is the other person."""

    label: str
    meaning: str


TO_INVITER = {
    State.OPEN: Words("Waiting for an answer", "{name} has until {expires} to answer."),
    State.QUEUED: Words(
        "In line",
        "{name} takes only so many invitations in thirty days. Yours reaches them when there is"
        " room, the oldest first, and they then have {days} days to answer.",
    ),
    State.HELD: Words(
        "Held",
        "Nobody has shown yet that this record is theirs. Your invitation is kept until {expires},"
        " and shown once somebody has. It is never mailed.",
    ),
    State.ACCEPTED: Words("Accepted", "{name} accepted on {answered}."),
    State.DECLINED: Words("Declined", "{name} declined on {answered}."),
    State.POSTPONED: Words(
        "Asked to come back", "{name} asks you to invite them again after {again}."
    ),
    State.WITHDRAWN: Words("Withdrawn", "You took it back. It can't be answered any more."),
    State.EXPIRED: Words("Ran out", "It was not answered in time."),
}
TO_INVITEE = TO_INVITER | {
    State.OPEN: Words(
        "Waits for you", "Answer until {expires}, or let it run out: {name} gets no reason then."
    ),
    State.ACCEPTED: Words("Accepted", "You accepted on {answered}."),
    State.DECLINED: Words("Declined", "You declined on {answered}."),
    State.POSTPONED: Words("Later", "You asked to be invited again after {again}."),
    State.WITHDRAWN: Words("Withdrawn", "{name} took it back. It can't be answered any more."),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of what was posted, where it was not taken: the form, or a refusal."""

    forms: "Mapping[str, Form]" = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        if self.refusal is None:
            return 422 if self.forms else 200
        return 429 if self.refusal.code.startswith("too_many") else 409


NOTHING_POSTED = Answered()


def invite_context(
    head: Head, found: Chances | None, form: InviteForm | None, refusal: Refusal | None
) -> dict[str, Any]:
    """The page where somebody is invited; signed out, without `found`, what an invitation is."""
    path = f"{researcher_url(head.slug)}invite/"
    why = refusal or (found.refusal if found else None)
    return {
        "page": page_context(f"Invite {head.name}", "", path, noindex=True),
        "r": {"name": head.name, "url": researcher_url(head.slug), "claimed": head.level > 0},
        "invite": {"url": path, **(_chances(found) if found else {})},
        "ground": _ground_of(found, head),
        "form": form,
        "refusal": why.reason if why else None,
        "rules": {
            "a_day": rules.A_DAY,
            "young": rules.A_DAY_YOUNG,
            "young_days": rules.YOUNG_DAYS,
            "declined": rules.DECLINED_DAYS,
        },
    }


def _chances(found: Chances) -> dict[str, Any]:
    asked = found.asking.asked
    return {
        "state": found.state.value if found.state else "",
        "left": max(0, a_day(asked.account_days) - asked.sent_today),
        "a_month": asked.invitee.a_month if asked.invitee else None,
        "open_to": [rules.PURPOSES[name] for name in found.purposes],
        "limited": asked.invitee is not None and len(found.purposes) < len(rules.PURPOSES),
    }


def _ground_of(found: Chances | None, head: Head) -> dict[str, Any] | None:
    sender = found.asking.sender if found else None
    if sender is None or sender.author_id == head.id:
        return None
    return ground_context(common_ground(sender.author_id, head.id), head.name)


def ground_context(found: CommonGround, name: str) -> dict[str, Any]:
    """What speaks for the two working together, as the page of either side tells it."""
    return {
        "any": bool(found),
        "name": name,
        "shared_works": found.shared_works,
        "works": [_work(one) for one in found.works],
        "topics": [
            {"url": f"/topics/{one.slug}/", "name": one.name, "own": one.own, "other": one.other}
            for one in found.topics
        ],
        "institutions": [
            {"url": f"/institutions/{one.slug}/", "name": one.name} for one in found.institutions
        ],
        "steps": found.path.steps,
        "way": [{"url": researcher_url(one.slug), "name": one.name} for one in found.path.stations],
        "sought": [
            {"own": own, **_sought(wishes)}
            for own, wishes in ((False, found.other_wishes), (True, found.own_wishes))
            if wishes is not None and (wishes.seeks or wishes.words)
        ],
    }


def _work(work: Shared) -> dict[str, Any]:
    return {
        "url": f"/works/{work.id}/",
        "title_html": trusted(work.title_html),
        "year": work.year,
    }


def _sought(wishes: Sought) -> dict[str, Any]:
    seeks = [rules.PURPOSES[name] for name in wishes.seeks if name in rules.PURPOSES]
    return {"seeks": seeks, "words": wishes.words}


def invitation_context(
    invitation: Invitation,
    side: Side,
    posted: Answered,
    reported: AbuseReport | None,
    now: datetime,
) -> dict[str, Any]:
    """All of the page of one invitation, for one of its two sides."""
    other = invitation.to_author if side is Side.INVITER else invitation.from_author
    own = invitation.from_author if side is Side.INVITER else invitation.to_author
    steps = offered(State(invitation.state), side, ran_out=invitation.expires_at <= now)
    return {
        "page": page_context(_title(side, _called(other)), "", "", noindex=True),
        "r": {"name": _called(other), "url": researcher_url(other.slug)},
        "invitation": {
            **row_context(invitation, side, now),
            "inviter": side is Side.INVITER,
            "role": invitation.role,
            "time_frame": invitation.time_frame,
            "message": invitation.message,
            "reason": rules.DECLINE_REASONS.get(invitation.reason, ""),
            "declined_for": bool(invitation.reason),
            "may": dict.fromkeys(steps, True),
            "answerable": side is Side.INVITEE and bool(steps),
            "reported": reported.sent_at if reported else None,
        },
        "ground": ground_context(common_ground(own.pk, other.pk), _called(other)),
        "forms": _forms() | dict(posted.forms),
        "refusal": posted.refusal.reason if posted.refusal else None,
    }


def _called(author: Author) -> str:
    """The name of a record; one that was removed has none."""
    return author.name or WITHHELD


def _title(side: Side, name: str) -> str:
    return f"Your invitation to {name}" if side is Side.INVITER else f"Invitation from {name}"


def _forms() -> dict[str, Form]:
    """One of each; their ids differ, since they stand on one page."""
    return {
        "decline": DeclineForm(auto_id="decline_%s"),
        "postpone": LaterForm(auto_id="postpone_%s"),
        "report": ReportForm(auto_id="report_%s"),
    }


def row_context(invitation: Invitation, side: Side, now: datetime) -> dict[str, Any]:
    """An invitation in a list: with whom, what for, and where it stands."""
    other = invitation.to_author if side is Side.INVITER else invitation.from_author
    state = State(invitation.state)
    if state in rules.LIVE and invitation.expires_at <= now:
        state = State.EXPIRED
    words = (TO_INVITER if side is Side.INVITER else TO_INVITEE)[state]
    return {
        "url": invitation_url(invitation),
        "name": _called(other),
        "purpose": rules.PURPOSES[invitation.purpose],
        "state": state.value,
        "live": state in rules.LIVE,
        "label": words.label,
        "meaning": words.meaning.format(
            name=_called(other),
            days=invitation.days,
            expires=_day(invitation.expires_at),
            answered=_day(invitation.answered_at),
            again=_day(invitation.again_at),
        ),
        "at": invitation.sent_at if side is Side.INVITER else invitation.delivered_at,
    }


def _day(at: datetime | None) -> str:
    return day(at) if at else ""


def list_context(
    received: Sequence[Invitation],
    sent: Sequence[Invitation],
    page: int,
    *,
    frozen: bool,
    now: datetime,
) -> dict[str, Any]:
    """A page of both lists of one person, what waits for them first."""
    more = max(len(received), len(sent)) > PAGE
    return {
        "page": page_context("Invitations", "", INVITATIONS, noindex=True),
        "received": [row_context(one, Side.INVITEE, now) for one in received[:PAGE]],
        "sent": [row_context(one, Side.INVITER, now) for one in sent[:PAGE]],
        "frozen": frozen,
        "first": page == 1,
        "newer": address(INVITATIONS, page=page - 1) if page > 1 else "",
        "older": address(INVITATIONS, page=page + 1) if more and page < MAX_PAGE else "",
    }


def wishes_form(wishes: CollaborationWishes | None) -> WishesForm:
    """The form with what the person wished last."""
    kept = {name: getattr(wishes or CollaborationWishes(), name) for name in WishesForm.base_fields}
    return WishesForm(initial=kept | {"open_to": kept["open_to"] or [*rules.PURPOSES]})

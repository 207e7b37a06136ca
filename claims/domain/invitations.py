"""Invitations: their states, the steps between them, who may invite whom, and how often.

Facts are gathered by the caller, who holds the locks; here nothing is read and no clock is asked.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from claims.domain.reasons import Reason
from claims.domain.transitions import Refusal

LOWEST_LEVEL = 2
LONGEST_MESSAGE = 1_500
A_DAY, A_DAY_YOUNG = 20, 3
YOUNG_DAYS = 7
DECLINED_DAYS = 90
REPORTS_TO_FREEZE = 2
VALID_DAYS = (7, 14, 30, 60)
DEFAULT_DAYS = 30
# What waits for a claim or for room is dropped after a year: by then it is about something else.
WAITING_DAYS = 365
LATER_DAYS = (30, 90, 180)
A_MONTH = (1, 3, 5, 10, 30)
# For people who have not said how many they take, as those whom held invitations wait for.
DEFAULT_A_MONTH = 5
MONTH_DAYS = 30


class State(StrEnum):
    OPEN = "open"
    HELD = "held"
    QUEUED = "queued"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    POSTPONED = "postponed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Side(StrEnum):
    """Who acts; SYSTEM is the worker, as time passes and claims are accepted."""

    INVITER = "inviter"
    INVITEE = "invitee"
    SYSTEM = "system"


# One of these at most between two people; the partial unique index says the same.
LIVE = frozenset({State.OPEN, State.HELD, State.QUEUED})

# Of two to one person, as when records are merged, the one that is further on its way stays.
NEAREST_FIRST = (State.OPEN, State.QUEUED, State.HELD)

PURPOSES = {
    "coauthor": "Write together",
    "review": "Review or comment on a manuscript",
    "data": "Data or code",
    "talk": "A talk or a visit",
    "supervision": "Supervision",
    "other": "Something else",
}

# Why somebody declines, in the words that the inviter reads; empty: no reason is given.
DECLINE_REASONS = {
    "": "No reason",
    "time": "No time for it",
    "topic": "Not my topic any more",
    "fit": "Not what I am looking for",
    "conflict": "A conflict of interest",
    "person": "Better ask somebody else",
}

REPORT_REASONS = {
    "spam": "Advertising, or the same to many",
    "insult": "Insults or threats",
    "impostor": "Pretends to be somebody else",
    "fraud": "Asks for money or secrets",
    "other": "Something else",
}


class Step(msgspec.Struct, frozen=True):
    """One step: from where, by whom, to where. `timely`: not after the invitation has run out."""

    name: str
    sources: frozenset[State]
    target: State
    side: Side
    timely: bool = True


STEPS = (
    Step("accept", frozenset({State.OPEN}), State.ACCEPTED, Side.INVITEE),
    Step("decline", frozenset({State.OPEN}), State.DECLINED, Side.INVITEE),
    Step("postpone", frozenset({State.OPEN}), State.POSTPONED, Side.INVITEE),
    Step("withdraw", LIVE, State.WITHDRAWN, Side.INVITER, timely=False),
    Step("open", frozenset({State.HELD, State.QUEUED}), State.OPEN, Side.SYSTEM),
    Step("queue", frozenset({State.HELD}), State.QUEUED, Side.SYSTEM),
    # Who spoke for the record when it was sent does so no more when it is to be delivered.
    Step("hold", frozenset({State.OPEN}), State.HELD, Side.SYSTEM),
    Step("expire", LIVE, State.EXPIRED, Side.SYSTEM, timely=False),
)
BY_NAME = {step.name: step for step in STEPS}


class Invitee(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks for the record at L2 or above, with what they said of invitations.

    `taken`: invitations that reached them in the last thirty days.
    """

    open_to: frozenset[str] = frozenset()
    from_level: int = LOWEST_LEVEL
    a_month: int = DEFAULT_A_MONTH
    taken: int = 0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What it depends on whether somebody may invite, and what becomes of it.

    `level` is the highest of the records that the inviter speaks for; `sent_today` counts the
    last 24 hours; `days_since_decline` those since the invitee last declined, None: never;
    `later`: the invitee asked to be left in peace until a day that has not come; `taken_back`: an
    invitation had gone out, and its time is not over; `invitee` is None while nobody speaks for the
    record.
    """

    purpose: str
    level: int = 0
    frozen: bool = False
    own: bool = False
    blocked_by_inviter: bool = False
    account_days: int = 0
    sent_today: int = 0
    pair_live: bool = False
    invited_back: bool = False
    days_since_decline: int | None = None
    later: bool = False
    taken_back: bool = False
    disputed: bool = False
    invitee: Invitee | None = None


REASONS: Mapping[str, Reason] = {
    found.code: found
    for found in (
        Reason(
            "no_level",
            "Invitations are between people who have shown who they are.",
            "Claim your record and bring it to verification level L2.",
        ),
        Reason(
            "sender_frozen",
            "Your invitations are on hold while we look at what was reported about them.",
            "What you sent stays as it is. We write to you when it is decided.",
        ),
        Reason("own", "This record is yours.", "Open the profile of somebody else."),
        Reason(
            "blocked_by_you",
            "You blocked this person.",
            "Take that back in your collaboration settings to invite them.",
        ),
        Reason(
            "pair_live",
            "Your earlier invitation to this person is still open.",
            "Wait for the answer, or withdraw it before you write another.",
        ),
        Reason(
            "invited_back",
            "This person has invited you, and waits for your answer.",
            "Answer that invitation: it opens the same conversation.",
        ),
        Reason(
            "declined_lately",
            f"This person declined an invitation of yours less than {DECLINED_DAYS} days ago.",
            "Write again when that time is over, if it still fits.",
        ),
        Reason(
            "later",
            "This person asked to be invited again later.",
            "The invitation that was answered says from when on.",
        ),
        Reason(
            "taken_back",
            "You took back an invitation that had gone out to this person.",
            "Write again when the time that it left for an answer is over.",
        ),
        Reason(
            "no_voice",
            "One of you does not speak for their record at the moment.",
            "Until that is settled, nothing can begin from this invitation.",
        ),
        Reason(
            "disputed",
            "Who speaks for this record is in dispute.",
            "Invitations open again when that is decided.",
        ),
        Reason(
            "closed",
            "This person does not take invitations at the moment.",
            "Follow the record to see when something changes.",
        ),
        Reason(
            "purpose_closed",
            "This person is not open to invitations for this purpose.",
            "The page names what they are open to.",
        ),
        Reason(
            "level_closed",
            "This person takes invitations from a higher verification level.",
            "The page of your claim says what would raise yours.",
        ),
        Reason(
            "too_many_today",
            f"You have sent {A_DAY} invitations in the last 24 hours, which is the most.",
            "Go on tomorrow.",
        ),
        Reason(
            "too_many_young",
            f"An account younger than a week sends {A_DAY_YOUNG} invitations a day.",
            f"After {YOUNG_DAYS} days it is {A_DAY}.",
        ),
        Reason(
            "too_many_reports",
            "You have reported a lot today.",
            "Go on tomorrow; what you reported is looked at.",
        ),
        Reason("no_step", "That is not possible any more: the invitation has changed."),
        Reason("not_yours", "Only the other side can do that."),
        Reason("ran_out", "The time for an answer is over."),
    )
}


def refused(code: str) -> Refusal:
    """Raises KeyError for a code that nobody could be told about."""
    return Refusal(REASONS[code])


def decide(asked: Asked) -> State | Refusal:
    """Whether the invitation may be sent, and as what: open, queued or held.

    Whether the invitee blocked the inviter is no part of it: the answer is the same.
    """
    code = _inviter_refused(asked) or _pair_refused(asked) or _invitee_refused(asked)
    if code:
        return refused(code)
    if asked.invitee is None:
        return State.HELD
    return State.OPEN if has_room(asked.invitee) else State.QUEUED


def has_room(invitee: Invitee) -> bool:
    """Whether one more reaches them now; beyond the number that they set, it waits."""
    return invitee.taken < invitee.a_month


def a_day(account_days: int) -> int:
    """How many invitations an account of this age sends in 24 hours."""
    return A_DAY_YOUNG if account_days < YOUNG_DAYS else A_DAY


def freezes(trusted_reporters: int) -> bool:
    """Whether so many people, each at L2 or above, stop an account until somebody has looked."""
    return trusted_reporters >= REPORTS_TO_FREEZE


def step_refusal(state: State, name: str, side: Side, *, ran_out: bool) -> Refusal | None:
    """Why this step cannot be taken; None when it can. Raises KeyError for one that is none."""
    step = BY_NAME[name]
    if side is not step.side:
        return refused("not_yours")
    if state not in step.sources:
        return refused("no_step")
    return refused("ran_out") if step.timely and ran_out else None


def offered(state: State, side: Side, *, ran_out: bool) -> list[str]:
    """The steps that this side has now."""
    free = (step.name for step in STEPS if step.side is side)
    return [name for name in free if step_refusal(state, name, side, ran_out=ran_out) is None]


def _inviter_refused(asked: Asked) -> str:
    young = asked.account_days < YOUNG_DAYS
    checks = (
        (asked.level < LOWEST_LEVEL, "no_level"),
        (asked.frozen, "sender_frozen"),
        (asked.own, "own"),
        (
            asked.sent_today >= a_day(asked.account_days),
            "too_many_young" if young else "too_many_today",
        ),
    )
    return _first(checks)


def _pair_refused(asked: Asked) -> str:
    since = asked.days_since_decline
    return _first(
        (
            (asked.blocked_by_inviter, "blocked_by_you"),
            (asked.pair_live, "pair_live"),
            (asked.invited_back, "invited_back"),
            (since is not None and since < DECLINED_DAYS, "declined_lately"),
            (asked.later, "later"),
            (asked.taken_back, "taken_back"),
        )
    )


def _invitee_refused(asked: Asked) -> str:
    invitee = asked.invitee
    if invitee is None:
        return "disputed" if asked.disputed else ""
    return _first(
        (
            (not invitee.open_to, "closed"),
            (asked.level < invitee.from_level, "level_closed"),
            (asked.purpose not in invitee.open_to, "purpose_closed"),
        )
    )


def _first(checks: tuple[tuple[bool, str], ...]) -> str:
    return next((code for met, code in checks if met), "")

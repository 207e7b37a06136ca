"""What people are told of, in which words, and when their digests are due."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a person can turn off or be told of in a way of its own."""

    WORKS = "works"
    CLAIMS = "claims"
    INVITATIONS = "invitations"
    IDENTITY = "identity"
    ACCOUNT = "account"


class Way(StrEnum):
    """How a person is told. All but OFF are on the page of notices as well."""

    OFF = "off"
    PAGE = "page"
    MAIL = "mail"
    DAILY = "daily"
    WEEKLY = "weekly"


DIGESTS = (Way.DAILY, Way.WEEKLY)

# New works come by the thousand when a source is imported: never one mail each, and mail about
# them is for who asked for it. What is said of one's own claim goes to the mailbox at once. What
# makes an account safe is mailed by the account itself, whatever is chosen here.
OFFERED = {kind: tuple(Way) for kind in Kind} | {
    Kind.WORKS: tuple(way for way in Way if way != Way.MAIL)
}
DEFAULT = dict.fromkeys(Kind, Way.MAIL) | {Kind.WORKS: Way.PAGE, Kind.ACCOUNT: Way.PAGE}


class Said(NamedTuple):
    """The kind that a notice counts as, and its words; `{name}` is the record that it is about.

    What is not `mailed` is on the page of notices alone, however the person is told of its kind.
    """

    kind: Kind
    words: str
    mailed: bool = True


NEW_WORKS = "new_works"
MAIL_STOPPED = "mail_stopped"

SAID = {
    NEW_WORKS: Said(Kind.WORKS, "New works on what you follow"),
    "claim_accept": Said(Kind.CLAIMS, "Your claim of {name} was accepted"),
    "claim_ask": Said(Kind.CLAIMS, "Your claim of {name} needs more evidence"),
    "claim_dispute": Said(Kind.CLAIMS, "Your claim of {name} is disputed"),
    "claim_frozen": Said(Kind.CLAIMS, "Your claim of {name} is frozen"),
    "claim_moved": Said(
        Kind.CLAIMS, "The record that you claimed is now part of {name}, and your claim went along"
    ),
    "claim_overturn": Said(Kind.CLAIMS, "The dispute about {name} was decided against your claim"),
    "claim_prove": Said(Kind.CLAIMS, "Your claim of {name} was accepted"),
    "claim_reconsider": Said(Kind.CLAIMS, "Your claim of {name} is looked at again"),
    "claim_reject": Said(Kind.CLAIMS, "Your claim of {name} was turned down"),
    "claim_removed": Said(Kind.CLAIMS, "A record that you claimed was removed"),
    "claim_restore": Said(Kind.CLAIMS, "Your claim of {name} stands again"),
    "claim_revoke": Said(Kind.CLAIMS, "Your claim of {name} was revoked"),
    "claim_stand": Said(Kind.CLAIMS, "The dispute about {name} is over, and your claim stands"),
    "claim_unfrozen": Said(Kind.CLAIMS, "Your claim of {name} is no longer frozen"),
    "claim_uphold": Said(Kind.CLAIMS, "The dispute about {name} was decided for your claim"),
    "claim_withdraw": Said(Kind.CLAIMS, "Your claim of {name} was withdrawn"),
    "challenge_admitted": Said(Kind.CLAIMS, "Your challenge of {name} is now a dispute"),
    "dispute_silent": Said(Kind.CLAIMS, "The dispute about {name} waits for your answer"),
    "proof_lapsed": Said(Kind.CLAIMS, "A proof of your claim of {name} has lapsed"),
    "proof_lapsing": Said(Kind.CLAIMS, "A proof of your claim of {name} is about to lapse"),
    "coauthor_asked": Said(Kind.INVITATIONS, "{name} asks you to confirm who they are"),
    "confirmation_asked": Said(Kind.INVITATIONS, "{name} asks you to confirm who they are"),
    "invitation": Said(Kind.INVITATIONS, "{name} invites you to work together"),
    "invitation_accepted": Said(Kind.INVITATIONS, "{name} accepted your invitation"),
    "invitation_declined": Said(Kind.INVITATIONS, "{name} declined your invitation"),
    "invitation_postponed": Said(Kind.INVITATIONS, "{name} asks you to come back later"),
    "invitation_held": Said(
        Kind.INVITATIONS, "{name} invited you before this record was yours", mailed=False
    ),
    "conversation_message": Said(Kind.INVITATIONS, "{name} wrote to you"),
    "conversation_proposal": Said(
        Kind.INVITATIONS, "{name} would like to bring somebody into your conversation"
    ),
    "conversation_asked": Said(Kind.INVITATIONS, "{name} asks you into a conversation"),
    "conversation_read_by_staff": Said(
        Kind.INVITATIONS, "Staff read a reported message of a conversation of yours"
    ),
    "sender_frozen": Said(Kind.ACCOUNT, "Your invitations are on hold after reports about them"),
    "sender_released": Said(Kind.ACCOUNT, "Your invitations are no longer on hold"),
    "identity_changed": Said(Kind.IDENTITY, "The record of {name} changed"),
    "address_failed": Said(Kind.ACCOUNT, "Mail to an address of yours came back"),
    "address_complained": Said(Kind.ACCOUNT, "Our mail to you was reported as unwanted"),
    MAIL_STOPPED: Said(Kind.ACCOUNT, "Mail was stopped by the link at the end of one"),
}  # fmt: skip

# When most people of the western half of the world have not begun their day.
HOUR = time(6)


def words(what: str, name: str) -> str:
    """One line for the page and the subject of a mail. Raises KeyError for what is never said."""
    return SAID[what].words.format(name=name or "a record")


def next_slot(rhythm: Way, now: datetime) -> datetime:
    """The next moment of a daily or weekly digest after `now`; weeks begin on Monday."""
    slot = datetime.combine(now.date(), HOUR, now.tzinfo)
    if rhythm == Way.WEEKLY:
        slot -= timedelta(days=slot.weekday())
    step = timedelta(days=7 if rhythm == Way.WEEKLY else 1)
    return slot if slot > now else slot + step


def news_words(authors: Sequence[str], topics: Sequence[str], most: int = 3) -> str:
    """Whom and what new works are from: three at most are named, and that there are more."""
    named = [*authors, *topics][:most]
    by, on = named[: len(authors)], named[len(authors) :]
    parts = [f"by {', '.join(by)}" if by else "", f"on {', '.join(on)}" if on else ""]
    said = " and ".join(filter(None, parts))
    more = len(authors) + len(topics) > most
    return f"New works {said}{' and more' if more else ''}" if said else SAID[NEW_WORKS].words

"""The events of an account in words, for the person whose account it is."""

from dataclasses import dataclass
from datetime import datetime

from bzpeer.lib.models import AuditEvent
from profiles.models import User

PAGE = 50
WORDS = {
    "signup": "The account was opened",
    "login": "Logged in",
    "login_new_device": "A browser that was new to this account logged in",
    "login_failed": "A log-in with a wrong password",
    "login_code_failed": "A log-in with a wrong code from the mail",
    "logout": "Logged out",
    "email_verified": "An address was verified",
    "email_added": "An address was added",
    "email_primary": "Another address became the main one",
    "email_removed": "An address was removed",
    "email_restored": "A change of address was undone",
    "address_failed": "Mail to an address came back: it is no longer verified",
    "address_complained": "Our mail to an address was reported as unwanted: we send none",
    "password_changed": "The password was changed",
    "password_set": "A password was set",
    "password_reset_asked": "A link to reset the password was asked for",
    "password_reset_done": "The password was reset",
    "second_factor_added": "A second factor was added",
    "second_factor_removed": "A second factor was removed",
    "second_factor_failed": "A wrong code of the second factor",
    "recovery_codes_made": "New recovery codes were made",
    "recovery_code_used": "A recovery code was used",
    "orcid_connected": "An ORCID iD was connected",
    "orcid_disconnected": "The ORCID iD was disconnected",
    "sessions_ended": "Sessions were ended",
    "exported": "A copy of the data was downloaded",
    "deletion_asked": "The account was to be deleted",
    "claim_opened": "You opened a claim of a record",
    "claim_submit": "You sent a claim",
    "claim_answer": "You sent a claim again",
    "claim_withdraw": "You took a claim back",
    "claim_release": "You gave a record back",
    "claim_evidence": "You brought evidence for a claim",
    "claim_code_sent": "A code was mailed to a mailbox for a claim",
    "claim_coauthor": "You answered who a co-author is",
    "claim_prove": "A claim was accepted by its proof",
    "claim_dispute": "A claim of yours came into dispute",
    "claim_stand": "A dispute ended, and your claim stands",
    "profile_edited": "You changed what your page says",
    "works_settled": "You said which works are yours",
    "correction_sent": "You sent a note about a record",
    "invitation_sent": "You sent an invitation",
    "invitation_accept": "You accepted an invitation",
    "invitation_decline": "You declined an invitation",
    "invitation_postpone": "You asked to be invited again later",
    "invitation_withdraw": "You withdrew an invitation",
    "wishes_set": "You said what you are open to",
    "blocked": "You blocked somebody",
    "unblocked": "You unblocked somebody",
    "abuse_reported": "You reported something",
    "sender_frozen": "What you send was put on hold after reports",
    "sender_released": "What you send is no longer on hold",
    "deletion_undone": "The deletion was taken back",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the list; a kind that has no words yet is named by its own."""

    at: datetime
    words: str
    ip: str | None


def events_of(user: User, page: int) -> list[Event]:
    """One page of the latest, and one event more where there is another page."""
    rows = AuditEvent.objects.filter(user_id=user.pk).order_by("-at", "-pk")
    start = (page - 1) * PAGE
    return [
        Event(row.at, WORDS.get(row.kind, row.kind.replace("_", " ").capitalize()), row.ip)
        for row in rows[start : start + PAGE + 1]
    ]

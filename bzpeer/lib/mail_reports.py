"""What mail servers and mailbox providers send back about our mail, as a value.

Two forms are understood: delivery status notifications (RFC 3464) and reports of unwanted mail
(RFC 5965). Each names the mail that it is about by the token in that mail's own header.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bzpeer.lib.mail_parts import LARGEST_HEAD, Part, Unreadable, fields, opened, parts_of

# The token stands in the Message-ID, which some services write anew, and in a header of our own.
HEADER = "X-BZPEER-Mail"
MESSAGE_ID = "<outbox-{token}@{host}>"
TOKEN = re.compile(r"[0-9a-f]{32}")
IN_MESSAGE_ID = re.compile(r"<outbox-([0-9a-f]{32})@")

# Servers name the addresses of hosts in the same breath: 5.1.1.7 is no status.
STATUS = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\w)", re.ASCII)
BLANK = re.compile(rb"\n[ \t]*\n")
MOST_RECIPIENTS = 50

DELIVERY, FEEDBACK = "delivery-status", "feedback-report"
ORIGINALS = frozenset(
    ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
)
# The x of a status 5.x.y that speaks of the mailbox or its domain, and the y of these that do not
# after all. The rest blames the sender, the mail, the server or the moment: else one blocklist
# would put out every address that we know.
SPARED: dict[int, tuple[int, ...]] = {0: (), 1: (7, 8), 2: (2, 3), 4: ()}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a mail to one recipient, who is named as written and as resolved."""

    action: str
    status: str
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Report:
    """`token` is empty where no mail is named; `deliveries` are empty in a complaint."""

    token: str
    complaint: bool
    deliveries: tuple[Delivery, ...] = ()

    def failure(self, address: str) -> str:
        """The status by which mail to this address failed for good; empty where it did not.

        A mail that was passed on and failed elsewhere says nothing against this mailbox.
        """
        about = [one for one in self.deliveries if address in one.addresses]
        good = [one for one in about if one.action != "failed" or not for_good(one.status)]
        return about[0].status if about and not good else ""


def parse(raw: bytes) -> Report:
    """Raises Unreadable with the reason for what is no such report."""
    whole = opened(raw)
    if whole.kind != "multipart/report":
        raise Unreadable(f"is {whole.kind[:60]}, not a report")
    asked = whole.parameters.get("report-type", "").lower()
    if asked not in (DELIVERY, FEEDBACK):
        raise Unreadable("is neither about a delivery nor about unwanted mail")
    parts = parts_of(whole)
    said, token = _said(parts, asked), _token(parts)
    if asked == FEEDBACK:
        return Report(token, _first(said, "feedback-type").lower() == "abuse")
    return Report(token, False, tuple(_delivery(one) for one in said if "action" in one))


def for_good(status: str) -> bool:
    """Whether mail with this status will never get into that mailbox, and the mailbox is why."""
    found = STATUS.fullmatch(status)
    if not found or found[1] != "5":
        return False
    subject, detail = int(found[2]), int(found[3])
    return subject in SPARED and detail not in SPARED[subject]


def status_in(text: str) -> str:
    """The first status in what a server said; empty where there is none."""
    found = STATUS.search(text)
    return found[0] if found else ""


def _said(parts: Sequence[Part], asked: str) -> list[dict[str, str]]:
    """The groups of fields of the part that is for machines."""
    kinds = (f"message/{asked}", f"message/global-{asked}")
    content = next((part.content for part in parts if part.kind in kinds), None)
    if content is None:
        raise Unreadable("lacks the part that is for machines")
    if len(content) > LARGEST_HEAD:
        raise Unreadable("says more than 64 kB for machines")
    groups = list(filter(None, map(fields, BLANK.split(content))))
    if not groups:
        raise Unreadable("says nothing in the part that is for machines")
    if len(groups) > MOST_RECIPIENTS:
        raise Unreadable(f"names more than {MOST_RECIPIENTS} recipients")
    return groups


def _first(groups: Iterable[dict[str, str]], name: str) -> str:
    return next((group[name] for group in groups if name in group), "")


def _delivery(group: dict[str, str]) -> Delivery:
    status = status_in(group.get("status", ""))
    if status.endswith(".0.0"):
        # The server's own words may know more.
        status = status_in(group.get("diagnostic-code", "")) or status
    named = (group.get(name, "") for name in ("original-recipient", "final-recipient"))
    addresses = frozenset(filter(None, map(_address, named)))
    return Delivery(group["action"].split(" ")[0].lower(), status, addresses)


def _address(value: str) -> str:
    """The address in a field such as `rfc822; <Ada@example.org>`."""
    return value.rpartition(";")[2].strip().strip("<>").lower()


def _token(parts: Sequence[Part]) -> str:
    """The token of the mail that is returned. Raises Unreadable where two are named."""
    found = set()
    for part in parts:
        if part.kind in ORIGINALS:
            known = fields(part.content.lstrip(b"\n").partition(b"\n\n")[0])
            own = TOKEN.fullmatch(known.get(HEADER.lower(), ""))
            found |= {own[0]} if own else set()
            found |= set(IN_MESSAGE_ID.findall(known.get("message-id", "")))
    if len(found) > 1:
        raise Unreadable("names more than one mail")
    return found.pop() if found else ""

"""How an app tells a person something: a row in the outbox, in the transaction that makes it true.

`profiles.notices` turns the row into a notice, and into mail where the person wants that.
"""

from hashlib import blake2b
from typing import Any

from bzpeer.lib import mail, outbox
from bzpeer.lib.models import OutboxEvent

KIND = "notice"
# The header by which the mail of a notice is known; mail programs make no threads across it.
NAMED = "X-Entity-Ref-ID"
# What is left of `OutboxEvent.dedupe_key` beside the kind and the number of the account.
LONGEST_SUBJECT = 100


def raise_notice(kind: str, user_id: int, subject: str, data: dict[str, Any] | None = None) -> None:
    """Tell an account something once: the same kind and subject again is the same notice.

    `kind` is a key of `profiles.domain.notices.SAID`. `data` names records by their ids: `author`,
    and `url` (a path), `reason`, `kind` and `on` as `profiles.notices.delivering` keeps them. What
    else is in it is dropped.
    """
    payload = {**(data or {}), "user": user_id, "what": kind}
    outbox.add(KIND, payload, dedupe_key=f"{KIND}:{_name(kind, user_id, subject)}")


def notice_take_back(kind: str, user_id: int, subject: str) -> None:
    """Drop a notice that was not handed on yet, and its mail while that waits to be sent."""
    name = _name(kind, user_id, subject)
    OutboxEvent.objects.filter(kind=KIND, dedupe_key=f"{KIND}:{name}").delete()
    named = {"payload__headers__contains": {NAMED: name}}
    OutboxEvent.objects.filter(kind=mail.KIND, **named).delete()


def _name(kind: str, user_id: int, subject: str) -> str:
    if len(subject) > LONGEST_SUBJECT:
        subject = blake2b(subject.encode(), digest_size=20).hexdigest()
    return f"{kind}:{user_id}:{subject}"

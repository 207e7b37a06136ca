"""Rows of the outbox that tell people something, made into notices and mail."""

import logging
from datetime import timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme

from bzpeer.lib import due
from bzpeer.lib.models import OutboxEvent
from bzpeer.lib.notices import KIND
from profiles.domain.notices import DIGESTS, SAID, Way
from profiles.models import Notice
from profiles.notices.choices import held, ways
from profiles.notices.letters import notice_send

log = logging.getLogger(__name__)

BATCH = 50
SWEEP_S = 10
LEASE = timedelta(minutes=5)

# What a notice keeps of what was raised: ids and codes. A name or an address is never among them.
KEPT: dict[str, type] = {"author": int, "kind": str, "on": str, "reason": str, "url": str}
LONGEST = 500


def notices_deliver() -> int:
    """Work off what is due; returns how many rows became notices, or were nobody's."""
    delivered, end = 0, monotonic() + SWEEP_S
    while monotonic() < end and (rows := due.claim(OutboxEvent, BATCH, LEASE, kind=KIND)):
        delivered += sum(_deliver(row) for row in rows)
    return delivered


def _deliver(row: OutboxEvent) -> bool:
    try:
        with transaction.atomic():
            _tell(row)
            due.done([row])
    except Exception as error:
        log.exception("notice failed event=%d", row.pk)
        due.failed([row], f"{type(error).__name__}: {error}")
        return False
    return True


def _tell(row: OutboxEvent) -> None:
    """The notice, once, in the way that its person chose; nothing where the account is gone."""
    what = row.payload["what"]
    said = SAID[what]
    kind = said.kind
    user = held(row.payload["user"])
    if user is None:
        return
    way = ways(user.pk)[kind]
    if way == Way.OFF:
        return
    notice, created = Notice.objects.get_or_create(
        user=user,
        kind=kind.value,
        subject=_subject(row),
        defaults={
            "what": what,
            "data": kept(row.payload),
            "digest": way.value if way in DIGESTS and said.mailed else "",
        },
    )
    if created and said.mailed and way == Way.MAIL:
        notice_send(notice)


def _subject(row: OutboxEvent) -> str:
    return (row.dedupe_key or f"event:{row.pk}").removeprefix(f"{KIND}:")


def kept(payload: dict[str, Any]) -> dict[str, Any]:
    """The parts that a notice may hold, and only such as are what they should be."""
    found = {
        name: payload[name]
        for name, kind in KEPT.items()
        if type(payload.get(name)) is kind and len(str(payload[name])) <= LONGEST
    }
    if not _is_ours(found.get("url", "")):
        found.pop("url", None)
    return found


def _is_ours(url: str) -> bool:
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

"""Reading what evidence speaks of: pages of link-backs, and records at ORCID.

By the worker, never in a request, and outside of any transaction; what was read is then weighed.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bzpeer.lib import due, outbound
from claims.claim_steps import locked
from claims.domain.evidence import orcid_record
from claims.domain.evidence.page import look
from claims.models import Evidence, PageCheck
from claims.proving import carry
from claims.record_facts import AT_ORCID, orcid_listed
from claims.weighing import record_link

log = logging.getLogger(__name__)

BATCH = 4
LEASE = timedelta(minutes=2)
HTML = {"Accept": "text/html,application/xhtml+xml"}
JSON = {"Accept": "application/json"}
# The longest public records have some thousand works, of a kilobyte or two each.
RECORD = outbound.Limits(seconds=15, bytes=20_000_000)


def pages_read() -> int:
    """Read what is due; returns how many were looked at."""
    rows = due.claim(PageCheck, BATCH, LEASE)
    for row in rows:
        _read(row, timezone.now())
    return len(rows)


def _read(row: PageCheck, now: datetime) -> None:
    evidence = Evidence.objects.select_related("claim__author").get(pk=row.evidence_id)
    try:
        said = _READERS[evidence.kind](evidence)
    except (outbound.Forbidden, outbound.TooLarge) as error:
        said = _unread(error)
    except outbound.Unreachable as error:
        if row.attempts < due.STRIKES:
            due.failed([row], str(error))
            return
        said = _unread(error)
    with transaction.atomic():
        claim, standing = locked(evidence.claim_id)
        fresh = Evidence.objects.get(pk=evidence.pk)
        fresh.facts |= {"read_on": now.date().isoformat()} | said
        carry(fresh, claim, standing, now)
        due.done([row])
    log.info("read evidence=%d reason=%s", fresh.pk, fresh.reason)


def _unread(error: Exception | str) -> dict[str, Any]:
    return {"seen": None, "error": str(error)}


def _page(evidence: Evidence) -> dict[str, Any]:
    """What the page says; raises Unreachable or Forbidden."""
    answer = outbound.fetch(evidence.subject, headers=HTML)
    if answer.status != 200:
        return _unread(f"the page answers with {answer.status}")
    if "html" not in answer.headers.get("content-type", ""):
        return _unread("the page is no HTML")
    # Link and token are ASCII, so that every encoding of the web shows them as they are.
    html = answer.body.decode("utf-8", errors="replace")
    claim = evidence.claim
    seen = look(html, record_link(claim.author), claim.token)
    return {"seen": msgspec.to_builtins(seen), "error": ""}


def _orcid(evidence: Evidence) -> dict[str, Any]:
    """Which of the works ORCID's record lists, and who put them there; unread, what was known."""
    url = f"{settings.ORCID_API_URL}/v3.0/{evidence.subject}/works"
    answer = outbound.fetch(url, headers=JSON, limits=RECORD, allow_private=True)
    try:
        record = orcid_record.read(answer.body)
    except orcid_record.Unreadable:
        return {}
    if record.orcid != evidence.subject:
        return {}
    known = [one for one in evidence.facts["put"] if not one["source"].startswith(AT_ORCID)]
    listed = msgspec.to_builtins(orcid_listed(evidence.claim.author_id, record))
    return {"put": [*known, *listed]}


_READERS: dict[str, Callable[[Evidence], dict[str, Any]]] = {"linkback": _page, "orcid": _orcid}

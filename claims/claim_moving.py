"""Claims follow a record that imports made part of another one.

Whoever decided on a claim saw the one record: its holder holds the other as well where that has no
more works than they held, and nobody else holds it. Else the claim is open again, and its proofs
are weighed against the other record.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from claims.claim_steps import SYSTEM, Gone, event, settle, tell
from claims.disputes import advance, challenge_close
from claims.domain.transitions import ENDED, HELD, State
from claims.models import Claim
from claims.record_facts import Standing, standing_locked
from claims.weighing import weigh
from works.queries import heirs_of
from works.services import facts_update
from works.settling import name_choose

log = logging.getLogger(__name__)

BATCH = 50
WORKS = """
SELECT count(DISTINCT work_id) FROM works_authorship WHERE author_id = %s AND status <> 'rejected'
"""
# The facts of a merged record say 0; what they were is behind its last score.
WORKS_BEFORE = """
SELECT (facts ->> 'works')::int FROM claims_trustscore
WHERE author_id = %s AND (facts ->> 'works')::int > 0 ORDER BY id DESC LIMIT 1
"""


def claims_move(now: datetime) -> int:
    """Take the claims of merged records to their heirs; returns how many records there were."""
    merged = Claim.objects.filter(author__merged_into__isnull=False).order_by("author_id")
    found = heirs_of(list(merged.values_list("author_id", flat=True).distinct()[:BATCH]))
    for gone, heir in found.items():
        try:
            with transaction.atomic():
                _move(gone, heir, now)
        except Gone:
            log.info("heir not computed yet record=%d", heir)
    return len(found)


def _move(gone: int, heir: int, now: datetime) -> None:
    """Both records' facts are locked, in the order in which everybody locks several."""
    locks = {author_id: standing_locked(author_id) for author_id in sorted((gone, heir))}
    standing = locks[heir]
    if standing is None:
        raise Gone
    claims = list(Claim.objects.select_for_update().filter(author_id=gone).order_by("pk"))
    _reopen(claims, gone, heir, standing, now)
    for claim in claims:
        _make_way(claim, heir, standing, now)
    for claim in claims:
        # A reviewer's first voice was about the other record, and so is a page that is open.
        _update(claim, author_id=heir, version=claim.version + 1)
        event(claim, "moved", SYSTEM)
        if claim.state not in ENDED:
            tell(claim, "claim_moved")
    _weigh(claims, standing, now)
    facts_update(["claim_state"], [(gone, "unclaimed")])
    # What its holder wanted to be called goes along with their claim.
    name_choose(gone, "")
    settle(claims[0], standing, now)


def _reopen(
    claims: Sequence[Claim], gone: int, heir: int, standing: Standing, now: datetime
) -> None:
    """Nobody gets more than they held, and nobody loses what they hold, by an import."""
    taken = Claim.objects.filter(author_id=heir, state__in=[*HELD]).exists()
    if not taken and _count(WORKS, heir) <= _count(WORKS_BEFORE, gone):
        return
    for claim in claims:
        if claim.state in HELD:
            _update(claim, state=State.SUBMITTED.value, level=0)
            _update(claim, reviewed_at=None, cleared_at=None, cleared_by=None)
            challenge_close(claim, standing, "moved", now)


def _make_way(claim: Claim, heir: int, standing: Standing, now: datetime) -> None:
    """Who has a live claim of each of the two keeps the one that is further on its way."""
    theirs = Claim.objects.select_for_update().filter(author_id=heir, user_id=claim.user_id)
    other = theirs.exclude(state__in=[*ENDED]).first()
    if other is None or claim.state in ENDED:
        return
    weaker = other if claim.state in HELD else claim
    _update(weaker, state=State.WITHDRAWN.value, version=weaker.version + 1, ended_at=now)
    challenge_close(weaker, standing, "moved", now)


def _weigh(claims: Sequence[Claim], standing: Standing, now: datetime) -> None:
    for fresh in Claim.objects.filter(pk__in=[claim.pk for claim in claims]).order_by("pk"):
        if fresh.state in ENDED:
            continue
        for evidence in fresh.evidence.order_by("pk"):
            weigh(evidence, fresh, now)
        advance(fresh, standing, now)


def _count(statement: str, author_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [author_id])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _update(claim: Claim, **values: object) -> None:
    for name, value in values.items():
        setattr(claim, name, value)
    Claim.objects.filter(pk=claim.pk).update(**values)

"""Writes about how far records can be relied on."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db import connection

from claims.domain.ledger import cause
from claims.domain.trust import FORMULA, TrustFacts, automatic_level, digest, score
from claims.domain.trust import TrustScore as Score
from works.services import facts_update

# Facts as they stand after works and graph wrote theirs, with the score that stands beside them.
FACTS = """
WITH verified AS (
    SELECT c.author_id, count(*) AS n
    FROM graph_collaboration c JOIN works_authorfacts o ON o.author_id = c.other_id
    WHERE c.author_id = ANY(%(ids)s) AND c.close AND o.level >= 2
    GROUP BY c.author_id
)
SELECT f.author_id, f.works, f.corroborated, f.confirmed, f.identified, f.complete,
    f.close_collaborators, f.several, f.trust_score, f.trust_digest, coalesce(v.n, 0),
    coalesce(c.level, 0)
FROM works_authorfacts f LEFT JOIN verified v USING (author_id)
LEFT JOIN claims_claim c ON c.author_id = f.author_id AND c.state IN ('accepted', 'disputed')
WHERE f.author_id = ANY(%(ids)s)
"""

LATEST = """
SELECT DISTINCT ON (author_id) author_id, facts FROM claims_trustscore
WHERE author_id = ANY(%s) ORDER BY author_id, id DESC
"""

REMEMBER = """
COPY claims_trustscore (author_id, score, band, level, formula, facts, digest, cause, computed_at)
FROM STDIN
"""

COLUMNS = ("level", "verified_close", "trust_score", "trust_band", "trust_digest", "trust_at")

FIRST = "first computed"


class Refreshed(NamedTuple):
    """How many records were scored for the first time, anew, and found as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


class Due(NamedTuple):
    author: int
    facts: TrustFacts
    digest: str
    old_score: int | None
    old_digest: str


def trust_refresh(author_ids: Sequence[int], now: datetime) -> Refreshed:
    """Score these records from their facts; equal facts mean nothing to do."""
    found = _gather(author_ids)
    due = [item for item in found if item.digest != item.old_digest]
    scored = [(item, score(item.facts)) for item in due]
    facts_update(COLUMNS, [_facts_row(item, trust, now) for item, trust in scored])
    _remember([pair for pair in scored if pair[0].old_score != pair[1].score], now)
    created = sum(item.old_score is None for item in due)
    return Refreshed(created, len(due) - created, len(found) - len(due))


def _gather(author_ids: Sequence[int]) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"ids": list(author_ids)})
        return [_due(*row) for row in cursor.fetchall()]


def _due(
    author: int,
    works: int,
    corroborated: int,
    confirmed: int,
    identified: int,
    complete: int,
    close: int,
    several: bool,
    old_score: int | None,
    old_digest: str,
    verified_close: int,
    claimed_level: int,
) -> Due:
    facts = TrustFacts(
        level=max(automatic_level(identified), claimed_level),
        works=works,
        corroborated=corroborated,
        authorships=works,
        confirmed=confirmed,
        identified=identified,
        complete=complete,
        close=close,
        verified_close=verified_close,
        flagged=several,
    )
    return Due(author, facts, digest(facts), old_score, old_digest)


def _facts_row(item: Due, trust: Score, now: datetime) -> tuple[object, ...]:
    facts = item.facts
    return (
        item.author,
        facts.level,
        facts.verified_close,
        trust.score,
        trust.band,
        item.digest,
        now,
    )


def _remember(scored: Sequence[tuple[Due, Score]], now: datetime) -> None:
    """Keep scores that differ from the one before, each with its cause in words."""
    if not scored:
        return
    before = _latest([item.author for item, _ in scored if item.old_score is not None])
    rows = [
        (
            item.author,
            trust.score,
            trust.band,
            trust.level,
            FORMULA,
            msgspec.json.encode(item.facts).decode(),
            item.digest,
            cause(before[item.author], item.facts) if item.author in before else FIRST,
            now,
        )
        for item, trust in scored
    ]
    with connection.cursor() as cursor, cursor.copy(REMEMBER) as copy:
        for row in rows:
            copy.write_row(row)


def _latest(author_ids: Sequence[int]) -> dict[int, TrustFacts]:
    """The facts behind each record's last remembered score."""
    if not author_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [list(author_ids)])
        rows = cursor.fetchall()
    return {author: msgspec.json.decode(facts, type=TrustFacts) for author, facts in rows}

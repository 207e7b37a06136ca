"""Writes about how far records can be relied on."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

import msgspec
from django.db import connection

from bzpeer.lib.columns import literal
from claims.domain.ledger import cause
from claims.domain.trust import FORMULA, TrustFacts, automatic_level, digest, score
from claims.domain.trust import TrustScore as Score
from works.services import Draft, facts_kept, facts_update

# What a score is made from beside the counts, and the score that stands.
STANDING = """
WITH verified AS (
    SELECT c.author_id, count(*) AS n
    FROM graph_collaboration c JOIN works_authorfacts o ON o.author_id = c.other_id
    WHERE c.author_id = ANY(%(near)s) AND c.close AND o.level >= 2
    GROUP BY c.author_id
)
SELECT f.author_id, f.trust_score, f.trust_digest, coalesce(v.n, 0), coalesce(c.level, 0)
FROM works_authorfacts f LEFT JOIN verified v USING (author_id)
LEFT JOIN claims_claim c ON c.author_id = f.author_id AND c.state IN ('accepted', 'disputed')
    AND EXISTS (SELECT FROM profiles_user u WHERE u.id = c.user_id AND u.is_active)
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

# Columns of the facts: those that a score is made from, and those that it fills.
CLOSE = "close_collaborators"
COUNTED = ("works", "corroborated", "confirmed", "identified", "complete", CLOSE, "several")
COLUMNS = ("level", "verified_close", "trust_score", "trust_band", "trust_digest", "trust_at")
AS_IT_WAS = (None,) * len(COLUMNS)

FIRST = "first computed"


class Refreshed(NamedTuple):
    """How many records were scored for the first time, anew, and found as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


class Weighed(NamedTuple):
    author: int
    facts: TrustFacts
    digest: str
    old_score: int | None
    old_digest: str


def trust_refresh(author_ids: Sequence[int], now: datetime) -> Refreshed:
    """Score these records from their facts as they are written; those follow where they differ."""
    draft = facts_kept(sorted({*author_ids}), COUNTED)
    result = trust_score(draft, now)
    rows = zip(draft.ids, *(draft.columns[name] for name in COLUMNS))
    facts_update(COLUMNS, [row for row in rows if None not in row])
    return result


def trust_score(draft: Draft, now: datetime) -> Refreshed:
    """Score these records from the draft of their facts; equal facts mean nothing to do."""
    found = _weighed(draft)
    judged = cache(score)  # most records are like many others
    due = [(one, judged(one.facts)) for one in found if one.digest != one.old_digest]
    rows = {one.author: _facts_row(one, trust, now) for one, trust in due}
    columns = zip(*(rows.get(author, AS_IT_WAS) for author in draft.ids))
    draft.columns.update(zip(COLUMNS, columns))
    _remember([pair for pair in due if pair[0].old_score != pair[1].score], now)
    created = sum(one.old_score is None for one, _ in due)
    return Refreshed(created, len(due) - created, len(found) - len(due))


def _weighed(draft: Draft) -> list[Weighed]:
    # Only edges of those who have close collaborators are looked at: few do who write much.
    near = [author for author, close in zip(draft.ids, draft.columns[CLOSE]) if close]
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"ids": literal(draft.ids), "near": literal(near)})
        standing = {author: rest for author, *rest in cursor.fetchall()}
    facts_of, digest_of = cache(_facts), cache(digest)
    found = []
    for author, counted in zip(draft.ids, zip(*(draft.columns[name] for name in COUNTED))):
        if author in standing:
            old_score, old_digest, verified, level = standing[author]
            facts = facts_of(verified, level, *counted)
            found.append(Weighed(author, facts, digest_of(facts), old_score, old_digest))
    return found


def _facts(
    verified_close: int,
    claimed_level: int,
    works: int,
    corroborated: int,
    confirmed: int,
    identified: int,
    complete: int,
    close: int,
    several: bool,
) -> TrustFacts:
    return TrustFacts(
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


def _facts_row(one: Weighed, trust: Score, now: datetime) -> tuple[object, ...]:
    facts = one.facts
    return facts.level, facts.verified_close, trust.score, trust.band, one.digest, now


def _remember(scored: Sequence[tuple[Weighed, Score]], now: datetime) -> None:
    """Keep scores that differ from the one before, each with its cause in words."""
    if not scored:
        return
    before = _latest([one.author for one, _ in scored if one.old_score is not None])
    written = cache(lambda facts: msgspec.json.encode(facts).decode())
    rows = [
        (
            one.author,
            trust.score,
            trust.band,
            trust.level,
            FORMULA,
            written(one.facts),
            one.digest,
            cause(before[one.author], one.facts) if one.author in before else FIRST,
            now,
        )
        for one, trust in scored
    ]
    with connection.cursor() as cursor, cursor.copy(REMEMBER) as copy:
        for row in rows:
            copy.write_row(row)


def _latest(author_ids: Sequence[int]) -> dict[int, TrustFacts]:
    """The facts behind each record's last remembered score."""
    if not author_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [literal(author_ids)])
        rows = cursor.fetchall()
    return {author: msgspec.json.decode(facts, type=TrustFacts) for author, facts in rows}

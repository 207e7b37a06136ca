"""What reviewers see: the cases that wait, and all that is known around one claim."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import QuerySet

from bzpeer.lib.due import DueRow
from bzpeer.lib.models import AuditEvent
from bzpeer.lib.sql import fetch
from claims.domain.transitions import FAMOUS_FOLLOWERS, FAMOUS_WORKS
from claims.models import Challenge, Claim

CASES, EVENTS, LOOK_ALIKES, MOST_OTHERS = 30, 50, 12, 20
KINDS = {
    "claim": "Claims",
    "dispute": "Disputes",
    "objection": "Objections",
    "correction": "Corrections",
    "removal": "Removals",
    "report": "Reports",
}
PARKED_COUNTED = 1_000

# One row a case: a claim that is one side of a dispute, or that a co-author objects to, is that
# case and no other. Whoever claims the record sees nothing of it: a challenge is private.
OPEN_CASES = """
WITH claimed AS (
    SELECT c.*, h.opened_at AS raised_at, h.admitted_at, h.window_ends, h.holder_id,
        EXISTS (SELECT FROM claims_evidence e
            WHERE e.claim_id = c.id AND e.reason = 'coauthor_objects') AS objected
    FROM claims_claim c
    LEFT JOIN claims_challenge h ON h.claim_id = c.id AND h.closed_at IS NULL
    WHERE c.state IN ('submitted', 'needs_evidence')
    UNION ALL
    SELECT c.*, NULL, NULL, NULL, NULL, true
    FROM claims_claim c
    WHERE c.state IN ('accepted', 'disputed') AND c.id IN (
        SELECT e.claim_id FROM claims_evidence e WHERE e.reason = 'coauthor_objects'
        AND coalesce((SELECT max(v.id) FROM claims_claimevent v
                WHERE v.claim = e.claim_id AND v.step = 'objects'), 0)
            > coalesce((SELECT max(v.id) FROM claims_claimevent v
                WHERE v.claim = e.claim_id AND v.role = 'reviewer'
                AND v.step IN ('accept', 'confirmed', 'uphold', 'restore')), 0))
), cases AS (
    SELECT CASE WHEN c.raised_at IS NOT NULL THEN 'dispute'
            WHEN c.objected THEN 'objection' ELSE 'claim' END AS kind,
        CASE WHEN c.admitted_at IS NULL THEN c.public_id
            ELSE (SELECT public_id FROM claims_claim h WHERE h.id = c.holder_id) END AS key,
        a.name AS title, c.state,
        coalesce(c.raised_at, c.submitted_at, c.opened_at) AS since,
        c.raised_at IS NOT NULL AND c.admitted_at IS NULL AS in_private, c.window_ends,
        f.several AND c.cleared_at IS NULL AS flagged,
        f.works >= %(works)s OR f.followers >= %(followers)s AS famous,
        c.frozen_at IS NOT NULL AS frozen
    FROM claimed c JOIN works_author a ON a.id = c.author_id
    JOIN works_authorfacts f ON f.author_id = c.author_id
    WHERE NOT EXISTS (SELECT FROM claims_claim own
        WHERE own.author_id = c.author_id AND own.user_id = %(reader)s)
    UNION ALL
    SELECT CASE WHEN kind = 'remove' THEN 'removal' ELSE 'correction' END, id::text,
        record_title, kind, sent_at, false, NULL, false, false, false
    FROM claims_correction WHERE state = 'open'
    UNION ALL
    SELECT 'report', CASE WHEN about LIKE '/messages/%%' THEN about ELSE reported_id::text END,
        'Account ' || reported_id, reason, sent_at, false, NULL, false, false, false
    FROM claims_abusereport
    WHERE decided_at IS NULL AND %(reader)s NOT IN (user_id, reported_id)
)
"""
PAGE_OF_CASES = (
    OPEN_CASES
    + """
SELECT * FROM cases WHERE %(kind)s IN ('', kind) ORDER BY since, key LIMIT %(most)s OFFSET %(from)s
"""
)
AGES = (
    OPEN_CASES
    + """
SELECT coalesce(kind, ''), count(*), coalesce(percentile_cont(0.5) WITHIN GROUP (
    ORDER BY extract(epoch FROM %(now)s - since)), 0)
FROM cases GROUP BY GROUPING SETS ((kind), ())
"""
)

PARKED = """
SELECT '{label}', count(*) FROM (
    SELECT FROM {table} WHERE parked_at IS NOT NULL LIMIT {most}) AS rows
"""
REJECTED = """
SELECT count(*) FROM works_importrun r WHERE EXISTS (
    SELECT FROM works_importreject j
    WHERE j.run_id = r.id AND j.replayed_in_id IS NULL AND j.again <> '')
"""

# Letters that a reader takes for others, folded on both sides. Signals for a person to look at,
# not a whole table.
_SEEN = "аеорсухіјѕԁһкмтвноαορντικ01lı"
_AS = "aeopcyxijsdhkmtbhoaopvtikoiii"
_KEY = (
    f"regexp_replace(translate(lower(normalize({{text}}, NFKD)), '{_SEEN}', '{_AS}'),"
    " '[^[:alnum:].]', '', 'g')"
)
ALIKE = f"""
WITH asked AS (
    SELECT u.id, ARRAY[{_KEY.format(text="u.name")}, {_KEY.format(text="%(title)s")}] AS names,
        split_part(lower(u.email), '@', 2) AS host
    FROM profiles_user u WHERE u.id = %(user)s
), others AS (
    SELECT u.id, u.name, u.date_joined, u.is_active, split_part(lower(u.email), '@', 2) AS host,
        {_KEY.format(text="u.name")} AS key
    FROM profiles_user u
)
SELECT o.id, o.name, o.host, o.date_joined, o.is_active, o.key = ANY(asked.names) AND o.key <> '',
    o.host = asked.host,
    (SELECT count(*) FROM claims_claim c WHERE c.user_id = o.id AND c.state <> 'draft')
FROM others o JOIN asked ON o.id <> asked.id
WHERE o.key = ANY(asked.names) AND o.key <> ''
    OR o.host <> asked.host AND {_KEY.format(text="o.host")} = {_KEY.format(text="asked.host")}
ORDER BY o.host = asked.host DESC, o.date_joined, o.id LIMIT %(most)s
"""

ACCOUNT = """
SELECT u.id, u.name, split_part(lower(u.email), '@', 2), u.date_joined, u.is_active,
    EXISTS (SELECT FROM account_emailaddress e WHERE e.user_id = u.id AND e.verified),
    EXISTS (SELECT FROM mfa_authenticator m WHERE m.user_id = u.id),
    coalesce((SELECT s.uid FROM socialaccount_socialaccount s
        WHERE s.user_id = u.id AND s.provider = 'orcid' LIMIT 1), '')
FROM profiles_user u WHERE u.id = %s
"""


class Case(NamedTuple):
    """One case that waits.

    `key` is a claim's public id, the number of a correction, and of a report the path of the
    message or the number of the account that it is about.
    """

    kind: str
    key: str
    title: str
    state: str
    since: datetime
    in_private: bool
    window_ends: datetime | None
    flagged: bool
    famous: bool
    frozen: bool


class Age(NamedTuple):
    """How many cases there are, and how long half of them have waited."""

    cases: int
    median: timedelta


class Account(NamedTuple):
    """Who claims. Of the address only the domain is brought to a page."""

    id: int
    name: str
    host: str
    joined: datetime
    active: bool
    verified: bool
    second_factor: bool
    orcid: str


class LookAlike(NamedTuple):
    """Another account by the same or a confusable name, or at a confusable domain."""

    id: int
    name: str
    host: str
    joined: datetime
    active: bool
    same_name: bool
    same_host: bool
    claims: int


def open_cases(reader: int, kind: str, page: int) -> list[Case]:
    """A page of what waits, the oldest first, and one case more where there is another page."""
    values = _asked(reader) | {"kind": kind, "most": CASES + 1, "from": (page - 1) * CASES}
    return [Case(*row) for row in fetch(PAGE_OF_CASES, values)]


def open_ages(reader: int, now: datetime) -> Mapping[str, Age]:
    """How many cases of each kind wait, and the median of their ages; "" is all of them."""
    rows = fetch(AGES, _asked(reader) | {"now": now})
    return {kind: Age(count, timedelta(seconds=middle)) for kind, count, middle in rows}


def _asked(reader: int) -> dict[str, Any]:
    return {"reader": reader, "works": FAMOUS_WORKS, "followers": FAMOUS_FOLLOWERS}


def parked() -> Mapping[str, int]:
    """Work that failed three times, by model; no more than a thousand rows are counted of each."""
    tables = [model for model in apps.get_models() if issubclass(model, DueRow)]
    statement = " UNION ALL ".join(
        PARKED.format(label=one._meta.label_lower, table=one._meta.db_table, most=PARKED_COUNTED)
        for one in tables
    )
    return {label: count for label, count in fetch(statement, []) if count}


def imports_rejected() -> int:
    """Imports with rejected records that could be read again."""
    return int(fetch(REJECTED, [])[0][0])


def account(user_id: int) -> Account:
    return Account(*fetch(ACCOUNT, [user_id])[0])


def look_alikes(user_id: int, title: str) -> list[LookAlike]:
    """Accounts that could be taken for this one, or for the person of the record."""
    values = {"user": user_id, "title": title, "most": LOOK_ALIKES}
    return [LookAlike(*row) for row in fetch(ALIKE, values)]


def is_party(author_id: int, user_id: int) -> bool:
    """Whether this account ever claimed the record."""
    return bool(Claim.objects.filter(author_id=author_id, user_id=user_id).exists())


def claims_of_record(claim: Claim) -> list[Claim]:
    """What others sent for the same record, the newest first."""
    return list(_sent().filter(author_id=claim.author_id).exclude(pk=claim.pk)[:MOST_OTHERS])


def claims_of_account(claim: Claim) -> list[Claim]:
    """What the same person sent for other records, or for this one before."""
    return list(_sent().filter(user_id=claim.user_id).exclude(pk=claim.pk)[:MOST_OTHERS])


def _sent() -> QuerySet[Claim]:
    found = Claim.objects.select_related("author", "user").exclude(state="draft")
    return found.order_by("-id")


def challenges(claim: Claim) -> list[Challenge]:
    """Both ways, in private or not, the open ones first."""
    both = Challenge.objects.filter(claim=claim) | Challenge.objects.filter(holder=claim)
    found = both.select_related("claim__user", "holder__user").order_by("pk")
    return sorted(found, key=lambda one: one.closed_at is not None)


def events(user_id: int | None, page: int) -> Sequence[AuditEvent]:
    """A page of the log, of one account or of all, the latest first, and one event more."""
    found = AuditEvent.objects.order_by("-id")
    if user_id is not None:
        found = AuditEvent.objects.filter(user_id=user_id).order_by("-at", "-id")
    start = (page - 1) * EVENTS
    return list(found[start : start + EVENTS + 1])

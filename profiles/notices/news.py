"""New works, for those who follow their authors and topics: one notice a person and day.

However many works an import brings, a statement a batch writes the notices, and each names a few
of those that have something new. The feed and the digests read the works themselves.
"""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction

from profiles.domain.notices import DEFAULT, NEW_WORKS, Kind, Way
from profiles.models import NewsMark

log = logging.getLogger(__name__)

# Works of one statement: their names and topics are joined with the follows once.
BATCH = 20_000
SWEEP_S = 10
# What a notice names is three; the fourth says that there are more.
THINGS = 4
# Two beats at once: the second finds the lock taken, and nothing is left for it to do.
NEWS_LOCK = 0x6E657773
KEPT = timedelta(days=91)

NEXT = """
SELECT mark.work_id, max(w.id)
FROM (SELECT coalesce(max(work_id), 0) AS work_id FROM profiles_newsmark) mark
CROSS JOIN LATERAL (
    SELECT id FROM works_work WHERE id > mark.work_id ORDER BY id LIMIT %s
) w GROUP BY mark.work_id
"""

# By authors and topics first, which are few; then who follows them. A topic is followed with all
# beneath it, so that the way goes up from the topics of the works.
SPREAD = """
WITH RECURSIVE fresh AS (
    SELECT id, created_at FROM works_work
    WHERE id > %(after)s AND id <= %(upto)s AND NOT withdrawn AND NOT removed
), wrote AS (
    SELECT b.author_id AS id, max(n.created_at) AS came
    FROM fresh n JOIN works_authorship b ON b.work_id = n.id
    WHERE b.author_id IS NOT NULL AND b.status <> 'rejected' GROUP BY b.author_id
), upward (id, came) AS (
    SELECT wt.topic_id, max(n.created_at)
    FROM fresh n JOIN works_worktopic wt ON wt.work_id = n.id GROUP BY wt.topic_id
    UNION
    SELECT t.broader_id, upward.came FROM upward JOIN works_topic t ON t.id = upward.id
    WHERE t.broader_id IS NOT NULL
), told AS (
    SELECT f.user_id, 'a' || wrote.id AS thing
    FROM wrote CROSS JOIN LATERAL (
        SELECT wrote.id UNION ALL SELECT r.id FROM works_author r WHERE r.merged_into_id = wrote.id
    ) own (id) JOIN profiles_follow f ON f.author_id = own.id AND f.created_at < wrote.came
    UNION
    SELECT f.user_id, 't' || upward.id
    FROM upward JOIN profiles_topicfollow f
        ON f.topic_id = upward.id AND f.created_at < upward.came
)
INSERT INTO profiles_notice AS n (user_id, kind, what, subject, data)
SELECT u.id, %(kind)s, %(what)s, %(day)s,
    jsonb_build_object('things', to_jsonb((array_agg(thing ORDER BY thing))[:{things}]))
FROM told JOIN profiles_user u ON u.id = told.user_id
LEFT JOIN profiles_noticechoice c ON c.user_id = u.id AND c.kind = %(kind)s
WHERE coalesce(c.way, %(way)s) <> %(off)s
GROUP BY u.id ORDER BY u.id
ON CONFLICT (user_id, kind, subject) DO UPDATE SET read_at = NULL,
    created_at = excluded.created_at, data = {merged}
WHERE n.read_at IS NOT NULL OR n.data <> {merged}
""".format(
    things=THINGS,
    merged=f"""jsonb_build_object('things', (
        SELECT jsonb_agg(thing ORDER BY thing) FROM (
            SELECT DISTINCT thing FROM jsonb_array_elements(excluded.data -> 'things'
                || CASE WHEN n.read_at IS NULL THEN n.data -> 'things' ELSE '[]' END
            ) AS each (thing) ORDER BY thing LIMIT {THINGS}
        ) first))""",
)

# The moment is later than that of every work in the batch, whatever the clock of the worker says.
MARK = """
INSERT INTO profiles_newsmark (hour, at, work_id)
VALUES (date_trunc('hour', statement_timestamp()), statement_timestamp(), %s)
ON CONFLICT (hour) DO UPDATE SET at = excluded.at, work_id = excluded.work_id
"""


def news_spread(now: datetime) -> int:
    """Tell the followers of all works that came since the last time; how many notices changed."""
    told, end = 0, monotonic() + SWEEP_S
    while monotonic() < end and (count := _spread_batch(now)) is not None:
        told += count
    return told


@transaction.atomic
def _spread_batch(now: datetime) -> int | None:
    """One batch, and the mark that it was told; None where there is nothing for this worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [NEWS_LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(NEXT, [BATCH])
        row = cursor.fetchone()
        if row is None:
            return None
        after, upto = row
        cursor.execute(SPREAD, _values(after, upto, now))
        told: int = cursor.rowcount
        cursor.execute(MARK, [upto])
    return told


def _values(after: int, upto: int, now: datetime) -> dict[str, int | str]:
    return {
        "after": after,
        "upto": upto,
        "day": now.date().isoformat(),
        "kind": Kind.WORKS.value,
        "what": NEW_WORKS,
        "way": DEFAULT[Kind.WORKS].value,
        "off": Way.OFF.value,
    }


def marks_forget(now: datetime) -> None:
    """Delete marks from before the oldest news; the latest stays, however old."""
    old = NewsMark.objects.filter(hour__lt=now - KEPT)
    latest = NewsMark.objects.order_by("-work_id").values("hour")[:1]
    old.exclude(hour__in=latest).delete()

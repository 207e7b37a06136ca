"""What two researchers have in common, as evidence beside an invitation."""

from typing import Any

import msgspec
from django.db import connection

from graph.paths import Path, Shared, path
from works.institutions import institutions_of

WORKS, TOPICS, INSTITUTIONS = 5, 8, 20
# Whoever is further away has little to do with the other; the page of paths tells it all the same.
STEPS = 3

# Each found once: the works of both, and the topics with the number of works that each has there.
SHARED = """
WITH works AS MATERIALIZED (
    SELECT a.work_id, bool_or(a.author_id = %(own)s) AS own,
        bool_or(a.author_id = %(other)s) AS other
    FROM works_authorship a JOIN works_work w ON w.id = a.work_id
    WHERE a.author_id IN (%(own)s, %(other)s) AND a.status <> 'rejected'
        AND NOT w.withdrawn AND NOT w.removed
    GROUP BY a.work_id
), topics AS (
    SELECT t.slug, t.name, count(*) FILTER (WHERE own) AS own,
        count(*) FILTER (WHERE other) AS other
    FROM works JOIN works_worktopic wt USING (work_id) JOIN works_topic t ON t.id = wt.topic_id
    GROUP BY t.id HAVING bool_or(own) AND bool_or(other)
    ORDER BY least(count(*) FILTER (WHERE own), count(*) FILTER (WHERE other)) DESC,
        count(*) DESC, t.id LIMIT %(topics)s
)
SELECT (SELECT count(*) FROM works WHERE own AND other),
    (SELECT coalesce(json_agg(json_build_array(id, title_html, year) ORDER BY place), '[]') FROM (
        SELECT w.id, w.title_html, w.year,
            row_number() OVER (ORDER BY w.year DESC NULLS LAST, w.date DESC, w.id DESC) AS place
        FROM works JOIN works_work w ON w.id = works.work_id WHERE own AND other
        ORDER BY place LIMIT %(works)s
    ) latest)::text,
    (SELECT coalesce(json_agg(json_build_array(slug, name, own, other)), '[]') FROM topics)::text,
    (SELECT coalesce(json_agg(json_build_array(c.author_id, wishes.seeks, wishes.words)), '[]')
     FROM claims_claim c JOIN claims_collaborationwishes wishes ON wishes.user_id = c.user_id
     JOIN profiles_user holder ON holder.id = c.user_id AND holder.is_active
     WHERE c.author_id IN (%(own)s, %(other)s) AND c.state IN ('accepted', 'disputed')
        AND c.frozen_at IS NULL)::text
"""


class SharedTopic(msgspec.Struct, frozen=True):
    """A topic of both, with the number of works that each has there."""

    slug: str
    name: str
    own: int
    other: int


class SharedInstitution(msgspec.Struct, frozen=True):
    slug: str
    name: str


class Sought(msgspec.Struct, frozen=True):
    """What the holder of a record says to look for: purposes of invitations, and own words."""

    seeks: list[str]
    words: str


class CommonGround(msgspec.Struct, frozen=True):
    """What speaks for two people working together; each list begins with what weighs most."""

    shared_works: int
    works: list[Shared]
    topics: list[SharedTopic]
    institutions: list[SharedInstitution]
    path: Path
    own_wishes: Sought | None = None
    other_wishes: Sought | None = None

    def __bool__(self) -> bool:
        return bool(self.works or self.topics or self.institutions or self.path.stations)


def common_ground(author_id: int, other_id: int) -> CommonGround:
    """What these two records share, in five reading statements at most, however much it is.

    A path of more than STEPS steps is not looked for: its outcome is FAR.
    """
    count, works, topics, wishes = _shared(author_id, other_id)
    sought = {author: Sought(seeks, words) for author, seeks, words in wishes}
    return CommonGround(
        shared_works=count,
        works=[Shared(*row) for row in works],
        topics=[SharedTopic(*row) for row in topics],
        institutions=_institutions(author_id, other_id),
        path=path(author_id, other_id, STEPS),
        own_wishes=sought.get(author_id),
        other_wishes=sought.get(other_id),
    )


def _shared(author_id: int, other_id: int) -> list[Any]:
    """How many works, the latest of them, topics and wishes, each as a list of rows."""
    values = {"own": author_id, "other": other_id, "works": WORKS, "topics": TOPICS}
    with connection.cursor() as cursor:
        cursor.execute(SHARED, values)
        count, *packed = cursor.fetchone()
    return [count, *map(msgspec.json.decode, packed)]


def _institutions(author_id: int, other_id: int) -> list[SharedInstitution]:
    """Those of the one that are of the other as well, the last one first."""
    stays = institutions_of([author_id, other_id], INSTITUTIONS)
    theirs = {stay.slug for stay in stays[other_id]}
    return [SharedInstitution(s.slug, s.name) for s in stays[author_id] if s.slug in theirs]

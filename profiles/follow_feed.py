"""What is new for a person: works that came to the researchers and topics that they follow."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from profiles.models import Follow, TopicFollow, User

PAGE = 20
# The highest number of a row: before that one comes everything.
END = 2**63 - 1

Link = tuple[str, str]


class News(msgspec.Struct):
    """A new work with the reasons why it is shown, each as (slug, name).

    `names` are the first of `people` on the byline. `total` counts the works of which this is one.
    """

    id: int
    title_html: str
    title_text: str
    year: int | None
    came: datetime
    people: int
    total: int
    names: list[str]
    authors: list[Link]
    topics: list[Link]


# A record that became part of another is followed as that other, and a topic with all beneath it.
# `floor`: an index finds the works since then, which the moment of a work alone has none for.
FOLLOWED = """
WITH RECURSIVE authors AS (
    SELECT a.id, a.slug, a.name, greatest(min(f.created_at), {oldest}) AS since
    FROM profiles_follow f JOIN works_author own ON own.id = f.author_id
    JOIN works_author a ON a.id = coalesce(own.merged_into_id, own.id)
    WHERE f.user_id = %(user)s GROUP BY a.id
), beneath (root, id) AS (
    SELECT topic_id, topic_id FROM profiles_topicfollow WHERE user_id = %(user)s
    UNION SELECT root, b.id FROM beneath JOIN works_topic b ON b.broader_id = beneath.id
), topics AS (
    SELECT t.id, t.slug, t.name, greatest(f.created_at, {oldest}) AS since,
        ARRAY(SELECT b.id FROM beneath b WHERE b.root = t.id) AS ids
    FROM profiles_topicfollow f JOIN works_topic t ON t.id = f.topic_id
    WHERE f.user_id = %(user)s
), found AS (
    SELECT work_id FROM authors CROSS JOIN LATERAL (
        SELECT DISTINCT m.work_id FROM works_authorship m JOIN works_work w ON w.id = m.work_id
        WHERE m.author_id = authors.id AND m.status <> 'rejected' AND {new_to}
        ORDER BY m.work_id DESC LIMIT %(most)s
    ) theirs
    UNION
    SELECT work_id FROM topics CROSS JOIN LATERAL (
        SELECT DISTINCT m.work_id FROM works_worktopic m JOIN works_work w ON w.id = m.work_id
        WHERE m.topic_id = ANY(topics.ids) AND {new_to}
        ORDER BY m.work_id DESC LIMIT %(most)s
    ) theirs
)
"""
NEW_TO = """
    m.work_id > greatest(%(after)s, (SELECT work_id FROM profiles_newsmark
        WHERE at <= since ORDER BY hour DESC LIMIT 1))
    AND m.work_id < %(before)s AND w.created_at > since AND NOT w.withdrawn AND NOT w.removed
"""
SHOWN = """
SELECT w.id, w.title_html, w.title_text, w.year, w.created_at, w.people, total,
    to_json(ARRAY(SELECT name FROM works_authorship b
        WHERE b.work_id = w.id ORDER BY position LIMIT 3))::text,
    (SELECT coalesce(json_agg(json_build_array(slug, name) ORDER BY name, slug), '[]')
        FROM authors WHERE since < w.created_at AND EXISTS (
            SELECT FROM works_authorship b WHERE b.work_id = w.id AND b.author_id = authors.id
                AND b.status <> 'rejected'))::text,
    (SELECT coalesce(json_agg(json_build_array(slug, name) ORDER BY name, slug), '[]')
        FROM topics WHERE since < w.created_at AND EXISTS (
            SELECT FROM works_worktopic b WHERE b.work_id = w.id
                AND b.topic_id = ANY(topics.ids)))::text
FROM (
    SELECT work_id, count(*) OVER () AS total FROM found ORDER BY work_id DESC LIMIT %(size)s
) latest JOIN works_work w ON w.id = work_id ORDER BY w.id DESC
"""
FEED = (FOLLOWED + SHOWN).format(oldest="statement_timestamp() - interval '90 days'", new_to=NEW_TO)
PACKED: list[Any] = [list[str], list[Link], list[Link]]


def feed(user: User, before: int) -> list[News]:
    """A page of what is new, the latest first, and one work more where there is another page."""
    return new_works(user.pk, before=before, most=PAGE + 1, size=PAGE + 1)


def new_works(
    user_id: int, *, after: int = 0, before: int = END, most: int, size: int
) -> list[News]:
    """The latest `size` works between the two, each once.

    `total` looks at `most` works at most of each researcher and topic.
    """
    values = {"user": user_id, "after": after, "before": before, "most": most, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(FEED, values)
        rows = cursor.fetchall()
    return [_news(row) for row in rows]


def _news(row: tuple[Any, ...]) -> News:
    packed = (msgspec.json.decode(text, type=kind) for text, kind in zip(row[7:], PACKED))
    return News(*row[:7], *packed)


def follows_anything(user: User) -> bool:
    """Whether there is a researcher or a topic that this person follows."""
    topics = TopicFollow.objects.filter(user=user).values("user_id")
    return Follow.objects.filter(user=user).values("user_id").union(topics).exists()

"""What is read of topics and of the tree that some schemes set them in."""

from typing import Any

import msgspec
from django.db import connection

# Of one scheme, at the top of the list of all.
MOST_AT_THE_TOP = 300
# A way up that is longer goes in a circle: sources may place two topics above each other.
DEEPEST = 20
# Counted no further: of the page's own topic as far as its pages lead, of those beneath less.
MOST_WORKS, MOST_BENEATH = 10_000, 1_000

Step = tuple[str, str]


class Counted(msgspec.Struct, array_like=True):
    """How many works were counted, and whether there are more."""

    works: int
    more: bool


class TopicFull(msgspec.Struct):
    """A topic, the way to it as (slug, name) from the top, and its works' topics.

    `ids` are those of the topic itself and of all beneath it; `beneath` has (slug, name, works) of
    the next ones down.
    """

    id: int
    scheme: str
    code: str
    name: str
    slug: str
    way: list[Step]
    ids: list[int]
    works: Counted
    beneath: list[tuple[str, str, Counted]]


# UNION leaves out what was found before: a circle ends where it closes.
TOPIC = """
SELECT t.id, t.scheme, t.code, t.name, t.slug, (
    WITH RECURSIVE up AS (
        SELECT a.id, a.slug, a.name, a.broader_id, 1 AS level, ARRAY[t.id, a.id] AS seen
        FROM works_topic a WHERE a.id = t.broader_id
        UNION ALL
        SELECT a.id, a.slug, a.name, a.broader_id, level + 1, seen || a.id
        FROM up JOIN works_topic a ON a.id = up.broader_id
        WHERE a.id <> ALL(seen) AND level < %(deepest)s
    )
    SELECT coalesce(json_agg(json_build_array(slug, name) ORDER BY level DESC), '[]') FROM up
)::text, (
    WITH RECURSIVE beneath (id) AS (
        VALUES (t.id)
        UNION SELECT b.id FROM beneath JOIN works_topic b ON b.broader_id = beneath.id
    )
    SELECT json_build_array(json_agg(id ORDER BY id), (
        SELECT json_build_array(
            least(count(DISTINCT work_id), %(works)s), count(*) > %(works)s) FROM (
            SELECT wt.work_id FROM beneath b JOIN works_worktopic wt ON wt.topic_id = b.id
            LIMIT %(works)s + 1
        ) read
    )) FROM beneath
)::text, (
    WITH RECURSIVE tree (child_id, id) AS (
        SELECT id, id FROM works_topic WHERE broader_id = t.id
        UNION SELECT child_id, b.id FROM tree JOIN works_topic b ON b.broader_id = tree.id
    )
    SELECT coalesce(json_agg(json_build_array(slug, name, json_build_array(n, more))
        ORDER BY n DESC, name, slug), '[]')
    FROM (SELECT DISTINCT child_id FROM tree) child
    JOIN works_topic c ON c.id = child_id, LATERAL (
        SELECT least(count(DISTINCT work_id), %(beneath)s) AS n, count(*) > %(beneath)s AS more
        FROM (
            SELECT wt.work_id FROM tree JOIN works_worktopic wt ON wt.topic_id = tree.id
            WHERE tree.child_id = child.child_id LIMIT %(beneath)s + 1
        ) read
    ) counted
)::text
FROM works_topic t WHERE t.slug = %(slug)s
"""
PACKED: list[Any] = [
    list[Step],
    tuple[list[int], Counted],
    list[tuple[str, str, Counted]],
]


def topic(slug: str) -> TopicFull | None:
    with connection.cursor() as cursor:
        limits = {"deepest": DEEPEST, "works": MOST_WORKS, "beneath": MOST_BENEATH}
        cursor.execute(TOPIC, {"slug": slug, **limits})
        row = cursor.fetchone()
    if row is None:
        return None
    packed: list[Any] = [
        msgspec.json.decode(text, type=kind) for text, kind in zip(row[5:], PACKED)
    ]
    way, (ids, works), beneath = packed
    return TopicFull(*[*row[:5], way, ids, works, beneath])


TOP = """
SELECT scheme, slug, name, code FROM (
    SELECT t.*, row_number() OVER (PARTITION BY scheme ORDER BY name, code) AS place
    FROM works_topic t
    WHERE broader_id IS NULL AND (
        EXISTS (SELECT FROM works_worktopic wt WHERE wt.topic_id = t.id)
        OR EXISTS (SELECT FROM works_topic b WHERE b.broader_id = t.id))
) ranked
WHERE place <= %s ORDER BY scheme, place
"""


def top_topics() -> dict[str, list[tuple[str, str, str]]]:
    """(slug, name, code) of the topics of each scheme that have works and nothing above them."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(TOP, [MOST_AT_THE_TOP])
        for scheme, *rest in cursor.fetchall():
            found.setdefault(scheme, []).append(tuple(rest))
    return found

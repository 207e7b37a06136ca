"""Reads about people's accounts and what they follow."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from profiles.models import Follow, User
from works.models import Author, Report

FOLLOWED = 20
LATEST = 3


def follows(user: User, author_id: int) -> bool:
    return Follow.objects.filter(user=user, author_id=author_id).exists()


def following_count(user: User) -> int:
    """How many records `following` lists: one that became part of another is none of its own."""
    record = Coalesce("author__merged_into_id", "author_id")
    own = Follow.objects.filter(user=user)
    found: int = own.aggregate(records=Count(record, distinct=True))["records"]
    return found


def only_sample() -> bool:
    """Whether the database holds the sample and nothing else."""
    others = Report.objects.exclude(source="bzpeer-sample")
    return Report.objects.exists() and not others.exists()


class NewWork(msgspec.Struct):
    """A work that came to a followed record."""

    id: int
    title_html: str
    came: datetime


class Followed(msgspec.Struct):
    """A record that a person follows, with what is new on it since `since`."""

    slug: str
    name: str
    works: int
    followed: datetime
    since: datetime
    total: int
    new: int
    latest: list[NewWork]


ORDERS = {
    "new": "newest DESC NULLS LAST, name_key, id",
    "name": "name_key, id",
    "followed": "followed DESC, id",
}

# A record that became part of another is followed as that other.
FOLLOWING = """
WITH mine AS (
    SELECT a.id, a.slug, a.name, a.name_key, min(f.created_at) AS followed,
        greatest(min(f.created_at), statement_timestamp() - interval '90 days') AS since,
        count(*) OVER () AS total
    FROM profiles_follow f JOIN works_author own ON own.id = f.author_id
    JOIN works_author a ON a.id = coalesce(own.merged_into_id, own.id)
    WHERE f.user_id = %(user)s GROUP BY a.id
), picked AS (
    SELECT mine.*, news.new, row_number() OVER (ORDER BY {order}) AS place
    FROM mine CROSS JOIN LATERAL (
        SELECT count(DISTINCT w.id) AS new, max(w.created_at) AS newest {came}
    ) news
    ORDER BY {order} LIMIT {size} OFFSET %(skip)s
)
SELECT mine.slug, mine.name, coalesce(facts.works, 0), mine.followed, mine.since, mine.total,
    mine.new, (
        SELECT coalesce(json_agg(latest ORDER BY came DESC, id DESC), '[]') FROM (
            SELECT DISTINCT w.id, w.title_html, w.created_at AS came {came}
            ORDER BY w.created_at DESC, w.id DESC LIMIT {latest}
        ) latest
    )::text
FROM picked mine LEFT JOIN works_authorfacts facts ON facts.author_id = mine.id
ORDER BY place
"""
CAME = """
    FROM works_authorship b JOIN works_work w ON w.id = b.work_id
    WHERE b.author_id = mine.id AND b.status <> 'rejected' AND NOT w.withdrawn
        AND w.created_at > mine.since
"""


def following(user: User, sort: str, page: int) -> list[Followed]:
    """A page of the records that this person follows, in an order of ORDERS."""
    statement = FOLLOWING.format(order=ORDERS[sort], came=CAME, size=FOLLOWED, latest=LATEST)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"user": user.pk, "skip": (page - 1) * FOLLOWED})
        rows = cursor.fetchall()
    return [_followed(row) for row in rows]


def _followed(row: tuple[Any, ...]) -> Followed:
    values = list(row)
    values[-1] = msgspec.json.decode(values[-1], type=list[NewWork])
    return Followed(*values)


def followed_as(user: User, author: Author) -> list[Author]:
    """The records by which this person follows an author: its own, and what became part of it."""
    parts = Q(pk=author.pk) | Q(merged_into=author)
    return list(Author.objects.filter(parts, follow__user=user))

"""Slices: ordered by a visit, drawn by the worker, shown from a row.

A drawing is never made inside a request. However many visitors ask at once, there is one order
for a record, and whoever claims it draws once.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models.functions import Now

from bzpeer.lib import due
from bzpeer.lib.sql import fetch
from graph.domain.slice import VERSION, digest, draw
from graph.domain.slice.facts import Institution, Person, SliceFacts, Topic, Work
from graph.edging import MAX_TEAM
from graph.models import Slice, SliceOrder
from graph.services import circles_of
from works.domain.circles import circles
from works.models import Author, AuthorFacts
from works.queries import public_id_of
from works.suppression import latest as latest_suppression

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 8
# Nearest works, people, topics and institutions that the drawing chooses from.
WORKS, PEOPLE, TOPICS, PLACES = 500, 400, 100, 60

WORKS_NEAR = """
SELECT w.id, w.title_text, w.year, w.people,
    ARRAY(SELECT b.author_id FROM works_authorship b WHERE b.work_id = w.id
        AND b.author_id <> %(author)s AND b.status <> 'rejected' AND w.people <= %(team)s
        ORDER BY b.position),
    ARRAY(SELECT topic_id FROM works_worktopic wt WHERE wt.work_id = w.id ORDER BY position)
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
WHERE a.author_id = %(author)s AND a.status <> 'rejected'
ORDER BY w.year DESC NULLS LAST, w.date DESC, w.id DESC LIMIT %(most)s
"""

PEOPLE_NEAR = """
SELECT p.id, p.name, p.slug, c.works, c.close
FROM graph_collaboration c JOIN works_author p ON p.id = c.other_id
WHERE c.author_id = %(author)s ORDER BY c.works DESC, c.other_id LIMIT %(most)s
"""

TOPIC_COUNTS = """
SELECT wt.topic_id, count(*) AS works
FROM works_authorship a JOIN works_worktopic wt ON wt.work_id = a.work_id
WHERE a.author_id = %(author)s AND a.status <> 'rejected'
GROUP BY wt.topic_id ORDER BY works DESC, wt.topic_id LIMIT %(most)s
"""
TOPICS_NAMED = "SELECT id, name, slug FROM works_topic WHERE id = ANY(%s)"

# Where the researcher and the co-authors were, as sources give it on their shared works.
PLACES_NEAR = """
SELECT i.id, i.name, i.slug, array_agg(DISTINCT b.author_id)
        FILTER (WHERE b.author_id <> %(author)s), bool_or(b.author_id = %(author)s),
    count(*) OVER ()
FROM works_authorship a JOIN works_work w ON w.id = a.work_id AND w.people <= %(team)s
JOIN works_authorshipinstitution p ON p.work_id = a.work_id
JOIN works_authorship b ON b.work_id = p.work_id AND b.position = p.position
JOIN works_institution i ON i.id = p.institution_id AND i.name <> ''
WHERE a.author_id = %(author)s AND a.status <> 'rejected' AND b.status <> 'rejected'
    AND b.author_id IS NOT NULL
GROUP BY i.id ORDER BY count(DISTINCT b.author_id) DESC, i.id LIMIT %(most)s
"""

STANDING = """
SELECT coalesce(s.html, ''), coalesce(s.digest, ''), s.built_at, s.facts_version,
    o.parked_at IS NOT NULL
FROM (SELECT %s::bigint AS author_id) a
LEFT JOIN graph_slice s USING (author_id) LEFT JOIN graph_sliceorder o USING (author_id)
"""


# A reader who has the drawing is told so by its digest alone.
READY = """
SELECT s.digest, CASE WHEN strpos(%(held)s, s.digest) = 0 THEN s.html END
FROM works_author a
JOIN works_authorfacts f ON f.author_id = a.id
JOIN graph_slice s ON s.author_id = a.id AND s.facts_version = f.version
WHERE a.public_id = %(id)s AND a.slug = %(slug)s AND a.merged_into_id IS NULL AND NOT EXISTS (
    SELECT FROM works_authorchange c WHERE c.author_id = a.id AND c.kind = 'works')
"""


class Standing(msgspec.Struct, frozen=True):
    """How a record's slice stands: what there is to show, and whether a newer one is coming."""

    html: str
    digest: str
    built_at: datetime | None
    current: bool
    parked: bool


def standing(author_id: int, facts_version: int, pending: bool) -> Standing:
    """The slice of a record whose facts have this version; `pending` facts make it stale."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [author_id])
        html, mark, built_at, version, parked = cursor.fetchone()
    current = version == facts_version and not pending and _drawn_as_now(mark)
    return Standing(html, mark, built_at, current, parked)


def ready(slug: str, held: str) -> tuple[str, str | None] | None:
    """(digest, drawing) of a slice that is current, in one look; None for every other case.

    The drawing is None for a reader whose If-None-Match (`held`) names the digest.
    """
    with connection.cursor() as cursor:
        cursor.execute(READY, {"id": public_id_of(slug), "slug": slug, "held": held})
        row: tuple[str, str | None] | None = cursor.fetchone()
    return row if row and _drawn_as_now(row[0]) else None


def order(author_id: int) -> None:
    """Ask for a drawing; asking again while it is on its way changes nothing."""
    SliceOrder.objects.bulk_create([SliceOrder(author_id=author_id)], ignore_conflicts=True)


def order_again(author_id: int) -> None:
    """Give an order that failed three times another chance."""
    SliceOrder.objects.filter(author_id=author_id, parked_at__isnull=False).update(
        attempts=0, parked_at=None, due_at=Now(), error=""
    )


def draw_due(now: datetime, limit: int = BATCH) -> int:
    """Draw what is ordered, one after the other; how many orders were claimed."""
    orders = due.claim(SliceOrder, limit, LEASE)
    for item in orders:
        try:
            build(item.author_id, now)
            due.done([item])
        except Exception as error:  # whatever it is, it must not cost the others of the batch
            log.exception("slice failed author=%d", item.author_id)
            due.failed([item], repr(error))
    return len(orders)


def build(author_id: int, now: datetime) -> None:
    """Draw a record's slice unless it would be the same; nothing happens before its first facts.

    Nothing is locked while it is drawn. Where somebody was suppressed meanwhile, who may be in the
    drawing, it is drawn anew.
    """
    while not _built(author_id, now):
        pass


def _built(author_id: int, now: datetime) -> bool:
    before = latest_suppression()
    facts = AuthorFacts.objects.select_related("author").filter(author_id=author_id).first()
    if facts is None:
        return True
    gathered = gather(facts.author, facts)
    mark = f"{VERSION}.{digest(gathered)[:48]}"
    same = Slice.objects.filter(author_id=author_id, digest=mark)
    html = None if same.exists() else draw(gathered).html
    with transaction.atomic():
        # Whoever is being suppressed waits for this row before the drawings are forgotten.
        held = AuthorFacts.objects.select_for_update().filter(author_id=author_id)
        if not held.exists() or latest_suppression() != before:
            return False
        if html is None:
            same.update(facts_version=facts.version)
        else:
            drawn = {"html": html, "digest": mark, "facts_version": facts.version, "built_at": now}
            Slice.objects.update_or_create(author_id=author_id, defaults=drawn)
    return True


def _drawn_as_now(mark: str) -> bool:
    return mark.startswith(f"{VERSION}.")


def gather(author: Author, facts: AuthorFacts) -> SliceFacts:
    """All that a drawing may show of a record's neighbourhood."""
    works = tuple(_work(*row) for row in _near(WORKS_NEAR, author.pk, WORKS))
    places = _near(PLACES_NEAR, author.pk, PLACES)
    return SliceFacts(
        name=author.name,
        url=f"/researchers/{author.slug}/",
        works=works,
        people=tuple(_person(*row) for row in _near(PEOPLE_NEAR, author.pk, PEOPLE)),
        topics=tuple(_topics(author.pk, works)),
        institutions=tuple(_place(*row[:-1]) for row in places),
        total_works=facts.works,
        total_people=facts.collaborators,
        total_topics=facts.topics,
        total_institutions=places[0][-1] if places else 0,
        circles=tuple(tuple(circle) for circle in _circles(facts, works)),
    )


def _topics(author_id: int, works: tuple[Work, ...]) -> Iterator[Topic]:
    """The most frequent topics, counted over the works at hand if they are all."""
    if len(works) == WORKS:
        counts = _near(TOPIC_COUNTS, author_id, TOPICS)
    else:
        found = Counter(chain.from_iterable(work.topics for work in works))
        counts = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:TOPICS]
    said = {key: named for key, *named in fetch(TOPICS_NAMED, [[key for key, _ in counts]])}
    for key, number in counts:
        if key in said:
            name, slug = said[key]
            yield Topic(key, name, f"/topics/{slug}/", number)


def _circles(facts: AuthorFacts, works: tuple[Work, ...]) -> list[list[int]]:
    """The record's circles: of the works at hand if they are all, which spares a statement."""
    if len(works) == WORKS:
        return circles_of(facts.author_id)
    company = {work.key: set(work.people) for work in works if work.team <= MAX_TEAM}
    return circles(company) if facts.works > 1 else []


def _work(
    key: int, title: str, year: int | None, team: int, people: list[int], topics: list[int]
) -> Work:
    return Work(
        key=key,
        title=title,
        url=f"/works/{key}/",
        year=year,
        people=tuple(people),
        topics=tuple(topics),
        team=team,
    )


def _person(key: int, name: str, slug: str, works: int, close: bool) -> Person:
    return Person(key=key, name=name, url=f"/researchers/{slug}/", works=works, close=close)


def _place(key: int, name: str, slug: str, people: list[int] | None, own: bool) -> Institution:
    return Institution(key, name, f"/institutions/{slug}/", tuple(people or ()), own)


def _near(statement: str, author_id: int, most: int) -> list[tuple[Any, ...]]:
    return fetch(statement, {"author": author_id, "most": most, "team": MAX_TEAM})

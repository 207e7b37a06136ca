"""How two researchers are connected, read from the edges level by level."""

from collections.abc import Collection
from itertools import zip_longest
from typing import Any

import msgspec
from django.db import OperationalError, connection, transaction

from bzpeer.lib.sql import fetch
from graph.domain.paths import MOST_STEPS, Outcome, Route, search
from graph.edging import MAX_TEAM

# Of one statement of a search: whoever waits longer is told that it is too much to say.
PATIENCE_MS = 400
CANCELLED = "57014"

# Edges that one statement reads, at a quarter of a microsecond each. The circles of a few hundred
# people who write much have as many, wherever they lead to.
MOST_EDGES = 40_000
EDGES = f"""
SELECT author_id, other_id FROM graph_collaboration WHERE author_id = ANY(%s) LIMIT {MOST_EDGES + 1}
"""
LEVEL = f"""
SELECT other_id, min(author_id), sum(count(*)) OVER () FROM ({EDGES}) read GROUP BY other_id
"""
BOTH_ENDS = """
SELECT author_id, array_agg(other_id) FROM graph_collaboration
WHERE author_id = ANY(%s) GROUP BY author_id
"""
# Hashed: as a condition on the index, each person of one level would be looked up for each of the
# other.
LAST_LEVEL = f"""
SELECT other_id, min(author_id), 0 FROM ({EDGES}) read
WHERE other_id IN (SELECT unnest(%s::bigint[])) GROUP BY other_id
"""

# Of two people the works of the one with fewer are looked through: the other may have hundreds,
# and OFFSET keeps the planner from reading those as well.
TOLD = """
SELECT coalesce(heir.slug, a.slug), coalesce(heir.name, a.name), coalesce(c.works, 0),
    w.id, w.title_html, w.year
FROM unnest(%(people)s::bigint[], %(after)s::bigint[]) WITH ORDINALITY AS p (id, after, place)
JOIN works_author a ON a.id = p.id LEFT JOIN works_author heir ON heir.id = a.merged_into_id
LEFT JOIN graph_collaboration c ON c.author_id = p.id AND c.other_id = p.after
LEFT JOIN works_authorfacts own ON own.author_id = p.id
LEFT JOIN works_authorfacts next ON next.author_id = p.after
CROSS JOIN LATERAL (
    SELECT CASE WHEN own.works <= next.works THEN ARRAY[p.id, p.after]
        ELSE ARRAY[p.after, p.id] END AS two
) fewer
LEFT JOIN LATERAL (
    SELECT w.id, w.title_html, w.year
    FROM works_authorship x JOIN works_work w ON w.id = x.work_id
    WHERE x.author_id = fewer.two[1] AND x.status <> 'rejected' AND w.people <= %(team)s
        AND NOT w.withdrawn AND NOT w.removed AND EXISTS (
            SELECT FROM works_authorship y
            WHERE y.work_id = x.work_id AND y.author_id = fewer.two[2] AND y.status <> 'rejected'
            OFFSET 0)
    ORDER BY w.year DESC NULLS LAST, w.date DESC, w.id DESC LIMIT 1
) w ON true
ORDER BY p.place
"""


class Shared(msgspec.Struct, frozen=True):
    """A work that two people wrote together."""

    id: int
    title_html: str
    year: int | None


class Station(msgspec.Struct, frozen=True):
    """Somebody on the way, with the works shared with the next one, of which one is named."""

    slug: str
    name: str
    works: int
    example: Shared | None


class Path(msgspec.Struct, frozen=True):
    """How two researchers are connected; `stations` from one to the other, empty if they aren't."""

    outcome: Outcome
    stations: list[Station]

    @property
    def steps(self) -> int:
        return max(0, len(self.stations) - 1)


def path(start: int, goal: int, most: int = MOST_STEPS) -> Path:
    """The shortest way between two records, in at most `most` + 1 statements."""
    route = route_between(start, goal, most)
    return Path(route.outcome, told(route.people))


def route_between(start: int, goal: int, most: int = MOST_STEPS) -> Route:
    """The ids on the shortest way; FAR as well where a statement would take too long."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            route = search(start, goal, _Edges(start, goal), most)
            # The caller's transaction may go on.
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != CANCELLED:
            raise
        return Route(Outcome.FAR)
    return route


class _Edges:
    """The neighbours of a level; those of the two ends in one statement, for they open a search."""

    def __init__(self, start: int, goal: int) -> None:
        self.ends = [start, goal]
        self.opening: dict[int, list[int]] | None = None

    def __call__(
        self, level: Collection[int], only: Collection[int] | None
    ) -> tuple[list[tuple[int, int]], bool]:
        people = list(level)
        if len(people) == 1 and people[0] in self.ends:
            return self._opening(people[0]), True
        known = [people] if only is None else [people, list(only)]
        rows = fetch(LEVEL if only is None else LAST_LEVEL, known)
        complete = not rows or rows[0][2] <= MOST_EDGES
        return [(other, by) for other, by, _ in rows], complete

    def _opening(self, end: int) -> list[tuple[int, int]]:
        if self.opening is None:
            self.opening = dict(fetch(BOTH_ENDS, [self.ends]))
        return [(other, end) for other in self.opening.get(end, [])]


def told(people: tuple[int, ...]) -> list[Station]:
    """These people in words, each beside the next; one statement, or none for nobody."""
    if not people:
        return []
    values: dict[str, Any] = {
        "people": list(people),
        "after": [after for _, after in zip_longest(people, people[1:])],
        "team": MAX_TEAM,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOLD, values)
        rows = cursor.fetchall()
    return [
        Station(slug, name, works, Shared(*example) if example[0] else None)
        for slug, name, works, *example in rows
    ]

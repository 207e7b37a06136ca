"""Lists of works: the first names of each are kept with it, so that a list reads its own rows.

Their HTML stays the bytes that Postgres sends until it stands in an answer (`works.listing`).
"""

from html import escape
from typing import Any

import msgspec

from bzpeer.lib.sql import fetch_bytes

# Works on one page of a list.
SIZE = 25


class WorkRow(msgspec.Struct):
    """A work of a list: stored pieces, and the place and name of the list's author in its byline.

    `byline_rest` is how many people the stored byline leaves out; `position` is 0 where the list
    is not an author's.
    """

    matching: int
    id: int
    year: int | None
    title_html: bytes
    head_html: bytes
    byline_html: bytes
    byline_rest: int
    body_html: bytes
    position: int
    name: str


WORK_COLUMNS = WorkRow.__struct_fields__


class WorksFilter(msgspec.Struct, frozen=True):
    """What a reader asked of a works list; an empty field asks for nothing."""

    year: int | None = None
    q: str = ""
    type: str = ""
    topic: str = ""
    sort: str = ""
    page: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether the list is the whole one, the latest work first."""
        is_sorted = self.sort in ORDERS and self.sort != ""
        return not is_sorted and msgspec.structs.replace(self, page=1, sort="") == WorksFilter()


ORDERS = {
    "": "w.year DESC NULLS LAST, w.date DESC, w.id DESC",
    "oldest": "w.year NULLS LAST, w.date, w.id",
    "title": "w.title_text, w.id",
}
TYPED = "EXISTS (SELECT FROM works_report r WHERE r.work_id = w.id AND r.record ->> 'type' = %s)"
IN_TOPIC = (
    "EXISTS (SELECT FROM works_worktopic wt JOIN works_topic t ON t.id = wt.topic_id"
    " WHERE wt.work_id = w.id AND t.slug = %s)"
)
TEXT = "(w.title_text ILIKE %s OR regexp_replace(w.abstract_html, '<[^>]*>', '', 'g') ILIKE %s)"

SHOWN = """matching, w.id, w.year, w.title_html, w.head_html, w.byline_html, w.byline_rest,
    w.body_html"""
WORKS = f"""
WITH picked AS (
    SELECT w.id, {{own}}, row_number() OVER (ORDER BY {{order}}) AS place,
        count(*) OVER () AS matching
    FROM {{source}} WHERE {{conditions}}
    ORDER BY {{order}} LIMIT {SIZE} OFFSET %s
)
SELECT {SHOWN}, position, name FROM picked JOIN works_work w USING (id) ORDER BY place
"""

# An author's latest works are read from an index that is in the order of the list, and their number
# from the facts, unless a change waits to be counted: how much somebody wrote costs nothing.
AUTHOR = """asked AS MATERIALIZED (
    SELECT id, coalesce(
        (SELECT f.works FROM works_authorfacts f WHERE f.author_id = {author}.id AND NOT EXISTS (
            SELECT FROM works_authorchange c WHERE c.author_id = f.author_id AND c.kind = 'works')),
        (SELECT count(*)::int FROM works_authorship n
            WHERE n.author_id = {author}.id AND n.status <> 'rejected')) AS matching
    FROM {author}
)"""
LATEST = f"""
SELECT latest.place, {SHOWN}, latest.position, latest.name
FROM asked, LATERAL (
    SELECT work_id, position, name, row_number() OVER (
        ORDER BY year DESC NULLS LAST, date DESC, work_id DESC) AS place
    FROM works_authorship WHERE author_id = asked.id AND status <> 'rejected'
    ORDER BY year DESC NULLS LAST, date DESC, work_id DESC LIMIT {SIZE} OFFSET {{skipped}}
) latest JOIN works_work w ON w.id = latest.work_id
"""
OF_AUTHOR = f"""
WITH author (id) AS (SELECT %s::bigint), {AUTHOR.format(author="author")}
{LATEST.format(skipped="%s")} ORDER BY place
"""


def works_of_author(author_id: int, asked: WorksFilter) -> list[WorkRow]:
    if asked.is_whole:
        return [
            WorkRow(*row) for _, *row in fetch_bytes(OF_AUTHOR, [author_id, _skipped(asked.page)])
        ]
    source = "works_authorship a JOIN works_work w ON w.id = a.work_id"
    mine = "a.author_id = %s AND a.status <> 'rejected'"
    return _works(source, [mine], [author_id], asked, own="a.position, a.name")


# Read from an index that is in the order of the list: the size of a topic costs nothing.
LATEST_OF_TOPICS = """w.id IN (
    SELECT work_id FROM (
        SELECT DISTINCT latest.* FROM unnest(%s::bigint[]) AS t (id), LATERAL (
            SELECT year, date, work_id FROM works_worktopic WHERE topic_id = t.id
            ORDER BY year DESC NULLS LAST, date DESC, work_id DESC LIMIT %s
        ) latest
        ORDER BY year DESC NULLS LAST, date DESC, work_id DESC LIMIT %s OFFSET %s
    ) page
)"""


def works_of_topics(topic_ids: list[int], page: int) -> list[WorkRow]:
    """A page of the latest works; `matching` counts only them."""
    values = [topic_ids, page * SIZE, SIZE, _skipped(page)]
    return _works("works_work w", [LATEST_OF_TOPICS], values, WorksFilter())


def works_of_institution(institution_id: int, asked: WorksFilter) -> list[WorkRow]:
    own = "w.id IN (SELECT work_id FROM works_authorshipinstitution WHERE institution_id = %s)"
    return _works("works_work w", [own], [institution_id], asked)


def _works(
    source: str,
    conditions: list[str],
    values: list[Any],
    asked: WorksFilter,
    own: str = "0 AS position, ''::varchar AS name",
) -> list[WorkRow]:
    for condition, wanted in _conditions(asked):
        conditions.append(condition)
        values.extend(wanted)
    statement = WORKS.format(
        own=own,
        order=ORDERS.get(asked.sort, ORDERS[""]),
        source=source,
        conditions=" AND ".join(conditions),
    )
    return [WorkRow(*row) for row in fetch_bytes(statement, [*values, _skipped(asked.page)])]


def _skipped(page: int) -> int:
    return (page - 1) * SIZE


def _conditions(asked: WorksFilter) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    if asked.year is not None:
        found.append(("w.year = %s", [asked.year]))
    if asked.type:
        found.append((TYPED, [asked.type]))
    if asked.topic:
        found.append((IN_TOPIC, [asked.topic]))
    if asked.q:
        found.append((TEXT, [like(asked.q), like(escape(asked.q, quote=False))]))
    return found


def like(text: str) -> str:
    """The text as a LIKE pattern that means it literally, anywhere."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

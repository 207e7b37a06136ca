"""What pages read of the corpus: one statement each, whatever the number of rows."""

from collections.abc import Sequence
from hashlib import blake2b
from html import escape
from typing import Any

import msgspec
from django.db import connection

from bzpeer.lib.columns import literal
from works.domain.article import Name
from works.domain.saying import Said
from works.domain.sheet import Sheet
from works.models import Author, WorkRedirect

PAGE = 25
# Names of a byline in a list; the researcher of the page is always among them.
BYLINE = 12


def author_by_slug(slug: str) -> Author | None:
    """The record behind a page's slug, whatever the name in front of its public id.

    None for one that was emptied.
    """
    named = Author.objects.exclude(name="").select_related("merged_into")
    return named.filter(public_id=public_id_of(slug)).first()


# What a record was merged into may be gone as well.
HEIRS = """
WITH RECURSIVE way AS (
    SELECT id, merged_into_id AS heir, 1 AS depth FROM works_author
    WHERE id = ANY(%s) AND merged_into_id IS NOT NULL
    UNION ALL
    SELECT way.id, a.merged_into_id, depth + 1 FROM way JOIN works_author a ON a.id = way.heir
    WHERE a.merged_into_id IS NOT NULL AND depth < 20
)
SELECT DISTINCT ON (id) id, heir FROM way ORDER BY id, depth DESC
"""


def heirs_of(author_ids: Sequence[int]) -> dict[int, int]:
    """Where those of these records are now that were merged into others; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(HEIRS, [literal(author_ids)])
        return dict(cursor.fetchall())


def public_id_of(slug: str) -> str:
    return slug.rpartition("-")[2]


class Head(msgspec.Struct):
    """The first screen of a researcher's page: one row. Facts are 0 or empty before the refresh."""

    id: int
    slug: str
    name: str
    heir: str | None
    version: int
    generation: int
    works: int
    topics: int
    years: list[tuple[int | None, int]]
    top_topics: list[tuple[str, str, int]]
    sources: list[str]
    affiliation: str
    identified: int
    complete: int
    corroborated: int
    confirmed: int
    collaborators: int
    close_collaborators: int
    company: list[tuple[str, str, int, bool]]
    circles: list[dict[str, Any]]
    several: bool
    claim_state: str
    level: int
    verified_close: int
    trust_score: int | None
    trust_band: str
    trust_at: Any
    followers: int
    said: Said

    @property
    def stamp(self) -> str:
        """Differs whenever the page does."""
        return stamp_of(self.id, self.version, self.generation)

    @property
    def suppressed(self) -> bool:
        """Whether the record was emptied: every other one has a name."""
        return not self.name


# A reader who holds the page is told so by its stamp alone: the facts are not even read.
HEAD = """
SELECT a.id, a.slug, a.name, heir.slug, coalesce(v.version, 0), coalesce(c.generation, 0),
    coalesce(f.works, 0), coalesce(f.topics, 0), coalesce(f.years, '[]'),
    coalesce(f.top_topics, '[]'), coalesce(f.sources, '[]'), coalesce(f.affiliation, ''),
    coalesce(f.identified, 0), coalesce(f.complete, 0), coalesce(f.corroborated, 0),
    coalesce(f.confirmed, 0), coalesce(f.collaborators, 0),
    coalesce(f.close_collaborators, 0), coalesce(f.company, '[]'), coalesce(f.circles, '[]'),
    coalesce(f.several, false), coalesce(f.claim_state, 'unclaimed'), coalesce(f.level, 0),
    coalesce(f.verified_close, 0), f.trust_score, coalesce(f.trust_band, ''), f.trust_at,
    coalesce(f.followers, 0), coalesce(f.said, '{}')
FROM works_author a
LEFT JOIN works_authorfacts v ON v.author_id = a.id
LEFT JOIN works_authorchange c ON c.author_id = a.id AND c.kind = 'works'
LEFT JOIN works_author heir ON heir.id = a.merged_into_id
LEFT JOIN works_authorfacts f ON f.author_id = a.id AND %s <>
    concat_ws('-', a.slug, a.id, v.version, coalesce(c.generation, 0))
WHERE a.public_id = %s
"""
JSON_COLUMNS = (8, 9, 10, 18, 19)


def head(slug: str) -> Head | None:
    found = head_unless_held(slug, "")
    return found if isinstance(found, Head) else None


def head_unless_held(slug: str, held: str) -> Head | str | None:
    """The record of a page, or only `held` where that is the stamp of the page as it is."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD, [f"{slug}-{held}", public_id_of(slug)])
        row = cursor.fetchone()
    if row is None:
        return None
    if held and held == stamp_of(row[0], row[4], row[5]) and row[1] == slug and not row[3]:
        return held
    values = list(row)
    for place in JSON_COLUMNS:
        values[place] = msgspec.json.decode(values[place])
    values[-1] = msgspec.json.decode(values[-1], type=Said)
    return Head(*values)


def stamp_of(author_id: int, version: int, generation: int) -> str:
    return f"{author_id}-{version}-{generation}"


class WorkRow(msgspec.Struct):
    """A work of a list: stored pieces, and its byline."""

    id: int
    year: int | None
    title_html: str
    head_html: str
    body_html: str
    people: int
    withdrawn: bool
    matching: int
    byline: list[Name]


class WorksFilter(msgspec.Struct, frozen=True):
    """What a reader asked of a works list; an empty field asks for nothing."""

    year: int | None = None
    q: str = ""
    type: str = ""
    topic: str = ""
    sort: str = ""
    page: int = 1


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

WORKS = """
WITH picked AS (
    SELECT w.id, row_number() OVER (ORDER BY {order}) AS place, count(*) OVER () AS matching
    FROM {source} WHERE {conditions}
    ORDER BY {order} LIMIT {size} OFFSET %s
)
SELECT w.id, w.year, w.title_html, w.head_html, w.body_html, w.people, w.withdrawn, matching,
    to_json(ARRAY(SELECT ARRAY[b.name, coalesce(o.slug, '')]
        FROM works_authorship b LEFT JOIN works_author o ON o.id = b.author_id
        WHERE b.work_id = w.id AND (b.position <= {byline} OR b.author_id = %s)
        ORDER BY b.position))::text
FROM picked JOIN works_work w USING (id) ORDER BY place
"""


BYLINES = msgspec.json.Decoder(list[Name])


def works_of_author(author_id: int, asked: WorksFilter) -> list[WorkRow]:
    source = "works_authorship a JOIN works_work w ON w.id = a.work_id"
    own = "a.author_id = %s AND a.status <> 'rejected'"
    return _works(source, [own], [author_id], asked, focus=author_id)


# Read from an index that is in the order of the list: the size of a topic costs nothing.
LATEST = """w.id IN (
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
    values = [topic_ids, page * PAGE, PAGE, (page - 1) * PAGE]
    return _works("works_work w", [LATEST], values, WorksFilter(), focus=0)


def works_of_institution(institution_id: int, asked: WorksFilter) -> list[WorkRow]:
    own = "w.id IN (SELECT work_id FROM works_authorshipinstitution WHERE institution_id = %s)"
    return _works("works_work w", [own], [institution_id], asked, focus=0)


def _works(
    source: str, conditions: list[str], values: list[Any], asked: WorksFilter, focus: int
) -> list[WorkRow]:
    for condition, wanted in _conditions(asked):
        conditions.append(condition)
        values.extend(wanted)
    statement = WORKS.format(
        order=ORDERS.get(asked.sort, ORDERS[""]),
        source=source,
        conditions=" AND ".join(conditions),
        size=PAGE,
        byline=BYLINE,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, (asked.page - 1) * PAGE, focus])
        rows = cursor.fetchall()
    return [_work_row(list(row)) for row in rows]


def _work_row(values: list[Any]) -> WorkRow:
    values[-1] = BYLINES.decode(values[-1])
    return WorkRow(*values)


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


class WorkFull(msgspec.Struct):
    """A work's own page: its row, byline, identifiers, topics and the reports behind it.

    `byline` has (name, slug, position, affiliations as given); `institutions` has (position, name,
    slug) of those that sources name by their ids.
    """

    id: int
    version: int
    title_html: str
    title_text: str
    abstract_html: str
    year: int | None
    people: int
    withdrawn: bool
    removed: bool
    unverified: list[str]
    byline: list[tuple[str, str | None, int, list[str]]]
    institutions: list[tuple[int, str, str]]
    identifiers: list[tuple[str, str, bool]]
    topics: list[tuple[str, str, str]]
    reports: list[dict[str, Any]]
    sheet: Sheet

    @property
    def stamp(self) -> str:
        """Differs whenever the page does, also by a name or the date of a report."""
        return f"w{self.id}-{blake2b(msgspec.json.encode(self), digest_size=8).hexdigest()}"


# Names on a work's own page; "and N more" beyond.
FULL_BYLINE = 200

WORK = """
SELECT w.id, w.version, w.title_html, w.title_text, w.abstract_html, w.year, w.people, w.withdrawn,
    w.removed, w.unverified::text,
    (SELECT coalesce(json_agg(json_build_array(b.name, o.slug, b.position, b.affiliations)
        ORDER BY b.position), '[]')
     FROM works_authorship b LEFT JOIN works_author o ON o.id = b.author_id
     WHERE b.work_id = w.id AND b.position <= %(names)s)::text,
    (SELECT coalesce(json_agg(json_build_array(t.position, coalesce(nullif(i.name, ''), i.value),
        i.slug) ORDER BY t.position, t.place, i.id), '[]')
     FROM works_authorshipinstitution t JOIN works_institution i ON i.id = t.institution_id
     WHERE t.work_id = w.id AND t.position <= %(names)s)::text,
    (SELECT coalesce(json_agg(json_build_array(scheme, value, verified) ORDER BY scheme, value),
        '[]')
     FROM works_workidentifier WHERE work_id = w.id)::text,
    (SELECT coalesce(json_agg(json_build_array(t.slug, t.name, t.code) ORDER BY wt.position), '[]')
     FROM works_worktopic wt JOIN works_topic t ON t.id = wt.topic_id
     WHERE wt.work_id = w.id)::text,
    (SELECT coalesce(json_agg(json_build_object('source', r.source, 'format', r.format,
            'external_id', r.external_id, 'record_date', r.record_date, 'deleted', r.deleted,
            'imported_at', r.imported_at)
        ORDER BY NOT r.deleted DESC, r.rank DESC, r.record_date DESC, r.digest DESC), '[]')
     FROM works_report r WHERE r.work_id = w.id)::text,
    w.sheet::text
FROM works_work w WHERE w.id = %(work)s
"""


def work_since_joined(work_id: int) -> int | None:
    """The work that this one was joined to."""
    redirects = WorkRedirect.objects.filter(old_id=work_id)
    return redirects.values_list("work_id", flat=True).first()


def work(work_id: int) -> WorkFull | None:
    with connection.cursor() as cursor:
        cursor.execute(WORK, {"names": FULL_BYLINE, "work": work_id})
        row = cursor.fetchone()
    if row is None:
        return None
    sheet = msgspec.json.decode(row[-1], type=Sheet)
    values = [*row[:9], *map(msgspec.json.decode, row[9:-1]), sheet]
    return WorkFull(*values)

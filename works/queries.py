"""What pages read of the corpus: one statement each, whatever the number of rows."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from django.db import connection

from bzpeer.lib.columns import literal
from bzpeer.lib.sql import fetch
from works.domain.sheet import Sheet
from works.models import Author, WorkRedirect


def author_by_slug(slug: str) -> Author | None:
    """The record behind a page's slug, whatever the name in front of its public id.

    None for one that was emptied.
    """
    return Author.objects.exclude(name="").filter(public_id=public_id_of(slug)).first()


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
    return dict(fetch(HEIRS, [literal(author_ids)]))


def record_now(author: Author) -> Author:
    """The record, or the one that it became part of, however many steps on."""
    if author.merged_into_id is None:
        return author
    return Author.objects.get(pk=heirs_of([author.pk])[author.pk])


def public_id_of(slug: str) -> str:
    return slug.rpartition("-")[2]


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

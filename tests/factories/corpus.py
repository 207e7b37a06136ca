"""Records in the database, as an import and the refresh leave them, and what is then there."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from profiles.services import refresh_due
from works.addressing import addresses_due
from works.domain.records import WorkRecord
from works.ingest import Counts, ingest
from works.models import Author, AuthorFacts, ImportRun

TODAY = date(2026, 11, 1)


def take_in(*records: WorkRecord) -> Counts:
    """One batch into the database."""
    run = ImportRun.objects.create(source="test")
    return ingest(run.pk, records, TODAY)


def refresh_all() -> None:
    """Everything that is due."""
    while refresh_due() is not None:
        pass
    while addresses_due() is not None:
        pass


def publish(*records: WorkRecord) -> Counts:
    """A batch in the database, and its authors refreshed."""
    counts = take_in(*records)
    refresh_all()
    return counts


def author(name: str) -> Author:
    """The one record that is shown under this name."""
    return Author.objects.get(name=name)


def author_of(scheme: str, value: str) -> Author:
    """The record of a key: ("name", normalised full name), or a person's identifier."""
    return Author.objects.get(key_scheme=scheme, key_value=value)


def facts_of(name: str) -> AuthorFacts:
    return AuthorFacts.objects.get(author__name=name)


# A work by the reports that were found to be of it.
OF_W = """(
    SELECT string_agg(concat_ws(' ', source, format, external_id), ' + ' ORDER BY source, format,
        external_id) FROM works_report known WHERE known.work_id = w.id
)"""

# Generated ids and moments aside, all that an import and the refresh of it decide.
CANON = {
    "works": """
        SELECT {of_w}, title_html, title_text, abstract_html, head_html, body_html, year, date,
            people, identified, complete, unverified::text, families, withdrawn,
            regexp_replace(byline_html, '-[a-z0-9]+/"', '/"', 'g'), byline_rest,
            template_version, sheet::text, encode(digest, 'hex')
        FROM works_work w ORDER BY 1
    """,
    "reports": """
        SELECT r.source, r.format, r.external_id, r.record_date, encode(r.digest, 'hex'), r.rank,
            r.deleted, r.record::text, {of_w}
        FROM works_report r LEFT JOIN works_work w ON w.id = r.work_id ORDER BY 1, 2, 3
    """,
    "bylines": """
        SELECT {of_w}, a.position, o.key_scheme, o.key_value, a.name, a.affiliations::text,
            a.confidence, a.asserted_by, a.status
        FROM works_authorship a JOIN works_work w ON w.id = a.work_id
        LEFT JOIN works_author o ON o.id = a.author_id ORDER BY 1, 2
    """,
    "identifiers": """
        SELECT {of_w}, i.scheme, i.value, i.verified
        FROM works_workidentifier i JOIN works_work w ON w.id = i.work_id ORDER BY 1, 2, 3
    """,
    "topics": """
        SELECT {of_w}, t.position, k.scheme, k.code, k.name, k.slug
        FROM works_worktopic t JOIN works_work w ON w.id = t.work_id
        JOIN works_topic k ON k.id = t.topic_id ORDER BY 1, 2
    """,
    "tree": """
        SELECT k.scheme, k.code, k.name, k.slug, b.scheme, b.code
        FROM works_topic k LEFT JOIN works_topic b ON b.id = k.broader_id ORDER BY 1, 2
    """,
    "authors": """
        SELECT key_scheme, key_value, name, regexp_replace(slug, '-[a-z0-9]+$', ''), name_key,
            letter, merged_into_id IS NOT NULL
        FROM works_author a
        WHERE EXISTS (SELECT FROM works_authorship m WHERE m.author_id = a.id) ORDER BY 1, 2
    """,
    "facts": """
        SELECT a.key_scheme, a.key_value, f.works, f.topics, f.years::text, f.identified,
            f.complete, f.corroborated, f.sources::text, f.top_topics::text, f.affiliation,
            f.collaborators, f.close_collaborators, f.several, f.level, f.trust_score
        FROM works_authorfacts f JOIN works_author a ON a.id = f.author_id
        WHERE f.works > 0 ORDER BY 1, 2
    """,
    "keys": """
        SELECT r.source, r.format, r.external_id, k.key
        FROM works_reportkey k JOIN works_report r ON r.id = k.report_id ORDER BY 1, 2, 3, 4
    """,
    "edges": """
        SELECT a.key_scheme, a.key_value, o.key_scheme, o.key_value, c.works, c.first_year,
            c.last_year, c.close
        FROM graph_collaboration c JOIN works_author a ON a.id = c.author_id
        JOIN works_author o ON o.id = c.other_id ORDER BY 1, 2, 3, 4
    """,
}


# What works and authorships keep of each other, where it is not what the other has.
STALE = """
SELECT w.title_text, w.byline_html, w.byline_rest FROM works_work w
CROSS JOIN LATERAL (
    SELECT coalesce(string_agg(CASE
            WHEN o.slug IS NOT NULL
                THEN '<a href="/researchers/' || o.slug || '/"><bdi>' || spelt || '</bdi></a>'
            WHEN a.name = 'name withheld' THEN '<i>' || spelt || '</i>'
            ELSE '<bdi>' || spelt || '</bdi>' END, ', ' ORDER BY a.position), '') AS html,
        count(*) FILTER (WHERE o.slug IS NOT NULL OR a.name = 'name withheld') AS people
    FROM works_authorship a LEFT JOIN works_author o ON o.id = a.author_id,
        LATERAL (SELECT replace(replace(replace(replace(replace(a.name, '&', '&amp;'),
            '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#x27;') AS spelt) escaped
    WHERE a.work_id = w.id AND a.position <= 12
) named
WHERE (w.byline_html, w.byline_rest) IS DISTINCT FROM (named.html, w.people - named.people)
UNION ALL
SELECT w.title_text, a.name, a.position
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
WHERE (a.year, a.date) IS DISTINCT FROM (w.year, w.date)
"""


def stale() -> list[Any]:
    """Works whose stored byline is not that of their names, and authorships of another date."""
    with connection.cursor() as cursor:
        return _rows(cursor, STALE)


def dump() -> dict[str, list[Any]]:
    """The corpus as it was decided, without what differs from one database to the next."""
    with connection.cursor() as cursor:
        return {name: _rows(cursor, sql.format(of_w=OF_W)) for name, sql in CANON.items()}


def _rows(cursor: Any, statement: str) -> list[Any]:
    cursor.execute(statement)
    return list(cursor.fetchall())


# Written by imports and the refresh; `xmin` tells whether a row was written again.
TABLES = (
    "works_work",
    "works_report",
    "works_authorship",
    "works_workidentifier",
    "works_worktopic",
    "works_topic",
    "works_author",
    "works_authorchange",
    "works_authorfacts",
    "graph_collaboration",
    "claims_trustscore",
)


def row_versions(tables: Sequence[str] = TABLES) -> dict[str, list[Any]]:
    """Where each row lies and which transaction wrote it: equal means not one row was touched."""
    with connection.cursor() as cursor:
        return {
            table: _rows(cursor, f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1")
            for table in tables
        }


def empty(tables: Iterable[str] = TABLES) -> None:
    """An empty corpus, for tests that fill it many times over."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join([*tables, 'works_importrun'])} CASCADE")

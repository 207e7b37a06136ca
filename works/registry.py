"""Institutions as a registry describes them, into the tables: the latest record of each counts.

Like the merge of works: set-based, one transaction a batch, and free of order, because the greatest
(record date, digest) wins whatever comes first.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from django.db import connection, transaction

from works.domain import institutions
from works.domain.institutions import InstitutionRecord
from works.ingest import Counts, take_turn
from works.merging import copy_rows
from works.services import marking

Identity = tuple[str, str]
Version = tuple[str, bytes]
NO_RECORD: Version = ("", b"")


def take(records: Sequence[InstitutionRecord]) -> Counts:
    """Take one batch in, in one transaction; imports of works take turns with it."""
    latest = _latest(records)
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        known = _known(cursor, latest)
        changed = [
            record
            for identity, record in latest.items()
            if _version(record) > known.get(identity, NO_RECORD)
        ]
        if changed:
            _merge(cursor, changed)
    created = sum(known.get(_identity(record), NO_RECORD) == NO_RECORD for record in changed)
    return Counts(created, len(changed) - created, len(records) - len(changed))


def _identity(record: InstitutionRecord) -> Identity:
    return (record.scheme, record.value)


def _version(record: InstitutionRecord) -> Version:
    return (record.record_date, record.digest())


def _latest(records: Iterable[InstitutionRecord]) -> dict[Identity, InstitutionRecord]:
    found: dict[Identity, InstitutionRecord] = {}
    for record in records:
        rival = found.setdefault(_identity(record), record)
        if rival is not record and _version(record) > _version(rival):
            found[_identity(record)] = record
    return found


def _known(cursor: Any, wanted: Iterable[Identity]) -> dict[Identity, Version]:
    cursor.execute(VERSIONS, [list(column) for column in zip(*wanted)])
    return {
        (scheme, value): (record_date, bytes(digest))
        for scheme, value, record_date, digest in cursor.fetchall()
    }


def _merge(cursor: Any, records: Sequence[InstitutionRecord]) -> None:
    for statement in STAGE:
        cursor.execute(statement)
    copy_rows(cursor, "stage_institution", COLUMNS, map(_row, records))
    for table, columns, rows in PARTS:
        copy_rows(cursor, table, columns, (row for record in records for row in rows(record)))
    for statement in MERGE:
        cursor.execute(statement)


def _row(record: InstitutionRecord) -> tuple[object, ...]:
    return (
        *_identity(record),
        record.name,
        institutions.slug(record.value, record.name),
        record.country,
        record.country_name,
        record.place,
        msgspec.json.encode(record.types).decode(),
        record.status,
        record.established,
        msgspec.json.encode([(link.kind, link.url) for link in record.links]).decode(),
        *_version(record),
    )


def _names(record: InstitutionRecord) -> list[tuple[object, ...]]:
    return [
        (*_identity(record), form.value, form.language, form.kind, institutions.key(form.value))
        for form in record.names
    ]


def _domains(record: InstitutionRecord) -> list[tuple[object, ...]]:
    return [(*_identity(record), host) for host in record.domains]


def _relations(record: InstitutionRecord) -> list[tuple[object, ...]]:
    return [
        (*_identity(record), one.kind, record.scheme, one.value, one.label)
        for one in record.relations
    ]


VERSIONS = """
SELECT scheme, value, i.record_date, i.digest
FROM unnest(%s::text[], %s::text[]) AS staged (scheme, value)
JOIN works_institution i USING (scheme, value)
"""

# --- staging

COLUMNS = (
    "scheme, value, name, slug, country, country_name, place, types, status, established, links,"
    " record_date, digest"
)
Rows = Callable[[InstitutionRecord], Iterable[tuple[object, ...]]]
PARTS: list[tuple[str, str, Rows]] = [
    ("stage_institution_name", "of_scheme, of_value, value, language, kind, key", _names),
    ("stage_institution_domain", "of_scheme, of_value, host", _domains),
    ("stage_institution_relation", "of_scheme, of_value, kind, scheme, value, label", _relations),
]
STAGE = [
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_institution (
        scheme text, value text, name text, slug text, country text, country_name text,
        place text, types text, status text, established smallint, links text,
        record_date text, digest bytea, institution_id bigint, PRIMARY KEY (scheme, value)
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_institution_name (
        of_scheme text, of_value text, value text, language text, kind text, key text,
        institution_id bigint
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_institution_domain (
        of_scheme text, of_value text, host text, institution_id bigint
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_institution_relation (
        of_scheme text, of_value text, kind text, scheme text, value text, label text,
        institution_id bigint
    ) ON COMMIT DELETE ROWS
    """,
    "TRUNCATE stage_institution, stage_institution_name, stage_institution_domain,"
    " stage_institution_relation",
]

# --- into the tables

MERGE = [
    """
    INSERT INTO works_institution (scheme, value, name, slug, country, country_name, place, types,
        status, established, links, record_date, digest)
    SELECT scheme, value, name, slug, country, country_name, place, types::jsonb, status,
        established, links::jsonb, record_date, digest
    FROM stage_institution ORDER BY scheme, value
    ON CONFLICT (scheme, value) DO UPDATE SET name = excluded.name, slug = excluded.slug,
        country = excluded.country, country_name = excluded.country_name,
        place = excluded.place, types = excluded.types, status = excluded.status,
        established = excluded.established, links = excluded.links,
        record_date = excluded.record_date, digest = excluded.digest
    """,
    """
    UPDATE stage_institution s SET institution_id = i.id FROM works_institution i
    WHERE (i.scheme, i.value) = (s.scheme, s.value)
    """,
    *(
        f"""
        UPDATE {table} t SET institution_id = s.institution_id FROM stage_institution s
        WHERE (s.scheme, s.value) = (t.of_scheme, t.of_value)
        """
        for table, *_ in PARTS
    ),
    """
    DELETE FROM works_institutionname n USING stage_institution s
    WHERE n.institution_id = s.institution_id AND NOT EXISTS (
        SELECT FROM stage_institution_name t
        WHERE (t.institution_id, t.value, t.language) = (n.institution_id, n.value, n.language))
    """,
    """
    INSERT INTO works_institutionname AS n (institution_id, value, language, kind, key)
    SELECT institution_id, value, language, kind, key FROM stage_institution_name
    ORDER BY institution_id, value, language
    ON CONFLICT (institution_id, value, language) DO UPDATE SET kind = excluded.kind,
        key = excluded.key
    WHERE (n.kind, n.key) <> (excluded.kind, excluded.key)
    """,
    """
    DELETE FROM works_institutiondomain d USING stage_institution s
    WHERE d.institution_id = s.institution_id AND NOT EXISTS (
        SELECT FROM stage_institution_domain t
        WHERE (t.institution_id, t.host) = (d.institution_id, d.host))
    """,
    """
    INSERT INTO works_institutiondomain (institution_id, host)
    SELECT institution_id, host FROM stage_institution_domain ORDER BY institution_id, host
    ON CONFLICT (institution_id, host) DO NOTHING
    """,
    """
    DELETE FROM works_institutionrelation r USING stage_institution s
    WHERE r.institution_id = s.institution_id AND NOT EXISTS (
        SELECT FROM stage_institution_relation t
        WHERE (t.institution_id, t.kind, t.scheme, t.value)
            = (r.institution_id, r.kind, r.scheme, r.value))
    """,
    """
    INSERT INTO works_institutionrelation AS r (institution_id, kind, scheme, value, label)
    SELECT institution_id, kind, scheme, value, label FROM stage_institution_relation
    ORDER BY institution_id, kind, scheme, value
    ON CONFLICT (institution_id, kind, scheme, value) DO UPDATE SET label = excluded.label
    WHERE r.label <> excluded.label
    """,
    # Their names stand on the pages and drawings of whoever was there.
    marking(
        """
        SELECT DISTINCT b.author_id FROM stage_institution s
        JOIN works_authorshipinstitution p USING (institution_id)
        JOIN works_authorship b ON (b.work_id, b.position) = (p.work_id, p.position)
        WHERE b.author_id IS NOT NULL
        """
    ),
]

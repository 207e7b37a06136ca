"""Which institutions the bylines of the staged works name, kept equal to what sources give.

Part of the merge (`works.merging`): the caller holds the merge lock and has filled `stage_work`
(`work_id`), `stage_byline` (`work_id`, `position`, `institutions`: JSON as text, a list of
[scheme, value, name]) and `stage_gone` (`old_id`: works that end).
"""

from typing import Any

from works.domain import addresses, institutions


def affiliate(cursor: Any) -> None:
    """Write what differs, and make the institutions that no registry has told of yet.

    An identifier that is not in its one form, or whose check digits are wrong, is passed over.
    """
    for statement in STAGE:
        cursor.execute(statement)
    cursor.execute(MISSING)
    sound = [one for one in cursor.fetchall() if institutions.is_id(*one)]
    if sound:
        columns = zip(*((*one, institutions.slug(one[1], "")) for one in sound))
        cursor.execute(INSERT_INSTITUTIONS, [list(column) for column in columns])
    for statement in STATEMENTS:
        cursor.execute(statement)
    _name(cursor)


def _name(cursor: Any) -> None:
    """Name the institutions that only bylines know, whatever came first."""
    cursor.execute(MISNAMED)
    told = [
        (key, value, addresses.without(name), shown)
        for key, value, name, shown in cursor.fetchall()
    ]
    renamed = [(key, value, name) for key, value, name, shown in told if name != shown]
    if not renamed:
        return
    ids, values, names = (list(column) for column in zip(*renamed))
    cursor.execute(RENAME, [ids, names, list(map(institutions.slug, values, names))])
    cursor.execute(FORGET_NAMES, [ids])
    cursor.execute(INSERT_NAMES, [ids, names, list(map(institutions.key, names))])


# --- staging

STAGE = [
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_affiliation (
        work_id bigint, position integer, place smallint, scheme text, value text, name text,
        institution_id bigint
    ) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMP TABLE IF NOT EXISTS stage_named (institution_id bigint) ON COMMIT DELETE ROWS
    """,
    "TRUNCATE stage_affiliation, stage_named",
    f"""
    INSERT INTO stage_affiliation (work_id, position, place, scheme, value, name)
    SELECT DISTINCT ON (work_id, position, parts.scheme, parts.value) work_id, position, place,
        parts.scheme, parts.value,
        left(parts.name, {institutions.MAX_NAME})
    FROM stage_byline b, jsonb_array_elements(b.institutions::jsonb)
        WITH ORDINALITY AS given (one, place),
        LATERAL (SELECT one ->> 0, one ->> 1, coalesce(one ->> 2, ''))
            AS parts (scheme, value, name)
    WHERE b.institutions <> '[]' AND scheme IS NOT NULL AND value IS NOT NULL
    ORDER BY work_id, position, parts.scheme, parts.value, place
    """,
    "ANALYZE stage_affiliation",
]
MISSING = """
SELECT DISTINCT scheme, value FROM stage_affiliation t
WHERE NOT EXISTS (SELECT FROM works_institution i WHERE (i.scheme, i.value) = (t.scheme, t.value))
ORDER BY scheme, value
"""
INSERT_INSTITUTIONS = """
INSERT INTO works_institution (scheme, value, slug)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])
ON CONFLICT (scheme, value) DO NOTHING
"""

# --- into the tables

STATEMENTS = [
    """
    UPDATE stage_affiliation t SET institution_id = i.id FROM works_institution i
    WHERE (i.scheme, i.value) = (t.scheme, t.value)
    """,
    # Whose name may change: whoever is named now, or was.
    """
    INSERT INTO stage_named
    SELECT institution_id FROM works_authorshipinstitution a JOIN stage_work s USING (work_id)
    UNION SELECT institution_id FROM works_authorshipinstitution a
        JOIN stage_gone g ON g.old_id = a.work_id
    UNION SELECT institution_id FROM stage_affiliation WHERE institution_id IS NOT NULL
    """,
    "DELETE FROM works_authorshipinstitution a USING stage_gone g WHERE a.work_id = g.old_id",
    """
    DELETE FROM works_authorshipinstitution a USING stage_work s
    WHERE a.work_id = s.work_id AND NOT EXISTS (
        SELECT FROM stage_affiliation t
        WHERE (t.work_id, t.position, t.institution_id)
            = (a.work_id, a.position, a.institution_id))
    """,
    """
    INSERT INTO works_authorshipinstitution AS a (work_id, position, institution_id, place, name)
    SELECT work_id, position, institution_id, place, name FROM stage_affiliation
    WHERE institution_id IS NOT NULL
    ORDER BY work_id, position, place
    ON CONFLICT (work_id, position, institution_id) DO UPDATE SET place = excluded.place,
        name = excluded.name
    WHERE (a.place, a.name) <> (excluded.place, excluded.name)
    """,
]

# The first name in code-point order, from the index; whoever is named no more keeps the last one.
MISNAMED = """
SELECT i.id, i.value, given.name, i.name
FROM stage_named s JOIN works_institution i ON i.id = s.institution_id, LATERAL (
    (SELECT name FROM works_authorshipinstitution a
     WHERE a.institution_id = i.id AND a.name > '' ORDER BY a.name LIMIT 1)
    UNION ALL
    (SELECT '' FROM works_authorshipinstitution a WHERE a.institution_id = i.id LIMIT 1)
    LIMIT 1
) given
WHERE i.digest = '' AND i.name <> given.name
ORDER BY i.id
"""
RENAME = """
UPDATE works_institution i SET name = n.name, slug = n.slug
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n (id, name, slug)
WHERE i.id = n.id
"""
FORGET_NAMES = "DELETE FROM works_institutionname WHERE institution_id = ANY(%s)"
INSERT_NAMES = """
INSERT INTO works_institutionname (institution_id, value, language, kind, key)
SELECT id, name, '', 'display', key FROM unnest(%s::bigint[], %s::text[], %s::text[])
    AS n (id, name, key)
WHERE name > '' ORDER BY id
"""

"""What is read of institutions: one statement each, whatever the number of rows."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from works.domain import institutions

RESULTS = 20
# Researchers on one page of an institution.
PEOPLE = 30

Relation = tuple[str, str, str, str | None]


class InstitutionFull(msgspec.Struct):
    """An institution's own page but for its people and works. No `status`: only bylines know it.

    `names` are (form, language, kind); `relations` are (kind, name, id, slug where it is known).
    """

    id: int
    scheme: str
    value: str
    slug: str
    name: str
    country_name: str
    place: str
    status: str
    established: int | None
    record_date: str
    types: list[str]
    links: list[tuple[str, str]]
    names: list[tuple[str, str, str]]
    domains: list[str]
    relations: list[Relation]


# One without a name is shown by its identifier.
NAME = "coalesce(nullif(i.name, ''), i.value)"

FULL = f"""
SELECT i.id, i.scheme, i.value, i.slug, {NAME}, i.country_name, i.place, i.status, i.established,
    i.record_date, i.types::text, i.links::text,
    (SELECT coalesce(json_agg(json_build_array(n.value, n.language, n.kind)
        ORDER BY array_position('{{display,acronym,label,alias}}', n.kind), n.value, n.language),
        '[]')
     FROM works_institutionname n WHERE n.institution_id = i.id)::text,
    (SELECT coalesce(json_agg(d.host ORDER BY d.host), '[]')
     FROM works_institutiondomain d WHERE d.institution_id = i.id)::text,
    (SELECT coalesce(json_agg(json_build_array(r.kind, coalesce(nullif(o.name, ''), r.label),
        r.value, o.slug) ORDER BY r.kind, coalesce(nullif(o.name, ''), r.label), r.value), '[]')
     FROM works_institutionrelation r
     LEFT JOIN works_institution o ON (o.scheme, o.value) = (r.scheme, r.value)
     WHERE r.institution_id = i.id)::text
FROM works_institution i WHERE (i.scheme, i.value) = (%s, %s)
"""
# The last columns come as JSON.
PACKED: list[Any] = [
    list[str],
    list[tuple[str, str]],
    list[tuple[str, str, str]],
    list[str],
    list[Relation],
]


def institution(slug: str) -> InstitutionFull | None:
    """The institution whose identifier stands at the end of a slug, whatever the name before it."""
    named = institutions.id_of_slug(slug)
    rows = _rows(FULL, named) if named else []
    if not rows:
        return None
    plain, packed = rows[0][: -len(PACKED)], rows[0][-len(PACKED) :]
    return InstitutionFull(
        *plain, *(msgspec.json.decode(text, type=kind) for text, kind in zip(packed, PACKED))
    )


class Member(msgspec.Struct):
    """A researcher whose works name an institution; `matching` counts all of them."""

    slug: str
    name: str
    works: int
    last_year: int | None
    matching: int


MEMBERS = """
SELECT o.slug, o.name, count(DISTINCT a.work_id) AS works, max(w.year), count(*) OVER ()
FROM works_authorshipinstitution t
JOIN works_authorship a ON (a.work_id, a.position) = (t.work_id, t.position)
JOIN works_author o ON o.id = a.author_id JOIN works_work w ON w.id = a.work_id
WHERE t.institution_id = %s AND a.status <> 'rejected' AND o.merged_into_id IS NULL
GROUP BY o.id ORDER BY works DESC, o.name_key, o.id LIMIT %s OFFSET %s
"""


def members(institution_id: int, page: int) -> list[Member]:
    """One page of the researchers of an institution, those with the most works first."""
    return [Member(*row) for row in _rows(MEMBERS, (institution_id, PEOPLE, (page - 1) * PEOPLE))]


class InstitutionRow(msgspec.Struct):
    """An institution in a list; `found` is the form of its name that matched."""

    slug: str
    name: str
    place: str
    country_name: str
    status: str
    types: list[str]
    found: str


# The index is on these very words, `coalesce` and all.
SEARCH = f"""
SELECT i.slug, {NAME}, i.place, i.country_name, i.status, i.types::text, best.value
FROM (
    SELECT DISTINCT ON (institution_id) institution_id, value, key, key <> %s AS differs
    FROM works_institutionname
    WHERE to_tsvector('simple', coalesce(key, '')) @@ to_tsquery('simple', %s)
    ORDER BY institution_id, differs, length(key), value
) best JOIN works_institution i ON i.id = best.institution_id
WHERE i.status <> 'withdrawn'
ORDER BY best.differs, length(best.key), best.key, i.value LIMIT %s
"""


def search_institutions(q: str, most: int = RESULTS) -> list[InstitutionRow]:
    """Institutions with a name of all these words or beginnings of words, the shortest first."""
    key = institutions.key(q)
    wanted = " & ".join(f"'{word}':*" for word in key.split()[:8])
    rows = _rows(SEARCH, (key, wanted, most)) if wanted else []
    return [_found(*row) for row in rows]


def _found(
    slug: str, name: str, place: str, country: str, status: str, types: str, form: str
) -> InstitutionRow:
    kinds = msgspec.json.decode(types, type=list[str])
    return InstitutionRow(slug, name, place, country, status, kinds, form)


class Stay(msgspec.Struct):
    """An institution that works of a researcher name, with the first and last year of those."""

    slug: str
    name: str
    first_year: int | None
    last_year: int | None
    works: int


STAYS = f"""
SELECT author_id, slug, name, first_year, last_year, works
FROM (
    SELECT a.author_id, i.slug, {NAME} AS name, min(w.year) AS first_year,
        max(w.year) AS last_year, count(DISTINCT w.id) AS works, row_number() OVER (
            PARTITION BY a.author_id
            ORDER BY max(w.year) DESC NULLS LAST, count(DISTINCT w.id) DESC, i.scheme, i.value
        ) AS place
    FROM works_authorship a
    JOIN works_authorshipinstitution t ON (t.work_id, t.position) = (a.work_id, a.position)
    JOIN works_institution i ON i.id = t.institution_id JOIN works_work w ON w.id = a.work_id
    WHERE a.author_id = ANY(%s) AND a.status <> 'rejected'
    GROUP BY a.author_id, i.id
) ranked
WHERE place <= %s ORDER BY author_id, place
"""


def institutions_of(author_ids: Sequence[int], most: int = 5) -> dict[int, list[Stay]]:
    """The latest institutions of each of these authors, the last one first."""
    found: dict[int, list[Stay]] = {author_id: [] for author_id in author_ids}
    for author_id, *stay in _rows(STAYS, (list(author_ids), most)):
        found[author_id].append(Stay(*stay))
    return found


AFFILIATIONS = f"""
SELECT t.position, {NAME}, i.slug
FROM works_authorshipinstitution t JOIN works_institution i ON i.id = t.institution_id
WHERE t.work_id = %s ORDER BY t.position, t.place, i.id
"""


def affiliations(work_id: int) -> dict[int, list[tuple[str, str]]]:
    """(name, slug) of the institutions of each place in a byline that has any."""
    found: dict[int, list[tuple[str, str]]] = {}
    for position, name, slug in _rows(AFFILIATIONS, (work_id,)):
        found.setdefault(position, []).append((name, slug))
    return found


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows

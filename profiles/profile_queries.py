"""What the holder of a record chooses from: institutions, works, and works of namesakes."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bzpeer.lib.sql import fetch
from works.domain import names
from works.domain.institutions import id_of_slug
from works.institutions import institutions_of, search_institutions
from works.models import Institution

PAGE = 50
MOST_LISTED = 300
MOST_ALIKE = 50
MOST_FOUND = 8

TITLES = """
SELECT DISTINCT w.id, w.title_text || coalesce(' (' || w.year || ')', ''), w.year
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
WHERE a.author_id = %s AND a.status <> 'rejected'
ORDER BY w.year DESC NULLS LAST, w.id DESC LIMIT %s
"""


def titles_of(author_id: int) -> list[tuple[int, str]]:
    """(id, title and year) of the latest works of a record."""
    return [(key, title) for key, title, _ in fetch(TITLES, [author_id, MOST_LISTED])]


PRINTED = """
SELECT name FROM works_authorship WHERE author_id = %s AND status <> 'rejected'
GROUP BY name ORDER BY count(*) DESC, name LIMIT 20
"""


def printed_names(author_id: int) -> list[str]:
    """The forms of the name that works print most, the most frequent first."""
    return [name for (name,) in fetch(PRINTED, [author_id])]


def places_for(author_id: int, chosen: int | None, find: str) -> list[tuple[int, str]]:
    """(id, name) of institutions to choose from: the chosen, those on works, and those found."""
    slugs = [stay.slug for stay in institutions_of([author_id])[author_id]]
    if find:
        slugs += [row.slug for row in search_institutions(find, MOST_FOUND)]
    named = {id_of_slug(slug) for slug in slugs}
    found = Institution.objects.filter(pk=chosen) if chosen else Institution.objects.none()
    for scheme in {one[0] for one in named if one}:
        values = [one[1] for one in named if one and one[0] == scheme]
        found |= Institution.objects.filter(scheme=scheme, value__in=values)
    rows = found.order_by("name", "pk").values_list("pk", "name", "place", "country_name")
    return [(pk, ", ".join(filter(None, rest))) for pk, *rest in rows]


class Mention(msgspec.Struct, frozen=True):
    """A name on a work, for the holder to say whose it is.

    `status` is "confirmed" where they said that it is theirs; `slug` leads to the record that has
    it now; `matching` counts all that were asked for.
    """

    work: int
    position: int
    title_html: str
    year: int | None
    name: str
    status: str
    slug: str
    company: list[str]
    matching: int

    @property
    def field(self) -> str:
        return field_of(self.work, self.position)


def field_of(work: int, position: int) -> str:
    """The name of a form's field about a place in a byline."""
    return f"w-{work}-{position}"


COLUMNS = """
SELECT w.id, a.position, w.title_html, w.year, a.name, a.status, o.slug, ARRAY(
    SELECT b.name FROM works_authorship b
    WHERE b.work_id = w.id AND b.position <> a.position ORDER BY b.position LIMIT 4
), count(*) OVER ()
FROM works_authorship a JOIN works_work w ON w.id = a.work_id JOIN works_author o
    ON o.id = a.author_id
"""
ORDER = "ORDER BY w.year DESC NULLS LAST, w.id DESC, a.position"
OWN = "a.author_id = %(author)s AND a.status <> 'rejected'"
# Records of the same name that nobody speaks for; nobody sits twice in one byline.
ALIKE = """
a.author_id <> %(author)s AND o.merged_into_id IS NULL AND o.name_key = ANY(%(keys)s)
AND NOT EXISTS (
    SELECT FROM works_authorfacts f
    WHERE f.author_id = o.id AND f.claim_state IN ('claimed', 'disputed')
) AND NOT EXISTS (
    SELECT FROM works_authorship t WHERE t.work_id = a.work_id AND t.author_id = %(author)s
)
"""
ASKED = "(a.work_id, a.position) IN (SELECT * FROM unnest(%(works)s::bigint[], %(places)s::int[]))"


def own_mentions(author_id: int, page: int) -> list[Mention]:
    """A page of the works of a record."""
    limit = f"LIMIT {PAGE} OFFSET %(skip)s"
    values = {"author": author_id, "skip": (page - 1) * PAGE}
    return _mentions(f"{COLUMNS} WHERE {OWN} {ORDER} {limit}", values)


def alike_mentions(author_id: int) -> list[Mention]:
    """Works by records of the same name, which may be this person's."""
    return _mentions(
        f"{COLUMNS} WHERE {ALIKE} {ORDER} LIMIT {MOST_ALIKE}", _alike_values(author_id)
    )


def _alike_values(author_id: int) -> dict[str, Any]:
    keys = {names.key(name) for name in printed_names(author_id)}
    return {"author": author_id, "keys": sorted(keys)}


def eligible(
    author_id: int, asked: Sequence[tuple[int, int]]
) -> tuple[dict[tuple[int, int], Mention], dict[tuple[int, int], Mention]]:
    """Of these places in bylines, those of the record itself, and those of its namesakes."""
    values = _alike_values(author_id) | {
        "works": [work for work, _ in asked],
        "places": [place for _, place in asked],
    }
    own, alike = (
        {(one.work, one.position): one for one in _mentions(statement, values)}
        for statement in (
            f"{COLUMNS} WHERE {ASKED} AND {OWN} {ORDER}",
            f"{COLUMNS} WHERE {ASKED} AND {ALIKE} {ORDER}",
        )
    )
    return own, alike


def _mentions(statement: str, values: Mapping[str, Any]) -> list[Mention]:
    return [Mention(*row) for row in fetch(statement, values)]

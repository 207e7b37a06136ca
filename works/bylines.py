"""The first names of works' bylines as HTML, kept with the works so that a list reads them at once.

They are written with the names (`works.merging`, under its lock), and again when a refresh gave
somebody in them another address.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from bzpeer.lib.columns import literal
from works.domain.article import BYLINE, Name, byline

NAMES = f"""
SELECT n.work_id, json_agg(json_build_array(n.name, coalesce(o.slug, '')) ORDER BY n.position)::text
FROM {{names}} n LEFT JOIN works_author o ON o.id = n.author_id
WHERE n.position <= {BYLINE} GROUP BY n.work_id
"""
STAGED = NAMES.format(names="stage_byline")
STORED = NAMES.format(names="(SELECT * FROM works_authorship WHERE work_id = ANY(%s))")
NAMED_ON = f"""
SELECT DISTINCT work_id FROM works_authorship WHERE author_id = ANY(%s) AND position <= {BYLINE}
"""
WRITE = """
UPDATE works_work w SET byline_html = n.html
FROM unnest(%s::bigint[], %s::text[]) AS n (id, html)
WHERE w.id = n.id AND w.byline_html <> n.html
"""
DECODER = msgspec.json.Decoder(list[Name])


def first_names(cursor: Any, statement: str, values: Sequence[Any] = ()) -> dict[int, list[Name]]:
    """The names of `STAGED` or `STORED` bylines, as far as they are kept."""
    cursor.execute(statement, values)
    return {work: DECODER.decode(names) for work, names in cursor.fetchall()}


def people_in(names: Sequence[Name]) -> int:
    return sum([name.is_person for name in names])


def bylines_renew(cursor: Any, author_ids: Sequence[int]) -> None:
    """Write the bylines of these authors' works anew. The caller holds the lock of the merge."""
    cursor.execute(NAMED_ON, [literal(author_ids)])
    works = sorted(work for (work,) in cursor.fetchall())
    found = first_names(cursor, STORED, [literal(works)])
    cursor.execute(WRITE, [[*found], [byline(names) for names in found.values()]])

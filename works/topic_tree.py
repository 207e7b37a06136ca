"""Topics and the way up from each, into their table: all that was ever read of them.

The caller holds the merge lock (`works.ingest`).
"""

from collections.abc import Iterable
from typing import Any

from works.domain.records import WorkRecord
from works.domain.taxonomy import topic_slug
from works.domain.topictree import NOTHING, Key, Told, shown_name, told


def tell(cursor: Any, records: Iterable[WorkRecord]) -> None:
    """Take in what these records say of topics; only rows that differ are written."""
    said = told(records)
    if not said:
        return
    stored = _stored(cursor, said)
    after = {key: stored.get(key, NOTHING).join(one) for key, one in said.items()}
    changed = {key: one for key, one in after.items() if _row(key, one) != stored.get(key)}
    if changed:
        rows = [(*key, shown_name(key, one), topic_slug(*key)) for key, one in changed.items()]
        cursor.execute(WRITE, [list(column) for column in zip(*sorted(rows))])
        above = [(*key, *one.broader) for key, one in changed.items() if one.broader]
        cursor.execute(LINK, [list(column) for column in zip(*above)] or [[]] * 4)


def _stored(cursor: Any, keys: Iterable[Key]) -> dict[Key, Told]:
    cursor.execute(STORED, [list(column) for column in zip(*keys)])
    return {
        (scheme, code): Told("" if name == code else name, (above, number) if above else None)
        for scheme, code, name, above, number in cursor.fetchall()
    }


def _row(key: Key, said: Told) -> Told:
    """As it would be read from its row."""
    name = shown_name(key, said)
    return Told("" if name == key[1] else name, said.broader)


STORED = """
SELECT t.scheme, t.code, t.name, b.scheme, b.code
FROM unnest(%s::text[], %s::text[]) AS asked (scheme, code)
JOIN works_topic t USING (scheme, code) LEFT JOIN works_topic b ON b.id = t.broader_id
"""
WRITE = """
INSERT INTO works_topic AS t (scheme, code, name, slug)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (scheme, code) DO UPDATE SET name = excluded.name WHERE t.name <> excluded.name
"""
LINK = """
UPDATE works_topic t SET broader_id = b.id
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
    AS way (scheme, code, above_scheme, above_code)
JOIN works_topic b ON (b.scheme, b.code) = (way.above_scheme, way.above_code)
WHERE (t.scheme, t.code) = (way.scheme, way.code) AND t.broader_id IS DISTINCT FROM b.id
"""

"""Lists of researchers: by name, by letter, by topic, and how many there are."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from works.domain import names

RESULTS = 20
ROWS = 50


class ResearcherRow(msgspec.Struct):
    """A researcher in a list."""

    slug: str
    name: str
    works: int
    years: list[tuple[int | None, int]]
    top_topics: list[tuple[str, str, int]]
    score: int | None
    band: str
    level: int
    several: bool


RESEARCHER = """
a.slug, a.name, f.works, f.years::text, f.top_topics::text, f.trust_score, f.trust_band, f.level,
f.several
"""

# The index is on these very words, `coalesce` and all.
SEARCH = f"""
SELECT {RESEARCHER} FROM works_author a JOIN works_authorfacts f ON f.author_id = a.id
WHERE to_tsvector('simple', coalesce(a.name_key, '')) @@ to_tsquery('simple', %s)
    AND a.merged_into_id IS NULL AND f.works > 0
ORDER BY f.works DESC, a.name_key, a.id LIMIT %s
"""

BROWSE = f"""
SELECT {RESEARCHER} FROM works_author a JOIN works_authorfacts f ON f.author_id = a.id
WHERE a.letter = %s AND a.merged_into_id IS NULL AND f.works > 0
ORDER BY a.name_key, a.id LIMIT %s OFFSET %s
"""

LEADING = f"""
SELECT {RESEARCHER} FROM works_authorfacts f JOIN works_author a ON a.id = f.author_id
WHERE a.merged_into_id IS NULL AND f.works > 0
ORDER BY f.works DESC, f.author_id LIMIT %s
"""

OF_TOPICS = """
SELECT o.slug, o.name, count(*) AS n
FROM (SELECT DISTINCT work_id FROM works_worktopic WHERE topic_id = ANY(%s)) w
JOIN works_authorship b USING (work_id) JOIN works_author o ON o.id = b.author_id
WHERE b.status <> 'rejected'
GROUP BY o.id ORDER BY n DESC, o.name_key, o.id LIMIT %s
"""

TOTALS = """
SELECT name, estimate FROM (VALUES
    ('researchers', (SELECT count(*) FROM (SELECT 1 FROM works_authorfacts LIMIT 100001) s)),
    ('works', (SELECT count(*) FROM (SELECT 1 FROM works_work LIMIT 100001) s))
) AS totals (name, estimate)
"""


def search_researchers(q: str, most: int = RESULTS) -> list[ResearcherRow]:
    """Researchers whose names have all these words or beginnings of words, in any order."""
    words = names.key(q).split()[:8]
    if not words:
        return []
    wanted = " & ".join(f"'{word.replace(chr(39), '')}':*" for word in words)
    return _researchers(SEARCH, [wanted, most])


FIRST_LETTER = """
SELECT letter FROM unnest(%s::text[]) WITH ORDINALITY AS letters (letter, place)
WHERE EXISTS (
    SELECT FROM works_author a JOIN works_authorfacts f ON f.author_id = a.id
    WHERE a.letter = letters.letter AND a.merged_into_id IS NULL AND f.works > 0
)
ORDER BY place LIMIT 1
"""


def first_letter(letters: Sequence[str]) -> str:
    """The first of these letters that somebody is under; the first of all where nobody is."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_LETTER, [list(letters)])
        row = cursor.fetchone()
    return row[0] if row else letters[0]


def browse_researchers(letter: str, page: int) -> list[ResearcherRow]:
    """One row more than a page holds, where there is a next page."""
    return _researchers(BROWSE, [letter, ROWS + 1, (page - 1) * ROWS])


def leading_researchers(most: int) -> list[ResearcherRow]:
    return _researchers(LEADING, [most])


def _researchers(statement: str, values: Sequence[Any]) -> list[ResearcherRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        rows = cursor.fetchall()
    return [_researcher(list(row)) for row in rows]


def _researcher(values: list[Any]) -> ResearcherRow:
    for place in (3, 4):  # years, top_topics
        values[place] = msgspec.json.decode(values[place])
    return ResearcherRow(*values)


def researchers_of_topics(topic_ids: list[int], most: int = 12) -> list[tuple[str, str, int]]:
    """(slug, name, works), the most works first."""
    with connection.cursor() as cursor:
        cursor.execute(OF_TOPICS, [topic_ids, most])
        found: list[tuple[str, str, int]] = cursor.fetchall()
    return found


def totals() -> dict[str, int]:
    """How many researchers and works there are, counted up to 100,001: then "100,000+" is said."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS)
        return dict(cursor.fetchall())

"""Lists of researchers: by name, by letter, by topic, and how many there are."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from bzpeer.lib.sql import fetch
from works.domain import names
from works.domain.spelling import slips
from works.domain.steps import LONGEST, MOST_WORDS, NAME_STEPS, begun, meant, steps, told_apart

RESULTS = 20
ROWS = 50
SPARE = 10


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

# The rows of a step are sorted before those of the next are looked for, and none are once there
# are enough. Some more than enough, for those that were merged since the last refresh.
SEARCH = f"""
WITH found AS MATERIALIZED (
    SELECT n.author_id
    FROM unnest(%(steps)s::text[], %(letters)s::text[]) AS step (asked, letters), LATERAL (
        SELECT author_id FROM works_namewords
        WHERE words @@ step.asked::tsquery
            AND (step.letters = '' OR words || '' @@ step.letters::tsquery)
        ORDER BY works DESC, author_id LIMIT %(most)s + {SPARE}
    ) n
    LIMIT %(most)s + {SPARE}
)
SELECT {RESEARCHER} FROM found
JOIN works_author a ON a.id = found.author_id JOIN works_authorfacts f USING (author_id)
WHERE a.merged_into_id IS NULL AND f.works > 0 AND a.name <> ''
ORDER BY f.works DESC, a.name_key, a.id LIMIT %(most)s
"""

NAMED = f"""
SELECT {RESEARCHER} FROM works_author a JOIN works_authorfacts f ON f.author_id = a.id
WHERE a.name_key = %s AND a.merged_into_id IS NULL AND f.works > 0
ORDER BY f.works DESC, a.id LIMIT %s
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

# A topic may have every fifth work, and a work thousands of names: only so much is looked at.
OF_TOPICS = """
SELECT o.slug, o.name, count(*) AS n
FROM (
    SELECT author_id FROM (
        SELECT DISTINCT work_id FROM unnest(%(topics)s::bigint[]) AS t (id), LATERAL (
            SELECT work_id FROM works_worktopic WHERE topic_id = t.id
            ORDER BY year DESC NULLS LAST, date DESC, work_id DESC LIMIT %(works)s
        ) latest
    ) w JOIN works_authorship b USING (work_id)
    WHERE b.status <> 'rejected' LIMIT %(names)s
) named JOIN works_author o ON o.id = named.author_id
GROUP BY o.id ORDER BY n DESC, o.name_key, o.id LIMIT %(most)s
"""
# Works of all topics of a page together, but some of each, and names on them.
LATEST_WORKS, LEAST_WORKS, LATEST_NAMES = 1_000, 50, 20_000

TOTALS = """
SELECT name, estimate FROM (VALUES
    ('researchers', (SELECT count(*) FROM (SELECT 1 FROM works_authorfacts LIMIT 100001) s)),
    ('works', (SELECT count(*) FROM (SELECT 1 FROM works_work LIMIT 100001) s))
) AS totals (name, estimate)
"""


def search_researchers(q: str, most: int = RESULTS) -> list[ResearcherRow]:
    """Researchers whose names have all these words or beginnings of words, in any order."""
    words, letters = told_apart(_words(q))
    return _found(steps(NAME_STEPS, begun(words)), letters, most) if words else []


def researchers_named(name: str, most: int = RESULTS) -> list[ResearcherRow]:
    """Researchers of this very name, however many longer ones begin with it."""
    asked = names.key(name)
    return _researchers(NAMED, [asked, most]) if asked else []


KNOWN = "SELECT word FROM works_nameword WHERE word = ANY(%s)"


def nearly_named(q: str, most: int = RESULTS) -> list[ResearcherRow]:
    """Researchers whose names have all these words, each spelled so or with one slip."""
    words, letters = told_apart(_words(q))
    near = [slips(word) for word in words]
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [[slip for slips_of in near for slip in slips_of]])
        known = {word for (word,) in cursor.fetchall()}
    variants = [[slip for slip in slips_of if slip in known] for slips_of in near]
    return _found(meant(NAME_STEPS, words, variants), letters, most) if any(variants) else []


def _words(q: str) -> list[str]:
    return [word[:LONGEST] for word in names.key(q).split()[:MOST_WORDS]]


def _found(asked: list[str], letters: list[str], most: int) -> list[ResearcherRow]:
    checked = steps(NAME_STEPS, begun(letters))
    return _researchers(SEARCH, {"steps": asked, "letters": checked, "most": most})


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


def _researchers(statement: str, values: Any) -> list[ResearcherRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [_researcher(list(row)) for row in rows]


def _researcher(values: list[Any]) -> ResearcherRow:
    for place in (3, 4):  # years, top_topics
        values[place] = msgspec.json.decode(values[place])
    return ResearcherRow(*values)


def researchers_of_topics(topic_ids: list[int], most: int = 12) -> list[tuple[str, str, int]]:
    """(slug, name, works), the most works first, counted on the latest works of each topic."""
    asked: dict[str, Any] = {"topics": topic_ids, "works": works_looked_at(len(topic_ids))}
    with connection.cursor() as cursor:
        cursor.execute(OF_TOPICS, asked | {"names": LATEST_NAMES, "most": most})
        found: list[tuple[str, str, int]] = cursor.fetchall()
    return found


def works_looked_at(topics: int) -> int:
    """On how many works of each of so many topics its researchers are counted."""
    return max(LATEST_WORKS // max(topics, 1), LEAST_WORKS)


def totals() -> dict[str, int]:
    """How many researchers and works there are, counted up to 100,001: then "100,000+" is said."""
    return dict(fetch(TOTALS))

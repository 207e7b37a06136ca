"""A made-up network of authors, written by set-based SQL into a schema of its own.

Everybody belongs to a field of a thousand people, and a field looks the same however many there
are: so that only the size of the tables differs between a small network and a large one. A few
write most: the first of a field is on some 300 works, most people are on three or fewer. Works
and people of all fields are mixed on disk, as imports mix them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

FIELD = 1_000
TABLES = (
    *("works_author", "works_work", "works_authorship", "works_topic", "works_worktopic"),
    *("works_authorfacts", "graph_collaboration"),
)

AUTHORS = """
INSERT INTO works_author (id, public_id, slug, name, key_scheme, key_value, name_key, letter)
SELECT n, n, 'person-' || n, 'Person ' || n, 'bench', n, 'person ' || n, 'P'
FROM generate_series(1, %(authors)s) n
"""

# Team sizes are Pareto: three names on average, never a crowd.
WORKS = """
INSERT INTO works_work (id, title_html, title_text, abstract_html, head_html, body_html,
    year, date, people, identified, complete, unverified, families, template_version, sheet, digest)
SELECT n, md5(n::text), md5(n::text), repeat(md5(n::text), 10), md5(n::text),
    repeat(md5(n::text), 10), 2000 + n %% 26, '', least(0.6 + 1.2 * random() ^ -0.45, 50), true,
    true, '[]', 1, 1, '{}', ''
FROM generate_series(1, %(authors)s) n
"""

AUTHORSHIPS = """
INSERT INTO works_authorship (work_id, author_id, position, name, affiliations, confidence,
    asserted_by)
SELECT work_id, author_id, row_number() OVER (PARTITION BY work_id), 'Person ' || author_id, '[]',
    1, 'bench'
FROM (
    SELECT DISTINCT id AS work_id,
        1 + id %% %(fields)s + %(fields)s * floor(%(field)s * random() ^ 3)::int AS author_id
    FROM works_work, generate_series(1, people)
) named
ORDER BY work_id
"""

TOPICS = """
INSERT INTO works_topic (id, scheme, code, name, slug)
SELECT n, 'bench', n, 'Topic ' || n, 'topic-' || n FROM generate_series(1, 16) n
"""

WORK_TOPICS = """
INSERT INTO works_worktopic (work_id, topic_id, position)
SELECT id, 1 + (id %% %(fields)s + place * id) %% 16, place
FROM works_work, generate_series(0, 2) place ORDER BY id
ON CONFLICT DO NOTHING
"""

EDGES = """
INSERT INTO graph_collaboration (author_id, other_id, works, first_year, last_year, close)
SELECT a.author_id, b.author_id, count(*), min(w.year), max(w.year), count(*) >= 3
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
JOIN works_authorship b ON b.work_id = a.work_id AND b.author_id <> a.author_id
GROUP BY a.author_id, b.author_id ORDER BY a.author_id, b.author_id
"""

FACTS = """
INSERT INTO works_authorfacts (author_id, works, collaborators, years, top_topics, sources,
    company, circles)
SELECT author_id, count(*),
    (SELECT count(*) FROM graph_collaboration c WHERE c.author_id = a.author_id),
    '[]', '[]', '[]', '[]', '[]'
FROM works_authorship a GROUP BY author_id
"""


@contextmanager
def inside(authors: int) -> Iterator[None]:
    """Let every statement of the block see the network of this size instead of the corpus."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO network_{authors}")
        try:
            yield
        finally:
            cursor.execute("RESET search_path")


def create(authors: int) -> None:
    """Make the network of this size, a multiple of FIELD; it is not there yet."""
    sizes = {"authors": authors, "field": FIELD, "fields": authors // FIELD}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA network_{authors}")
        for table in TABLES:
            cursor.execute(
                f"CREATE TABLE network_{authors}.{table} (LIKE public.{table} INCLUDING ALL)"
            )
    with inside(authors), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for statement in (AUTHORS, WORKS, AUTHORSHIPS, TOPICS, WORK_TOPICS, EDGES, FACTS):
            cursor.execute(statement, sizes)
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")

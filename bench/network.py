"""A made-up network of authors, written by set-based SQL into a schema of its own.

Everybody belongs to a field of a thousand people, and a field looks the same however many there
are: so that only the size of the tables differs between a small network and a large one. A few
write most: the first of a field is on some 300 works, most people are on three or fewer. Works
and people of all fields are mixed on disk, as imports mix them. Names and the words of titles are
as frequent as they are in the world: a few have one in a hundred, most have hardly anybody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from works.search_index import names_index

FIELD, BATCH = 1_000, 5_000
TABLES = (
    *("works_author", "works_work", "works_authorship", "works_topic", "works_worktopic"),
    *("works_authorfacts", "graph_collaboration", "works_namewords", "works_titlewords"),
    *("works_nameword", "works_institution", "works_authorshipinstitution"),
)

# The most frequent ones, which searches name; the others are made of syllables.
FAMILIES = "{wang,li,zhang,liu,chen,yang,huang,zhao,wu,zhou,lee,kim,smith,garcia,muller,wei}"
GIVEN = "{wei,yan,jie,david,michael,li,anna,min,john,maria,peter,jing,thomas,laura,hui,jan}"
WORDS = "{of,the,and,for,in,a,with,on,learning,deep,networks,quantum,model,data,field}"

# The word at a place in the order of frequency, and a place drawn so that the n-th has a share of
# about 1 / (n + most) of all.
SPELT = """
CREATE FUNCTION spelt(place int, first text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(first[place], (
        SELECT string_agg(
            ('{b,d,f,g,h,k,l,m,n,p,r,s,t,v,z,ch,st}'::text[])[1 + place / part % 17]
            || ('{a,e,i,o,u,an,er,il,os,un}'::text[])[1 + place / part / 17 % 10], '')
        FROM unnest(ARRAY[1, 170, 28900]) part WHERE part = 1 OR place >= part
    ))
$$;
CREATE FUNCTION drawn(most int, words int) RETURNS int LANGUAGE sql VOLATILE AS $$
    SELECT floor(most * ((words + most) / most::float) ^ random())::int - most + 1
$$
"""

# Every third has an initial in the middle.
AUTHORS = """
INSERT INTO works_author (id, public_id, slug, name, key_scheme, key_value, name_key, letter)
SELECT n, n, 'person-' || n, initcap(name), 'bench', n, name, upper(left(family, 1))
FROM (
    SELECT n, family, concat_ws(' ', given, middle, family) AS name
    FROM (
        SELECT n, spelt(drawn(20, 50000), %(given)s::text[]) AS given,
            spelt(drawn(10, 200000), %(families)s::text[]) AS family,
            CASE WHEN n %% 3 = 0 THEN chr(97 + floor(26 * random())::int) END AS middle
        FROM generate_series(1, %(authors)s) n
    ) drawn
) named
"""

# Team sizes are Pareto: three names on average, never a crowd.
WORKS = """
INSERT INTO works_work (id, title_html, title_text, abstract_html, head_html, body_html,
    year, date, people, identified, complete, unverified, families, template_version, sheet, digest)
SELECT n, title, title, repeat(md5(n::text), 10), md5(n::text), repeat(md5(n::text), 10),
    2000 + n %% 26, '', least(0.6 + 1.2 * random() ^ -0.45, 50), true, true, '[]', 1, 1, '{}', ''
FROM (
    SELECT n, string_agg(word, ' ') AS title
    FROM (
        SELECT n, drawn(10, 50000) AS place
        FROM generate_series(1, %(authors)s) n, generate_series(1, 5 + n %% 9)
    ) written
    JOIN (
        SELECT place, spelt(place, %(words)s::text[]) AS word
        FROM generate_series(1, 50000) place
    ) lexicon USING (place)
    GROUP BY n
) named ORDER BY n
"""

AUTHORSHIPS = """
INSERT INTO works_authorship (work_id, author_id, position, name, affiliations, confidence,
    asserted_by, year)
SELECT work_id, author_id, row_number() OVER (PARTITION BY work_id), 'Person ' || author_id, '[]',
    1, 'bench', year
FROM (
    SELECT DISTINCT id AS work_id, year,
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
INSERT INTO works_worktopic (work_id, topic_id, position, year)
SELECT id, 1 + (id %% %(fields)s + place * (1 + id / %(fields)s %% 7)) %% 16, place, year
FROM works_work, generate_series(0, 2) place ORDER BY id
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

TITLE_WORDS = """
INSERT INTO works_titlewords (work_id, year, words)
SELECT id, year, array_to_tsvector(ARRAY(
    SELECT year || word FROM unnest(string_to_array(title_text, ' ')) word))
FROM works_work ORDER BY id
"""

NAME_WORDS = """
INSERT INTO works_nameword
SELECT DISTINCT word FROM works_author, unnest(string_to_array(name_key, ' ')) word
"""

STATEMENTS = (
    *(AUTHORS, WORKS, AUTHORSHIPS, TOPICS, WORK_TOPICS, EDGES, FACTS, TITLE_WORDS, NAME_WORDS),
)


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
    words = {"families": FAMILIES, "given": GIVEN, "words": WORDS}
    values: dict[str, Any] = {**sizes, **words}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA network_{authors}")
        for table in TABLES:
            cursor.execute(
                f"CREATE TABLE network_{authors}.{table} (LIKE public.{table} INCLUDING ALL)"
            )
    with inside(authors), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(SPELT)
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        cursor.execute("ANALYZE works_author, works_authorfacts")
        # As many at once as a refresh takes.
        for first in range(1, authors + 1, BATCH):
            names_index(cursor, range(first, min(first + BATCH, authors + 1)))
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")

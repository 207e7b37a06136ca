"""The words that searches look for, into their tables; only rows that differ are written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from bzpeer.lib.columns import literal
from works.domain import names
from works.domain.shown import ShownWork
from works.domain.steps import LONGEST, title_step, title_words

# The digit of a step is the number of times that the works can be halved (`domain.steps`).
NAMES = """
WITH told AS MATERIALIZED (
    SELECT f.author_id, f.works, array_to_tsvector(ARRAY(
        SELECT width_bucket(f.works, ARRAY[2, 4, 8, 16, 32, 64, 128, 256, 512])
            || left(word, %(longest)s)
        FROM unnest(string_to_array(a.name_key, ' ')) word)) AS words
    FROM works_authorfacts f JOIN works_author a ON a.id = f.author_id
    WHERE f.author_id = ANY(%(ids)s) AND f.works > 0 AND a.merged_into_id IS NULL
        AND a.name_key <> ''
), gone AS (
    DELETE FROM works_namewords n
    WHERE author_id = ANY(%(ids)s) AND NOT EXISTS (
        SELECT FROM told WHERE told.author_id = n.author_id)
)
INSERT INTO works_namewords (author_id, works, words)
SELECT told.* FROM told LEFT JOIN works_namewords n USING (author_id)
WHERE (told.works, told.words) IS DISTINCT FROM (n.works, n.words)
ON CONFLICT (author_id) DO UPDATE SET works = excluded.works, words = excluded.words
"""

TITLES = """
INSERT INTO works_titlewords AS t (work_id, year, words)
SELECT id, year, array_to_tsvector(ARRAY(
    SELECT step || word FROM unnest(string_to_array(words, ' ')) word))
FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[]) AS told (id, year, step, words)
ORDER BY id
ON CONFLICT (work_id) DO UPDATE SET year = excluded.year, words = excluded.words
WHERE (t.year, t.words) IS DISTINCT FROM (excluded.year, excluded.words)
"""

# One import at a time writes here, and so none waits for another's word to be there.
WORDS = """
INSERT INTO works_nameword (word)
SELECT word FROM (
    SELECT DISTINCT left(word, %s) FROM stage_byline, unnest(string_to_array(name_key, ' ')) word
    WHERE key_scheme IS NOT NULL
) staged (word)
WHERE NOT EXISTS (SELECT FROM works_nameword known WHERE known.word = staged.word)
"""

# Whom the word is left to stands in the index of all names, whether refreshed or not.
FORGET = """
DELETE FROM works_nameword w WHERE word = ANY(%s) AND NOT EXISTS (
    SELECT FROM works_author a
    WHERE to_tsvector('simple', coalesce(a.name_key, '')) @@ plainto_tsquery('simple', w.word))
"""


def names_index(cursor: Any, author_ids: Sequence[int]) -> None:
    """Let these authors be found by the names and counts that they have now.

    The caller holds their facts (`works.services.HOLD`).
    """
    cursor.execute(NAMES, {"ids": literal(author_ids), "longest": LONGEST})


def titles_index(cursor: Any, shown: Mapping[int, ShownWork]) -> None:
    """Let these works be found by the titles that they have now; one that was removed has none.

    The caller holds the merge lock (`works.ingest`).
    """
    this_year = timezone.now().year
    words = {id: " ".join(title_words(work.pieces.title_text)) for id, work in shown.items()}
    rows = [
        (id, work.year, title_step(work.year, this_year), words[id])
        for id, work in shown.items()
        if words[id]
    ]
    if rows:
        cursor.execute(TITLES, [list(column) for column in zip(*rows)])
    if nameless := [id for id, text in words.items() if not text]:
        cursor.execute("DELETE FROM works_titlewords WHERE work_id = ANY(%s)", [nameless])


def words_learn(cursor: Any) -> None:
    """Know the words of the names in the staged bylines (`works.merging`)."""
    cursor.execute(WORDS, [LONGEST])


def words_forget(cursor: Any, spelt: Iterable[str]) -> None:
    """Forget the words of these names that nobody else bears, once the records are emptied."""
    words = {word[:LONGEST] for name in spelt for word in names.key(name).split()}
    cursor.execute(FORGET, [sorted(words)])

"""Works by the words of their titles."""

import msgspec
from django.utils import timezone

from bzpeer.lib.sql import fetch
from works.domain.steps import MOST_WORDS, steps, title_steps, title_words, whole

RESULTS = 20
# Names of a byline in a list of results.
BYLINE = 3


class TitleRow(msgspec.Struct):
    """A work in a list of results, with the first names of its byline."""

    id: int
    title_html: str
    year: int | None
    people: int
    names: list[str]


# As in `works.researchers`: a step is a year, so only the works of the last ones are sorted.
SEARCH = f"""
SELECT w.id, w.title_html, w.year, w.people, ARRAY(
    SELECT b.name FROM works_authorship b WHERE b.work_id = w.id AND b.position <= {BYLINE}
    ORDER BY b.position)
FROM (
    SELECT found.* FROM unnest(%(steps)s::text[]) AS step (asked), LATERAL (
        SELECT work_id, year FROM works_titlewords WHERE words @@ step.asked::tsquery
        ORDER BY year DESC NULLS LAST, work_id DESC LIMIT %(most)s
    ) found
    LIMIT %(most)s
) found JOIN works_work w ON w.id = found.work_id
WHERE NOT w.removed ORDER BY found.year DESC NULLS LAST, w.id DESC
"""


def search_titles(q: str, most: int = RESULTS) -> list[TitleRow]:
    """Works whose titles have all these words, the latest first."""
    words = title_words(q)[:MOST_WORDS]
    if not words:
        return []
    asked = steps(title_steps(timezone.now().year), whole(words))
    return [TitleRow(*row) for row in fetch(SEARCH, {"steps": asked, "most": most})]

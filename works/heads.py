"""The first screen of a researcher's page, and the first of their works with it: one statement."""

from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec

from bzpeer.lib.sql import fetch, fetch_bytes
from works.domain.saying import Said
from works.lists import AUTHOR, LATEST, WORK_COLUMNS, WorkRow
from works.queries import public_id_of


class Head(msgspec.Struct):
    """A researcher's record. Facts are 0 or empty before the refresh.

    `change` and `generation` are of what waits to be refreshed, and 0 where nothing does. `listed`
    are the first of the works' list, where they were asked for.
    """

    id: int
    slug: str
    name: str
    heir: str | None
    version: int
    change: int
    generation: int
    works: int
    topics: int
    years: list[tuple[int | None, int]]
    top_topics: list[tuple[str, str, int]]
    sources: list[str]
    affiliation: str
    identified: int
    complete: int
    corroborated: int
    confirmed: int
    collaborators: int
    close_collaborators: int
    company: list[tuple[str, str, int, bool]]
    circles: list[dict[str, Any]]
    several: bool
    claim_state: str
    level: int
    verified_close: int
    trust_score: int | None
    trust_band: str
    trust_at: datetime | None
    followers: int
    said: Said
    listed: list[WorkRow] = []

    @property
    def stamp(self) -> str:
        """Differs whenever the page does.

        Each change that waits has a number of its own: generations begin anew with the next one,
        while the version may be the one that the last left behind.
        """
        return f"{self.id}-{self.version}-{self.change}-{self.generation}"

    @property
    def suppressed(self) -> bool:
        """Whether the record was emptied: every other one has a name."""
        return not self.name


# As one text, which is decoded in one go, or nothing for a reader who holds the page as it is.
HEAD = """
SELECT a.id, CASE WHEN concat_ws('-', a.slug, a.id, coalesce(f.version, 0), coalesce(c.id, 0),
        coalesce(c.generation, 0)) <> %s OR heir.id IS NOT NULL THEN (
    SELECT row_to_json(head)::text FROM (
        SELECT a.id, a.slug, a.name, heir.slug AS heir, coalesce(f.version, 0) AS version,
            coalesce(c.id, 0) AS change, coalesce(c.generation, 0) AS generation,
            coalesce(f.works, 0) AS works, coalesce(f.topics, 0) AS topics,
            coalesce(f.years, '[]') AS years, coalesce(f.top_topics, '[]') AS top_topics,
            coalesce(f.sources, '[]') AS sources, coalesce(f.affiliation, '') AS affiliation,
            coalesce(f.identified, 0) AS identified, coalesce(f.complete, 0) AS complete,
            coalesce(f.corroborated, 0) AS corroborated, coalesce(f.confirmed, 0) AS confirmed,
            coalesce(f.collaborators, 0) AS collaborators,
            coalesce(f.close_collaborators, 0) AS close_collaborators,
            coalesce(f.company, '[]') AS company, coalesce(f.circles, '[]') AS circles,
            coalesce(f.several, false) AS several,
            coalesce(f.claim_state, 'unclaimed') AS claim_state, coalesce(f.level, 0) AS level,
            coalesce(f.verified_close, 0) AS verified_close, f.trust_score,
            coalesce(f.trust_band, '') AS trust_band, f.trust_at,
            coalesce(f.followers, 0) AS followers, coalesce(f.said, '{}') AS said
    ) head
) END AS head
FROM works_author a
LEFT JOIN works_authorfacts f ON f.author_id = a.id
LEFT JOIN works_authorchange c ON c.author_id = a.id AND c.kind = 'works'
LEFT JOIN works_author heir ON heir.id = a.merged_into_id
WHERE a.public_id = %s
"""
# The head, and the works with their places. They are put in order here: Postgres would copy all
# their text to sort it, which takes a tenth of the statement.
PAGE = f"""
WITH found AS MATERIALIZED ({HEAD}), shown AS (SELECT id FROM found WHERE head IS NOT NULL),
    {AUTHOR.format(author="shown")}
SELECT 0 AS place, head{", NULL" * len(WORK_COLUMNS)} FROM found
UNION ALL
SELECT place, NULL, {", ".join(WORK_COLUMNS)} FROM ({LATEST.format(skipped=0)}) works
"""
HEADS = msgspec.json.Decoder(Head)


def head(slug: str) -> Head | None:
    found = head_unless_held(slug, "")
    return found if isinstance(found, Head) else None


def head_unless_held(slug: str, held: str) -> Head | str | None:
    """The record of a page, or only `held` where that is the stamp of the page as it is."""
    rows = fetch(HEAD, _asked(slug, held))
    return _found(rows[0][1], held) if rows else None


def page_unless_held(slug: str, held: str) -> Head | str | None:
    """The same with the first of the record's works."""
    rows = sorted(fetch_bytes(PAGE, _asked(slug, held)), key=itemgetter(0))
    if not rows:
        return None
    found = _found(rows[0][1], held)
    if isinstance(found, Head):
        found.listed = [WorkRow(*values) for _, _, *values in rows[1:]]
    return found


def _asked(slug: str, held: str) -> list[str]:
    return [f"{slug}-{held}", public_id_of(slug)]


def _found(text: str | bytes | None, held: str) -> Head | str:
    return held if text is None else HEADS.decode(text)

"""What is near a researcher, read from the edges."""

import msgspec

from bzpeer.lib.sql import fetch

PEOPLE = 100
WORKS = 100
TOPICS = 50


class Near(msgspec.Struct, frozen=True):
    slug: str
    name: str
    works: int
    close: bool = False


class NearWork(msgspec.Struct, frozen=True):
    id: int
    title_html: str
    year: int | None


NEAR_PEOPLE = """
SELECT p.slug, p.name, c.works, c.close
FROM graph_collaboration c JOIN works_author p ON p.id = c.other_id
WHERE c.author_id = %s ORDER BY c.works DESC, c.last_year DESC NULLS LAST, c.other_id LIMIT %s
"""

NEAR_WORKS = """
SELECT w.id, w.title_html, w.year
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
WHERE a.author_id = %s AND a.status <> 'rejected'
ORDER BY w.year DESC NULLS LAST, w.date DESC, w.id DESC LIMIT %s
"""

NEAR_TOPICS = """
SELECT t.slug, t.name, count(*) AS n
FROM works_authorship a JOIN works_worktopic wt ON wt.work_id = a.work_id
JOIN works_topic t ON t.id = wt.topic_id
WHERE a.author_id = %s AND a.status <> 'rejected'
GROUP BY t.id ORDER BY n DESC, t.id LIMIT %s
"""


def near_people(author_id: int) -> list[Near]:
    return [Near(*row) for row in fetch(NEAR_PEOPLE, [author_id, PEOPLE])]


def near_works(author_id: int) -> list[NearWork]:
    return [NearWork(*row) for row in fetch(NEAR_WORKS, [author_id, WORKS])]


def near_topics(author_id: int) -> list[Near]:
    return [Near(*row) for row in fetch(NEAR_TOPICS, [author_id, TOPICS])]

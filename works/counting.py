"""Reads what is counted of authors, as columns of numbers, and counts it."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from bzpeer.lib import columns
from works.domain.counting import Mine, mine, sources, topics, totals, years

# Topics kept with the facts: a card shows three, the profile's text eight.
TOP_TOPICS = 8

# A record under an ORCID iD has only names that a source gave that iD on the work: each of them is
# confirmed, save those that a decision put there.
MINE = """
SELECT a.author_id, a.work_id, coalesce(w.year, 0), w.identified, w.complete, w.families > 1,
    a.status = 'confirmed' OR (a.asserted_by NOT IN ('name', 'decision') AND a.author_id IN (
        SELECT id FROM works_author WHERE id = ANY(%(ids)s) AND key_scheme = 'orcid'))
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
WHERE a.author_id = ANY(%(ids)s) AND a.status <> 'rejected'
"""
TOPICS = """
SELECT work_id, topic_id FROM works_worktopic WHERE work_id = ANY(%(works)s) ORDER BY work_id
"""
TOPIC_NAMES = """
SELECT id, slug, name FROM works_topic WHERE id = ANY(%s) ORDER BY slug
"""
SOURCES = """
SELECT source, array_send(array_agg(work_id)) FROM works_report
WHERE work_id = ANY(%s) AND NOT deleted GROUP BY source
"""
AFFILIATIONS = """
SELECT DISTINCT ON (a.author_id) a.author_id, left(coalesce(a.affiliations ->> 0, ''), 300)
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
WHERE a.author_id = ANY(%s) AND a.status <> 'rejected' AND a.affiliations <> '[]'
ORDER BY a.author_id, w.year DESC NULLS LAST, w.date DESC, w.digest DESC
"""


def counts_of(cursor: Any, ids: Sequence[int]) -> dict[str, Sequence[object]]:
    """The counts of these authors, whose ids are in order, by columns of their facts."""
    asked = columns.literal(ids)
    author, *told = columns.read(cursor, MINE, {"ids": asked}, 7)
    found = mine(np.searchsorted(ids, author), *told)
    works = columns.literal(np.unique(found.work).tolist())
    number, top = _topics(cursor, found, works, len(ids))
    return {
        **totals(found, len(ids)),
        "years": years(found, len(ids)),
        "topics": number,
        "top_topics": top,
        "sources": _sources(cursor, found, works, len(ids)),
        "affiliation": _affiliations(cursor, ids, asked),
    }


def _topics(cursor: Any, found: Mine, works: str, authors: int) -> tuple[list[int], list[str]]:
    work, topic = columns.read(cursor, TOPICS, {"works": works}, 2)
    known = np.unique(topic)
    cursor.execute(TOPIC_NAMES, [columns.literal(known.tolist())])
    rows = cursor.fetchall()
    rank = np.empty(len(known), np.int64)
    rank[np.searchsorted(known, [id for id, *_ in rows])] = np.arange(len(rows))
    names = [json.dumps([slug, name])[:-1] for _, slug, name in rows]
    return topics(found, work, rank[np.searchsorted(known, topic)], names, TOP_TOPICS, authors)


def _sources(cursor: Any, found: Mine, works: str, authors: int) -> list[str]:
    cursor.execute(SOURCES, [works])
    named = {source: columns.array(sent) for source, sent in cursor.fetchall()}
    return sources(found, named, authors)


def _affiliations(cursor: Any, ids: Sequence[int], asked: str) -> list[str]:
    cursor.execute(AFFILIATIONS, [asked])
    found = dict(cursor.fetchall())
    return [found.get(author, "") for author in ids]

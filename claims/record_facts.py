"""What the corpus says of a record that evidence is held against: names, places, iDs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from bzpeer.lib.sql import fetch
from claims.domain.evidence.mailbox import Place
from claims.domain.evidence.orcid import PutOn
from claims.domain.evidence.orcid_record import OrcidRecord, OrcidWork
from works.domain import identifiers, institutions, names
from works.domain.circles import MAX_AUTHORS
from works.domain.identity import orcid

# What a record at ORCID says, beside what our own sources say.
AT_ORCID = "orcid:"
_ORCID_SCHEMES = {"pmc": "pmcid"}
MOST_NAMES = 50
MOST_OTHERS = 2_000
# A raw affiliation is cut here into what may be an institution's name.
_CUTS = str.maketrans(";|/\n", ",,,,")

NAMES = """
SELECT name FROM works_author WHERE id = %(author)s
UNION
SELECT name FROM (
    SELECT name, count(*) AS n FROM works_authorship
    WHERE author_id = %(author)s AND status <> 'rejected'
    GROUP BY name ORDER BY n DESC, name LIMIT %(most)s
) printed
"""

# Of a work whose year is still to come the affiliation is as recent as today's.
AFFILIATIONS = """
SELECT text, max(least(w.year, %(year)s))
FROM works_authorship a JOIN works_work w ON w.id = a.work_id,
    jsonb_array_elements_text(a.affiliations) AS given (text)
WHERE a.author_id = %(author)s AND a.status <> 'rejected'
GROUP BY text ORDER BY 2 DESC NULLS LAST LIMIT 500
"""

# A name that two active institutions bear names neither.
BY_NAME = """
SELECT asked.key, min(n.institution_id)
FROM unnest(%s::text[]) AS asked (key) JOIN works_institutionname n ON n.key = asked.key
    AND to_tsvector('simple', coalesce(n.key, '')) @@ plainto_tsquery('simple', asked.key)
JOIN works_institution i ON i.id = n.institution_id AND i.status IN ('active', '')
GROUP BY asked.key HAVING count(DISTINCT n.institution_id) = 1
"""

BY_ID = """
SELECT g.institution_id, max(least(w.year, %(year)s))
FROM works_authorship a JOIN works_work w ON w.id = a.work_id
JOIN works_authorshipinstitution g ON g.work_id = a.work_id AND g.position = a.position
WHERE a.author_id = %(author)s AND a.status <> 'rejected'
GROUP BY g.institution_id
"""

# The domain of an institution that is no more may be anybody's by now.
INSTITUTIONS = """
SELECT i.id, i.name, i.links::text, coalesce(array_agg(d.host ORDER BY d.host)
    FILTER (WHERE d.host IS NOT NULL), '{}')
FROM works_institution i LEFT JOIN works_institutiondomain d ON d.institution_id = i.id
WHERE i.id = ANY(%s) AND i.status IN ('active', '') GROUP BY i.id ORDER BY i.id
"""

# Whoever could have the same address shares a word of the name; their byline names the place by
# its id or in words.
OTHERS = """
SELECT DISTINCT i.id, a.name
FROM works_author p JOIN works_authorship a ON a.author_id = p.id AND a.status <> 'rejected'
JOIN works_institution i ON i.id = ANY(%(institutions)s)
WHERE p.id <> %(author)s AND p.merged_into_id IS NULL
    AND to_tsvector('simple', coalesce(p.name_key, '')) @@ to_tsquery('simple', %(words)s)
    AND (EXISTS (
        SELECT FROM works_authorshipinstitution g
        WHERE g.work_id = a.work_id AND g.position = a.position AND g.institution_id = i.id
    ) OR i.name <> '' AND position(lower(i.name) in lower(a.affiliations::text)) > 0)
LIMIT %(most)s
"""

# Where a work has two people of one name, it cannot be told whose the iD is.
PUT = """
SELECT a.work_id, a.name, person ->> 'name', given ->> 'value', r.source, min(r.imported_at)
FROM works_authorship a JOIN works_report r ON r.work_id = a.work_id AND NOT r.deleted,
    jsonb_array_elements(r.record -> 'authors') AS person,
    jsonb_array_elements(person -> 'person_ids') AS given
WHERE a.author_id = %s AND a.status <> 'rejected' AND given ->> 'scheme' = 'orcid'
    AND NOT EXISTS (
        SELECT FROM works_authorship o WHERE o.work_id = a.work_id
            AND o.position <> a.position AND lower(o.name) = lower(a.name))
GROUP BY 1, 2, 3, 4, 5
"""

IDENTIFIERS = """
SELECT i.scheme, i.value, i.work_id
FROM works_authorship a JOIN works_workidentifier i ON i.work_id = a.work_id
WHERE a.author_id = %s AND a.status <> 'rejected' AND i.verified
"""

SHARED = """
SELECT count(DISTINCT a.work_id)
FROM works_authorship a JOIN works_authorship b ON b.work_id = a.work_id
JOIN works_work w ON w.id = a.work_id AND w.people <= %s
WHERE a.author_id = %s AND b.author_id = %s AND a.status <> 'rejected' AND b.status <> 'rejected'
"""


class Standing(NamedTuple):
    """What the facts of a record say that steps depend on."""

    works: int
    identified: int
    followers: int
    several: bool
    level: int


STANDING = """
SELECT works, identified, followers, several, level FROM works_authorfacts WHERE author_id = %s
"""


def standing_locked(author_id: int) -> Standing | None:
    """The facts, locked until the transaction ends: all that is done to a record's claims waits.

    None before the first refresh.
    """
    rows = fetch(f"{STANDING} FOR UPDATE", [author_id])
    return Standing(*rows[0]) if rows else None


def standing(author_id: int) -> Standing | None:
    rows = fetch(STANDING, [author_id])
    return Standing(*rows[0]) if rows else None


def printed_names(author_id: int) -> tuple[str, ...]:
    """The record's name and the forms that are printed most."""
    found = fetch(NAMES, {"author": author_id, "most": MOST_NAMES})
    return tuple(sorted(name for (name,) in found))


def places(author_id: int, year: int) -> tuple[Place, ...]:
    """The institutions that the record's bylines name, by id or by their exact name in words."""
    last = _last_years(author_id, year)
    found = fetch(INSTITUTIONS, [list(last)])
    others = _others(author_id, list(last))
    return tuple(
        Place(
            name=name,
            domains=tuple(hosts),
            near=_websites(links),
            last_year=last[key],
            others=others.get(key, ()),
        )
        for key, name, links, hosts in found
    )


def _last_years(author_id: int, year: int) -> dict[int, int | None]:
    """Institutions with the last year in which a work names them."""
    asked = {"author": author_id, "year": year}
    named = [*fetch(BY_ID, asked), *_by_name(fetch(AFFILIATIONS, asked))]
    last: dict[int, int | None] = {}
    for key, on in named:
        last[key] = max(filter(None, (last.get(key), on)), default=None)
    return last


def _by_name(texts: Sequence[tuple[str, int | None]]) -> list[tuple[int, int | None]]:
    years: dict[str, int | None] = {}
    for text, on in texts:
        for part in text.translate(_CUTS).split(","):
            key = institutions.key(part)
            if key:
                years[key] = max(filter(None, (years.get(key), on)), default=None)
    return [(found, years[key]) for key, found in fetch(BY_NAME, [list(years)])]


def _websites(links: str) -> tuple[str, ...]:
    hosts = (_host(url) for kind, url in _pairs(links) if kind == "website")
    return tuple(sorted({host.removeprefix("www.") for host in hosts if host}))


def _host(url: str) -> str:
    try:
        return institutions.host_name(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def _others(author_id: int, ids: list[int]) -> Mapping[int, tuple[str, ...]]:
    """The names at each institution that share a word with the record's."""
    words = {word for name in printed_names(author_id) for word in names.key(name).split()}
    asked = " | ".join(sorted(f"'{word}'" for word in words if len(word) > 1 and word.isalnum()))
    if not asked or not ids:
        return {}
    found: dict[int, list[str]] = {}
    values = {"author": author_id, "institutions": ids, "words": asked, "most": MOST_OTHERS}
    for key, name in fetch(OTHERS, values):
        found.setdefault(key, []).append(name)
    return {key: tuple(sorted(named)) for key, named in found.items()}


def orcids_put(author_id: int, known: Iterable[PutOn] = ()) -> tuple[PutOn, ...]:
    """The iDs that sources put on this record's names, with when that was first seen.

    `known` are those of an earlier look: a source that reports again does not make them younger.
    """
    first = {(put.work, put.orcid): put.at for put in known}
    found: dict[tuple[int, str, str], datetime] = {}
    for work, printed, given, value, source, at in fetch(PUT, [author_id]):
        iD = orcid(value.rpartition("/")[2])
        if iD and names.key(printed) == names.key(given):
            key = (work, iD, source)
            found[key] = min(at, found.get(key, at), first.get((work, iD), at))
    return tuple(
        PutOn(work, iD, source, at, by_holder=source.startswith("orcid"))
        for (work, iD, source), at in sorted(found.items())
    )


def orcid_listed(author_id: int, listed: OrcidRecord) -> tuple[PutOn, ...]:
    """The works of the record that an ORCID record lists, by who put them there."""
    known = {(scheme, value): work for scheme, value, work in fetch(IDENTIFIERS, [author_id])}
    found = []
    for entry in listed.works:
        work = next((known[one] for one in _same_ids(entry) if one in known), None)
        if work is not None and entry.added is not None:
            # A day is all that is kept of it, so that it counts from the day's end.
            at = datetime.combine(entry.added + timedelta(days=1), time(), UTC)
            source = f"{AT_ORCID}{entry.updater or 'holder'}"
            found.append(PutOn(work, listed.orcid, source, at, by_holder=entry.by_holder))
    return tuple(found)


def _same_ids(entry: OrcidWork) -> list[tuple[str, str]]:
    schemes = [(_ORCID_SCHEMES.get(scheme, scheme), value) for scheme, value in entry.ids]
    return [(scheme, identifiers.normal(scheme, value)) for scheme, value in schemes]


def works_shared(author_id: int, other_id: int) -> int:
    """Common works of at most fifty people."""
    rows = fetch(SHARED, [MAX_AUTHORS, author_id, other_id])
    return int(rows[0][0])


def _pairs(text: str) -> list[tuple[str, str]]:
    return msgspec.json.decode(text, type=list[tuple[str, str]])

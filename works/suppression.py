"""Naming a person nowhere any more: what is stored of them goes, and no import brings it back.

Claims decides who is suppressed, and clears its own tables and those between. Titles, abstracts
and comments are texts of their own: a name that stands in one of them stays.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Max

from bzpeer.lib.sql import fetch
from works.domain import institutions, names
from works.domain.identity import AuthorKey
from works.domain.withheld import SCHEME, Digests, keys_of
from works.ingest import regroup, take_turn
from works.models import (
    Author,
    AuthorFacts,
    ImportReject,
    SuppressedKey,
    Suppression,
    SuppressionSecret,
)
from works.queries import record_now
from works.rejects import empty_naming
from works.search_index import words_forget
from works.services import authors_changed
from works.withholding import EMPTY, Stood, standing

# Rejected records looked at together: each may be a megabyte.
REJECTS = 50


class Emptied(msgspec.Struct, frozen=True):
    """A suppression and all records that it emptied: the person's, and what became part of it.

    `patterns` find the texts that may name the person (ILIKE); `withholding.naming` tells which do.
    """

    suppression: Suppression
    authors: list[int]
    patterns: list[str]


class LookAlike(msgspec.Struct, frozen=True):
    """Another record that may be of the same person, and that a suppression does not touch."""

    slug: str
    name: str
    works: int
    scheme: str


def suppress(author_id: int, *, reason: str, user_id: int | None, today: date) -> Emptied | None:
    """Empty a record and withhold the person from every byline; None where it is empty before."""
    with merging() as cursor:
        author = record_now(Author.objects.get(pk=author_id))
        if author.key_scheme == SCHEME:
            return None
        suppression = Suppression.objects.create(author=author, reason=reason, decided_by=user_id)
        return carry_out(cursor, secret(), suppression, author, today)


@contextmanager
def merging() -> Iterator[Any]:
    """A transaction beside which nothing is imported."""
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        yield cursor


def secret() -> Digests:
    """The digests under the secret, which is drawn where there is none."""
    found = SuppressionSecret.objects.first()
    if found is None:
        found = SuppressionSecret.objects.create(value=secrets.token_bytes(32))
    return Digests(bytes(found.value))


def carry_out(
    cursor: Any, digests: Digests, suppression: Suppression, author: Author, today: date
) -> Emptied:
    """Learn how the person is known again, and forget everything else that is kept of them."""
    cursor.execute(PARTS, [author.pk])
    parts = {id: AuthorKey(scheme, value) for id, scheme, value in cursor.fetchall()}
    ids = list(parts)
    works = _column(cursor, WORKS, [ids])
    places = _column(cursor, PLACES, [ids])
    stood = standing(cursor, works, parts[author.pk])
    _remember(cursor, digests, suppression, list(parts.values()), stood)
    regroup(works, today)
    _forget_decisions(cursor, ids, stood)
    cursor.execute(f"{EMPTY} WHERE id = ANY(%s)", [ids])
    AuthorFacts.objects.filter(author__in=ids).delete()
    words_forget(cursor, {author.name, *(one.author.name for one in stood)})
    _forget_places(cursor, places)
    patterns = _patterns(author, stood)
    _forget_rejects(cursor, patterns)
    authors_changed(ids)
    return Emptied(suppression, ids, patterns)


def _remember(
    cursor: Any,
    digests: Digests,
    suppression: Suppression,
    keys: Sequence[AuthorKey],
    stood: Sequence[Stood],
) -> None:
    """Digests of the record's keys, and of identifiers under which nobody else has a record.

    The first key is the record's own. A name is a key of it only where it was known by nothing
    better: else everybody of that name would go.
    """
    own, *others = keys
    shared = {key for one in stood for key in keys_of(one.author)}
    cursor.execute(TAKEN, [[key.scheme for key in shared], [key.value for key in shared]])
    taken = {AuthorKey(*row) for row in cursor.fetchall()} - set(keys)
    known = {own, *(key for key in others if key.scheme not in ("name", "mention"))}
    known |= shared - taken
    texts = {one.seat[0] for one in stood} | {key.value for key in known if key.scheme != "name"}
    found = {digests.row(key) for key in keys}
    found |= {digest for key in known for digest in digests.marks(key)}
    found |= {digest for text in texts for digest in digests.words(text)}
    rows = [SuppressedKey(suppression=suppression, digest=digest) for digest in sorted(found)]
    SuppressedKey.objects.bulk_create(rows, ignore_conflicts=True)


def _forget_decisions(cursor: Any, authors: list[int], stood: Sequence[Stood]) -> None:
    """What was settled about these records, and about these names by anybody."""
    voices, seats = {one.voice for one in stood}, {one.seat for one in stood}
    columns = [
        list(column) for some in (voices, seats) for column in (zip(*some) if some else ((), ()))
    ]
    cursor.execute(UNDECIDE, [authors, *columns])


def _forget_places(cursor: Any, places: list[int]) -> None:
    """The names of institutions that only these bylines knew."""
    cursor.execute(UNNAMED, [places])
    unnamed = [(id, institutions.slug(value, "")) for id, value in cursor.fetchall()]
    if unnamed:
        cursor.execute(UNNAME, [list(column) for column in zip(*unnamed)])


def _patterns(author: Author, stood: Sequence[Stood]) -> list[str]:
    """The longest word of each name and identifier that is spelt alike in whatever format."""
    spelt = {author.name, *(one.author.name for one in stood)}
    spelt |= {key.value for one in stood for key in keys_of(one.author)}
    return sorted({f"%{max(_plain_words(text), key=len, default='')}%" for text in spelt})


def _plain_words(text: str) -> list[str]:
    return [word for word in text.split() if word.isascii() and word.replace("-", "").isalnum()]


def _forget_rejects(cursor: Any, patterns: list[str]) -> None:
    """What is kept of rejected records that name the person."""
    ids = _column(cursor, NAMING, [patterns, patterns])
    for start in range(0, len(ids), REJECTS):
        rows = list(ImportReject.objects.filter(pk__in=ids[start : start + REJECTS]))
        ImportReject.objects.bulk_update(empty_naming(rows), ["raw", "again"])


def suppression_lift(suppression: Suppression) -> None:
    """Let imports name the person again. What was deleted stays so; the next import of it is new.

    The emptied record stays empty: the person comes back under another address.
    """
    with merging() as cursor:
        cursor.execute(READ_ANEW, [suppression.pk])
        suppression.delete()


def latest() -> int:
    """The number of the last suppression, 0 before the first: whether one came in between."""
    return Suppression.objects.aggregate(last=Max("pk"))["last"] or 0


def works_of(author: Author) -> int:
    """On how many works the name will be withheld."""
    with connection.cursor() as cursor:
        return len(_column(cursor, WORKS, [[author.pk]]))


def look_alikes(author: Author) -> list[LookAlike]:
    """Other records of the same name: those that stay, should the person have several."""
    return [LookAlike(*row) for row in fetch(LOOK_ALIKES, [author.name_key, author.pk])]


def _column(cursor: Any, statement: str, values: list[Any]) -> list[int]:
    cursor.execute(statement, values)
    return [id for (id,) in cursor.fetchall()]


# The record first.
PARTS = """
WITH RECURSIVE parts AS (
    SELECT id, key_scheme, key_value, 0 AS depth FROM works_author WHERE id = %s
    UNION
    SELECT a.id, a.key_scheme, a.key_value, depth + 1
    FROM works_author a JOIN parts p ON a.merged_into_id = p.id WHERE depth < 20
)
SELECT id, key_scheme, key_value FROM parts ORDER BY depth, id
"""

WORKS = "SELECT DISTINCT work_id FROM works_authorship WHERE author_id = ANY(%s) ORDER BY 1"

PLACES = """
SELECT DISTINCT t.institution_id FROM works_authorship a
JOIN works_authorshipinstitution t ON (t.work_id, t.position) = (a.work_id, a.position)
WHERE a.author_id = ANY(%s)
"""

TAKEN = """
SELECT key_scheme, key_value FROM works_author a
JOIN unnest(%s::text[], %s::text[]) AS asked (key_scheme, key_value)
    USING (key_scheme, key_value)
"""

# A decision is kept with each report of a work, under the name that is shown.
UNDECIDE = """
DELETE FROM works_mentiondecision d WHERE d.author_id = ANY(%s)
    OR (d.source, d.external_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
        AND (d.name_key, d.rank) IN (SELECT * FROM unnest(%s::text[], %s::smallint[]))
"""

UNNAMED = """
SELECT i.id, i.value FROM works_institution i
WHERE i.id = ANY(%s) AND i.digest = '' AND i.name > '' AND NOT EXISTS (
    SELECT FROM works_authorshipinstitution a WHERE a.institution_id = i.id)
"""

UNNAME = """
WITH unnamed AS (
    UPDATE works_institution i SET name = '', slug = n.slug
    FROM unnest(%s::bigint[], %s::text[]) AS n (id, slug) WHERE i.id = n.id RETURNING i.id
)
DELETE FROM works_institutionname n USING unnamed u WHERE n.institution_id = u.id
"""

NAMING = """
SELECT id FROM works_importreject
WHERE raw ILIKE ANY(%s) OR encode(again, 'escape') ILIKE ANY(%s) ORDER BY id
"""

# Of a report with an empty digest whatever its source says is new.
READ_ANEW = f"""
UPDATE works_report r SET digest = ''
FROM works_reportkey k JOIN works_suppressedmention m USING (key)
WHERE k.report_id = r.id AND m.suppression_id = %s
    AND strpos(r.record::text, '{names.WITHHELD}') > 0
"""

LOOK_ALIKES = """
SELECT a.slug, a.name, coalesce(f.works, 0), a.key_scheme
FROM works_author a LEFT JOIN works_authorfacts f ON f.author_id = a.id
WHERE a.name_key = %s AND a.id <> %s AND a.merged_into_id IS NULL AND coalesce(f.works, 0) > 0
ORDER BY f.works DESC, a.id LIMIT 20
"""

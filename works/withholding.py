"""Who is withheld from the reports of a batch, before anything of it is stored or shown.

Where nobody is suppressed this is one query a batch. Else the reports of the touched works, which
are all at hand (`works.gathering`), are looked through: by the names that are known to stand on
these works, and by who each name is decided to be. Where somebody is found, the names that stood
there are learnt with the keys of the work, as digests, for the reports that are still to come.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.db import connection

from works.domain.bylines import Place, Seat, seats
from works.domain.identity import AuthorKey
from works.domain.records import AuthorRecord
from works.domain.sameness import Voice, face
from works.domain.shown import people_decided
from works.domain.withheld import (
    DIGEST_BYTES,
    SCHEME,
    Digests,
    SuppressionId,
    Trace,
    found_again,
    keys_of,
    masked,
)
from works.gathering import Gathered, Held, Identity, gather, identity
from works.grouping import Placed, Plan, place
from works.search_index import words_forget

WorkKey = int


class Stood(msgspec.Struct, frozen=True):
    """A name in a report that was decided to be somebody."""

    voice: Voice
    seat: Seat
    author: AuthorRecord


class Withheld(msgspec.Struct, frozen=True):
    """The reports that lost somebody, and under which keys those may have had a record."""

    reports: frozenset[Identity] = frozenset()
    keys: frozenset[AuthorKey] = frozenset()


def placed(cursor: Any, gathered: Gathered) -> tuple[Plan, Withheld]:
    """Where everything goes, the suppressed left out."""
    guard = _guard(cursor, gathered)
    if guard is None:
        return place(cursor, gathered), Withheld()
    guard.look_for_known(gathered.reports)
    plan = place(cursor, gathered)
    for work in plan.placed:
        guard.look_through(work)
    guard.write(cursor)
    return plan, Withheld(frozenset(guard.changed), frozenset(guard.left))


def empty_left(cursor: Any, withheld: Withheld) -> None:
    """Empty the records that lost their last work by it: a name alone had been somebody's."""
    if withheld.keys:
        columns = [list(column) for column in zip(*((k.scheme, k.value) for k in withheld.keys))]
        cursor.execute(LEFT, columns)
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(EMPTY_LEFT, columns)
        words_forget(cursor, names)


def standing(cursor: Any, works: Sequence[int], key: AuthorKey) -> list[Stood]:
    """Where this author stands in the reports of these works."""
    plan = place(cursor, gather(cursor, {}, works))
    return [
        Stood((record.source, record.external_id), seats(record)[at], record.authors[at - 1])
        for work in plan.placed
        for record, decided in _decided(work)
        for at, found in decided.items()
        if found == key
    ]


def naming(texts: Sequence[str]) -> list[bool]:
    """Which of these texts name somebody who is suppressed; one query."""
    with connection.cursor() as cursor:
        known = _known(cursor)
    if known is None:
        return [False] * len(texts)
    digests, keys = known
    return [digests.is_named_in(text, keys) for text in texts]


def _known(cursor: Any) -> tuple[Digests, dict[bytes, SuppressionId]] | None:
    cursor.execute(KEYS)
    rows = cursor.fetchall()
    if not rows:
        return None
    return Digests(bytes(rows[0][0])), {bytes(digest): id for _, digest, id in rows}


def _decided(work: Placed) -> list[tuple[Any, dict[Place, AuthorKey]]]:
    return people_decided([held.known for held in work.reports.values()], work.settled)


def _guard(cursor: Any, gathered: Gathered) -> "_Guard | None":
    known = _known(cursor)
    if known is None:
        return None
    traces: dict[WorkKey, set[Trace]] = defaultdict(set)
    asked = {key for held in gathered.reports.values() for key in held.keys}
    cursor.execute(MENTIONS, [list(asked)])
    for key, suppression, name, rank, packed in cursor.fetchall():
        traces[key].add(Trace(suppression, bytes(name), rank, _unpacked(bytes(packed))))
    return _Guard(*known, traces)


@dataclass
class _Guard:
    """What is known of the suppressed, and what is learnt of them in this batch."""

    digests: Digests
    keys: Mapping[bytes, SuppressionId]
    traces: dict[WorkKey, set[Trace]]
    changed: dict[Identity, Held] = field(default_factory=dict)
    learnt: set[tuple[WorkKey, Trace]] = field(default_factory=set)
    left: set[AuthorKey] = field(default_factory=set)

    def look_for_known(self, reports: Mapping[Identity, Held]) -> None:
        """By the keys of each report, and then by those of the reports that were found so."""
        while sum(self._find_again(one, held, held.keys) for one, held in reports.items()):
            pass

    def look_through(self, work: Placed) -> None:
        """By who the names are decided to be, and then by these names in every report."""
        keys = frozenset(key for held in work.reports.values() for key in held.keys)
        if any(self._is_hinted(held) for held in work.reports.values()):
            for record, decided in _decided(work):
                one = identity(record)
                known = {at: self.keys.get(self.digests.key(key)) for at, key in decided.items()}
                found = {at: id for at, id in known.items() if id is not None}
                self._withhold(one, work.reports[one], found, keys)
        for one, held in work.reports.items():
            self._find_again(one, held, keys)

    def _is_hinted(self, held: Held) -> bool:
        hints = self.digests.hints(held.known.record, self.keys)
        return any(digest in self.keys for digest in hints)

    def _find_again(self, one: Identity, held: Held, keys: frozenset[WorkKey]) -> bool:
        known = {trace for key in keys if key in self.traces for trace in self.traces[key]}
        if not known:
            return False
        found = found_again(held.known.record, known, self.digests)
        self._withhold(one, held, found, keys)
        return bool(found)

    def _withhold(
        self,
        one: Identity,
        held: Held,
        found: Mapping[Place, SuppressionId],
        keys: frozenset[WorkKey],
    ) -> None:
        if not found:
            return
        record, seated = held.known.record, seats(held.known.record)
        for at, id in found.items():
            author = record.authors[at - 1]
            self.left.update((AuthorKey("name", seated[at][0]), *keys_of(author)))
            trace = self.digests.trace(id, author, seated[at])
            for key in keys:
                self.traces[key].add(trace)
                self.learnt.add((key, trace))
        held.known = msgspec.structs.replace(held.known, record=masked(record, found))
        held.face = face(held.known.record)
        self.changed[one] = held

    def write(self, cursor: Any) -> None:
        """Keep what was learnt, and mend the reports that are stored."""
        if self.learnt:
            cursor.execute(LEARN, [list(column) for column in zip(*_rows(self.learnt))])
        stored = [
            (held.id, msgspec.json.encode(held.known.record).decode())
            for held in self.changed.values()
            if held.id is not None
        ]
        if stored:
            cursor.execute(MEND, [list(column) for column in zip(*stored)])


def _rows(learnt: Iterable[tuple[WorkKey, Trace]]) -> Iterator[tuple[Any, ...]]:
    for key, trace in learnt:
        yield trace.suppression, key, trace.name, trace.rank, b"".join(sorted(trace.forms))


def _unpacked(packed: bytes) -> frozenset[bytes]:
    starts = range(0, len(packed), DIGEST_BYTES)
    return frozenset(packed[at : at + DIGEST_BYTES] for at in starts)


KEYS = """
SELECT s.value, k.digest, k.suppression_id
FROM works_suppressionsecret s CROSS JOIN works_suppressedkey k
"""

MENTIONS = """
SELECT key, suppression_id, name, rank, forms FROM works_suppressedmention WHERE key = ANY(%s)
"""

LEARN = """
INSERT INTO works_suppressedmention (suppression_id, key, name, rank, forms)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::smallint[], %s::bytea[])
    AS learnt (suppression_id, key, name, rank, forms)
ORDER BY 2, 1, 3, 4
ON CONFLICT (key, suppression_id, name, rank) DO NOTHING
"""

# All that a record says of a person; its public id stays, and is nobody else's.
EMPTY = f"""
UPDATE works_author a SET name = '', chosen_name = '', name_key = '', letter = '',
    slug = public_id, key_scheme = '{SCHEME}', key_value = public_id, merged_into_id = NULL
"""
LEFT = """
SELECT a.name FROM works_author a
JOIN unnest(%s::text[], %s::text[]) AS gone (scheme, value)
    ON (a.key_scheme, a.key_value) = (gone.scheme, gone.value)
"""
EMPTY_LEFT = f"""
{EMPTY} FROM unnest(%s::text[], %s::text[]) AS gone (scheme, value)
WHERE (a.key_scheme, a.key_value) = (gone.scheme, gone.value)
    AND NOT EXISTS (SELECT FROM works_authorship m WHERE m.author_id = a.id)
    AND NOT EXISTS (SELECT FROM works_mentiondecision d WHERE d.author_id = a.id)
"""

MEND = """
UPDATE works_report r SET record = n.record::jsonb
FROM unnest(%s::bigint[], %s::text[]) AS n (id, record) WHERE r.id = n.id
"""

"""Everything that a changed report could be of one work with, as it will stand after the batch.

Reports that may be of one work share a key (`works.domain.sameness`). The reports of the touched
works are followed from key to key until no new one is found, so that what is decided of them is
decided for good: no report outside shares a key with one inside. Keys of crowds are not followed.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from works.domain.bylines import Settled
from works.domain.records import WorkRecord
from works.domain.sameness import CROWD, Decided, Face, Voice, face
from works.domain.shown import Known

Identity = tuple[str, str, str]


class Held(msgspec.Struct):
    """A report and what of it is compared; `id` and `work` are empty for one that is new."""

    known: Known
    face: Face
    keys: frozenset[int]
    id: int | None = None
    work: int | None = None


class Change(msgspec.Struct, frozen=True):
    """What a batch makes of one report; `record` is empty where its text stays."""

    record: WorkRecord | None
    digest: bytes
    deleted: bool


class Gathered(msgspec.Struct):
    """The reports by their identity, the keys that tell nothing, and what people decided.

    `settled` is about bylines; works with a report in `removed` are not shown. `noticed`: one of
    the changed reports speaks, or spoke, of the standing of another work.
    """

    reports: dict[Identity, Held]
    crowded: frozenset[int]
    decided: Decided
    noticed: bool
    settled: dict[Voice, list[Settled]]
    removed: frozenset[Voice]


def gather(
    cursor: Any, changes: Mapping[Identity, Change], works: Collection[int] = ()
) -> Gathered:
    """All that these changes, and these works, can have to do with."""
    found = _Found(cursor, changes)
    found.take(_of_identities(cursor, list(changes)))
    found.add_new()
    found.follow(works)
    voices = [held.face.voice for held in found.reports.values()]
    asked = [list(column) for column in zip(*voices)] or [[], []]
    return Gathered(
        found.reports,
        frozenset(found.crowded),
        _decided(cursor, asked),
        found.noticed,
        _settled(cursor, asked),
        _removed(cursor, asked),
    )


class _Found:
    """The reports so far, and the keys and works that were followed."""

    def __init__(self, cursor: Any, changes: Mapping[Identity, Change]) -> None:
        self.reports: dict[Identity, Held] = {}
        self.crowded: set[int] = set()
        self.noticed = False
        self._cursor = cursor
        self._changes = changes
        self._keys: set[int] = set()
        self._seen_keys: set[int] = set()
        self._seen_works: set[int] = set()
        self._ids: set[int] = set()
        self._arriving: Counter[int] = Counter()
        self._leaving: frozenset[int] = frozenset()

    def take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Reports of the database; the old face of a changed one still tells whom it leaves."""
        for id, work, digest, deleted, body in rows:
            record = msgspec.json.decode(body, type=WorkRecord)
            held = _held(Known(record, bytes(digest), deleted), id, work)
            self._keys |= held.keys
            self._ids.add(id)
            change = self._changes.get(identity(record))
            self.noticed |= change is not None and bool(held.face.about)
            self.reports[identity(record)] = _changed(held, change)

    def add_new(self) -> None:
        for one, change in self._changes.items():
            if one not in self.reports and change.record is not None:
                known = Known(change.record, change.digest, change.deleted)
                self.reports[one] = _held(known, None, None)
        for held in self.reports.values():
            self._keys |= held.keys
            self._arriving.update(held.keys)
            self.noticed |= bool(held.face.about)
        self._leaving = frozenset(self._ids)

    def follow(self, works: Collection[int]) -> None:
        """From key to key and from work to work, until nothing new is found."""
        wanted = {held.work for held in self.reports.values() if held.work} | set(works)
        while True:
            ids = self._sharing(self._keys - self._seen_keys)
            rows = _reports(self._cursor, list(ids - self._ids), list(wanted - self._seen_works))
            self._seen_works |= wanted
            if not rows:
                break
            self.take(row for row in rows if row[0] not in self._ids)
            wanted = {held.work for held in self.reports.values() if held.work}

    def _sharing(self, keys: set[int]) -> set[int]:
        """The reports under these keys, those of crowds left out."""
        self._seen_keys |= keys
        if not keys:
            return set()
        self._cursor.execute(SHARING, [list(keys), CROWD + len(self._changes) + 1])
        ids: set[int] = set()
        for key, sharing in self._cursor.fetchall():
            if len(set(sharing) - self._leaving) + self._arriving[key] > CROWD:
                self.crowded.add(key)
            if len(sharing) <= CROWD or key not in self.crowded:
                ids.update(sharing)
        return ids


def identity(record: WorkRecord) -> Identity:
    return (record.source, record.format, record.external_id)


def _held(known: Known, id: int | None, work: int | None) -> Held:
    seen = face(known.record)
    return Held(known, seen, seen.keys, id, work)


def _changed(held: Held, change: Change | None) -> Held:
    if change is None:
        return held
    if change.record is None:
        held.known = msgspec.structs.replace(held.known, deleted=change.deleted)
        return held
    return _held(Known(change.record, change.digest, change.deleted), held.id, held.work)


def _of_identities(cursor: Any, identities: list[Identity]) -> list[tuple[Any, ...]]:
    if not identities:
        return []
    cursor.execute(OF_IDENTITIES, [list(column) for column in zip(*identities)])
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _reports(cursor: Any, ids: list[int], works: list[int]) -> list[tuple[Any, ...]]:
    if not ids and not works:
        return []
    cursor.execute(REPORTS, [ids, works])
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _decided(cursor: Any, asked: list[list[Any]]) -> Decided:
    cursor.execute(DECIDED, asked)
    pairs: dict[str, set[tuple[Voice, Voice]]] = {"together": set(), "apart": set()}
    for kind, source, external_id, other_source, other_id in cursor.fetchall():
        pairs[kind].add(((source, external_id), (other_source, other_id)))
    return Decided(frozenset(pairs["together"]), frozenset(pairs["apart"]))


def _settled(cursor: Any, asked: list[list[Any]]) -> dict[Voice, list[Settled]]:
    cursor.execute(SETTLED, asked)
    found: dict[Voice, list[Settled]] = defaultdict(list)
    for source, external_id, *decision in cursor.fetchall():
        found[source, external_id].append(Settled(*decision))
    return found


def _removed(cursor: Any, asked: list[list[Any]]) -> frozenset[Voice]:
    cursor.execute(REMOVED, asked)
    return frozenset(cursor.fetchall())


_COLUMNS = "r.id, r.work_id, r.digest, r.deleted, r.record::text"

# A report without a work is a withdrawal of what we never had: it is of no work.
OF_IDENTITIES = f"""
SELECT {_COLUMNS}
FROM unnest(%s::text[], %s::text[], %s::text[]) AS asked (source, format, external_id)
JOIN works_report r USING (source, format, external_id) WHERE r.work_id IS NOT NULL
"""

REPORTS = f"""
SELECT {_COLUMNS} FROM works_report r WHERE r.id = ANY(%s) AND r.work_id IS NOT NULL
UNION ALL
SELECT {_COLUMNS} FROM works_report r WHERE r.work_id = ANY(%s)
"""

SHARING = """
SELECT asked.key, array_agg(found.report_id)
FROM unnest(%s::bigint[]) AS asked (key)
CROSS JOIN LATERAL (
    SELECT report_id FROM works_reportkey k WHERE k.key = asked.key LIMIT %s
) found
GROUP BY asked.key
"""

DECIDED = """
SELECT kind, d.source, d.external_id, other_source, other_external_id
FROM works_reportdecision d
JOIN unnest(%s::text[], %s::text[]) AS asked (source, external_id) USING (source, external_id)
"""

# A record that became part of another one stands for that one.
SETTLED = """
SELECT d.source, d.external_id, d.name_key, d.rank, d.link, o.key_scheme, o.key_value, d.confirmed
FROM works_mentiondecision d
JOIN unnest(%s::text[], %s::text[]) AS asked (source, external_id) USING (source, external_id)
JOIN works_author a ON a.id = d.author_id
JOIN works_author o ON o.id = coalesce(a.merged_into_id, a.id)
WHERE d.stands
"""

REMOVED = """
SELECT r.source, r.external_id FROM works_workremoval r
JOIN unnest(%s::text[], %s::text[]) AS asked (source, external_id) USING (source, external_id)
"""

"""Which row of works each group of reports is, and what is shown of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Any

import msgspec

from works.domain.bylines import Settled
from works.domain.sameness import Group, Voice, partition, token
from works.domain.sheet import Heard
from works.domain.shown import REMOVED, ShownWork, show
from works.gathering import Gathered, Held, Identity

WorkId = int


class Placed(msgspec.Struct):
    """A group on its row, with the reports in it."""

    work: WorkId
    group: Group
    reports: dict[Identity, Held]
    settled: list[Settled]
    removed: bool


class Plan(msgspec.Struct):
    """Where everything goes. `gone` has each row that ends, and the one that takes its place."""

    placed: list[Placed]
    gone: dict[WorkId, WorkId]

    @property
    def moved(self) -> list[tuple[Held, WorkId]]:
        """The reports that come to another row than theirs, or to their first, and that row."""
        return [
            (held, placed.work)
            for placed in self.placed
            for held in placed.reports.values()
            if held.work != placed.work
        ]


def place(cursor: Any, gathered: Gathered) -> Plan:
    """Partition the reports into works; a group stays on the row that most of it comes from."""
    faces = [held.face for held in gathered.reports.values()]
    groups = partition(faces, gathered.decided, gathered.crowded)
    of_voice = {voice: at for at, group in enumerate(groups) for voice in group.voices}
    members: list[dict[Identity, Held]] = [{} for _ in groups]
    for one, held in gathered.reports.items():
        members[of_voice[held.face.voice]][one] = held
    heirs = _heirs(members)
    kept = {at: min(works) for at, works in _by_group(heirs).items()}
    fresh = _numbered(cursor, [at for at in range(len(groups)) if at not in kept], groups, heirs)
    placed = [
        Placed((kept | fresh)[at], group, members[at], *_decisions(group, gathered))
        for at, group in enumerate(groups)
    ]
    gone = {work: kept[at] for work, at in heirs.items() if kept[at] != work}
    return Plan(placed, gone)


def _decisions(group: Group, gathered: Gathered) -> tuple[list[Settled], bool]:
    settled = {one for voice in group.voices for one in gathered.settled.get(voice, ())}
    return sorted(settled), not gathered.removed.isdisjoint(group.voices)


def _heirs(members: Sequence[Mapping[Identity, Held]]) -> dict[WorkId, int]:
    """For each row, the group with most of its reports; of equal ones the first."""
    shares: dict[WorkId, Counter[int]] = defaultdict(Counter)
    for at, reports in enumerate(members):
        shares_of = (held.work for held in reports.values() if held.work is not None)
        for work in shares_of:
            shares[work][at] += 1
    return {work: min(found, key=lambda at: (-found[at], at)) for work, found in shares.items()}


def _by_group(heirs: Mapping[WorkId, int]) -> dict[int, list[WorkId]]:
    found: dict[int, list[WorkId]] = defaultdict(list)
    for work, at in heirs.items():
        found[at].append(work)
    return found


def _numbered(
    cursor: Any, places: list[int], groups: Sequence[Group], works: Collection[WorkId]
) -> dict[int, WorkId]:
    """Rows for the groups without one: the number that a group had before it was joined, or new."""
    before = _former(cursor, list(works)) if places and works else {}
    found: dict[int, WorkId] = {}
    for at in places:
        again = [before.pop(voice) for voice in groups[at].voices if voice in before]
        if again:
            found[at] = min(again)
    rest = [at for at in places if at not in found]
    cursor.execute(NEW_NUMBERS, [len(rest)])
    return found | {at: number for at, (number,) in zip(rest, cursor.fetchall())}


def _former(cursor: Any, works: list[WorkId]) -> dict[Voice, WorkId]:
    cursor.execute(FORMER, [works])
    return {(source, external_id): old for old, source, external_id in cursor.fetchall()}


def shown(
    plan: Plan, told: Set[Identity], today: date, *, everything: bool = False
) -> dict[WorkId, ShownWork]:
    """The works to write: those whose reports said something new, came or went.

    Of several reports a moved date alone may change which is best; a lone one stays as it is.
    """
    heard = _heard(held for placed in plan.placed for held in placed.reports.values())
    touched = {work for held, to in plan.moved for work in (held.work, to)}
    return {
        placed.work: _show(placed, heard, today)
        for placed in plan.placed
        if everything
        or len(placed.reports) > 1
        or placed.work in touched
        or not told.isdisjoint(placed.reports)
    }


def _show(placed: Placed, heard: Mapping[str, set[Heard]], today: date) -> ShownWork:
    if placed.removed:
        return REMOVED
    known = [held.known for held in placed.reports.values()]
    return show(known, today, _notices(placed, heard), placed.group.joins, placed.settled)


def _heard(reports: Iterable[Held]) -> dict[str, set[Heard]]:
    """What records say of other works, by the identifier of the work."""
    found: dict[str, set[Heard]] = defaultdict(set)
    for held in reports:
        record = held.known.record
        for notice in record.notices if not held.known.deleted else ():
            if notice.about is not None:
                about = token(notice.about.scheme, notice.about.value)
                found[about].add(Heard.of(notice, record.source))
    return found


def _notices(placed: Placed, heard: Mapping[str, set[Heard]]) -> list[Heard]:
    if not heard:
        return []
    ids = {found for held in placed.reports.values() for found in held.face.ids}
    return sorted({notice for found in ids for notice in heard.get(found, ())})


NEW_NUMBERS = """
SELECT nextval(pg_get_serial_sequence('works_work', 'id')) FROM generate_series(1, %s)
"""

FORMER = """
SELECT old_id, source, external_id FROM works_workredirect WHERE work_id = ANY(%s)
"""

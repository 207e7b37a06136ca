"""What the staff page of a work shows: its reports side by side, and why they are together."""

from collections.abc import Mapping, Sequence
from typing import Any

from works.domain import addresses, provenance
from works.domain.differences import against, shared
from works.domain.records import WorkRecord
from works.domain.sameness import Decided, Face, Join, Voice, face
from works.joining_queries import FoundWork, Telling
from works.models import ReportDecision, WorkRemoval
from works.workpage import RULES

BASE = "/moderation/works/"
NAMES = 8


def work_url(work_id: int) -> str:
    return f"{BASE}{work_id}/"


def columns(reports: Sequence[Telling], joins: Sequence[Join]) -> list[dict[str, Any]]:
    """One for each report, in the order of the rows."""
    faces = [face(report.record) for report in reports]
    first = faces[0].title if faces else ""
    return [
        _column(report, seen, joins) | {"retitled": seen.title != first}
        for report, seen in zip(reports, faces)
    ]


def _column(report: Telling, seen: Face, joins: Sequence[Join]) -> dict[str, Any]:
    record = report.record
    names = [addresses.rendered(author.name).text for author in record.authors]
    return {
        "id": report.id,
        "source": provenance.source(record.source).label,
        "format": record.format,
        "external_id": record.external_id,
        "record_date": record.record_date,
        "deleted": report.deleted,
        "title": addresses.rendered(record.title).text,
        "names": names[:NAMES],
        "more_names": max(0, len(names) - NAMES),
        "years": sorted(seen.years),
        "type": record.type,
        "ids": _identifiers(record),
        "joins": [_join(join, report.voice) for join in joins if report.voice in _ends(join)],
    }


def _identifiers(record: WorkRecord) -> list[dict[str, str]]:
    stated = dict.fromkeys((item.scheme, item.value) for item in record.ids)
    if record.doi:
        stated["doi", record.doi] = None
    links = ((value, *provenance.identifier_link(scheme, value)) for scheme, value in stated)
    return [{"label": label, "value": value, "url": url} for value, label, url in links]


def _ends(join: Join) -> tuple[Voice, Voice]:
    return join.one, join.other


def _join(join: Join, voice: Voice) -> str:
    """ "the same DOI, with Crossref 10.5555/tides"."""
    source, external_id = join.other if join.one == voice else join.one
    return f"{RULES[join.rule]}, with {provenance.source(source).label} {external_id}"


def title_of(reports: Sequence[Telling]) -> str:
    """That of the first report, for a work of which nothing is shown."""
    return addresses.rendered(reports[0].record.title).text if reports else ""


def candidate(
    work_id: int, here: Sequence[Telling], there: Sequence[Telling], decided: Decided
) -> dict[str, Any]:
    """A work that shares something with this one, and what keeps the two apart."""
    ours, theirs = ([face(report.record) for report in side] for side in (here, there))
    pairs = {(one.voice, other.voice) for one in here for other in there}
    held = not decided.apart.isdisjoint(pairs | {(b, a) for a, b in pairs})
    return {
        "id": work_id,
        "url": work_url(work_id),
        "title": addresses.rendered(there[0].record.title).text,
        "years": sorted({year for seen in theirs for year in seen.years}),
        "sources": _labels(report.record.source for report in there),
        "shared": shared(ours, theirs),
        "against": (["a moderator held them apart"] if held else []) + against(ours, theirs),
    }


def decided_of(decisions: Sequence[ReportDecision]) -> Decided:
    """The pairs that were held apart."""
    apart = [one for one in decisions if one.kind == ReportDecision.Kind.APART]
    return Decided(apart=frozenset((one_end(one), other_end(one)) for one in apart))


def one_end(decision: ReportDecision) -> Voice:
    return decision.source, decision.external_id


def other_end(decision: ReportDecision) -> Voice:
    return decision.other_source, decision.other_external_id


ENDS = (one_end, other_end)


def decision_context(
    decision: ReportDecision, work_id: int, works: Mapping[Voice, int]
) -> dict[str, Any]:
    ends = [_end(end(decision), works.get(end(decision)), work_id) for end in ENDS]
    return {
        "id": decision.pk,
        "together": decision.kind == ReportDecision.Kind.TOGETHER,
        "ends": ends,
        "note": decision.note,
        "by": _who(decision.decided_by),
        "at": decision.decided_at,
    }


def _end(voice: Voice, work: int | None, here: int) -> dict[str, Any]:
    elsewhere = work if work is not None and work != here else None
    return {
        "label": f"{provenance.source(voice[0]).label} {voice[1]}",
        "work": elsewhere,
        "url": work_url(elsewhere) if elsewhere else "",
    }


def removal_context(removal: WorkRemoval) -> dict[str, Any]:
    return {
        "reason": removal.reason,
        "by": _who(removal.removed_by),
        "at": removal.removed_at,
    }


def _who(user: Any) -> str:
    """Staff by the name of their account."""
    if user is None:
        return "an account that is gone"
    return user.name or f"account {user.pk}"


def found_context(found: FoundWork) -> dict[str, Any]:
    return {
        "id": found.id,
        "url": work_url(found.id),
        "title": addresses.rendered(found.title).text or f"Work {found.id}",
        "year": found.year,
        "removed": found.removed,
        "sources": _labels(found.sources),
    }


def _labels(slugs: Any) -> list[str]:
    return list(dict.fromkeys(provenance.source(slug).label for slug in slugs))

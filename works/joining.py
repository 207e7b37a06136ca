"""What staff settle about works: these reports are of another work, these two works are one."""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import product

from django.db import transaction
from django.db.models import Q

from bzpeer.lib import audit
from works.domain.sameness import Voice
from works.ingest import regroup
from works.models import Report, ReportDecision


class Unsettled(Exception):
    """What was asked for makes no sense; the message is for the person who asked."""


@transaction.atomic
def reports_split_off(
    work_id: int, voices: Collection[Voice], *, user_id: int, note: str, today: date
) -> None:
    """Hold these reports apart from the others of the work, now and at every import.

    Raises `Unsettled` where they are none of the work's, or all.
    """
    there = voices_of(work_id)
    off, rest = sorted(set(voices) & there), sorted(there - set(voices))
    if not off or not rest:
        raise Unsettled("Choose some of the reports, and not all of them.")
    _settle(ReportDecision.Kind.APART, product(off, rest), user_id, note)
    regroup([work_id], today)
    audit.record("reports_split_off", None, user_id, work=work_id, reports=len(off))


@transaction.atomic
def works_joined(work_id: int, other_id: int, *, user_id: int, note: str, today: date) -> None:
    """Make two works one, now and at every import. Raises `Unsettled` where one has no reports."""
    voices, others = sorted(voices_of(work_id)), sorted(voices_of(other_id))
    if not voices or not others or work_id == other_id:
        raise Unsettled("There is no such other work.")
    _forget_apart(voices, others)
    _settle(ReportDecision.Kind.TOGETHER, [(voices[0], others[0])], user_id, note)
    regroup([work_id, other_id], today)
    audit.record("works_joined", None, user_id, work=work_id, other=other_id)


@transaction.atomic
def decision_taken_back(decision_id: int, *, user_id: int, today: date) -> None:
    """Leave it to the rules again whether these two reports are of one work.

    Raises `Unsettled` where there is no such decision any more.
    """
    decision = ReportDecision.objects.select_for_update().filter(pk=decision_id).first()
    if decision is None:
        raise Unsettled("That decision was taken back already.")
    decision.delete()
    one = Q(source=decision.source, external_id=decision.external_id)
    other = Q(source=decision.other_source, external_id=decision.other_external_id)
    works = Report.objects.filter(one | other, work__isnull=False)
    regroup(sorted(set(works.values_list("work_id", flat=True))), today)
    audit.record("decision_taken_back", None, user_id, decision=decision_id, was=decision.kind)


def voices_of(work_id: int) -> set[Voice]:
    return set(Report.objects.filter(work=work_id).values_list("source", "external_id"))


def _settle(
    kind: ReportDecision.Kind, pairs: Iterable[tuple[Voice, Voice]], user_id: int, note: str
) -> None:
    """One row a pair; a later decision about it takes the place of the earlier one."""
    ReportDecision.objects.bulk_create(
        [_decision(kind, *_in_order(pair), user_id, note) for pair in pairs],
        update_conflicts=True,
        unique_fields=["source", "external_id", "other_source", "other_external_id"],
        update_fields=["kind", "note", "decided_by", "decided_at"],
    )


def _in_order(pair: tuple[Voice, Voice]) -> tuple[Voice, Voice]:
    one, other = pair
    return (one, other) if one < other else (other, one)


def _decision(
    kind: ReportDecision.Kind, one: Voice, other: Voice, user_id: int, note: str
) -> ReportDecision:
    return ReportDecision(
        kind=kind,
        source=one[0],
        external_id=one[1],
        other_source=other[0],
        other_external_id=other[1],
        decided_by_id=user_id,
        note=note,
    )


def _forget_apart(voices: Iterable[Voice], others: Iterable[Voice]) -> None:
    for pair in product(voices, others):
        one, other = _in_order(pair)
        ReportDecision.objects.filter(
            kind=ReportDecision.Kind.APART,
            source=one[0],
            external_id=one[1],
            other_source=other[0],
            other_external_id=other[1],
        ).delete()

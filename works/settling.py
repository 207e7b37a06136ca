"""What people settle about authors and works, kept through every import from then on.

Claims decides who may; here it is written down and carried out.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import msgspec
from django.db import transaction
from django.db.models import Case, Q, When

from works.domain import names
from works.ingest import regroup
from works.models import Author, Authorship, MentionDecision, Report, WorkRemoval
from works.services import authors_changed


class Verdict(msgspec.Struct, frozen=True):
    """The name at this place of a work's byline is, or is not, the author."""

    work: int
    position: int
    mine: bool


@transaction.atomic
def mentions_settle(
    author_id: int,
    verdicts: Sequence[Verdict],
    *,
    user_id: int | None,
    today: date,
    confirmed: bool = True,
) -> None:
    """Write these verdicts about one author down and show their works by them.

    A later verdict about the same name takes the place of an earlier one. Verdicts about places
    that do not exist are passed over. `confirmed`: the author says it of themself.
    """
    works = sorted({verdict.work for verdict in verdicts})
    seats, voices = _seats(works), _voices(works)
    rows = [
        MentionDecision(
            source=source,
            external_id=external_id,
            name_key=seat[0],
            rank=seat[1],
            author_id=author_id,
            link=MentionDecision.Link.MUST if verdict.mine else MentionDecision.Link.CANNOT,
            confirmed=confirmed and verdict.mine,
            decided_by_id=user_id,
        )
        for verdict in verdicts
        if (seat := seats.get((verdict.work, verdict.position)))
        for source, external_id in voices.get(verdict.work, ())
    ]
    MentionDecision.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source", "external_id", "name_key", "rank", "author"],
        update_fields=["link", "confirmed", "stands", "decided_by", "decided_at"],
    )
    regroup(works, today)


@transaction.atomic
def verdicts_stand(
    author_id: int, claimants: Collection[int], holders: Collection[int], *, today: date
) -> None:
    """Let what these claimants said of the record stand if they hold it, and fall if they do not.

    Nothing is lost: it stands again when they hold it again.
    """
    theirs = MentionDecision.objects.filter(author=author_id, decided_by__in=claimants)
    fallen = theirs.filter(stands=True).exclude(decided_by__in=holders)
    risen = theirs.filter(stands=False, decided_by__in=holders)
    turned = [*fallen.values_list("pk", *_VOICE), *risen.values_list("pk", *_VOICE)]
    if not turned:
        return
    keys = [key for key, *_ in turned]
    rows = MentionDecision.objects.filter(pk__in=keys)
    rows.update(stands=Case(When(decided_by__in=holders, then=True), default=False))
    regroup(_works_of({(source, external_id) for _, source, external_id in turned}), today)


def _works_of(voices: Iterable[tuple[str, str]]) -> list[int]:
    found = Q(pk=None)
    for source, external_id in voices:
        found |= Q(source=source, external_id=external_id)
    reports = Report.objects.filter(found, work__isnull=False)
    return sorted(set(reports.values_list("work", flat=True)))


_VOICE = ("source", "external_id")


def _seats(works: Sequence[int]) -> dict[tuple[int, int], tuple[str, int]]:
    """(work, position) → (name key, which bearer of that name)."""
    found: dict[tuple[int, int], tuple[str, int]] = {}
    ranks: dict[tuple[int, str], int] = {}
    bylines = Authorship.objects.filter(work__in=works, author__isnull=False)
    for work, position, name in bylines.order_by("work", "position").values_list(
        "work", "position", "name"
    ):
        key = names.key(name)
        ranks[work, key] = ranks.get((work, key), 0) + 1
        found[work, position] = (key, ranks[work, key])
    return found


def _voices(works: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = {}
    reports = Report.objects.filter(work__in=works)
    for work, source, external_id in reports.values_list("work", "source", "external_id"):
        found.setdefault(work, set()).add((source, external_id))
    return found


@transaction.atomic
def work_remove(work_id: int, *, user_id: int | None, reason: str, today: date) -> None:
    """Show nothing of the work any more, whatever is imported."""
    WorkRemoval.objects.bulk_create(
        [
            WorkRemoval(source=source, external_id=id, reason=reason, removed_by_id=user_id)
            for source, id in _voices([work_id]).get(work_id, ())
        ],
        ignore_conflicts=True,
    )
    regroup([work_id], today)


@transaction.atomic
def work_restore(work_id: int, *, today: date) -> None:
    for source, external_id in _voices([work_id]).get(work_id, ()):
        WorkRemoval.objects.filter(source=source, external_id=external_id).delete()
    regroup([work_id], today)


@transaction.atomic
def name_choose(author_id: int, name: str) -> None:
    """Show this name for the author from now on; an empty one leaves it to the works again."""
    Author.objects.filter(pk=author_id).update(chosen_name=names.clean(name))
    authors_changed([author_id])


def decided_positions(author_id: int, works: Iterable[int]) -> dict[int, str]:
    """For each of these works that was decided about for this author, the link."""
    pairs = MentionDecision.objects.filter(author=author_id).values_list(
        "source", "external_id", "link"
    )
    links = {(source, external_id): link for source, external_id, link in pairs}
    return {
        work: links[voice]
        for work, voices in _voices(list(works)).items()
        for voice in sorted(voices)
        if voice in links
    }

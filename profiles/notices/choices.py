"""How a person wants to be told of each kind, and what that means for what already waits."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from profiles.domain.notices import DEFAULT, DIGESTS, OFFERED, Kind, Way, next_slot
from profiles.models import Digest, Notice, NoticeChoice, User
from works.models import Work


def ways(user_id: int) -> dict[Kind, Way]:
    """The way of every kind; one query."""
    chosen = NoticeChoice.objects.filter(user=user_id).values_list("kind", "way")
    return DEFAULT | {Kind(kind): Way(way) for kind, way in chosen}


def held(user_id: int) -> User | None:
    """The account, whose choices stay as they are until the transaction ends; None: it is gone."""
    return User.objects.select_for_update(no_key=True).filter(pk=user_id).first()


@transaction.atomic
def choose(user_id: int, wanted: Mapping[Kind, Way], now: datetime) -> None:
    """Keep these ways, for what waits in a digest as well; others stay as they are."""
    if held(user_id) is None:
        return
    rows = [
        NoticeChoice(user_id=user_id, kind=kind.value, way=way.value)
        for kind, way in wanted.items()
        if way in OFFERED[kind]
    ]
    NoticeChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["way"]
    )
    for row in rows:
        waiting = Notice.objects.filter(user=user_id, kind=row.kind).exclude(digest="")
        waiting.update(digest=row.way if row.way in DIGESTS else "")
    _digests_settle(user_id, now)


def _digests_settle(user_id: int, now: datetime) -> None:
    """A digest is there while a kind asks for it; a new one begins with what comes from now on."""
    wanted = {way for way in ways(user_id).values() if way in DIGESTS}
    Digest.objects.filter(user=user_id).exclude(rhythm__in=wanted).delete()
    rows = [
        Digest(
            user_id=user_id,
            rhythm=rhythm.value,
            due_at=next_slot(rhythm, now),
            after_work=latest_work(),
        )
        for rhythm in sorted(wanted)
    ]
    Digest.objects.bulk_create(rows, ignore_conflicts=True)


def latest_work() -> int:
    """The highest number of a work; 0 where there is none."""
    return Work.objects.aggregate(latest=Max("pk"))["latest"] or 0


def mail_stop(user_id: int, what: Kind | Way, now: datetime) -> bool:
    """No more mail of this kind or rhythm, the page stays; whether there would have been any."""
    mailed = {
        kind: Way.PAGE
        for kind, way in ways(user_id).items()
        if way == what or (kind == what and way == Way.MAIL)
    }
    choose(user_id, mailed, now)
    return bool(mailed)

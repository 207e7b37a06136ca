"""Which works are one's own: what a change would do, tried and undone, and the change itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from bzpeer.lib import audit, limits
from claims.claim_steps import Actor, locked, refused
from claims.domain.transitions import Refusal
from claims.models import Claim
from claims.record_facts import Standing
from profiles.profile_editing import may_edit
from profiles.profile_queries import Mention, eligible
from profiles.services import refresh
from works import heads
from works.models import Author
from works.settling import Verdict, mentions_settle

# Each try computes the record anew.
TRIES = limits.Limit("works_preview", times=60, seconds=3600)
MOST = 200

Place = tuple[int, int]  # a work, and a place in its byline


class Judged(msgspec.Struct, frozen=True):
    """A name on a work, with what its holder says of it."""

    mention: Mention
    mine: bool


class Snapshot(msgspec.Struct, frozen=True):
    """What a page says of a record, as far as its works decide it.

    `collaborators` counts the close ones, of whom `close` names the first.
    """

    works: int
    topics: int
    collaborators: int
    close: tuple[str, ...]
    score: int | None
    band: str
    several: bool


class Change(msgspec.Struct, frozen=True):
    """What becomes of a record by these judgements."""

    judged: tuple[Judged, ...]
    before: Snapshot
    after: Snapshot


def judged_of(author_id: int, said: Mapping[Place, bool]) -> tuple[Judged, ...]:
    """What of this can be said: of names of the record, and that a namesake's work is one's own.

    What is so already, and what is about somebody else's names, is passed over.
    """
    own, alike = eligible(author_id, list(said)[:MOST])
    found = [
        Judged(mention, said[place])
        for place, mention in own.items()
        if not (said[place] and mention.status == "confirmed")
    ]
    found += [Judged(mention, True) for place, mention in alike.items() if said[place]]
    return tuple(found)


def works_preview(
    claim: Claim, actor: Actor, said: Mapping[Place, bool], now: datetime
) -> Change | Refusal:
    """What would change: it is done, looked at, and undone."""
    if not limits.allowed(TRIES, actor.user_id):
        return refused("too_many")
    with transaction.atomic():
        found = _changed(claim, actor, said, now)
        transaction.set_rollback(True)
    return found


@transaction.atomic
def works_keep(
    claim: Claim, actor: Actor, said: Mapping[Place, bool], now: datetime
) -> Change | Refusal:
    """Keep it, for every import to come."""
    found = _changed(claim, actor, said, now)
    if isinstance(found, Change) and found.judged:
        counts = {
            "mine": sum(one.mine for one in found.judged),
            "not_mine": sum(not one.mine for one in found.judged),
        }
        told = {"claim": claim.pk, "record": claim.author_id} | counts
        audit.record("works_settled", actor.request, actor.user_id, **told)
    return found


def _changed(
    claim: Claim, actor: Actor, said: Mapping[Place, bool], now: datetime
) -> Change | Refusal:
    held, standing = locked(claim.pk)
    refusal = may_edit(held, actor)
    if refusal:
        return refusal
    judged = judged_of(held.author_id, said)
    if _takes_several(held, standing, judged):
        return refused("clear")
    before = _snapshot(held.author_id)
    verdicts = [Verdict(one.mention.work, one.mention.position, one.mine) for one in judged]
    if verdicts:
        mentions_settle(held.author_id, verdicts, user_id=actor.user_id, today=now.date())
        refresh([held.author_id])
    return Change(judged, before, _snapshot(held.author_id))


def _takes_several(claim: Claim, standing: Standing, judged: Sequence[Judged]) -> bool:
    """While a record may be several people, its holder says only what of it is not theirs."""
    unclear = standing.several and claim.cleared_at is None
    return unclear and any(one.mine for one in judged)


def _snapshot(author_id: int) -> Snapshot:
    author = Author.objects.get(pk=author_id)
    head = heads.head(author.slug)
    assert head is not None
    return Snapshot(
        works=head.works,
        topics=head.topics,
        collaborators=head.close_collaborators,
        close=tuple(name for _, name, _, close in head.company if close),
        score=head.trust_score,
        band=head.trust_band,
        several=head.several,
    )

"""What the holder of a record says on its page: who may, and how it is kept."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from bzpeer.lib import audit, limits
from claims.claim_steps import Actor, locked, refused
from claims.domain.transitions import Refusal, State
from claims.models import Claim
from claims.wishing import openness, openness_set, records_of
from profiles.models import Profile
from profiles.services import refresh
from works.models import Author, Authorship
from works.settling import name_choose

EDITS = limits.Limit("profile_edit", times=60, seconds=3600)
MOST_FEATURED = 5


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of themself; `affiliation` is the id of an institution.

    Whether they are open to collaborate is one of their wishes, the same on all their records.
    """

    tagline: str = ""
    role: str = ""
    links: tuple[tuple[str, str], ...] = ()
    affiliation: int | None = None
    open_to_collaborate: bool = False
    featured: tuple[int, ...] = ()
    shown_name: str = ""
    other_names: tuple[str, ...] = ()


def may_edit(claim: Claim, actor: Actor) -> Refusal | None:
    """Only the holder speaks, and not while the record is disputed or the claim frozen."""
    if claim.user_id != actor.user_id:
        return refused("not_yours")
    if claim.frozen_at is not None:
        return refused("frozen")
    return None if claim.state == State.ACCEPTED else refused("no_step")


@transaction.atomic
def profile_save(claim: Claim, actor: Actor, words: Words, now: datetime) -> Author | Refusal:
    """Keep these words and show them at once; featured are works of the record alone."""
    found, _ = locked(claim.pk)
    refusal = may_edit(found, actor)
    if refusal:
        return refusal
    if not limits.allowed(EDITS, actor.user_id):
        return refused("too_many")
    own = _own(found.author_id, words.featured)
    words = msgspec.structs.replace(words, featured=tuple(own[:MOST_FEATURED]))
    before = profile_words(found)
    _keep(found, words, now)
    if words.shown_name != before.shown_name:
        name_choose(found.author_id, words.shown_name)
    opened = openness_set(actor.user_id, is_open=words.open_to_collaborate, now=now)
    refresh(records_of(actor.user_id) if opened else [found.author_id])
    changed = [field for field in Words.__struct_fields__ if _differs(before, words, field)]
    told = {"claim": found.pk, "record": found.author_id, "fields": changed}
    audit.record("profile_edited", actor.request, actor.user_id, **told)
    return Author.objects.get(pk=found.author_id)


def profile_words(claim: Claim) -> Words:
    """What was kept last for this claim."""
    is_open = openness(claim.user_id)
    kept = Profile.objects.filter(claim=claim).first()
    if kept is None:
        return Words(open_to_collaborate=is_open)
    return Words(
        tagline=kept.tagline,
        role=kept.role,
        links=tuple((address, label) for address, label in kept.links),
        affiliation=kept.affiliation_id,
        open_to_collaborate=is_open,
        featured=tuple(kept.featured),
        shown_name=kept.shown_name,
        other_names=tuple(kept.other_names),
    )


def _keep(claim: Claim, words: Words, now: datetime) -> None:
    values: dict[str, Any] = msgspec.structs.asdict(words)
    values["affiliation_id"] = values.pop("affiliation")
    del values["open_to_collaborate"]
    lists = {name: list(values[name]) for name in ("links", "featured", "other_names")}
    Profile.objects.update_or_create(claim=claim, defaults=values | lists | {"edited_at": now})


def _own(author_id: int, works: tuple[int, ...]) -> list[int]:
    mine = Authorship.objects.filter(author_id=author_id, work_id__in=works)
    own = set(mine.exclude(status="rejected").values_list("work_id", flat=True))
    return [work for work in dict.fromkeys(works) if work in own]


def _differs(before: Words, after: Words, field: str) -> bool:
    return bool(getattr(before, field) != getattr(after, field))

"""People who are told things, and the moments when they are."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from bzpeer.lib.notices import raise_notice
from profiles.domain.notices import Kind, Way
from profiles.models import Digest, Notice, TopicFollow, User
from profiles.notices.choices import choose
from profiles.notices.delivering import notices_deliver
from works.models import Topic


def topic(code: str = "cs.LG") -> Topic:
    return Topic.objects.get(code=code)


def tell(user: User, what: str = "claim_accept", subject: str = "1", **data: Any) -> None:
    """Raise something, and have it told."""
    raise_notice(what, user.pk, subject, data)
    notices_deliver()


def told_by(user: User, way: Way, *kinds: Kind) -> None:
    """The person wants to be told of these kinds in this way."""
    choose(user.pk, dict.fromkeys(kinds or tuple(Kind), way), timezone.now())


def slot_comes() -> None:
    """The next slot of every digest is now."""
    Digest.objects.update(due_at=Now() - timedelta(seconds=1))


def follows_since(user: User, **time: float) -> None:
    """All that the person follows was followed so long ago."""
    for model in (user.follow_set, TopicFollow.objects.filter(user=user)):
        model.update(created_at=F("created_at") - timedelta(**time))


def unread(user: User) -> int:
    return Notice.objects.filter(user=user, read_at=None).count()

"""A person's notices: the list of them, and what has been seen of it."""

from datetime import datetime, timedelta

from django.utils import timezone

from profiles.models import Notice, User

PAGE = 30
KEPT = timedelta(days=365)


def notices_of(user: User, page: int) -> list[Notice]:
    """A page of the latest, and one notice more where there is another page."""
    rows = Notice.objects.filter(user=user).order_by("-created_at", "id")
    return list(rows[(page - 1) * PAGE : page * PAGE + 1])


def notice_read(notice: Notice) -> None:
    """Note that the person has seen it; the first time counts."""
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])


def notices_read(user: User, until: datetime) -> None:
    """Note that the person has seen all that was there at a moment."""
    unread = Notice.objects.filter(user=user, read_at=None, created_at__lte=until)
    unread.update(read_at=timezone.now())


def notices_forget(now: datetime) -> None:
    """Delete what is older than a year."""
    Notice.objects.filter(created_at__lt=now - KEPT).delete()

"""Reads about people's accounts and what they follow."""

from profiles.models import Follow, User
from works.models import Report


def follows(user: User, author_id: int) -> bool:
    return Follow.objects.filter(user=user, author_id=author_id).exists()


def following_count(user: User) -> int:
    return Follow.objects.filter(user=user).count()


def only_sample() -> bool:
    """Whether the database holds the sample and nothing else."""
    others = Report.objects.exclude(source="bzpeer-sample")
    return Report.objects.exists() and not others.exists()

"""Following a topic, which stands for all the topics beneath it."""

from typing import NamedTuple

from django.db.models import Count

from profiles.models import TopicFollow, User
from works.models import Topic

# A person follows some dozens; the list has no pages.
MOST_SHOWN = 300


class FollowedTopic(NamedTuple):
    """A topic in one's list, with the number of all who follow it."""

    slug: str
    name: str
    followers: int


def topic_follow(user: User, topic: Topic) -> None:
    """Follow a topic; doing it twice, or in two windows at once, is doing it once."""
    TopicFollow.objects.get_or_create(user=user, topic=topic)


def topic_unfollow(user: User, topic: Topic) -> None:
    TopicFollow.objects.filter(user=user, topic=topic).delete()


def topic_followers(topic: Topic) -> int:
    return TopicFollow.objects.filter(topic=topic).count()


def follows_topic(user: User, topic: Topic) -> bool:
    return TopicFollow.objects.filter(user=user, topic=topic).exists()


def topics_followed(user: User) -> list[FollowedTopic]:
    """The topics that this person follows, by name."""
    own = TopicFollow.objects.filter(user=user).values("topic_id")
    found = Topic.objects.filter(pk__in=own).annotate(followers=Count("topicfollow"))
    rows = found.order_by("name", "slug").values_list("slug", "name", "followers")
    return [FollowedTopic(*row) for row in rows[:MOST_SHOWN]]

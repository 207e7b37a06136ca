"""What people follow beside researchers, what they are told of, and how they want to be told."""

from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow
from profiles.models.people import User
from works.models import Topic


class TopicFollow(models.Model):
    """A person follows a topic. Private to the person but for the count."""

    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    topic = models.ForeignKey(Topic, models.CASCADE)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="topic_follow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows topic {self.topic_id}"


class NoticeChoice(models.Model):
    """How a person wants to be told of one kind, where that is not the default of the kind."""

    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    kind = models.CharField(max_length=11)
    way = models.CharField(max_length=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} {self.way}"


class Notice(models.Model):
    """Something that a person is told once: `subject` is what of that `kind` it is about.

    `what` names the words. `data` holds ids and codes, no name and no address: who is suppressed
    or renamed later is so here too. `digest` is the rhythm whose next mail brings it, or empty.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    kind = models.CharField(max_length=11)
    what = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    data: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=6, db_default="", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "subject"], name="notice_once"),
        ]
        indexes = [
            models.Index(F("user"), F("created_at").desc(), F("id"), name="notice_latest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["user"], condition=~Q(digest=""), name="notice_waiting"),
            models.Index(fields=["created_at"], name="notice_age"),
        ]

    def __str__(self) -> str:
        return f"{self.what} for {self.user_id}"


class Digest(DueRow):
    """A person's daily or weekly mail: due at its next slot, there while something asks for it.

    Works up to `after_work` were in an earlier one, or came before it was asked for.
    """

    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    rhythm = models.CharField(max_length=6)
    after_work = models.BigIntegerField(db_default=0, default=0)

    class Meta(DueRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "rhythm"], name="digest_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} digest of {self.user_id}"


class NewsMark(models.Model):
    """In the hour from `hour`, at `at`, the works up to `work_id` were there, and told of.

    Imports take turns and works get growing ids, so the latest mark is where the news goes on, and
    an earlier one says where to begin to look for what came after a moment.
    """

    hour = models.DateTimeField(primary_key=True)
    at = models.DateTimeField()
    work_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.work_id} at {self.at:%Y-%m-%d %H:%M}"

"""People whom somebody might work with: found by the worker, kept until they are found anew."""

from django.db import models
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow
from profiles.models.people import User
from works.models import Author


class SuggestionChoice(models.Model):
    """Whether a person wants suggestions, and when the last ones were found. Its lock is theirs."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True)
    off = models.BooleanField(default=False, db_default=False)
    found_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"suggestions for account {self.user_id}"


class Suggestion(models.Model):
    """A record that a person might work with; `reasons` are (code, number or purpose)."""

    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    author = models.ForeignKey(Author, models.CASCADE, related_name="+")
    place = models.SmallIntegerField()
    reasons = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "author"], name="suggestion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id} for account {self.user_id}"


class SuggestionDismissal(models.Model):
    """A person does not want this record suggested, now or later."""

    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    author = models.ForeignKey(Author, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "author"], name="dismissal_once"),
        ]

    def __str__(self) -> str:
        return f"account {self.user_id} does not want {self.author_id}"


class SuggestionOrder(DueRow):
    """Work to do: find whom a person might work with. One row per account."""

    user = models.OneToOneField(User, models.CASCADE)

    def __str__(self) -> str:
        return f"suggestions wanted by account {self.user_id}"

"""What people settled, and every import since then keeps to."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ReportDecision(models.Model):
    """Two reports are of one work, or are not, whatever the rules would say.

    The pair is in the order of its text, so that it is there once.
    """

    class Kind(models.TextChoices):
        TOGETHER = "together"
        APART = "apart"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    source = models.CharField(max_length=41)
    external_id = models.CharField(max_length=200)
    other_source = models.CharField(max_length=41)
    other_external_id = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "other_source", "other_external_id"],
                name="decided_once",
            ),
        ]
        indexes = [
            models.Index(fields=["other_source", "other_external_id"], name="decided_other"),
        ]

    def __str__(self) -> str:
        ends = f"{self.source} {self.external_id}, {self.other_source} {self.other_external_id}"
        return f"{self.kind}: {ends}"


class MentionDecision(models.Model):
    """A name on a work is, or is not, this author.

    It is kept with a report and not with a work or a place: works are joined and told apart, and
    bylines change. There is a row for each report that the work had. `confirmed`: the author said
    so of themself. It does not stand while who decided it does not speak for the record.
    """

    class Link(models.TextChoices):
        MUST = "must"
        CANNOT = "cannot"

    source = models.CharField(max_length=41)
    external_id = models.CharField(max_length=200)
    name_key = models.TextField()
    rank = models.SmallIntegerField(default=1)
    author = models.ForeignKey("works.Author", models.CASCADE)
    link = models.CharField(max_length=6, choices=Link.choices)
    confirmed = models.BooleanField(default=False)
    stands = models.BooleanField(default=True, db_default=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "name_key", "rank", "author"],
                name="mention_decided_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_key} of {self.source} {self.external_id} {self.link} {self.author_id}"


class WorkRemoval(models.Model):
    """Nothing of a work with this report is shown, whatever is imported."""

    source = models.CharField(max_length=41)
    external_id = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    removed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="removed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"

"""Who is to be named nowhere, known by digests alone (`works.domain.withheld`)."""

from django.db import models
from django.db.models.functions import Now

from works.models.authors import Author


class SuppressionSecret(models.Model):
    """The secret of all digests, in one row, made with the first suppression.

    It is here and not in the settings: a new SECRET_KEY must not bring anybody back, and a backup
    has either both or none.
    """

    value = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return "secret of the suppressions"


class Suppression(models.Model):
    """A person who is named nowhere any more. No word of people is in it, and no name.

    `author` is the record that was emptied; its public id is never given to another one. It is
    not there where a backup was restored that is older than the record.
    """

    class Reason(models.TextChoices):
        OBJECTION = "objection", "The person objects to being listed"
        ERASURE = "erasure", "The person asks for erasure of what is stored"
        SAFETY = "safety", "Being findable puts the person in danger"
        ORDER = "order", "An authority or a court orders it"

    author = models.OneToOneField(Author, models.PROTECT, null=True)
    reason = models.CharField(max_length=9, choices=Reason.choices)
    # A plain number, as in the audit: a decision outlives the account that took it.
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"suppression {self.pk}"


class SuppressedKey(models.Model):
    """A digest of a key of the person's record, or of what hints at it."""

    suppression = models.ForeignKey(Suppression, models.CASCADE, db_index=False)
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["suppression", "digest"], name="suppressed_key_once"),
        ]

    def __str__(self) -> str:
        return f"key of suppression {self.suppression_id}"


class SuppressedMention(models.Model):
    """The person's name on one work: a `works.domain.withheld.Trace`.

    `key` is one of the work's (`ReportKey`), so that the work is known under another number too.
    `forms` are digests in a row.
    """

    suppression = models.ForeignKey(Suppression, models.CASCADE, db_index=False)
    key = models.BigIntegerField()
    name = models.BinaryField(max_length=16)
    rank = models.SmallIntegerField()
    forms = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "suppression", "name", "rank"], name="suppressed_mention_once"
            ),
        ]

    def __str__(self) -> str:
        return f"mention of suppression {self.suppression_id}"

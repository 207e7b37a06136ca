"""How far an author record can be relied on, as it was found over time."""

from django.db import models
from django.db.models.functions import Now

from works.models import Author


class TrustScore(models.Model):
    """A score that differed from the one before it, with the facts that gave it."""

    author = models.ForeignKey(Author, models.CASCADE, db_index=False)
    score = models.SmallIntegerField()
    band = models.CharField(max_length=11)
    level = models.SmallIntegerField()
    formula = models.SmallIntegerField()
    facts = models.JSONField()
    digest = models.CharField(max_length=64)
    cause = models.TextField()
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["author", "-id"], name="trust_latest")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.score} ({self.band})"

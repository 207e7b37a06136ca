"""Who works with whom."""

from django.db import models

from works.models import Author


class Collaboration(models.Model):
    """An edge from `author` to `other`: works that both are on, of at most MAX_TEAM people.

    Both directions are kept, each written by the refresh of its own `author`.
    """

    author = models.ForeignKey(Author, models.CASCADE, db_index=False, related_name="+")
    other = models.ForeignKey(Author, models.CASCADE, related_name="+")
    works = models.IntegerField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)
    close = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "other"], name="edge_once")]
        indexes = [models.Index(fields=["author", "-works", "other"], name="edge_strongest")]

    def __str__(self) -> str:
        return f"{self.author_id} – {self.other_id}: {self.works}"

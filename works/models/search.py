"""What searches look in: the words of names and of titles, beside the records they are of.

Each word stands behind the sign of its record's step (`works.domain.steps`).
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from works.models.authors import AuthorFacts
from works.models.corpus import Work


class NameWords(models.Model):
    """A record that is shown: it has a name and works, and is not merged into another."""

    author = models.OneToOneField(AuthorFacts, models.CASCADE, primary_key=True, related_name="+")
    works = models.IntegerField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            # Whatever waits to be sorted in would be read by every search.
            GinIndex(fields=["words"], name="name_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"words of the name of {self.author_id}"


class TitleWords(models.Model):
    """A work that is shown."""

    work = models.OneToOneField(Work, models.CASCADE, primary_key=True, related_name="+")
    year = models.SmallIntegerField(null=True)
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="title_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"words of the title of {self.work_id}"


class NameWord(models.Model):
    """A word that is or was in the name of somebody who is not suppressed."""

    word = models.TextField(primary_key=True)

    def __str__(self) -> str:
        return self.word

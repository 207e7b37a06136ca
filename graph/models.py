"""Who works with whom, and how it is drawn."""

from django.db import models
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow
from works.models import Author


class Collaboration(models.Model):
    """An edge from `author` to `other`: works that both are on, of at most MAX_TEAM people.

    Both directions are kept, each written by the refresh of its own `author`. The database does
    not check that the authors exist, which would cost more than making the edges: they are made
    from bylines, which it does check, and are read beside the authors.
    """

    pk = models.CompositePrimaryKey("author", "other")
    author = models.ForeignKey(
        Author, models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    other = models.ForeignKey(
        Author, models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    works = models.IntegerField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)
    close = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.author_id} – {self.other_id}: {self.works}"


class Slice(models.Model):
    """The drawn neighbourhood of a record, as the page shows it.

    `facts_version` is the version of the author's facts that it was last compared with: a
    slice of another version is stale, and stays on show until the new one is there.
    """

    author = models.OneToOneField(Author, models.CASCADE, primary_key=True)
    digest = models.CharField(max_length=64)
    html = models.TextField()
    facts_version = models.BigIntegerField()
    built_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"slice of {self.author_id}"


class SliceOrder(DueRow):
    """Somebody wants to see a slice that is not there or not current. One row per author."""

    author = models.OneToOneField(Author, models.CASCADE)
    ordered_at = models.DateTimeField(db_default=Now())

    class Meta(DueRow.Meta):
        pass

    def __str__(self) -> str:
        return f"slice wanted of {self.author_id}"

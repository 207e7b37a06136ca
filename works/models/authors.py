"""Author records, what is shown of each in one row, and which of them are stale."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow


class Author(models.Model):
    """The public author record: every mention that was decided to be one person.

    (`key_scheme`, `key_value`) is what the mentions share: a person id, or ("name", normalised
    full name). `chosen_name` is what the person wants to be called. `public_id` is drawn from the
    row's id, so that none is ever used twice.
    """

    public_id = models.CharField(max_length=12, unique=True)
    # Unique through the public id at its end. An index of its own would make every new name lock
    # its row against the foreign keys of an import, and the two would wait for each other.
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=300)
    chosen_name = models.CharField(max_length=300, db_default="")
    key_scheme = models.TextField()
    key_value = models.TextField()
    name_key = models.TextField()
    letter = models.CharField(max_length=1)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_scheme", "key_value"], name="author_key"),
        ]
        indexes = [
            models.Index(fields=["letter", "name_key", "id"], name="author_browse"),
            models.Index(
                fields=["name_key"], opclasses=["text_pattern_ops"], name="author_name_key"
            ),
            GinIndex(SearchVector("name_key", config="simple"), name="author_words"),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorFacts(models.Model):
    """All that a list or a page's first screen shows of an author, in one row.

    Each group of columns has one writer: works the counts, graph the company, claims the trust,
    profiles the followers and what the person says. `version` grows with every refresh after which
    the page may differ; it is the page's ETag.
    """

    author = models.OneToOneField(Author, models.CASCADE, primary_key=True)
    version = models.BigIntegerField(db_default=1)
    refreshed_at = models.DateTimeField(db_default=Now())
    # works
    works = models.IntegerField(db_default=0)
    topics = models.IntegerField(db_default=0)
    years = models.JSONField(default=list)
    top_topics = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    affiliation = models.CharField(max_length=300, db_default="")
    identified = models.IntegerField(db_default=0)
    complete = models.IntegerField(db_default=0)
    corroborated = models.IntegerField(db_default=0)
    confirmed = models.IntegerField(db_default=0)
    # graph
    collaborators = models.IntegerField(db_default=0)
    close_collaborators = models.IntegerField(db_default=0)
    company = models.JSONField(default=list)
    circles = models.JSONField(default=list)
    several = models.BooleanField(db_default=False)
    # claims, when a reviewer found the circles to be one person's
    circles_cleared = models.SmallIntegerField(db_default=0)
    # claims
    claim_state = models.CharField(max_length=9, db_default="unclaimed")
    level = models.SmallIntegerField(db_default=0)
    trust_score = models.SmallIntegerField(null=True)
    trust_band = models.CharField(max_length=11, db_default="")
    verified_close = models.IntegerField(db_default=0)
    trust_digest = models.CharField(max_length=64, db_default="")
    trust_at = models.DateTimeField(null=True)
    # profiles
    followers = models.IntegerField(db_default=0)
    said = models.JSONField(default=dict, db_default={})

    class Meta:
        indexes = [
            models.Index(fields=["-works", "author"], name="facts_most_works"),
        ]

    def __str__(self) -> str:
        return f"facts of {self.author_id}"


class AuthorChange(DueRow):
    """Work to do: an author whose facts are stale. One row per author and kind.

    `generation` grows when the author changes again before the row was worked off: together with
    the row's id and the facts' version it tells one state of the author's page from the next.
    """

    author = models.ForeignKey(Author, models.CASCADE, db_index=False)
    kind = models.CharField(max_length=16)
    generation = models.IntegerField(db_default=1)

    class Meta(DueRow.Meta):
        constraints = [models.UniqueConstraint(fields=["author", "kind"], name="change_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.author_id}"

"""Works, their bylines, identifiers and topics, as visitors see them."""

from django.db import models
from django.db.models.functions import Now

from works.models.authors import Author


def latest_of(field: str, name: str) -> models.Index:
    """An index that ends in the order of a list, so that the latest of each are read first."""
    year, date = models.F("year").desc(nulls_last=True), models.F("date").desc()
    return models.Index(models.F(field), year, date, models.F("work").desc(), name=name)


class Topic(models.Model):
    """A topic of a scheme (arXiv category, …) under the name that the scheme gives it.

    `broader` is the next one up where the scheme is a tree.
    """

    scheme = models.TextField()
    code = models.TextField()
    name = models.TextField()
    slug = models.TextField(unique=True)
    broader = models.ForeignKey("self", models.SET_NULL, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="topic_code")]

    def __str__(self) -> str:
        return self.name


class Work(models.Model):
    """One work: what all reports that were found to be of it say together.

    `head_html`, `byline_html` and `body_html` are the stored pieces of its article; `byline_rest`
    is how many people the byline leaves out (`works.bylines`). `sheet` is what its own page says
    beside them (`works.domain.sheet`). `families` counts the independent
    sources behind it. `removed`: by us, and nothing of it is shown. `version` grows with every
    change that a page shows; it is the page's ETag.
    """

    title_html = models.TextField()
    title_text = models.TextField()
    abstract_html = models.TextField()
    head_html = models.TextField()
    byline_html = models.TextField(db_default="")
    byline_rest = models.IntegerField(db_default=0)
    body_html = models.TextField()
    year = models.SmallIntegerField(null=True)
    date = models.CharField(max_length=10)
    people = models.IntegerField()
    identified = models.BooleanField()
    complete = models.BooleanField()
    unverified = models.JSONField(default=list)
    families = models.SmallIntegerField()
    withdrawn = models.BooleanField(db_default=False)
    removed = models.BooleanField(db_default=False)
    template_version = models.SmallIntegerField()
    sheet = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=16)
    version = models.BigIntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.title_text


class Authorship(models.Model):
    """One name on one work. `author` is empty for a group ("for the ATLAS Collaboration").

    `year` and `date` are the work's, so that an author's latest are read first.
    """

    class Status(models.TextChoices):
        IMPORTED = "imported"
        CONFIRMED = "confirmed"
        REJECTED = "rejected"

    work = models.ForeignKey(Work, models.CASCADE, db_index=False)
    author = models.ForeignKey(Author, models.PROTECT, null=True, db_index=False)
    position = models.IntegerField()
    name = models.CharField(max_length=300)
    affiliations = models.JSONField(default=list)
    confidence = models.FloatField()
    asserted_by = models.TextField()
    status = models.CharField(max_length=9, choices=Status.choices, db_default=Status.IMPORTED)
    year = models.SmallIntegerField(null=True)
    date = models.CharField(max_length=10, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work", "position"], name="authorship_place"),
        ]
        indexes = [latest_of("author", "latest_of_author")]

    def __str__(self) -> str:
        return self.name


class WorkIdentifier(models.Model):
    """An identifier of a work as a reader would follow it. Not verified = a guess, and shown so."""

    work = models.ForeignKey(Work, models.CASCADE, db_index=False)
    scheme = models.TextField()
    value = models.TextField()
    verified = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work", "scheme", "value"], name="work_identifier"),
        ]
        indexes = [models.Index(fields=["scheme", "value"], name="work_by_identifier")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class WorkTopic(models.Model):
    """A topic of a work. `year` and `date` are the work's, so that its latest are read first."""

    work = models.ForeignKey(Work, models.CASCADE, db_index=False)
    topic = models.ForeignKey(Topic, models.PROTECT, db_index=False)
    position = models.SmallIntegerField()
    year = models.SmallIntegerField(null=True)
    date = models.CharField(max_length=10, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "topic"], name="work_topic")]
        indexes = [latest_of("topic", "latest_of_topic")]

    def __str__(self) -> str:
        return f"{self.work_id}: {self.topic_id}"


class WorkRedirect(models.Model):
    """A work that was joined to another one: its old page leads there.

    (`source`, `external_id`) is a report that was its own: should the two be held apart again, the
    work with that report gets its number back.
    """

    old_id = models.BigIntegerField(primary_key=True)
    work = models.ForeignKey(Work, models.CASCADE)
    source = models.CharField(max_length=41)
    external_id = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.old_id} → {self.work_id}"

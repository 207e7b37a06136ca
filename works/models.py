"""The corpus: who wrote what, as sources report it, and what is shown of it.

Rows are written by set-based statements in `works.ingest` and `works.services`; the models
state tables, constraints and indexes. A work's raw fields live in its reports (`Report.record`),
what visitors see is rendered from the best of them and kept beside the work.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow


class Author(models.Model):
    """The public author record: every mention that was decided to be one person.

    (`key_scheme`, `key_value`) is what the mentions share: a person id, or ("name", normalised
    full name). `public_id` is drawn from the row's id, so that none is ever used twice.
    """

    public_id = models.CharField(max_length=12, unique=True)
    # Unique through the public id at its end. An index of its own would make every new name lock
    # its row against the foreign keys of an import, and the two would wait for each other.
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=300)
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


class Topic(models.Model):
    """A topic of a scheme (arXiv category, …) under the name that the scheme gives it."""

    scheme = models.TextField()
    code = models.TextField()
    name = models.TextField()
    slug = models.TextField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="topic_code")]

    def __str__(self) -> str:
        return self.name


class Work(models.Model):
    """One work, under the strongest identifier that a source vouches for.

    `head_html` and `body_html` are the two stored pieces of its article, without people.
    `families` counts the independent sources behind it. `version` grows with every change that
    a page shows; it is the page's ETag.
    """

    key = models.TextField(unique=True)
    title_html = models.TextField()
    title_text = models.TextField()
    abstract_html = models.TextField()
    head_html = models.TextField()
    body_html = models.TextField()
    year = models.SmallIntegerField(null=True)
    date = models.CharField(max_length=10)
    people = models.IntegerField()
    identified = models.BooleanField()
    complete = models.BooleanField()
    unverified = models.JSONField(default=list)
    families = models.SmallIntegerField()
    withdrawn = models.BooleanField(db_default=False)
    template_version = models.SmallIntegerField()
    digest = models.BinaryField(max_length=16)
    version = models.BigIntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.title_text


class Report(models.Model):
    """What one source says about one work, in one format: the origin of every shown fact.

    `rank` orders reports of the same work: the highest (rank, record_date, digest) is shown.
    Without a work it is a tombstone: the source withdrew a report that we never had.
    """

    source = models.CharField(max_length=41)
    format = models.CharField(max_length=41)
    external_id = models.CharField(max_length=200)
    record_date = models.CharField(max_length=10)
    digest = models.BinaryField(max_length=16)
    rank = models.SmallIntegerField()
    deleted = models.BooleanField(db_default=False)
    record = models.JSONField()
    work = models.ForeignKey(Work, models.CASCADE, null=True)
    run = models.ForeignKey("works.ImportRun", models.PROTECT)
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "format", "external_id"], name="report_identity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class Authorship(models.Model):
    """One name on one work. `author` is empty for a group ("for the ATLAS Collaboration")."""

    class Status(models.TextChoices):
        IMPORTED = "imported"
        CONFIRMED = "confirmed"
        REJECTED = "rejected"

    work = models.ForeignKey(Work, models.CASCADE, db_index=False)
    author = models.ForeignKey(Author, models.PROTECT, null=True)
    position = models.IntegerField()
    name = models.CharField(max_length=300)
    affiliations = models.JSONField(default=list)
    confidence = models.FloatField()
    asserted_by = models.TextField()
    status = models.CharField(max_length=9, choices=Status.choices, db_default=Status.IMPORTED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work", "position"], name="authorship_place"),
        ]

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
    work = models.ForeignKey(Work, models.CASCADE, db_index=False)
    topic = models.ForeignKey(Topic, models.PROTECT)
    position = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "topic"], name="work_topic")]

    def __str__(self) -> str:
        return f"{self.work_id}: {self.topic_id}"


class AuthorFacts(models.Model):
    """All that a list or a page's first screen shows of an author, in one row.

    Each group of columns has one writer: works the counts, graph the company, claims the trust,
    profiles the followers. `version` grows with every refresh; it is the page's ETag.
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

    class Meta:
        indexes = [
            models.Index(fields=["-works", "author"], name="facts_most_works"),
        ]

    def __str__(self) -> str:
        return f"facts of {self.author_id}"


class AuthorChange(DueRow):
    """Work to do: an author whose facts are stale. One row per author and kind.

    `generation` grows when the author changes again before the row was worked off: together with
    the facts' version it tells one state of the author's page from the next.
    """

    author = models.ForeignKey(Author, models.CASCADE, db_index=False)
    kind = models.CharField(max_length=16)
    generation = models.IntegerField(db_default=1)

    class Meta(DueRow.Meta):
        constraints = [models.UniqueConstraint(fields=["author", "kind"], name="change_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.author_id}"


class ImportRun(models.Model):
    """One call of an import command, with what it did. Open (no `finished_at`) = still running."""

    source = models.CharField(max_length=41)
    paths = models.JSONField(default=list)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    created = models.IntegerField(db_default=0)
    updated = models.IntegerField(db_default=0)
    unchanged = models.IntegerField(db_default=0)
    rejected = models.IntegerField(db_default=0)
    authors = models.IntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M}"


class ImportReject(models.Model):
    """A record that could not be taken, kept for a person to see and to replay after a mend."""

    run = models.ForeignKey(ImportRun, models.CASCADE)
    file = models.TextField()
    position = models.IntegerField()
    external_id = models.CharField(max_length=200)
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    raw = models.TextField()

    def __str__(self) -> str:
        return f"{self.file}:{self.position} {self.field}: {self.reason}"

"""What sources said, and the runs that brought it."""

from django.db import models
from django.db.models.functions import Now

from works.models.corpus import Work


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
    run = models.ForeignKey(ImportRun, models.PROTECT)
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "format", "external_id"], name="report_identity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"

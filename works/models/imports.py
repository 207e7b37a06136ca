"""What sources said, the runs that brought it, and what could not be taken."""

from django.db import models
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow
from works.models.corpus import Work


class ImportRun(models.Model):
    """One call of an import command, with what it did. Open (no `finished_at`) = still running.

    Counts and `seen_at` move with every portion. `done_before` counts the records that an earlier
    run had taken when it was killed; `error` says why the run failed, or which files did. A run of
    `kind` replay read rejects again: those of the run `of`, or of many. `kept_bytes` of rejected
    records are kept whole.
    """

    IMPORT, REPLAY = "import", "replay"

    source = models.CharField(max_length=41)
    kind = models.CharField(max_length=10, default=IMPORT, db_default=IMPORT)
    of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replays")
    paths = models.JSONField(default=list)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="")
    created = models.IntegerField(db_default=0)
    updated = models.IntegerField(db_default=0)
    unchanged = models.IntegerField(db_default=0)
    rejected = models.IntegerField(db_default=0)
    authors = models.IntegerField(db_default=0)
    done_before = models.IntegerField(db_default=0)
    kept_bytes = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M}"


class ImportCheckpoint(models.Model):
    """How many records of a file are taken, so that a killed import goes on behind them.

    `identity` is a digest of the file as it lay there: path, size, time and beginning. `run` wrote
    last. The row is gone when a run over the file has ended.
    """

    source = models.CharField(max_length=41)
    identity = models.BinaryField(max_length=16)
    path = models.TextField()
    position = models.BigIntegerField()
    finished = models.BooleanField(default=False)
    run = models.ForeignKey(ImportRun, models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "identity"], name="checkpoint_once")
        ]

    def __str__(self) -> str:
        return f"{self.path}: {self.position}"


class ImportReject(models.Model):
    """A record that could not be taken, kept for a person to see and to replay after a mend.

    `digest` knows the record at its place in its file: the next run that turns it down takes the
    row over (older rows have none). `again` is what a replay reads, empty where nothing whole was
    kept: a file of this record alone, or, where `is_parsed`, the `WorkRecord` that the database
    refused.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE)
    file = models.TextField()
    position = models.IntegerField()
    external_id = models.CharField(max_length=200)
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    raw = models.TextField()
    digest = models.BinaryField(max_length=16, null=True, unique=True)
    again = models.BinaryField(default=b"", db_default=b"")
    is_parsed = models.BooleanField(default=False, db_default=False)
    tried_at = models.DateTimeField(null=True)
    replayed_in = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="mended")

    class Meta:
        indexes = [models.Index(fields=["run", "field", "reason"], name="reject_groups")]

    def __str__(self) -> str:
        return f"{self.file}:{self.position} {self.field}: {self.reason}"


class ReplayOrder(DueRow):
    """Staff want the rejects of a run read again that have this field and reason.

    `replay` is the run that reads them, from the first batch on; `total` is how many there were.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="orders")
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    replay = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+")
    total = models.IntegerField(default=0)
    # A plain number: the order does not care whether the account is still there.
    user_id = models.BigIntegerField(null=True)
    ordered_at = models.DateTimeField(db_default=Now())

    class Meta(DueRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["run", "field", "reason"], name="replay_once")
        ]

    def __str__(self) -> str:
        return f"replay of {self.run_id}: {self.field} {self.reason}"


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


class ReportKey(models.Model):
    """What reports of one work share: an identifier or a title, as a number of 64 bits.

    See `works.domain.sameness`. Nothing checks the report: none is ever deleted.
    """

    pk = models.CompositePrimaryKey("key", "report")
    key = models.BigIntegerField()
    report = models.ForeignKey(Report, models.DO_NOTHING, db_constraint=False)

    def __str__(self) -> str:
        return f"{self.key} of {self.report_id}"

"""Where harvests stand."""

from django.db import models
from django.db.models.functions import Now

# Both are in one index, whose entries have room for 2,700 bytes.
BASE_CHARACTERS, SUBJECT_CHARACTERS = 500, 1_000


class HarvestCheckpoint(models.Model):
    """One list of a source that is harvested, and how far: written with each page's records.

    `subject` is the query that stays the same, as a query string; `start` and `until` the days
    that were asked for. `token`, `expires`, `since`, `latest`, `ordered` and `setbacks` are a
    `works.domain.harvest.values.Place`. `failures` came in a row. Counts are those of all its runs
    together. No request goes out before `next_at`. `holder` names who harvests; whoever is named no
    longer writes nothing.
    """

    OPEN, DONE, FAILED = "open", "done", "failed"
    STATES = [(OPEN, "open"), (DONE, "done"), (FAILED, "failed")]

    source = models.CharField(max_length=20)
    base_url = models.CharField(max_length=BASE_CHARACTERS)
    subject = models.CharField(max_length=SUBJECT_CHARACTERS)
    start = models.CharField(max_length=10)
    until = models.CharField(max_length=10)

    token = models.TextField(default="", db_default="")
    expires = models.CharField(max_length=20, default="", db_default="")
    since = models.CharField(max_length=10, default="", db_default="")
    latest = models.CharField(max_length=10, default="", db_default="")
    ordered = models.BooleanField(default=True, db_default=True)
    setbacks = models.PositiveSmallIntegerField(default=0, db_default=0)

    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    pages = models.IntegerField(default=0, db_default=0)
    created = models.IntegerField(default=0, db_default=0)
    updated = models.IntegerField(default=0, db_default=0)
    unchanged = models.IntegerField(default=0, db_default=0)
    rejected = models.IntegerField(default=0, db_default=0)
    authors = models.IntegerField(default=0, db_default=0)

    state = models.CharField(max_length=6, choices=STATES, default=OPEN, db_default=OPEN)
    error = models.TextField(default="", db_default="")
    holder = models.UUIDField(null=True)
    next_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "base_url", "subject", "start", "until"], name="harvest_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.subject} {self.start}"

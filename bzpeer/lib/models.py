"""Tables that every app may lean on and that know nothing of what the apps do."""

from typing import Any

from django.db import models
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow


class OutboxEvent(DueRow):
    """Something to do for the outside, written in the transaction that makes it true."""

    kind = models.CharField(max_length=40)
    payload: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    # A second event with the same key is the same event.
    dedupe_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class AuditEvent(models.Model):
    """What happened to an account or a record. A trigger refuses every change and deletion."""

    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=60)
    # A plain number: the row outlives the account, and a foreign key would have to change it.
    user_id = models.BigIntegerField(null=True, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    detail: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        default=dict, blank=True
    )

    class Meta:
        indexes = [models.Index(fields=["user_id", "-at"], name="lib_auditevent_user")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class RateBucket(models.Model):
    """A bucket of tokens that refills with time; see `bzpeer.lib.limits`."""

    key = models.CharField(max_length=200, primary_key=True)
    tokens = models.FloatField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a part of the system last showed that it works."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class SentMail(models.Model):
    """A mail to one address, kept for a month: what comes back names it by its token, or nothing.

    `returned_at`: mail to this address came back since.
    """

    token = models.UUIDField(primary_key=True)
    address = models.CharField(max_length=320)
    sent_at = models.DateTimeField(db_default=Now(), db_index=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["address"], name="lib_sentmail_address")]

    def __str__(self) -> str:
        return f"mail {self.token}"


class ReturnedAddress(models.Model):
    """An address of an account that was verified until mail to it came back.

    Until it is verified again it gets the codes that somebody asks for, and nothing else.
    """

    class Why(models.TextChoices):
        FAILED = "failed", "mail to it failed for good"
        COMPLAINT = "complaint", "its owner reported our mail as unwanted"

    address = models.CharField(max_length=320, primary_key=True)
    # A plain number: accounts are of a higher app.
    user_id = models.BigIntegerField(db_index=True)
    why = models.CharField(max_length=9, choices=Why.choices)
    status = models.CharField(max_length=11, db_default="", default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"address of account {self.user_id}"


class MailDay(models.Model):
    """How many mails left on a day (UTC), and how many people reported one as unwanted.

    `excused`: complaints that staff looked at and does not hold against later mail.
    """

    day = models.DateField(primary_key=True)
    sent = models.IntegerField(db_default=0, default=0)
    complaints = models.IntegerField(db_default=0, default=0)
    excused = models.IntegerField(db_default=0, default=0)

    def __str__(self) -> str:
        return f"mail of {self.day}"

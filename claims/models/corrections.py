"""What people object to, and what they were answered."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from claims.models.tokens import new_token


class Correction(models.Model):
    """What somebody says is wrong with a record, and what was answered.

    A trigger keeps what was sent as it was sent, and an answer once given; name and address may
    be erased. `record` is the path of the page and no foreign key: a work may be merged away.
    `once` is the same for the same note sent twice from one browser.
    """

    class Kind(models.TextChoices):
        FACT = "fact", "A fact is wrong"
        PERSON = "person", "A work or a name belongs to somebody else"
        REMOVE = "remove", "This is about me: remove it"
        OTHER = "other", "Something else"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        REFUSED = "refused", "Refused"

    token = models.CharField(max_length=32, unique=True, default=new_token)
    once = models.CharField(max_length=64, unique=True)
    record = models.CharField(max_length=120)
    record_title = models.TextField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    message = models.TextField()
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField("e-mail", blank=True)
    sent_at = models.DateTimeField("sent", db_default=Now())
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    reason = models.TextField("reason of a refusal", blank=True)
    # A plain number, as in the audit: the row outlives the account.
    answered_by = models.BigIntegerField("answered by account", null=True, blank=True)
    answered_at = models.DateTimeField("answered", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="correction_answered_whole",
                condition=Q(state="open", answered_at=None)
                | Q(state="answered", answered_at__isnull=False) & ~Q(answer="")
                | Q(state="refused", answered_at__isnull=False) & ~Q(reason=""),
            )
        ]
        indexes = [models.Index(fields=["-answered_at", "sent_at"], name="correction_queue")]

    def __str__(self) -> str:
        return f"correction {self.pk}"

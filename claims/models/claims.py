"""Who says that a record is theirs, what became of it, and who disagrees."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from claims.domain.transitions import State
from claims.models.tokens import new_mark, new_token
from works.models import Author

STATES = [(state.value, state.value.replace("_", " ")) for state in State]


class Claim(models.Model):
    """A claim: this author record is me. One of a record at most is accepted or disputed.

    `version` grows with every step, so that a page that is older than the claim is told so.
    `level` is what the claim gives its record; `token` is what a page links back with.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_token)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    author = models.ForeignKey(Author, models.PROTECT, db_index=False, related_name="+")
    state = models.CharField(max_length=14, choices=STATES, default=State.DRAFT.value)
    version = models.IntegerField(default=1, db_default=1)
    level = models.SmallIntegerField(default=0, db_default=0)
    token = models.CharField(max_length=40, unique=True, default=new_mark)
    # What the claimant says of themselves, and what the reviewer says to them.
    statement = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    opened_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField("first accepted", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Plain numbers, as in the audit: a decision outlives the account that took it.
    decided_by = models.BigIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # A reviewer stands behind the claim, beside its proofs.
    reviewed_at = models.DateTimeField(null=True, blank=True)
    overturned = models.BooleanField(default=False, db_default=False)
    cleared_at = models.DateTimeField("flag cleared", null=True, blank=True)
    cleared_by = models.BigIntegerField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.BigIntegerField(null=True, blank=True)
    frozen_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author"],
                condition=Q(state__in=["accepted", "disputed"]),
                name="claim_one_holder",
            ),
            models.UniqueConstraint(
                fields=["author", "user"],
                condition=~Q(state__in=["rejected", "withdrawn", "revoked"]),
                name="claim_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["author", "state"], name="claim_of_author"),
            models.Index(
                fields=["submitted_at"],
                condition=Q(state__in=["submitted", "needs_evidence"]),
                name="claim_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}: {self.state}"


class ClaimEvent(models.Model):
    """What happened to a claim. A trigger refuses every change and deletion.

    `step` is a transition, or "voted", "evidence", "frozen", "level", …; a step that needs two
    reviewers is here once as "voted" and once under its own name. No text of people is in it.
    """

    claim = models.BigIntegerField()
    user = models.BigIntegerField("claimant")
    author = models.BigIntegerField("record")
    at = models.DateTimeField(db_default=Now())
    step = models.CharField(max_length=20)
    state = models.CharField(max_length=14)
    version = models.IntegerField()
    actor = models.BigIntegerField(null=True, blank=True)
    role = models.CharField(max_length=10)
    reason = models.CharField(max_length=40, blank=True, default="")
    detail: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        default=dict, blank=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["claim", "id"], name="claimevent_claim"),
            models.Index(fields=["user", "-id"], name="claimevent_user"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of claim {self.claim}"


class Challenge(models.Model):
    """One claim against the one that holds the record.

    Private between the challenger and the reviewers until `admitted_at`: from then on it is a
    dispute, which nobody decides before both were heard or `window_ends` has passed.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_token)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="challenges")
    holder = models.ForeignKey(Claim, models.CASCADE, related_name="challenged_by")
    opened_at = models.DateTimeField(db_default=Now())
    admitted_at = models.DateTimeField(null=True, blank=True)
    admitted_by = models.BigIntegerField(null=True, blank=True)  # empty: by its strong proof
    window_ends = models.DateTimeField(null=True, blank=True)
    challenger_words = models.TextField(blank=True, default="")
    holder_words = models.TextField(blank=True, default="")
    challenger_heard_at = models.DateTimeField(null=True, blank=True)
    holder_heard_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField("holder told again", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "holder"], condition=Q(closed_at=None), name="challenge_once"
            ),
            models.CheckConstraint(condition=~Q(claim=F("holder")), name="challenge_of_another"),
        ]

    def __str__(self) -> str:
        return f"challenge {self.pk}"

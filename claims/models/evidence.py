"""What is brought for a claim, what it is worth, and when to look again."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow
from claims.domain.evidence import KINDS, Strength
from claims.models.claims import Claim
from claims.models.tokens import new_token


class Evidence(models.Model):
    """One piece of evidence. Private: `subject` and `facts` hold addresses and words of people.

    `subject` is the iD, the mailbox, the page or the co-author's record that it speaks of.
    `lapses_at`: it no longer holds, its bringer was told, and from then on it is `lapsed_at`.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_token)
    claim = models.ForeignKey(Claim, models.CASCADE, db_index=False, related_name="evidence")
    kind = models.CharField(max_length=10, choices=[(kind, KINDS[kind].label) for kind in KINDS])
    subject = models.CharField(max_length=500)
    facts: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    strength = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Strength], default="none"
    )
    reason = models.CharField(max_length=40, default="")
    voucher = models.CharField(max_length=260, blank=True, default="")
    # A strong proof that it once was counts for L2 when it is no more.
    was_strong = models.BooleanField(default=False, db_default=False)
    confirms = models.BooleanField(default=False, db_default=False)
    added_at = models.DateTimeField(db_default=Now())
    assessed_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    recheck_at = models.DateTimeField(null=True, blank=True)
    lapses_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "kind", "subject"], name="evidence_once"),
        ]
        indexes = [
            models.Index(
                fields=["recheck_at"],
                condition=Q(recheck_at__isnull=False),
                name="evidence_recheck",
            ),
            models.Index(
                fields=["kind", "subject"],
                condition=Q(strength="strong"),
                name="evidence_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of claim {self.claim_id}"


class EvidenceCode(models.Model):
    """A code that was mailed to a mailbox; kept as a hash, for ten minutes and five tries."""

    evidence = models.OneToOneField(Evidence, models.CASCADE, primary_key=True)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"code for evidence {self.evidence_id}"


class PageCheck(DueRow):
    """Work to do: read the page of a link back, or a record at ORCID. One row per evidence."""

    evidence = models.OneToOneField(Evidence, models.CASCADE)

    def __str__(self) -> str:
        return f"page of evidence {self.evidence_id}"

"""What the holder of a claimed record says on its page."""

from django.db import models
from django.db.models.functions import Now

from claims.models import Claim
from works.models import Institution

LONGEST_TAGLINE, LONGEST_ROLE = 160, 60


class Profile(models.Model):
    """One person's words for one claim. Shown while the claim holds its record and is not frozen.

    `links` are (address, label); `featured` are ids of works, in their order.
    """

    claim = models.OneToOneField(Claim, models.CASCADE, primary_key=True, related_name="+")
    tagline = models.CharField(max_length=LONGEST_TAGLINE, blank=True, default="")
    role = models.CharField(max_length=LONGEST_ROLE, blank=True, default="")
    links = models.JSONField(default=list, blank=True)
    affiliation = models.ForeignKey(
        Institution, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    featured = models.JSONField(default=list, blank=True)
    shown_name = models.CharField(max_length=300, blank=True, default="")
    other_names = models.JSONField(default=list, blank=True)
    edited_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"profile by claim {self.claim_id}"

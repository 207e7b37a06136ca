"""Invitations between researchers, what people wish for, and what protects them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow
from claims.domain import invitations as rules
from claims.models.tokens import new_token
from works.models import Author

STATES = [(state.value, state.value) for state in rules.State]
LIVE = sorted(state.value for state in rules.LIVE)


class Invitation(models.Model):
    """One person asks another to work together. `to_user` is empty while nobody could be asked.

    The invitee sees it from `delivered_at` on, and never once it is `silenced_at`: that they
    blocked the inviter, who sees no difference, for whom it is open until it runs out.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_token)
    from_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    from_author = models.ForeignKey(Author, models.PROTECT, related_name="+")
    to_author = models.ForeignKey(Author, models.PROTECT, db_index=False, related_name="+")
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    purpose = models.CharField(max_length=12, choices=[*rules.PURPOSES.items()])
    role = models.CharField(max_length=120, blank=True, default="")
    time_frame = models.CharField(max_length=120, blank=True, default="")
    message = models.CharField(max_length=rules.LONGEST_MESSAGE)
    days = models.PositiveSmallIntegerField("days to answer", default=rules.DEFAULT_DAYS)
    state = models.CharField(max_length=10, choices=STATES)
    sent_at = models.DateTimeField(db_default=Now())
    # It was for a record that nobody spoke for: it is never mailed, not even when somebody does.
    was_held = models.BooleanField(default=False, db_default=False)
    delivered_at = models.DateTimeField(null=True, blank=True)
    silenced_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    # Of an answer: why it was declined, and from when on to ask again.
    reason = models.CharField(max_length=12, blank=True, default="")
    again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_user", "to_author"],
                condition=Q(state__in=LIVE),
                name="invitation_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["from_user", "-sent_at"], name="invitation_sent"),
            models.Index(fields=["to_user", "-delivered_at"], name="invitation_received"),
            models.Index(fields=["to_author", "state"], name="invitation_of_author"),
            models.Index(
                fields=["expires_at"], condition=Q(state__in=LIVE), name="invitation_runs_out"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}: {self.state}"


class InvitationDelivery(DueRow):
    """Work to do: bring an open invitation to the invitee, or silence it. One row each."""

    invitation = models.OneToOneField(Invitation, models.CASCADE)

    def __str__(self) -> str:
        return f"delivery of invitation {self.invitation_id}"


class CollaborationWishes(models.Model):
    """Whether a person is open at all, what for, from whom and how often, and what they look for.

    What else they wish stays while they are closed. Open with no purpose named is open to all.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    is_open = models.BooleanField(default=False, db_default=False)
    open_to = ArrayField(models.CharField(max_length=12), default=list)
    from_level = models.PositiveSmallIntegerField(default=rules.LOWEST_LEVEL)
    a_month = models.PositiveSmallIntegerField(default=rules.DEFAULT_A_MONTH)
    seeks = ArrayField(models.CharField(max_length=12), default=list)
    words = models.CharField("what they look for", max_length=300, blank=True, default="")
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"wishes of {self.user_id}"


class Block(models.Model):
    """`user` wants nothing from `blocked`, who is not told and sees no difference."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+"
    )
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(user=F("blocked")), name="block_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} blocks {self.blocked_id}"


class AbuseReport(models.Model):
    """Somebody reports an invitation or a conversation. `reported` never learns who.

    `about` is the path of what was reported. `trusted`: the reporter spoke for a record at L2 or
    above. Moderators read `words` alone and, through the report, what it is about.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reported = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    about = models.CharField(max_length=80)
    reason = models.CharField(max_length=12, choices=[*rules.REPORT_REASONS.items()])
    words = models.TextField(blank=True, default="")
    trusted = models.BooleanField()
    sent_at = models.DateTimeField(db_default=Now())
    # Plain numbers, as in the audit: a decision outlives the account that took it.
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)
    upheld = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "about"], name="report_once"),
        ]
        indexes = [
            models.Index(fields=["decided_at", "sent_at"], name="report_queue"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class SenderFreeze(models.Model):
    """An account that can send nothing until a moderator has looked at the reports about it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    frozen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"freeze of account {self.user_id}"

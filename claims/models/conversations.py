"""Conversations: who sits in them, what was written, and what came of them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from claims.domain.conversations import LONGEST_MESSAGE
from claims.models.tokens import new_token


class Conversation(models.Model):
    """What an accepted invitation opens. It outlives the invitation and the accounts in it.

    All that is done in a conversation waits for the lock of this row, so that the numbers of its
    messages grow in the order in which they are there to be read.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    public_id = models.CharField(max_length=32, unique=True, default=new_token)
    invitation = models.OneToOneField(
        "claims.Invitation", models.SET_NULL, null=True, related_name="conversation"
    )
    opened_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    # A plain number, as in the audit.
    closed_by = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="conversation_closed_whole",
                condition=Q(state="open", closed_at=None)
                | Q(state="closed", closed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}: {self.state}"


class Participant(models.Model):
    """A person's seat: they read the messages after `since` and, once they left, up to `until`.

    `user` is empty when the account was deleted. `last_read` is the last message that they saw,
    `shows_outcome` whether their profile may count what came of the conversation.
    """

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, db_index=False, related_name="participants"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    joined_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)
    since = models.BigIntegerField(default=0, db_default=0)
    until = models.BigIntegerField(null=True, blank=True)
    last_read = models.BigIntegerField(default=0, db_default=0)
    shows_outcome = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="participant_once"),
            models.CheckConstraint(
                name="participant_left_whole",
                condition=Q(left_at=None, until=None)
                | Q(left_at__isnull=False, until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.pk} of conversation {self.conversation_id}"


class Message(models.Model):
    """What somebody wrote, and what was made of it for pages. Empty: erased with its account.

    `once` is the same for the same form sent twice. `withheld_from` are accounts that had blocked
    the writer when it was sent: it never reaches them, and the writer sees no difference.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_token)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, db_index=False, related_name="messages"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    once = models.CharField(max_length=32)
    body = models.CharField(max_length=LONGEST_MESSAGE)
    html = models.TextField()
    withheld_from = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    staff_read_at = models.DateTimeField("first read by staff", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "author", "once"], name="message_once"),
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="message_in_order"),
            GinIndex(SearchVector("body", config="simple"), name="message_words"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Proposal(models.Model):
    """Somebody proposes a third person, who is asked once all who are in it agree."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        JOINED = "joined", "Joined"
        REFUSED = "refused", "Refused"
        # Nobody said no: somebody left, and those who agreed are others now.
        DROPPED = "dropped", "Dropped"

    public_id = models.CharField(max_length=32, unique=True, default=new_token)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, db_index=False, related_name="proposals"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Who agrees, as numbers: those of the conversation, and the person in the end.
    agreed = ArrayField(models.BigIntegerField(), default=list)
    asked_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    proposed_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "person"],
                condition=Q(state="waiting"),
                name="proposal_once",
            )
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk}: {self.state}"


class Outcome(models.Model):
    """Something came of a conversation; `work` is the number of the work that it has become.

    No foreign key: a work may be merged away, and its old number leads to the other one.
    """

    conversation = models.OneToOneField(
        Conversation, models.CASCADE, primary_key=True, related_name="outcome"
    )
    work = models.BigIntegerField(null=True, blank=True)
    marked_at = models.DateTimeField(db_default=Now())
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"outcome of conversation {self.conversation_id}"

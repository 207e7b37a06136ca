"""What keeps an account its owner's: codes and links that are known here by digest alone."""

from django.db import models
from django.db.models.functions import Now

from bzpeer.lib.due import DueRow
from profiles.models.people import User


class RecoveryCode(models.Model):
    """A way past the second factor, good once."""

    user = models.ForeignKey(User, models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"recovery code of account {self.user_id}"


class SecretLink(models.Model):
    """A link that was mailed and may be used once: whoever holds it owned `email`."""

    class Purpose(models.TextChoices):
        UNDO = "undo", "give the address back"
        RESTORE = "restore", "take the deletion back"

    user = models.ForeignKey(User, models.CASCADE)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.purpose} link of account {self.user_id}"


class Erasure(DueRow):
    """The tombstone of an account: switched off now, erased by the worker once it is due."""

    user = models.OneToOneField(User, models.CASCADE)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"erasure of account {self.user_id}"

"""People with an account."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.functional import cached_property

from bzpeer.lib.models import ReturnedAddress
from profiles.managers import UserManager
from profiles.waiting import Waiting, waiting_for
from works.models import Author


class User(AbstractBaseUser, PermissionsMixin):
    """An account. The e-mail address is the login, and it is private."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="profiles_user_email_lower")]

    def __str__(self) -> str:
        return f"account {self.pk}"

    def clean(self) -> None:
        super().clean()
        self.email = UserManager.normalize_email(self.email)

    @property
    def display_name(self) -> str:
        """What the person is called on a page; never the address, which is private."""
        return self.name or "Account"

    @property
    def proven_addresses(self) -> list[str]:
        """The mail addresses that are or were shown to be theirs, in small letters; one query."""
        came_back = ReturnedAddress.objects.filter(user_id=self.pk).values("address")
        shown = models.Q(verified=True) | models.Q(email__in=came_back)
        held = EmailAddress.objects.filter(shown, user=self)
        return [email.lower() for email in held.values_list("email", flat=True)]

    def has_second_factor(self) -> bool:
        """Whether a log-in takes more than the password or the mailbox; one query."""
        return bool(Authenticator.objects.filter(user_id=self.pk).exists())

    @cached_property
    def waiting(self) -> Waiting:
        """Notices and messages that nobody read yet, as they were when first asked for."""
        return waiting_for(self.pk)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Follow(models.Model):
    """A person follows an author record. Private to the person but for the count."""

    user = models.ForeignKey(User, models.CASCADE, db_index=False)
    author = models.ForeignKey(Author, models.CASCADE)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "author"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.author_id}"

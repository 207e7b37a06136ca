"""Links that are mailed and good once. The table holds their digests, and no way back to them."""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from profiles.models import SecretLink, User

UNDO, RESTORE = SecretLink.Purpose.UNDO, SecretLink.Purpose.RESTORE
PAGES = {UNDO: "account_email_undo", RESTORE: "account_restore"}
GOOD_FOR = {UNDO: timedelta(hours=72), RESTORE: timedelta(days=30)}


def digest(secret: str) -> str:
    """Of 128 random bits or more: nobody tries them all, so a fast digest will do."""
    return sha256(secret.encode()).hexdigest()


def link_make(user: User, purpose: SecretLink.Purpose, email: str) -> str:
    """The whole address of a new link, to be mailed to `email` and kept nowhere."""
    token = token_urlsafe(24)
    SecretLink.objects.create(
        user=user,
        purpose=purpose,
        email=email,
        digest=digest(token),
        expires_at=timezone.now() + GOOD_FOR[purpose],
    )
    return settings.SITE_URL + reverse(PAGES[purpose], args=[token])


def links_forget() -> None:
    """Delete links that are long over; for thirty days they tell which addresses were lost."""
    SecretLink.objects.filter(expires_at__lt=timezone.now() - GOOD_FOR[RESTORE]).delete()


def link_find(token: str, purpose: SecretLink.Purpose, *, lock: bool = False) -> SecretLink | None:
    """The link while it is good; `lock` makes a second user of it wait until the first is done."""
    links = SecretLink.objects.filter(
        purpose=purpose, digest=digest(token), expires_at__gt=timezone.now()
    )
    if lock:
        links = links.select_for_update(of=("self",))
    return links.select_related("user").first()

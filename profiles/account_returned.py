"""An address that mail came back from, for its owner: the way in past it, and why it is so."""

from allauth.account.models import EmailAddress, Login
from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse

from bzpeer.lib.models import ReturnedAddress
from profiles.models import User


class KnownAddressStage(EmailVerificationStage):  # type: ignore[misc]
    """Verifying an address at log-in, but for one that was verified before mail to it came back.

    Its owner gets in as ever, or a mailbox that is gone would take the account with it.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if was_verified(self.login):
            return None, True
        response, goes_on = super().handle()
        return response, goes_on


def was_verified(login: Login) -> bool:
    """Whether the address of a log-in, or any where none is named, was verified and came back."""
    if login.user is None:
        return False
    known = ReturnedAddress.objects.filter(user_id=login.user.pk)
    if login.email:
        known = known.filter(address=login.email.lower())
    return known.exists()


def addresses_shown(user: User) -> list[EmailAddress]:
    """The account's addresses, the main one first; each with its `came_back`, which may be None."""
    known = {row.address: row for row in ReturnedAddress.objects.filter(user_id=user.pk)}
    found = list(EmailAddress.objects.filter(user=user).order_by("-primary", "email"))
    for address in found:
        address.came_back = None if address.verified else known.get(address.email)
    return found

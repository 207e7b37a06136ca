"""Recovery codes: ten ways past the second factor, shown once and kept as digests."""

from secrets import choice

from django.db import transaction

from profiles.account_links import digest
from profiles.models import RecoveryCode, User

COUNT = 10
# 16 of 32 letters are 80 bits; none looks like another.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
LENGTH, GROUP = 16, 4


def plain(code: str) -> str:
    """The letters and digits of a code, however it was written."""
    return "".join(letter for letter in code.lower() if letter.isalnum())


def looks_like_one(code: str) -> bool:
    """Whether it was meant as a recovery code, rather than as one of an app."""
    return len(plain(code)) == LENGTH


@transaction.atomic
def codes_make(user: User) -> list[str]:
    """Ten new codes as they are written; those from before are void."""
    RecoveryCode.objects.filter(user=user).delete()
    made = ["".join(choice(ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=digest(c)) for c in made)
    return ["-".join(c[at : at + GROUP] for at in range(0, LENGTH, GROUP)) for c in made]


def code_use(user: User, code: str) -> bool:
    """Use a code up; of two who try the same at once, one succeeds."""
    return bool(RecoveryCode.objects.filter(user=user, digest=digest(plain(code))).delete()[0])

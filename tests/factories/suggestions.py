"""People with claimed records, and what was found for them to work with."""

from claims.models import Claim
from claims.models.invitations import CollaborationWishes
from profiles.models import User
from profiles.suggesting import suggest_due, suggestions_order
from profiles.suggestion_queries import Shown, suggestions
from tests.factories import claims
from tests.factories.corpus import author
from works.models import AuthorFacts


def holder(name: str, *, level: int = 2, open_to: tuple[str, ...] = (), **wishes: object) -> User:
    """An account that holds the record of this name, and takes invitations for `open_to`."""
    user = claims.account(name)
    record = author(name)
    Claim.objects.create(user=user, author=record, state="accepted", level=level)
    AuthorFacts.objects.filter(author=record).update(claim_state="claimed", level=level)
    if open_to:
        given = {"is_open": True, "open_to": list(open_to), **wishes}
        CollaborationWishes.objects.create(user=user, **given)
    return user


def found_for(user: User) -> list[Shown]:
    """What the worker finds for a person now."""
    suggestions_order(user)
    while suggest_due():
        pass
    return suggestions(user.pk)


def names_for(user: User) -> list[str]:
    return [one.name for one in found_for(user)]

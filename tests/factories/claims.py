"""Accounts, institutions and records for the tests of claims."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from claims.claim_steps import Actor
from claims.domain.transitions import Role
from profiles.models import User
from tests.factories import accounts, institutions
from tests.factories.corpus import author, publish
from tests.factories.records import person, work
from works import registry
from works.domain.records import AuthorRecord, WorkRecord
from works.models import Author

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
IDS = ("0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X")


def account(name: str, *, verified: bool = True, orcid: str = "") -> User:
    user = accounts.person(f"{name.lower().replace(' ', '.')}@mail.example", name=name)
    EmailAddress.objects.filter(user=user).update(verified=verified)
    if orcid:
        SocialAccount.objects.create(user=user, provider="orcid", uid=orcid)
    return user


def claimant(user: User) -> Actor:
    return Actor(Role.CLAIMANT, user.pk)


def reviewer(name: str = "Rita Reviewer") -> Actor:
    return Actor(Role.REVIEWER, account(name).pk)


def institution(name: str = "University of Somewhere", *hosts: str) -> None:
    """One that a registry lists with these domains."""
    registry.take([institutions.record(1, name, domains=hosts or ("some.edu",))])


def works(
    name: str, *others: str | AuthorRecord, count: int = 3, orcid: str = "", **fields: Any
) -> list[WorkRecord]:
    """Works of one person at one place with the same others, from a source that gives the iD."""
    first = person(name, "University of Somewhere", orcid=orcid)
    given = {"source": "crossref", "created": "2026-01-02"} | fields
    return [work(first, *others, **given) for _ in range(count)]


def record(name: str, *others: str | AuthorRecord, **fields: Any) -> Author:
    """A published record of three works; under an iD where there is one."""
    publish(*works(name, *others, **fields))
    return author(name)

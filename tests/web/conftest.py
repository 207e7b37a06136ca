"""What the tests of the pages share: the sample, loaded once a module, and people with accounts."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from graph import slices
from profiles.models import User
from tests.factories.corpus import author_of
from works.models import Author


@pytest.fixture(scope="module", autouse=True)
def begin_afresh(fresh_tables: None) -> None:
    """What the modules before it rolled back is out of its way."""


@pytest.fixture(scope="module")
def sample(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Author]:
    """The sample with its graph drawn; what a test writes on top of it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_sample", stdout=StringIO(), stderr=StringIO())
        found = author_of("bzpeer-sample", "xue-lin")
        slices.build(found.pk, timezone.now())
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada@example.org", "correct horse", name="Ada Noether")


@pytest.fixture
def as_ada(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client

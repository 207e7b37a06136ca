"""What tests of every kind may ask for."""

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase
from hypothesis import settings
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from tests.emptying import empty_tables

# What `make test` finds is due to a change and not to luck; `make explore` looks for what it never
# drew. No time limit for an example: the machine may have other work.
settings.register_profile("test", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile("test")


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """Behind a test that commits, the few tables that it wrote to are emptied, not all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty_tables())
        yield


@pytest.fixture(scope="module")
def fresh_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """What earlier tests rolled back takes room until now, and misleads the planner."""
    with django_db_blocker.unblock():
        empty_tables()


@pytest.fixture
def our_outbox(settings: Settings) -> None:
    """Mail is a row in the outbox; pytest-django puts the in-memory backend in place of ours."""
    settings.EMAIL_BACKEND = "bzpeer.lib.mail.OutboxBackend"

"""What tests of every kind may ask for."""

import pytest
from pytest_django import Settings


@pytest.fixture
def our_outbox(settings: Settings) -> None:
    """Mail is a row in the outbox; pytest-django puts the in-memory backend in place of ours."""
    settings.EMAIL_BACKEND = "bzpeer.lib.mail.OutboxBackend"

"""Between tests that commit the database becomes as a new one."""

import pytest
from django.apps import apps

from profiles.models import User
from tests import emptying
from tests.factories.accounts import person
from tests.factories.corpus import publish
from tests.factories.records import topics, work


def with_rows() -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if model._base_manager.exists()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("large", [emptying.LARGE, 0], ids=["deleted", "made anew"])
def test_what_was_written_goes_and_only_that(monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(emptying, "LARGE", large)
    publish(work("Ann Lee", "Bo Day", categories=topics("cs.LG")))
    first = person()
    assert {"works_authorship", "works_authorfacts", "profiles_user"} <= with_rows()
    emptying.empty_tables()
    assert with_rows() == set(emptying.KEPT)
    assert person().pk > first.pk
    assert User.objects.count() == 1

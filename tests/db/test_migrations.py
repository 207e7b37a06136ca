"""Our tables can be made from nothing and taken down again."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.factories.corpus import publish, stale
from tests.factories.records import people, work

APPS = ("profiles", "claims", "graph", "works", "lib")


def tables() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


def functions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_back_to_nothing_and_forwards_again(restored: None) -> None:
    before, known = tables(), functions()
    ours = {model._meta.db_table for app in APPS for model in apps.get_app_config(app).get_models()}
    assert ours <= before
    # allauth and the sessions point to our users: they go first.
    for app in ("account", *APPS):
        call_command("migrate", app, "zero", verbosity=0)
    assert not ours & tables()
    assert not any(app in APPS for app, _ in MigrationRecorder(connection).applied_migrations())
    assert not {name for name in functions() if name.startswith(APPS)}
    call_command("migrate", verbosity=0)
    assert (tables(), functions()) == (before, known)


@pytest.mark.django_db(transaction=True)
def test_works_that_are_there_get_their_bylines(restored: None) -> None:
    publish(work(*people(14)), work("O'Neil & <i>Sons</i>", "The Tide Collaboration", created=""))
    call_command("migrate", "works", "0015_search_spelling", verbosity=0)
    call_command("migrate", "works", verbosity=0)
    assert not stale()

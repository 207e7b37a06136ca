"""The parts of the bench that make a network of their own still find what they measure.

A column or a table that they do not know of breaks them, and nobody runs them every day.
"""

from collections.abc import Iterator

import pytest
from django.db import connection

from bench import neighbourhoods, network, paths, searching
from works.researchers import search_researchers

pytestmark = pytest.mark.django_db(transaction=True)
SMALL, LARGE = 1_000, 2_000


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small ones, which are dropped behind the test: they are no tables of ours."""
    for name, value in {"SMALL": SMALL, "LARGE": LARGE, "ROUNDS": 2}.items():
        monkeypatch.setattr(neighbourhoods, name, value)
    for name in ("PEOPLE", "STRANGERS"):
        monkeypatch.setattr(neighbourhoods, name, 3)
    for part in (paths, searching):
        monkeypatch.setattr(part, "SIZE", LARGE)
    for name, value in {"PAIRS": 5, "HUBS": 3}.items():
        monkeypatch.setattr(paths, name, value)
    monkeypatch.setattr(searching, "QUESTIONS", 3)
    yield
    with connection.cursor() as cursor:
        for size in (SMALL, LARGE):
            cursor.execute(f"DROP SCHEMA IF EXISTS network_{size} CASCADE")


def test_each_part_measures_what_it_says(networks: None) -> None:
    lines = [*neighbourhoods.measure(), *paths.measure(), *searching.measure()]
    values = {line.what: line.value for line in lines}
    assert len(values) == len(lines) > 20
    assert all(value >= 0 for value in values.values())
    assert values["path, from a hub: share that is connected"] > 0
    with network.inside(LARGE):
        assert search_researchers("wei")

"""Edges as they are kept: what changes is written, what does not is left alone."""

import pytest

from graph import edging
from graph.models import Collaboration
from profiles.services import refresh
from tests.factories.corpus import author, publish, row_versions
from tests.factories.records import people, work
from works.models import Author

pytestmark = pytest.mark.django_db

Kept = dict[tuple[str, str], tuple[int, int | None, int | None, bool]]


def kept() -> Kept:
    fields = ("author__name", "other__name", "works", "first_year", "last_year", "close")
    rows = Collaboration.objects.values_list(*fields)
    return {(one, other): tuple(rest) for one, other, *rest in rows}


def both(one: str, other: str, *values: object) -> Kept:
    return {(one, other): values, (other, one): values}  # type: ignore[dict-item]


def test_edges_follow_their_works() -> None:
    publish(
        work("Ann Lee", "Bo Li", number=1, created="2019-02-03"),
        work("Ann Lee", "Bo Li", number=2, created="2021-02-03"),
        work("Ann Lee", "Cy Day", number=3, created=""),
    )
    before = both("Ann Lee", "Bo Li", 2, 2019, 2021, False)
    assert kept() == before | both("Ann Lee", "Cy Day", 1, None, None, False)
    publish(
        work("Ann Lee", "Di Fu", number=3, created="", record_date="2025-05-05"),
        work("Ann Lee", "Bo Li", number=4, created="2023-02-03"),
    )
    after = both("Ann Lee", "Bo Li", 3, 2019, 2023, True)
    assert kept() == after | both("Ann Lee", "Di Fu", 1, None, None, False)


def test_a_year_that_becomes_known_is_kept_and_one_that_is_gone_is_not() -> None:
    publish(work("Ann Lee", "Bo Li", number=1, created=""))
    assert kept() == both("Ann Lee", "Bo Li", 1, None, None, False)
    publish(work("Ann Lee", "Bo Li", number=1, created="2020-02-03", record_date="2025-05-05"))
    assert kept() == both("Ann Lee", "Bo Li", 1, 2020, 2020, False)
    publish(work("Ann Lee", "Bo Li", number=1, created="", record_date="2025-06-05"))
    assert kept() == both("Ann Lee", "Bo Li", 1, None, None, False)


def test_only_the_edges_that_differ_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edging, "PORTION", 3)
    names = people(9)
    publish(*(work(*names[n : n + 3], number=n) for n in range(7)))
    before, rows = kept(), row_versions(["graph_collaboration"])["graph_collaboration"]
    publish(work("Ann Lee", "Bo Li"))
    assert {*rows} < {*row_versions(["graph_collaboration"])["graph_collaboration"]}
    assert kept() == before | both("Ann Lee", "Bo Li", 1, 2024, 2024, False)
    Collaboration.objects.filter(author=author(names[4]), other=author(names[5])).delete()
    refresh(list(Author.objects.values_list("id", flat=True)))
    assert kept() == before | both("Ann Lee", "Bo Li", 1, 2024, 2024, False)
    settled = row_versions(["graph_collaboration"])
    refresh(list(Author.objects.values_list("id", flat=True)))
    assert row_versions(["graph_collaboration"]) == settled

"""How two researchers are connected, and what they have in common, from the database."""

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import common_ground
from claims.models import Claim
from claims.models.invitations import CollaborationWishes
from graph import paths
from graph.domain.paths import Outcome
from graph.models import Collaboration
from graph.paths import path
from profiles.models import User
from tests.factories.claims import account
from tests.factories.corpus import author, publish
from tests.factories.records import people, topics, work
from works.models import Author, Work

pytestmark = pytest.mark.django_db


def chain(length: int) -> list[str]:
    """So many people, each of whom wrote with the next."""
    names = people(length)
    publish(*(work(*pair) for pair in pairwise(names)))
    return names


def between(one: str, other: str, **limits: int) -> paths.Path:
    return path(author(one).pk, author(other).pk, **limits)


@pytest.mark.parametrize("steps", range(1, 7))
def test_everyone_on_the_way_is_named_in_order(steps: int) -> None:
    names = chain(steps + 1)
    found = between(names[0], names[-1])
    assert found.outcome == Outcome.CONNECTED
    assert [station.name for station in found.stations] == names
    assert found.steps == steps
    assert [station.slug for station in found.stations] == [author(n).slug for n in names]


def test_each_step_tells_its_works_and_names_the_latest() -> None:
    publish(
        work("Ann Lee", "Bo Chen", title="Old", created="2019-01-01"),
        work("Ann Lee", "Bo Chen", title="New", created="2023-01-01"),
        work("Bo Chen", "Cy Dahl", title="Other"),
    )
    first, second, last = between("Ann Lee", "Cy Dahl").stations
    assert (first.works, second.works, last.works) == (2, 1, 0)
    assert first.example is not None
    assert (first.example.title_html, first.example.year) == ("New", 2023)
    assert last.example is None


@pytest.mark.parametrize("gone", ["withdrawn", "removed"])
def test_a_work_that_is_not_shown_is_no_example(gone: str) -> None:
    publish(work("Ann Lee", "Bo Chen", title="Gone"))
    Work.objects.update(**{gone: True})
    first, _ = between("Ann Lee", "Bo Chen").stations
    assert first.example is None


def test_seven_steps_are_too_far_and_strangers_are_apart() -> None:
    names = chain(8)
    publish(work("Ann Lee", "Bo Chen"))
    assert between(names[0], names[-1]) == paths.Path(Outcome.FAR, [])
    assert between("Ann Lee", names[0]) == paths.Path(Outcome.APART, [])
    assert between("Ann Lee", "Ann Lee").outcome == Outcome.SAME


def test_a_crowd_of_names_connects_nobody() -> None:
    publish(work(*people(51)))
    assert between(*people(2)).outcome == Outcome.APART


def test_a_record_that_was_merged_a_moment_ago_is_named_as_its_heir() -> None:
    names = chain(3)
    publish(work("Heir Ess"))
    Author.objects.filter(name=names[1]).update(merged_into=author("Heir Ess"))
    assert [s.name for s in between(names[0], names[2]).stations] == [
        names[0],
        "Heir Ess",
        names[2],
    ]


def reading(captured: CaptureQueriesContext) -> list[str]:
    """The statements that read: no savepoint, no patience."""
    told = (query["sql"].lstrip() for query in captured.captured_queries)
    return [sql for sql in told if sql.startswith(("SELECT", "WITH"))]


@pytest.mark.parametrize("steps", range(1, 8))
def test_one_statement_for_each_step_at_most(steps: int) -> None:
    names = chain(steps + 1)
    ends = author(names[0]).pk, author(names[-1]).pk
    with CaptureQueriesContext(connection) as captured:
        path(*ends)
    assert len(reading(captured)) <= min(steps, 6) + 1


def test_whoever_waits_too_long_is_told_so_and_nothing_else_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = chain(3)
    monkeypatch.setattr(paths, "BOTH_ENDS", "SELECT pg_sleep(9), %s::bigint[]")
    monkeypatch.setattr(paths, "PATIENCE_MS", 20)
    assert between(names[0], names[2]) == paths.Path(Outcome.FAR, [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.1)")


@pytest.mark.parametrize(("most", "outcome"), [(10, Outcome.CONNECTED), (2, Outcome.FAR)])
def test_too_many_edges_in_between_are_not_all_read(
    most: int, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = people(10)
    publish(work(*names[:4]), work(*names[3:5]), work(*names[4:8]))
    monkeypatch.setattr(paths, "MOST_EDGES", most)
    monkeypatch.setattr(paths, "LEVEL", paths.LEVEL.replace("LIMIT 40001", f"LIMIT {most + 1}"))
    assert between(names[0], names[7]).outcome == outcome


def test_the_patience_of_a_search_is_its_own() -> None:
    names = chain(2)
    between(*names)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_edges_to_a_record_that_is_gone_lead_nowhere() -> None:
    names = chain(2)
    own, other = author(names[0]).pk, author(names[1]).pk
    Collaboration.objects.create(author_id=own, other_id=10**9, works=1, close=False)
    assert path(own, other).outcome == Outcome.CONNECTED


def common(one: str, other: str) -> common_ground.CommonGround:
    return common_ground.common_ground(author(one).pk, author(other).pk)


def test_common_ground_of_two_who_wrote_together() -> None:
    publish(
        *(work("Ann Lee", "Bo Chen", categories=topics("cs.LG")) for _ in range(7)),
        work("Ann Lee", categories=topics("cs.CL", "math.CO")),
        work("Bo Chen", categories=topics("cs.CL", "hep-th")),
    )
    found = common("Ann Lee", "Bo Chen")
    assert found.shared_works == 7
    assert len(found.works) == common_ground.WORKS
    assert [(t.slug, t.own, t.other) for t in found.topics] == [
        ("arxiv-cs-lg", 7, 7),
        ("arxiv-cs-cl", 1, 1),
    ]
    assert found.path.steps == 1
    assert found


def test_common_ground_of_strangers_is_none() -> None:
    publish(work("Ann Lee"), work("Bo Chen"))
    found = common("Ann Lee", "Bo Chen")
    assert not found
    assert found.path.outcome == Outcome.APART


def test_common_ground_tells_what_each_looks_for() -> None:
    publish(work("Ann Lee", "Bo Chen"))
    claim = Claim.objects.create(
        user=account("Bo Chen"), author=author("Bo Chen"), state="accepted"
    )
    CollaborationWishes.objects.create(user=claim.user, seeks=["review"], words="A second reader")
    found = common("Ann Lee", "Bo Chen")
    assert found.own_wishes is None
    assert found.other_wishes == common_ground.Sought(["review"], "A second reader")
    for change in ({"state": "revoked"}, {"frozen_at": timezone.now()}):
        Claim.objects.update(**{"state": "accepted", "frozen_at": None, **change})
        assert common("Ann Lee", "Bo Chen").other_wishes is None
    Claim.objects.update(state="accepted", frozen_at=None)
    User.objects.update(is_active=False)
    assert common("Ann Lee", "Bo Chen").other_wishes is None


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_common_ground_is_five_statements(steps: int) -> None:
    names = chain(steps + 1)
    ends = author(names[0]).pk, author(names[-1]).pk
    with CaptureQueriesContext(connection) as captured:
        found = common_ground.common_ground(*ends)
    assert len(reading(captured)) <= 5
    assert found.path.steps == (steps if steps <= common_ground.STEPS else 0)

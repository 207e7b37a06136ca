"""Slices as rows: ordered once, drawn once, drawn again only where they would differ."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from bzpeer.lib import due
from graph import slices, tasks
from graph.domain.slice import VERSION, Drawn, SliceFacts, draw
from graph.edging import MAX_TEAM
from graph.models import Slice, SliceOrder
from graph.services import people_forget
from tests.factories.corpus import author, facts_of, publish, refresh_all, take_in
from tests.factories.records import changed, people, topics, work
from works.domain.records import AuthorRecord, InstitutionId, WorkRecord
from works.models import Author, Authorship, Suppression, Work
from works.suppression import suppress

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
FIRST = work("Ann Lee", "Bo Li", "Cy Ng", number=1, title="One", categories=topics("cs.LG"))
SECOND = work("Ann Lee", "Bo Li", number=2, title="Two", categories=topics("cs.LG", "cs.CV"))
Hook = Callable[[], object]


@pytest.fixture
def lee() -> Author:
    publish(FIRST)
    return author("Ann Lee")


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name on every drawing that is made."""
    made: list[str] = []

    def counted(facts: SliceFacts) -> Drawn:
        made.append(facts.name)
        return draw(facts)

    monkeypatch.setattr(slices, "draw", counted)
    return made


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hook], None]:
    """Let something happen, on a connection of its own, in the middle of the next drawing."""
    hooks = list[Hook]()

    def interrupted(facts: SliceFacts) -> Drawn:
        if hooks:
            elsewhere(hooks.pop())
        return draw(facts)

    monkeypatch.setattr(slices, "draw", interrupted)
    return hooks.append


def elsewhere(call: Callable[[], Any]) -> Any:
    """The call in a thread with a connection of its own, to its end."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(in_thread, call).result(timeout=30)


def in_thread(call: Callable[[], Any]) -> Any:
    try:
        return call()
    finally:
        connection.close()


def drawn(found: Author, now: datetime = NOON) -> Slice:
    slices.order(found.pk)
    slices.draw_due(now)
    return Slice.objects.get(author=found)


def order_many(count: int) -> None:
    """Orders for this many records, who are not on the first work."""
    publish(work(*people(count), number=100))
    for found in Author.objects.exclude(name__in=("Ann Lee", "Bo Li", "Cy Ng")):
        slices.order(found.pk)


def make_due() -> None:
    SliceOrder.objects.update(due_at=Now() - timedelta(seconds=1))


def stands(found: Author) -> slices.Standing:
    change = found.authorchange_set.filter(kind="works").exists()
    return slices.standing(found.pk, facts_of(found.name).version, pending=change)


# Ordering


def test_an_order_is_one_row_however_often_it_is_given(lee: Author) -> None:
    for _ in range(5):
        slices.order(lee.pk)
    assert SliceOrder.objects.count() == 1


def test_an_order_does_not_renew_one_that_somebody_works_on(lee: Author) -> None:
    slices.order(lee.pk)
    due.claim(SliceOrder, 1, slices.LEASE)
    slices.order(lee.pk)
    assert slices.draw_due(NOON) == 0


def test_what_is_drawn_is_stored_and_the_order_is_gone(lee: Author) -> None:
    kept = drawn(lee)
    assert (kept.built_at, kept.facts_version) == (NOON, facts_of("Ann Lee").version)
    assert all(part in kept.html for part in ("<svg", "Bo Li", "Cy Ng", "One"))
    assert not SliceOrder.objects.exists()
    assert slices.draw_due(NOON) == 0


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The records that would be drawn."""
    made: list[int] = []
    monkeypatch.setattr(slices, "build", lambda author_id, now: made.append(author_id))
    return made


def test_only_a_batch_is_taken_at_once(lee: Author, built: list[int]) -> None:
    order_many(20)
    taken = [slices.draw_due(NOON) for _ in range(4)]
    assert taken == [slices.BATCH, slices.BATCH, 20 - 2 * slices.BATCH, 0]
    assert len(set(built)) == len(built) == 20


def test_the_sweep_draws_until_nothing_is_ordered(lee: Author, built: list[int]) -> None:
    order_many(20)
    tasks.slices_sweep()
    assert (len(built), SliceOrder.objects.count()) == (20, 0)


def test_before_the_first_facts_nothing_is_drawn_and_the_order_is_not_kept() -> None:
    take_in(FIRST)
    lee = author("Ann Lee")
    slices.order(lee.pk)
    assert slices.draw_due(NOON) == 1
    assert (Slice.objects.count(), SliceOrder.objects.count()) == (0, 0)
    refresh_all()
    assert drawn(lee).html


def test_a_record_without_works_left_is_drawn_too(lee: Author) -> None:
    Authorship.objects.filter(author=lee).update(status="rejected")
    assert "One" not in drawn(lee).html


# How it stands


def test_a_slice_is_current_until_the_record_changes() -> None:
    publish(FIRST)
    lee = author("Ann Lee")
    assert stands(lee) == slices.Standing("", "", None, False, False)
    first = drawn(lee)
    assert stands(lee) == slices.Standing(first.html, first.digest, NOON, True, False)
    take_in(SECOND)
    assert not stands(lee).current
    refresh_all()
    assert stands(lee).html == first.html
    assert not stands(lee).current
    assert drawn(lee, LATER).digest != first.digest
    assert stands(lee).current


def test_the_same_drawing_is_not_made_again(lee: Author, drawings: list[str]) -> None:
    first = drawn(lee)
    take_in(changed(FIRST, record_date="2025-01-01", abstract="In other words."))
    refresh_all()
    assert not stands(lee).current
    second = drawn(lee, LATER)
    assert drawings == ["Ann Lee"]
    assert second.facts_version == facts_of("Ann Lee").version > first.facts_version
    assert (second.built_at, second.html) == (NOON, first.html)
    assert stands(lee).current


@pytest.mark.parametrize(
    "records",
    [
        (SECOND,),
        (changed(FIRST, record_date="2025-01-01", title="Three"),),
        (changed(FIRST, record_date="2025-01-01", categories=topics("cs.CV")),),
        (changed(FIRST, record_date="2025-01-01", authors=FIRST.authors[:2]),),
        (work("Ann Lee", "Cy Ng", number=3), work("Ann Lee", "Cy Ng", number=4)),
    ],
    ids=["a work more", "another title", "another topic", "a person less", "someone gets close"],
)
def test_a_changed_record_is_drawn_anew(
    lee: Author, drawings: list[str], records: tuple[WorkRecord, ...]
) -> None:
    first = drawn(lee)
    publish(*records)
    second = drawn(lee, LATER)
    assert (drawings, second.built_at) == (["Ann Lee", "Ann Lee"], LATER)
    assert second.digest != first.digest
    assert second.html != first.html


def test_a_new_way_of_drawing_makes_every_slice_anew(
    lee: Author, drawings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(lee)
    monkeypatch.setattr(slices, "VERSION", VERSION + 1)
    assert not stands(lee).current
    assert drawn(lee, LATER).built_at == LATER
    assert stands(lee).current


# What is gathered


def changed_person(name: str, *rors: str) -> AuthorRecord:
    places = tuple(InstitutionId("ror", value, f"Institute {value}") for value in rors)
    return AuthorRecord(name, institutions=places)


def gathered(name: str) -> SliceFacts:
    return slices.gather(author(name), facts_of(name))


def test_everything_near_is_gathered() -> None:
    publish(FIRST, SECOND)
    found = gathered("Ann Lee")
    one, two = (Work.objects.get(title_text=title).pk for title in ("One", "Two"))
    li, ng = author("Bo Li").pk, author("Cy Ng").pk
    assert {w.key: (w.title, set(w.people), w.team) for w in found.works} == {
        one: ("One", {li, ng}, 3),
        two: ("Two", {li}, 2),
    }
    assert {p.key: (p.name, p.works) for p in found.people} == {li: ("Bo Li", 2), ng: ("Cy Ng", 1)}
    assert [t.works for t in found.topics] == [2, 1]
    assert (found.total_works, found.total_people, found.total_topics) == (2, 2, 2)
    assert [set(circle) for circle in found.circles] == [{one, two}]


def test_topics_are_counted_over_more_works_than_are_near(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(FIRST, SECOND)
    whole = gathered("Ann Lee").topics
    monkeypatch.setattr(slices, "WORKS", 1)
    assert len(gathered("Ann Lee").works) == 1
    assert gathered("Ann Lee").topics == whole


def test_the_institutions_of_shared_works_are_near() -> None:
    bay, hill = "03yrm5c26", "00f54p054"
    lee = changed_person("Ann Lee", bay)
    publish(
        work(lee, changed_person("Bo Li", hill), number=1),
        work(lee, changed_person("Cy Ng", bay, hill), number=2),
    )
    found = gathered("Ann Lee")
    li, ng = author("Bo Li").pk, author("Cy Ng").pk
    assert {(place.name, place.people, place.own) for place in found.institutions} == {
        (f"Institute {bay}", (ng,), True),
        (f"Institute {hill}", tuple(sorted((li, ng))), False),
    }
    assert found.total_institutions == 2
    assert f"Institute {hill}" in draw(found).html


def test_a_name_that_its_person_rejected_is_no_neighbour_on_that_work() -> None:
    publish(FIRST, SECOND)
    Authorship.objects.filter(author=author("Bo Li"), work__title_text="One").update(
        status="rejected"
    )
    teams = {w.title: set(w.people) for w in gathered("Ann Lee").works}
    assert teams == {"One": {author("Cy Ng").pk}, "Two": {author("Bo Li").pk}}


def test_a_rejected_work_is_not_near() -> None:
    publish(FIRST, SECOND)
    Authorship.objects.filter(author=author("Ann Lee"), work__title_text="One").update(
        status="rejected"
    )
    found = gathered("Ann Lee")
    assert [w.title for w in found.works] == ["Two"]
    assert [t.works for t in found.topics] == [1, 1]


def test_the_people_of_a_crowd_are_no_neighbours() -> None:
    publish(work("Ann Lee", *people(MAX_TEAM), number=6))
    found = gathered("Ann Lee")
    assert [(w.people, w.team) for w in found.works] == [((), MAX_TEAM + 1)]
    assert found.people == ()


# When it fails


class LibraryError(Exception):
    """A library's own, of no kind that we could name beforehand."""


FAILURES = (OperationalError("gone"), ValueError("odd"), LibraryError("odd"), RecursionError())


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: type(one).__name__)
def test_a_failed_drawing_is_tried_later_and_parked_after_three(
    lee: Author, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(facts: SliceFacts) -> Drawn:
        raise failure

    slices.order(lee.pk)
    with monkeypatch.context() as patched:
        patched.setattr(slices, "draw", fail)
        for strike in (1, 2, 3):
            assert slices.draw_due(NOON) == 1
            assert slices.draw_due(NOON) == 0
            assert SliceOrder.objects.get().attempts == strike
            assert stands(lee).parked is (strike == 3)
            make_due()
        assert slices.draw_due(NOON) == 0
    assert type(failure).__name__ in SliceOrder.objects.get().error
    slices.order(lee.pk)
    assert slices.draw_due(NOON) == 0
    slices.order_again(lee.pk)
    assert not stands(lee).parked
    assert slices.draw_due(NOON) == 1
    assert stands(lee).current


def test_a_failure_leaves_the_old_slice_and_the_others_of_the_batch(
    lee: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = drawn(lee)
    publish(SECOND)

    def fail(facts: SliceFacts) -> Drawn:
        if facts.name == "Ann Lee":
            raise ZeroDivisionError
        return draw(facts)

    monkeypatch.setattr(slices, "draw", fail)
    slices.order(lee.pk)
    slices.order(author("Bo Li").pk)
    assert slices.draw_due(LATER) == 2
    assert Slice.objects.get(author=lee).html == old.html
    assert stands(author("Bo Li")).current
    assert SliceOrder.objects.get().author == lee


def test_another_chance_is_only_for_what_is_parked(lee: Author) -> None:
    slices.order(lee.pk)
    due.claim(SliceOrder, 1, slices.LEASE)
    slices.order_again(lee.pk)
    assert slices.draw_due(NOON) == 0


def test_an_order_of_a_worker_that_died_is_drawn_by_the_next(
    lee: Author, drawings: list[str]
) -> None:
    slices.order(lee.pk)
    due.claim(SliceOrder, 1, slices.LEASE)
    assert slices.draw_due(NOON) == 0
    make_due()
    assert slices.draw_due(NOON) == 1
    assert drawings == ["Ann Lee"]


def test_a_worker_that_dies_after_drawing_costs_no_second_drawing(
    lee: Author, drawings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(rows: object) -> int:
        raise SystemExit

    slices.order(lee.pk)
    with monkeypatch.context() as patched:
        patched.setattr(due, "done", killed)
        with pytest.raises(SystemExit):
            slices.draw_due(NOON)
    make_due()
    assert slices.draw_due(LATER) == 1
    assert drawings == ["Ann Lee"]
    assert not SliceOrder.objects.exists()


# Many at once, on connections of their own

at_once = pytest.mark.django_db(transaction=True)


def remove(found: Author) -> None:
    Authorship.objects.filter(author=found).delete()
    found.delete()


@at_once
def test_two_hundred_orders_and_four_workers_are_one_drawing(
    lee: Author, drawings: list[str]
) -> None:
    def order(_: int) -> None:
        in_thread(lambda: slices.order(lee.pk))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(order, range(200)))
    assert SliceOrder.objects.count() == 1
    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(in_thread, lambda: slices.draw_due(NOON)) for _ in range(4)]
        assert sorted(worker.result(timeout=30) for worker in workers) == [0, 0, 0, 1]
    assert drawings == ["Ann Lee"]


@at_once
def test_while_one_worker_draws_the_other_finds_nothing(
    lee: Author, meanwhile: Callable[[Hook], None]
) -> None:
    found: list[int] = []
    meanwhile(lambda: found.append(slices.draw_due(LATER)))
    assert drawn(lee).built_at == NOON
    assert found == [0]


@at_once
def test_a_worker_that_outlived_its_lease_agrees_with_its_heir(
    lee: Author, meanwhile: Callable[[Hook], None]
) -> None:
    def heir() -> None:
        make_due()
        assert slices.draw_due(LATER) == 1

    meanwhile(heir)
    slices.order(lee.pk)
    assert slices.draw_due(NOON) == 1
    assert stands(lee).current
    assert not SliceOrder.objects.exists()


@at_once
def test_a_change_during_the_drawing_leaves_it_stale(
    lee: Author, meanwhile: Callable[[Hook], None]
) -> None:
    meanwhile(lambda: publish(SECOND))
    assert "Two" not in drawn(lee).html
    assert not stands(lee).current
    assert "Two" in drawn(lee, LATER).html
    assert stands(lee).current


@at_once
def test_whoever_is_suppressed_during_the_drawing_is_in_no_drawing(
    lee: Author, meanwhile: Callable[[Hook], None]
) -> None:
    def suppressed() -> None:
        reason, today = Suppression.Reason.OBJECTION, NOON.date()
        with transaction.atomic():
            emptied = suppress(author("Bo Li").pk, reason=reason, user_id=None, today=today)
            assert emptied is not None
            people_forget(emptied.authors)

    meanwhile(suppressed)
    assert "Bo Li" not in drawn(lee).html


@at_once
def test_a_record_that_goes_during_its_drawing_takes_all_of_it_along(
    lee: Author, meanwhile: Callable[[Hook], None]
) -> None:
    meanwhile(lambda: remove(lee))
    slices.order(lee.pk)
    slices.order(author("Bo Li").pk)
    assert slices.draw_due(NOON) == 2
    assert Slice.objects.get().author == author("Bo Li")
    assert not SliceOrder.objects.exists()


def test_an_order_and_a_slice_go_with_their_record(lee: Author) -> None:
    drawn(lee)
    slices.order(lee.pk)
    remove(lee)
    assert (Slice.objects.count(), SliceOrder.objects.count()) == (0, 0)


@at_once
def test_a_lost_connection_costs_one_attempt(
    lee: Author, meanwhile: Callable[[Hook], None]
) -> None:
    victim: list[int] = []

    def hang_up() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", victim)

    def work_on() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            victim.extend(cursor.fetchone())
        return slices.draw_due(NOON)

    meanwhile(hang_up)
    slices.order(lee.pk)
    assert elsewhere(work_on) == 1
    assert SliceOrder.objects.get().attempts == 1
    make_due()
    assert elsewhere(lambda: slices.draw_due(NOON)) == 1
    assert stands(lee).current

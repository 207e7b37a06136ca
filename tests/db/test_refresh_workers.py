"""The refresh under several workers, dead ones, poisoned rows, and changes while it runs."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from bzpeer.celery import app
from bzpeer.lib import due
from claims.models import TrustScore
from claims.services import Refreshed
from graph.models import Collaboration
from graph.services import edges_refresh
from profiles import services
from profiles.management.commands import refresh as command
from profiles.services import LEASE, refresh, refresh_due
from profiles.tasks import refresh_sweep
from tests.factories.commands import run
from tests.factories.corpus import author, dump, facts_of, publish, refresh_all, take_in
from tests.factories.records import people, work
from tests.house.processes import until
from works.models import Author, AuthorChange, AuthorFacts
from works.services import Draft

NAMES = people(60)


def make_due() -> None:
    AuthorChange.objects.update(due_at=Now() - timedelta(seconds=1))


def crowd() -> None:
    take_in(*(work(*NAMES[n : n + 6], number=n) for n in range(0, 60, 6)))


def in_thread(call: Callable[[], Any]) -> Any:
    """The call on a connection of its own."""
    try:
        return call()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_workers_refresh_everyone_once() -> None:
    crowd()

    def drain() -> int:
        total = 0
        while (result := refresh_due(limit=4)) is not None:
            total += sum(result)
        return total

    with ThreadPoolExecutor(2) as pool:
        shares = [pool.submit(in_thread, drain) for _ in range(2)]
        assert sum(share.result(timeout=60) for share in shares) == 60
    assert set(AuthorFacts.objects.values_list("version", flat=True)) == {1}
    assert not AuthorChange.objects.exists()


# All of them, side by side


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of seven, three at once."""
    monkeypatch.setattr(command, "BATCH", 7)
    monkeypatch.setattr("os.cpu_count", lambda: 3)


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_where_nobody_is_there_is_nothing_to_refresh() -> None:
    assert run("refresh", "--all").counts == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("authors", "sizes"), [(0, []), (1, [1]), (7, [7]), (8, [4, 4]), (20, [7, 7, 6])]
)
def test_batches_are_of_one_length(authors: int, sizes: list[int]) -> None:
    batches = command.even([*range(authors)], 7)
    assert [len(batch) for batch in batches] == sizes
    assert [*chain.from_iterable(batches)] == [*range(authors)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
def test_refreshes_side_by_side_leave_what_one_leaves() -> None:
    crowd()
    refresh(list(Author.objects.values_list("id", flat=True)))
    alone = dump()
    AuthorFacts.objects.all().delete()
    Collaboration.objects.all().delete()
    open_before = connections()
    assert run("refresh", "--all").counts == (60, 0, 0, 0, 60)
    assert dump() == alone
    until(lambda: connections() == open_before)
    assert run("refresh", "--all").counts == (0, 0, 60, 0, 60)
    assert set(AuthorFacts.objects.values_list("version", flat=True)) == {2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
def test_one_of_them_that_fails_is_told_and_the_others_are_refreshed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowd()
    ids = list(Author.objects.order_by("id").values_list("id", flat=True))

    def poisoned(draft: Draft) -> None:
        if ids[10] in draft.ids:
            raise ValueError("poison")
        edges_refresh(draft)

    monkeypatch.setattr(services, "edges_refresh", poisoned)
    with pytest.raises(ValueError, match="poison"):
        run("refresh", "--all")
    fresh = AuthorFacts.objects.order_by("author_id").values_list("author_id", flat=True)
    assert list(fresh) == [*ids[:7], *ids[14:]]


@pytest.mark.django_db
def test_a_dead_worker_gives_its_rows_back_after_the_lease() -> None:
    crowd()
    claimed = due.claim(AuthorChange, 10, LEASE, kind="works")
    refresh_all()
    assert AuthorChange.objects.count() == len(claimed) == 10
    make_due()
    refresh_all()
    assert not AuthorChange.objects.exists()
    assert AuthorFacts.objects.count() == 60


@pytest.mark.django_db
def test_lost_messages_lose_nothing() -> None:
    crowd()
    refresh_sweep.delay()
    app.control.purge()
    refresh_sweep()
    assert not AuthorChange.objects.exists()
    assert AuthorFacts.objects.count() == 60


# Rows that cannot be refreshed


@pytest.mark.parametrize("error", [DatabaseError, ValueError, KeyError, ZeroDivisionError])
@pytest.mark.django_db
def test_a_row_that_raises_costs_only_itself_and_is_parked(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    crowd()
    bad = author(NAMES[7]).pk

    def poisoned(draft: Draft) -> None:
        if bad in draft.ids:
            raise error("poison")
        edges_refresh(draft)

    monkeypatch.setattr(services, "edges_refresh", poisoned)
    refresh_all()
    left = AuthorChange.objects.get()
    assert (left.author_id, left.attempts, left.parked_at) == (bad, 1, None)
    assert "poison" in left.error
    assert AuthorFacts.objects.count() == 59
    for _ in range(2):
        make_due()
        refresh_all()
    left.refresh_from_db()
    assert left.parked_at is not None
    make_due()
    assert refresh_due() is None
    assert run("refresh").counts == (0, 0, 0, 1, 0)
    monkeypatch.undo()
    take_in(work(NAMES[7], number=99))
    refresh_all()
    assert not AuthorChange.objects.exists()
    assert facts_of(NAMES[7]).works == 2


@pytest.mark.django_db
def test_history_that_cannot_be_read_costs_only_its_author() -> None:
    publish(work("Ann Lee", number=1), work("Bo Li", number=2))
    TrustScore.objects.filter(author__name="Ann Lee").update(facts={"works": "many"})
    publish(*(work(name) for name in ("Ann Lee", "Bo Li") * 6))
    assert AuthorChange.objects.get().author.name == "Ann Lee"
    assert facts_of("Bo Li").works == 7


# Changes while a worker is at it


def during(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """Let something happen once between a worker's refresh and its answer."""
    waiting = [happens]

    def then(ids: Sequence[int]) -> Refreshed:
        result = refresh(ids)
        while waiting:
            waiting.pop()()
        return result

    monkeypatch.setattr(services, "refresh", then)


@pytest.mark.django_db
def test_an_author_who_changes_meanwhile_stays_due(monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(work("Ann Lee", "Bo Li", number=1))
    during(monkeypatch, lambda: take_in(work("Ann Lee", number=2)))
    refresh_due()
    assert AuthorChange.objects.get().author.name == "Ann Lee"
    assert facts_of("Ann Lee").works == 1
    refresh_due()
    assert not AuthorChange.objects.exists()
    assert facts_of("Ann Lee").works == 2


@pytest.mark.django_db
def test_an_author_who_goes_meanwhile_is_let_go() -> None:
    publish(work("Ann Lee", number=1))
    take_in(work("Ann Lee", number=2), work("Bo Li", number=3))
    gone = Author.objects.create(
        public_id="zzzzzz0", slug="z-zzzzzz0", name="Z", key_scheme="name", key_value="z",
        name_key="z", letter="Z",
    )  # fmt: skip
    AuthorChange.objects.create(author=gone, kind="works")
    claimed = due.claim(AuthorChange, 10, LEASE, kind="works")
    gone.delete()
    refresh([row.author_id for row in claimed])
    assert due.done(claimed) == 2
    assert facts_of("Ann Lee").works == 2
    assert not AuthorChange.objects.exists()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_slow_worker_writes_no_older_count_over_a_newer_one() -> None:
    publish(work("Ann Lee", number=1))
    publish(work("Bo Li", number=2))
    first, second = author("Ann Lee").pk, author("Bo Li").pk
    assert first < second

    def overtake() -> None:
        take_in(work("Bo Li", number=3))
        refresh([second])

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            AuthorFacts.objects.select_for_update().get(author=first)
            slow = pool.submit(in_thread, lambda: refresh([first, second]))
            until(somebody_waits)
            pool.submit(in_thread, overtake).result(timeout=30)
            assert not slow.done()
        slow.result(timeout=30)
    assert facts_of("Bo Li").works == 2

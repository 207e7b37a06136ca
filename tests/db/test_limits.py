from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from bzpeer.lib.limits import Limit, allowed
from bzpeer.lib.models import RateBucket

INVITES = Limit("invites", times=20, seconds=86_400)


def wait(**time: float) -> None:
    """Let time pass: every bucket was last touched that much earlier."""
    RateBucket.objects.update(updated_at=F("updated_at") - timedelta(**time))


def takes(limit: Limit, who: str, times: int) -> int:
    return sum(allowed(limit, who) for _ in range(times))


@pytest.mark.django_db
def test_a_day_has_so_many_and_no_more() -> None:
    assert takes(INVITES, "7", 25) == 20


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "back"), [(0.5, 0), (1.3, 1), (12.1, 10), (24.1, 20), (500, 20)])
def test_tokens_come_back_evenly_and_never_beyond_the_size(hours: float, back: int) -> None:
    takes(INVITES, "7", 20)
    wait(hours=hours)
    assert takes(INVITES, "7", 30) == back


@pytest.mark.django_db
def test_people_and_limits_are_apart() -> None:
    takes(INVITES, "7", 20)
    assert allowed(INVITES, "8")
    assert allowed(Limit("messages", 1, 60), "7")


@pytest.mark.django_db
def test_a_refusal_takes_nothing() -> None:
    takes(INVITES, "7", 20)
    takes(INVITES, "7", 100)
    wait(hours=1.3)
    assert allowed(INVITES, "7")


@pytest.mark.django_db
def test_a_clock_set_back_gives_and_takes_nothing() -> None:
    takes(INVITES, "7", 19)
    wait(hours=-5)
    assert takes(INVITES, "7", 5) == 1


@pytest.mark.django_db
def test_a_very_long_key_is_kept_short_and_apart() -> None:
    assert takes(INVITES, "a" * 5_000, 21) == 20
    assert allowed(INVITES, "a" * 5_001)


@pytest.mark.django_db(transaction=True)
def test_parallel_takers_get_no_token_twice() -> None:
    def take(_: int) -> int:
        try:
            return takes(INVITES, "7", 10)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(take, range(5))) == 20

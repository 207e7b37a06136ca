"""Redis away, hung or emptied: people notice nothing, and work that was due is done after it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from bzpeer.embedded import addresses, held
from profiles.services import LEASE
from tests.house.processes import until
from tests.stack.harness import (
    TWICE,
    Server,
    Site,
    assert_all_answers,
    enrol,
    make_stale,
    site,
    worked_off,
)

EMAIL = "reader@example.org"
# Seconds. A page is there within 3 on a machine with nothing else to do; one that waits for Redis
# never comes.
PROMPT = 10


class Redis:
    """A Redis of the test's own, which it may take away and bring back."""

    def __init__(self, data: Path) -> None:
        self.data, self.url = data, addresses(data).broker_url
        self.holding = ExitStack()

    def bring(self) -> None:
        self.holding.enter_context(held(self.data, postgres=False))

    @contextmanager
    def away(self) -> Iterator[None]:
        self.holding.close()
        try:
            yield
        finally:
            self.bring()

    @contextmanager
    def hung(self) -> Iterator[None]:
        server = Server(self.data, "redis-server")
        os.kill(server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(server.pid, signal.SIGCONT)

    @contextmanager
    def crashed(self) -> Iterator[None]:
        before = Server(self.data, "redis-server").pid
        os.kill(before, signal.SIGKILL)
        yield
        until(lambda: Server(self.data, "redis-server").pid not in (0, before))

    @contextmanager
    def emptied(self) -> Iterator[None]:
        with Connection(self.url) as broker:
            channel: Any = broker.default_channel
            channel.client.flushall()
        yield


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis") / "data")
    with server.holding:
        server.bring()
        yield server


@pytest.fixture(scope="module")
def here(redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("stack") / "data", BROKER_URL=redis.url) as here:
        enrol(here, EMAIL)
        yield here


# These last until worker and beat have complained; over a hung server they wait without a word.
LASTING = (Redis.away,)


@pytest.mark.parametrize("fault", [Redis.away, Redis.hung, Redis.crashed, Redis.emptied])
def test_people_notice_nothing_and_due_work_is_done_after_it(
    here: Site, redis: Redis, fault: Callable[[Redis], AbstractContextManager[None]]
) -> None:
    before = [(part, len(part.lines)) for part in map(here.the, ("worker", "beat"))]
    with fault(redis):
        make_stale(here, "Bin Ren")
        assert_all_answers(here, EMAIL, PROMPT)
        if fault in LASTING:
            until(lambda: all(len(part.lines) > told for part, told in before), 60)
    # A sweep that lost its broker while it held the row leaves it to the next when the lease ends.
    until(lambda: worked_off(here, "Bin Ren"), LEASE.total_seconds() + 60)
    assert here.sql(TWICE) == []
    assert not (here.data / "redis").exists()

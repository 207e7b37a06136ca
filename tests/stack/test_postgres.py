"""Postgres away and back: an honest 503, then pages from the first request on."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.house.processes import keeper_of, until
from tests.stack.harness import Server, Site, make_stale, worked_off

PROMPT = 3.0  # seconds
FAST_SHUTDOWN = signal.SIGINT


@pytest.mark.parametrize("end", [FAST_SHUTDOWN, signal.SIGKILL])
def test_pages_say_503_while_postgres_is_away_and_are_back_with_it(
    here: Site, end: signal.Signals
) -> None:
    researcher, keeper = here.page_of("Xue Lin"), keeper_of(here.data)
    reader = here.visitor(PROMPT)
    os.kill(keeper, signal.SIGSTOP)  # else it starts the server again at once
    try:
        os.kill(Server(here.data, "postgres").pid, end)
        until(lambda: not reachable(here))
        for path in ("/", researcher, "/search/?q=lin", "/readyz"):
            answer = reader.get(path)
            assert (path, answer.status) == (path, 503)
            assert int(answer.headers["Retry-After"]) > 0
        assert reader.get("/healthz").status == 200
    finally:
        os.kill(keeper, signal.SIGCONT)
    until(lambda: reachable(here))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(here.visitor().get, [researcher] * 16))
    assert [answer.status for answer in answers] == [200] * 16
    make_stale(here, "Bin Ren")
    until(lambda: worked_off(here, "Bin Ren"), 30)


def reachable(here: Site) -> bool:
    try:
        with psycopg.connect(here.database_url):
            return True
    except psycopg.OperationalError:
        return False

"""Starting and stopping as `make run` does: what is used, what is left."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kombu import Connection

from bzpeer.embedded import CHECKOUT, Addresses, addresses, held
from tests.house.processes import until
from tests.stack.harness import Command, environment, free_port, household
from tests.stack.visitor import Visitor

RESEARCHER = re.compile(r'href="(/researchers/xue-lin-[a-z0-9]+/)"')
CHILDREN = ("web", "worker", "beat")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder that no process must outlive."""
    yield tmp_path / "data"
    left = household(tmp_path / "data")
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == {}


def make_run(environ: dict[str, str]) -> Command:
    return Command([sys.executable, "-m", "bzpeer.supervisor"], environ)


def wait_for_page(run: Command, port: int) -> str:
    """Until the ready line is there: the address of the sample's researcher, if any."""
    line = f"BZPEER is ready at http://127.0.0.1:{port}/"
    until(lambda: line in run.lines or run.process.poll() is not None, 120)
    assert line in run.lines, run.said
    home = Visitor(port).get("/")
    assert home.status == 200
    found = RESEARCHER.search(home.text)
    return found[1] if found else ""


def interrupt(run: Command) -> None:
    run.send(signal.SIGINT)


def interrupt_group(run: Command) -> None:
    """As a terminal does at Ctrl-C."""
    os.killpg(run.process.pid, signal.SIGINT)


def test_it_starts_with_the_sample_stops_whole_and_starts_again_with_the_data(data: Path) -> None:
    port = free_port()
    environ = environment(data, PORT=str(port))
    pages = []
    for stop in (interrupt, interrupt_group):
        run = make_run(environ)
        pages.append(wait_for_page(run, port))
        page = Visitor(port).get(pages[-1])
        assert (page.status, 'data-trust-score="21"' in page.text) == (200, True)
        assert f'<link rel="canonical" href="http://127.0.0.1:{port}/' in page.text
        second = subprocess.run(
            [sys.executable, "manage.py", "refresh", pages[-1].split("/")[2]],
            cwd=CHECKOUT, env=environ, capture_output=True, text=True,
        )  # fmt: skip
        assert (second.returncode, "unchanged=1" in second.stdout) == (0, True), second.stderr
        assert Visitor(port).get("/readyz").status == 200
        stop(run)
        assert run.wait() == 0
        assert household(data) == {}
        noise = [line for line in run.lines if line.startswith(CHILDREN)]
        assert [line for line in noise if "Warm shutdown" not in line and line[9:].strip()] == []
    assert pages[0] == pages[1]


def has_works_table(found: Addresses) -> bool:
    with psycopg.connect(found.database_url) as connection:
        return connection.execute("SELECT to_regclass('works_work')").fetchone() != (None,)


def has_clients(found: Addresses) -> bool:
    with Connection(found.broker_url) as broker:
        channel: Any = broker.default_channel
        return len(channel.client.client_list()) > 1


USED = {"postgres": has_works_table, "redis": has_clients}


def setting_up(run: Command, port: int) -> bool:
    return any("migrations" in line for line in run.lines)


def coming_up(run: Command, port: int) -> bool:
    return any("seconds=" in line for line in run.lines)


@pytest.mark.parametrize("moment", [setting_up, coming_up])
@pytest.mark.parametrize("stop", [interrupt_group])
def test_a_start_that_is_interrupted_leaves_nothing(
    data: Path, moment: Callable[[Command, int], bool], stop: Callable[[Command], None]
) -> None:
    port = free_port()
    run = make_run(environment(data, PORT=str(port)))
    until(lambda: moment(run, port), 60)
    stop(run)
    assert run.wait() == 0
    assert "Traceback" not in run.said


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_a_server_that_is_named_is_used_and_not_started(
    data: Path, tmp_path: Path, server: str
) -> None:
    other, port = tmp_path / "other", free_port()
    found, only = addresses(other), {"postgres": server == "postgres", "redis": server == "redis"}
    named = {"DATABASE_URL": found.database_url} if server == "postgres" else {}
    named |= {"BROKER_URL": found.broker_url} if server == "redis" else {}
    with held(other, **only):
        run = make_run(environment(data, PORT=str(port), SAMPLE="0", **named))
        wait_for_page(run, port)
        started = {path.name for path in data.iterdir()} & {"postgres", "redis"}
        assert started == {"postgres", "redis"} - {server}
        until(lambda: USED[server](found), 60)
        interrupt(run)
        assert run.wait() == 0
        assert household(data) == {}

"""The supervision behind `make run`, with small commands in place of the site's."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from bzpeer import supervisor
from bzpeer.embedded import CHECKOUT
from bzpeer.supervisor import SupervisorError
from tests.house.processes import processes_of, until

SUPERVISED = """
import json, sys
from pathlib import Path
from bzpeer import supervisor
supervisor.STOP_LIMIT = supervisor.READY_LIMIT = float(sys.argv[3])
commands, ready = json.loads(sys.argv[1]), Path(sys.argv[2])
site = lambda: supervisor.supervise(commands, ready.exists, "all is ready")
sys.exit(supervisor.exit_code(site))
"""

STEADY = "sleep 1000 & echo up; wait"
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.1; done"
LEAVES_A_CHILD = "(trap '' TERM; sleep 1000) & echo up; wait"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Where the commands work; no process must be left in it."""
    (tmp_path / "site").mkdir()
    yield tmp_path / "site"
    until(lambda: not processes_of(tmp_path / "site"))


def supervised(
    place: Path, scripts: dict[str, str], *, limit: float = 30, ready: bool = True
) -> subprocess.Popen[str]:
    commands = {name: ["sh", "-c", f"cd {place}; {script}"] for name, script in scripts.items()}
    flag = place.parent / "ready"
    if ready:
        flag.touch()
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, json.dumps(commands), str(flag), str(limit)],
        cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for_lines(process: subprocess.Popen[str], *wanted: str) -> None:
    assert process.stdout is not None
    missing = set(wanted)
    while missing:
        line = process.stdout.readline()
        assert line, f"the output ended without {missing}"
        missing.discard(line.rstrip("\n"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("script", [STEADY, LEAVES_A_CHILD])
def test_a_signal_stops_every_process_and_is_no_failure(
    place: Path, number: signal.Signals, script: str
) -> None:
    with supervised(place, {"web": script, "worker": STEADY}) as process:
        wait_for_lines(process, "all is ready", "web    | up", "worker | up")
        process.send_signal(number)
        _, said = process.communicate()
    assert (process.returncode, said) == (0, "")


def test_a_process_that_does_not_stop_is_killed(place: Path) -> None:
    with supervised(place, {"web": STUBBORN, "worker": STEADY}, limit=0.5) as process:
        wait_for_lines(process, "all is ready", "web    | up", "worker | up")
        process.terminate()
        process.communicate()
    assert process.returncode == 0


ENDS = pytest.mark.parametrize(
    ("script", "code"), [("exit 3", 3), ("exit 0", 0), ("kill -9 $$", -9)]
)


@ENDS
def test_the_end_of_the_first_process_ends_all_and_is_named(
    place: Path, script: str, code: int
) -> None:
    with supervised(place, {"web": f"sleep 0.3; {script}", "worker": STEADY}) as process:
        _, said = process.communicate()
    assert process.returncode == 1
    assert said == f"web ended with exit code {code}; all stop.\n"


def test_before_all_is_ready_the_end_of_any_ends_all(place: Path) -> None:
    with supervised(place, {"web": STEADY, "worker": "exit 3"}, ready=False) as process:
        _, said = process.communicate()
    assert (process.returncode, said) == (1, "worker ended with exit code 3; all stop.\n")


@ENDS
def test_another_that_ends_is_started_again(place: Path, script: str, code: int) -> None:
    once = f"test -e ended && {{ {STEADY}; }}; (sleep 1000) & touch ended; sleep 0.3; {script}"
    with supervised(place, {"web": STEADY, "worker": once}) as process:
        told = f"worker ended with exit code {code}; it starts again in 1 s."
        wait_for_lines(process, "all is ready", "web    | up", told)
        wait_for_lines(process, "worker | up")
        process.terminate()
        _, said = process.communicate()
    assert (process.returncode, said) == (0, "")


class Play:
    """A worker that ends after each of these lives, and the clock that they are lived by."""

    def __init__(self, lives: Iterable[float]) -> None:
        self.lives = iter(lives)
        self.children = {"worker": self}
        self.now = 0.0
        self.ends = next(self.lives)
        self.said: list[str] = []
        self.away: list[float] = []

    def check(self, first: str) -> None:
        assert first == "web"

    def poll(self) -> int | None:
        return 3 if self.now >= self.ends else None

    def start(self, name: str, command: Sequence[str]) -> None:
        self.away.append(self.now - self.ends)
        life = next(self.lives, None)
        if life is None:
            raise SupervisorError("the play is over")
        self.ends = self.now + life

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("lives", "pauses"),
    [
        ([0] * 9, [1, 2, 4, 8, 16, 32, 60, 60, 60]),
        ([0, 0, 0, 59, 0], [1, 2, 4, 8, 16]),
        ([0, 0, 0, 61, 0], [1, 2, 4, 1, 2]),
        ([300, 300, 300], [1, 1, 1]),
        ([0] * 8 + [10_000, 0], [1, 2, 4, 8, 16, 32, 60, 60, 1, 2]),
    ],
)
def test_each_pause_is_twice_the_last_but_after_a_while_that_went_well(
    monkeypatch: pytest.MonkeyPatch, lives: list[float], pauses: list[int]
) -> None:
    play = Play(lives)
    monkeypatch.setattr(supervisor, "time", play)
    monkeypatch.setattr(supervisor, "say", play.said.append)
    with pytest.raises(SupervisorError, match="the play is over"):
        supervisor._keep_up(cast(Any, play), {"web": ["web"], "worker": ["worker"]})
    assert play.said == [
        f"worker ended with exit code 3; it starts again in {pause} s." for pause in pauses
    ]
    assert play.away == pytest.approx(pauses, abs=0.5)


def test_a_killed_supervisor_leaves_no_process(place: Path) -> None:
    with supervised(place, {"web": STEADY, "worker": STUBBORN}) as process:
        wait_for_lines(process, "all is ready", "web    | up", "worker | up")
        process.kill()
        process.communicate()
    until(lambda: not processes_of(place))


def test_a_site_that_never_gets_ready_is_given_up(place: Path) -> None:
    with supervised(place, {"web": STEADY}, limit=1, ready=False) as process:
        said, problem = process.communicate()
    assert (process.returncode, said) == (1, "web    | up\n")
    assert problem == "The site did not get ready within 1 s.\n"


def test_a_command_that_fails_ends_the_start_with_its_name() -> None:
    supervisor.run_to_end("setup", ["true"])
    with pytest.raises(SupervisorError, match="setup ended with exit code 4"):
        supervisor.run_to_end("setup", ["sh", "-c", "exit 4"])


# What the environment says


def test_a_busy_port_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "-m", "bzpeer.supervisor"], cwd=CHECKOUT, capture_output=True,
            text=True, env={**os.environ, "PORT": str(port), "DATA_DIR": str(tmp_path / "data")},
        )  # fmt: skip
    assert run.returncode == 1
    assert f"Port {port}" in run.stderr
    assert "Set PORT" in run.stderr
    assert run.stdout == ""
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1", "80 80", "٣٣٣٣"])
def test_a_wrong_port_is_named(value: str) -> None:
    with pytest.raises(SupervisorError, match="PORT must be"):
        supervisor.site_port({"PORT": value})


@pytest.mark.parametrize(("value", "wanted"), [("", True), ("1", True), ("0", False)])
def test_the_sample_is_wanted_unless_told_otherwise(value: str, wanted: bool) -> None:
    assert supervisor.sample_wanted({"SAMPLE": value}) is wanted


def test_a_wrong_sample_is_named() -> None:
    with pytest.raises(SupervisorError, match="SAMPLE must be 1 or 0, not 'no'"):
        supervisor.sample_wanted({"SAMPLE": "no"})


def test_the_site_is_web_worker_and_beat_and_keeps_its_schedule_in_the_data_folder() -> None:
    commands = supervisor.site_commands(8123, {"DATA_DIR": "/srv/data"})
    assert set(commands) == {"web", "worker", "beat"}
    assert "8123" in commands["web"]
    assert "/srv/data/beat-schedule" in commands["beat"]


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False), (302, False)])
def test_only_a_page_that_is_there_counts_as_ready(status: int, ready: bool) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert supervisor.answers(server.server_port) is ready
        thread.join()


def test_no_server_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert supervisor.answers(port) is False

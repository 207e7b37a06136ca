"""What `make run` starts: the servers, what the site needs to begin, and its three processes.

A signal or the end of the web process ends them all; any other is started again, and the pages are
there meanwhile. Each process has a session of its own, so that a Ctrl-C reaches the supervisor
alone, which stops the others in order. If the supervisor itself is killed, a guard that it has
forked kills them.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, NoReturn

from bzpeer.embedded import CHECKOUT, EmbeddedError, data_dir, held_for

READY_LIMIT = 120.0  # seconds until the first page must have answered
# Seconds between asking the processes to stop and killing them: what a worker has begun may end,
# and Celery's soft shutdown (30 s) fits in.
STOP_LIMIT = 35.0
# Seconds until a process that ended is started again: the first time, and at most. Who has run as
# long as the longest pause is at its first time again.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
HOST = "127.0.0.1"
_OUTPUT = threading.Lock()


class SupervisorError(Exception):
    """The site cannot start or cannot go on; the message says why."""


class Stopped(BaseException):
    """Somebody asked us to stop. No Exception, so that no cleanup on the way swallows it."""


class Processes:
    """Commands that run, by name; `watch` is told whom to kill if we are killed."""

    def __init__(self, watch: Callable[[int], object]) -> None:
        self.watch = watch
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.speakers: list[threading.Thread] = []

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start it, or start it again: what is left of the last one is killed."""
        if name in self.children:
            _kill(self.children[name])
        child = self.children[name] = _start(command)
        self.watch(child.pid)
        speaker = threading.Thread(target=_speak, args=(name, child.stdout), daemon=True)
        speaker.start()
        self.speakers.append(speaker)

    def check(self, *names: str) -> None:
        """Raise SupervisorError if one of these has ended."""
        for name in names:
            code = self.children[name].poll()
            if code is not None:
                raise SupervisorError(f"{name} ended with exit code {code}; all stop.")

    def stop(self) -> None:
        _stop(list(self.children.values()))
        for speaker in self.speakers:
            speaker.join(1)  # the last lines; a process that got away may hold the pipe


def supervise(
    commands: Mapping[str, Sequence[str]], ready: Callable[[], bool], announcement: str
) -> NoReturn:
    """Run the commands for ever and say the announcement once they are ready.

    From then on all but the first are started again when they end. Ends by raising: SupervisorError
    where the first ends, or any before they are ready, or none gets ready; Stopped after a signal
    (see `stop_on_signals`). None of them outlives the call.
    """
    deadline, pause = time.monotonic() + READY_LIMIT, 0.2
    with running(commands) as processes:
        while not ready():
            processes.check(*commands)
            if time.monotonic() > deadline:
                raise SupervisorError(f"The site did not get ready within {READY_LIMIT:.0f} s.")
            time.sleep(pause)
            pause = min(1.2 * pause, 3)  # each look at a site that fails costs lines in its log
        say(announcement)
        _keep_up(processes, commands)


def _keep_up(processes: Processes, commands: Mapping[str, Sequence[str]]) -> NoReturn:
    """Start what ends again, after a pause; raise if the first does."""
    first, *others = commands
    started, pauses = dict.fromkeys(others, time.monotonic()), dict.fromkeys(others, 0.0)
    due: dict[str, float] = {}
    while True:
        processes.check(first)
        for name in others:
            code, now = processes.children[name].poll(), time.monotonic()
            if code is not None and name not in due:
                pauses[name] = _pause(pauses[name], now - started[name])
                say(f"{name} ended with exit code {code}; it starts again in {pauses[name]:g} s.")
                due[name] = now + pauses[name]
            elif name in due and now >= due[name]:
                del due[name]
                processes.start(name, commands[name])
                started[name] = now
        time.sleep(0.25)


def _pause(last: float, ran: float) -> float:
    """Twice the last one, if there was one, but the first again once it has run for a while."""
    if not last or ran >= LONGEST_PAUSE:
        return FIRST_PAUSE
    return min(2 * last, LONGEST_PAUSE)


def run_to_end(name: str, command: Sequence[str]) -> None:
    """Run one command to its end; raises SupervisorError where that is no success."""
    with running({name: command}) as processes:
        code = processes.children[name].wait()
    if code != 0:
        raise SupervisorError(f"{name} ended with exit code {code}.")


@contextmanager
def running(commands: Mapping[str, Sequence[str]]) -> Iterator[Processes]:
    """The commands as processes; they end with the block."""
    with _guard() as watch:
        processes = Processes(watch)
        try:
            for name, command in commands.items():
                processes.start(name, command)
            yield processes
        finally:
            processes.stop()


@contextmanager
def _guard() -> Iterator[Callable[[int], object]]:
    """A process that kills the groups it is told of, all of them, if we end inside the block."""
    reading, writing = os.pipe()
    guard = os.fork()
    if guard == 0:
        try:
            os.close(writing)
            _kill_when_alone(reading)
        finally:
            os._exit(0)
    os.close(reading)
    try:
        yield lambda group: os.write(writing, f"{group}\n".encode())
    finally:
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)
        os.close(writing)


def _kill_when_alone(reading: int) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    os.setsid()  # what kills the supervisor's group does not reach us
    with open(reading) as told:
        groups = [int(line) for line in told]  # complete once the supervisor's end is closed
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )


def _speak(name: str, output: IO[bytes]) -> None:
    with output:
        for line in output:
            say(f"{name:<6} | {line.decode(errors='replace').rstrip()}")


def say(line: str) -> None:
    """Print one whole line; a reader that went away (`make run | head`) is no reason to stop."""
    with _OUTPUT, suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask the processes to stop, give them STOP_LIMIT together, then kill all they have started."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_LIMIT
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the process and all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def stop_on_signals() -> None:
    """From now on the first SIGINT or SIGTERM raises Stopped; later ones are ignored."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)


# The site


def site_port(environ: Mapping[str, str]) -> int:
    """The port that PORT names, checked to be free; raises SupervisorError naming PORT."""
    text = environ.get("PORT", "").strip() or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SupervisorError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            raise SupervisorError(
                f"Port {text} cannot be used ({error.strerror}). Set PORT to another one, "
                "as in `make run PORT=8001`."
            ) from error
    return int(text)


def sample_wanted(environ: Mapping[str, str]) -> bool:
    """Whether an empty database gets the sample: SAMPLE, 1 unless it says 0."""
    value = environ.get("SAMPLE", "").strip() or "1"
    if value not in ("0", "1"):
        raise SupervisorError(f"SAMPLE must be 1 or 0, not {value!r}.")
    return value == "1"


def web_processes() -> int:
    """How many processes answer, at most one for each processor."""
    return min(2, os.cpu_count() or 1)


def site_commands(port: int, environ: Mapping[str, str]) -> dict[str, list[str]]:
    """The processes of the site: one web worker a core (at most two), a worker, the beat."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "bzpeer"]
    web = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws"]
    quiet = ["--log-level", "warning"]
    # One thread a process, and one that lives: with it goes its connection to the database.
    threads = ["--blocking-threads", "1", "--blocking-threads-idle-timeout", "600"]
    workers = ["--workers", str(web_processes())]
    schedule = ["--schedule", str(data_dir(environ) / "beat-schedule"), "--pidfile", ""]
    return {
        "web": [*python, "granian", *web, *quiet, *workers, *threads, "bzpeer.wsgi:application"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", *schedule],
    }


def answers(port: int) -> bool:
    """Whether the home page is there."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run_site() -> NoReturn:
    """Bring the site up and keep it up; ends by raising, as `supervise` does."""
    port = site_port(os.environ)
    options = [] if sample_wanted(os.environ) else ["--no-sample"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings.dev")
    os.environ.setdefault("SITE_URL", f"http://{HOST}:{port}")
    with held_for(os.environ):
        run_to_end("setup", [sys.executable, "manage.py", "prepare", *options])
        supervise(
            site_commands(port, os.environ),
            lambda: answers(port),
            f"BZPEER is ready at http://{HOST}:{port}/",
        )


def exit_code(site: Callable[[], NoReturn]) -> int:
    """Run a site to its end: 0 after a signal, 1 and a line on stderr after a failure."""
    stop_on_signals()
    try:
        site()
    except Stopped:
        return 0
    except (EmbeddedError, SupervisorError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(exit_code(run_site))

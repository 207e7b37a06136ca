"""What `make run` starts: the servers, what the site needs to begin, and its three processes.

A signal or the end of one process ends them all. Each process has a session of its own, so that a
Ctrl-C reaches the supervisor alone, which stops the others in order. If the supervisor itself is
killed, a guard that it has forked kills them.
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
HOST = "127.0.0.1"
_OUTPUT = threading.Lock()


class SupervisorError(Exception):
    """The site cannot start or cannot go on; the message says why."""


class Stopped(BaseException):
    """Somebody asked us to stop. No Exception, so that no cleanup on the way swallows it."""


def supervise(
    commands: Mapping[str, Sequence[str]], ready: Callable[[], bool], announcement: str
) -> NoReturn:
    """Run the commands for ever and say the announcement once they are ready.

    Ends by raising: SupervisorError where one of them ends or none gets ready, Stopped after a
    signal (see `stop_on_signals`). None of them outlives the call.
    """
    deadline, pause = time.monotonic() + READY_LIMIT, 0.2
    with running(commands) as children:
        while not ready():
            _check(children)
            if time.monotonic() > deadline:
                raise SupervisorError(f"The site did not get ready within {READY_LIMIT:.0f} s.")
            time.sleep(pause)
            pause = min(1.2 * pause, 3)  # each look at a site that fails costs lines in its log
        say(announcement)
        while True:
            _check(children)
            time.sleep(0.25)


def run_to_end(name: str, command: Sequence[str]) -> None:
    """Run one command to its end; raises SupervisorError where that is no success."""
    with running({name: command}) as children:
        code = children[name].wait()
    if code != 0:
        raise SupervisorError(f"{name} ended with exit code {code}.")


@contextmanager
def running(commands: Mapping[str, Sequence[str]]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The commands as processes whose lines are said with their name; they end with the block."""
    children: dict[str, subprocess.Popen[bytes]] = {}
    speakers = []
    with _guard() as watch:
        try:
            for name, command in commands.items():
                children[name] = _start(command)
                watch(children[name].pid)
                heard = (name, children[name].stdout)
                speaker = threading.Thread(target=_speak, args=heard, daemon=True)
                speaker.start()
                speakers.append(speaker)
            yield children
        finally:
            _stop(list(children.values()))
            for speaker in speakers:
                speaker.join(1)  # the last lines; a process that got away may hold the pipe


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


def _check(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise SupervisorError(f"{name} ended with exit code {child.returncode}; all stop.")


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask the processes to stop, give them STOP_LIMIT together, then kill all they have started."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_LIMIT
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
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


def site_commands(port: int, environ: Mapping[str, str]) -> dict[str, list[str]]:
    """The processes of the site: one web worker a core (at most two), a worker, the beat."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "bzpeer"]
    web = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws"]
    quiet = ["--log-level", "warning"]
    # One thread a process, and one that lives: with it goes its connection to the database.
    threads = ["--blocking-threads", "1", "--blocking-threads-idle-timeout", "600"]
    workers = ["--workers", str(min(2, os.cpu_count() or 1))]
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

"""One data folder: its paths, its logs, and the list of the processes that hold its servers."""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_LIMIT = 60.0  # seconds: what one start may take, and one wait for the list


class EmbeddedError(Exception):
    """The built-in servers cannot serve; the message says what to do or which variable to set."""


@dataclass(frozen=True, slots=True)
class Room:
    """The paths of one data folder."""

    data: Path
    sockets: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Room":
        # A socket's path may have about 100 bytes, so it cannot lie in the data folder.
        data = data_dir.resolve()
        return cls(data, Path("/tmp/bzpeer-" + hashlib.sha256(bytes(data)).hexdigest()[:16]))  # noqa: S108 (owner and mode are checked)

    def log(self, name: str) -> Path:
        return self.data / "log" / f"{name}.log"


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told from a later one of the same pid by the clock tick of its start."""

    pid: int
    ticks: int

    @classmethod
    def current(cls) -> "Process":
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> "Process":
        return cls(pid, start_ticks(pid) or 0)

    def alive(self) -> bool:
        return start_ticks(self.pid) == self.ticks


def start_ticks(pid: int) -> int | None:
    """When a process started; None when it is gone or a zombie."""
    try:
        line = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *rest = line.rpartition(b")")[2].split()
    return None if state in (b"Z", b"X") else int(rest[18])


@dataclass(frozen=True, slots=True)
class Holder:
    process: Process
    needs: frozenset[str]


@dataclass(slots=True)
class Roll:
    """The list of holders, with the keeper and the servers that answer."""

    keeper: Process | None = None
    ready: frozenset[str] = frozenset()
    holders: list[Holder] = field(default_factory=list)

    @classmethod
    def read(cls, room: Room) -> "Roll":
        try:
            stored = json.loads((room.data / "holders.json").read_bytes())
        except (FileNotFoundError, ValueError):  # a power cut may leave an empty file
            return cls()
        roll = cls(
            keeper=Process(*stored["keeper"]) if stored["keeper"] else None,
            ready=frozenset(stored["ready"]),
            holders=[Holder(Process(*p), frozenset(needs)) for p, needs in stored["holders"]],
        )
        roll.holders = [holder for holder in roll.holders if holder.process.alive()]
        return roll

    def write(self, room: Room) -> None:
        def pair(process: Process) -> list[int]:
            return [process.pid, process.ticks]

        stored = {
            "keeper": pair(self.keeper) if self.keeper else None,
            "ready": sorted(self.ready),
            "holders": [[pair(h.process), sorted(h.needs)] for h in self.holders],
        }
        new = room.data / "holders.json.new"
        new.write_text(json.dumps(stored))
        new.replace(room.data / "holders.json")

    def kept(self) -> bool:
        return self.keeper is not None and self.keeper.alive()


@contextmanager
def locked_roll(room: Room) -> Iterator[Roll]:
    """The list, ours alone until the block ends; what the block changed is written back."""
    with (room.data / "holders.lock").open("ab") as lock:
        wait_for(
            lambda: _try_lock(lock.fileno()), lambda: f"{lock.name} is locked by another process."
        )
        roll = Roll.read(room)
        yield roll
        roll.write(room)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for(
    done: Callable[[], bool], failure: Callable[[], str], limit: float = START_LIMIT
) -> None:
    deadline = time.monotonic() + limit
    while not done():
        if time.monotonic() > deadline:
            raise EmbeddedError(f"Waited {limit:.0f} s. {failure()}")
        time.sleep(0.02)


def fresh_log(log: Path) -> Path:
    """Begin a log anew; the one before it stays as .old."""
    if log.exists():
        log.replace(log.with_suffix(".old"))
    return log


def tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-20:])

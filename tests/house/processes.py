"""What the tests of the machine room share: looking at processes, waiting for them to change."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from bzpeer.keeper.roll import start_ticks


def until(condition: Callable[[], object], limit: float = 30) -> None:
    """Wait for the condition to hold; fails after `limit` seconds, far above what it takes."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    return start_ticks(pid) is not None


def processes_of(folder: Path) -> dict[int, str]:
    """The living processes that name this folder in their command or work inside it."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            inside = (process / "cwd").readlink().is_relative_to(folder)
        except OSError:
            continue
        if alive(int(process.name)) and (inside or str(folder) in command):
            found[int(process.name)] = command
    return found


def keeper_of(data: Path) -> int:
    return int(json.loads((data / "holders.json").read_text())["keeper"][0])


def postmaster_of(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])

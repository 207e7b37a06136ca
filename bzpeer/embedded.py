"""The built-in Postgres and Redis: servers of a data folder's own, for development and small sites.

Whoever needs them holds them. They run while one holder lives and stop with the last, however it
ended. A keeper, one process per data folder, is their parent: it reads the list of holders, strikes
out the dead, and takes the servers down when nobody is left. If the keeper itself is killed, the
kernel takes them down, and the next holder starts a new one.

No Django here: manage.py needs the addresses before there are settings.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bzpeer.keeper.roll import (
    EmbeddedError,
    Holder,
    Process,
    Roll,
    Room,
    fresh_log,
    locked_roll,
    tail,
    wait_for,
)
from bzpeer.keeper.servers import program

__all__ = ["Addresses", "EmbeddedError", "addresses", "data_dir", "held", "held_for"]

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers are reached."""

    database_url: str
    broker_url: str


def addresses(data_dir: Path) -> Addresses:
    """The addresses of this data folder's servers, whether they run or not."""
    sockets = Room.of(data_dir).sockets
    return Addresses(
        database_url=f"postgresql://bzpeer@/bzpeer?host={sockets}",
        broker_url=f"redis+socket://{sockets}/redis.sock",
    )


@contextmanager
def held(data_dir: Path, *, postgres: bool = True, redis: bool = True) -> Iterator[Addresses]:
    """Keep the servers of this data folder up until the block ends, starting what isn't running.

    Raises EmbeddedError where they cannot run or do not answer within START_LIMIT.
    """
    needs = frozenset(name for name, on in (("postgres", postgres), ("redis", redis)) if on)
    if not needs:
        yield addresses(data_dir)
        return
    for name in sorted(needs):
        program(name)
    room = Room.of(data_dir)
    holder = Holder(Process.current(), needs)
    _register(room, holder)
    try:
        _wait_until_ready(room, needs)
        yield addresses(data_dir)
    finally:
        if os.getpid() == holder.process.pid:  # not in a child that was forked inside the block
            _leave(room, holder)


def data_dir(environ: Mapping[str, str]) -> Path:
    """The data folder that an environment names: DATA_DIR, else `.data` in the checkout."""
    return Path(environ.get("DATA_DIR", "").strip() or CHECKOUT / ".data").resolve()


@contextmanager
def held_for(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Hold the servers that an environment has no address for, and put their addresses there.

    For manage.py and the supervisor, before Django reads its settings. Raises EmbeddedError.
    """
    postgres, redis = (not environ.get(name, "").strip() for name in ("DATABASE_URL", "BROKER_URL"))
    with held(data_dir(environ), postgres=postgres, redis=redis) as built_in:
        if postgres:
            environ["DATABASE_URL"] = built_in.database_url
        if redis:
            environ["BROKER_URL"] = built_in.broker_url
        yield


def _register(room: Room, holder: Holder) -> None:
    try:
        (room.data / "log").mkdir(parents=True, exist_ok=True)
        with locked_roll(room) as roll:
            roll.holders.append(holder)
            if not roll.kept():
                roll.keeper = _spawn_keeper(room)
                roll.ready = frozenset()
    except PermissionError as error:
        raise EmbeddedError(
            f"The data folder belongs to someone else: {error}. "
            "Set DATA_DIR to a folder of your own."
        ) from error


def _spawn_keeper(room: Room) -> Process:
    """Start a keeper that is no child of ours; the command ends when it is there."""
    with fresh_log(room.log("keeper")).open("ab") as log:
        born = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "bzpeer.keeper", str(room.data)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=CHECKOUT,
            check=True,
        )
    return Process.of(int(born.stdout))


def _wait_until_ready(room: Room, needs: frozenset[str]) -> None:
    def ready() -> bool:
        roll = Roll.read(room)
        if not roll.kept():
            raise EmbeddedError(_no_start(room))
        return needs <= roll.ready

    wait_for(ready, lambda: _no_start(room))


def _no_start(room: Room) -> str:
    return (
        "The built-in servers did not start. Mend the cause, or set DATABASE_URL and BROKER_URL "
        f"to servers of yours. {room.log('keeper')} ends:\n{tail(room.log('keeper'))}"
    )


def _leave(room: Room, holder: Holder) -> None:
    """Strike this holder out; the last one waits until the servers are down."""
    if not room.data.exists():
        return
    with locked_roll(room) as roll:
        if holder in roll.holders:
            roll.holders.remove(holder)
        keeper = None if roll.holders else roll.keeper
    if keeper is not None:
        wait_for(
            lambda: not keeper.alive() or bool(Roll.read(room).holders),
            lambda: f"The keeper, process {keeper.pid}, does not stop.",
        )

"""The keeper: parent of the servers of one data folder, for as long as somebody holds them."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from bzpeer.keeper.guise import choose_guise
from bzpeer.keeper.roll import EmbeddedError, Room, fresh_log, locked_roll, tail, wait_for
from bzpeer.keeper.servers import VARIABLES, Postgres, Redis, find_program

STOP_LIMIT = 30.0  # seconds before a server that was asked to stop is killed
POLL = 0.25  # seconds between two looks at the list of holders


class Keeper:
    """Parent of the servers, for as long as the list has a holder."""

    def __init__(self, room: Room) -> None:
        programs = {name: path for name in VARIABLES if (path := find_program(name))}
        guise = choose_guise(room, list(programs.values()))
        kinds: dict[str, type[Postgres] | type[Redis]] = {"postgres": Postgres, "redis": Redis}
        self.servers = {name: kinds[name](room, guise, path) for name, path in programs.items()}
        self.room, self.guise = room, guise
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.told_to_stop = False

    def keep(self) -> None:
        """Run until nobody holds the servers, or a signal says so; no server outlives the call."""
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, self._stop_soon)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._make_sockets()
        try:
            while (missing := self._look()) is not None:
                for name in sorted(missing):
                    self._start(name)
                if not missing:
                    time.sleep(POLL)
        except BaseException:
            self._stop()  # else they are down since the last look: a newcomer's must not be touched
            raise

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.told_to_stop = True

    def _look(self) -> frozenset[str] | None:
        """Which servers are missing, one that crashed among them; None once the keeper has left.

        A newcomer waits for the lock, so the keeper holds it until its servers are down.
        """
        with locked_roll(self.room) as roll:
            if self.told_to_stop or not roll.holders:
                self._stop()
                roll.keeper, roll.ready = None, frozenset()
                return None
            roll.ready = frozenset(n for n, server in self.running.items() if server.poll() is None)
            wanted = frozenset[str]().union(*(holder.needs for holder in roll.holders))
            return wanted - roll.ready

    def _start(self, name: str) -> None:
        server, log = self.servers[name], fresh_log(self.room.log(name))
        # The servers of a keeper that was killed take a moment to follow it.
        wait_for(
            lambda: not occupied(server.folder, server.program.name),
            lambda: f"Another server still runs in {server.folder}.",
            STOP_LIMIT,
        )
        server.prepare()
        with log.open("ab") as output:
            process = self.guise.start(server.command(), output.fileno(), server.end)
        self.running[name] = process

        def answers() -> bool:
            if process.poll() is not None:
                raise EmbeddedError(f"{name} ended with {process.returncode}:\n{tail(log)}")
            return server.answers()

        wait_for(answers, lambda: f"{name} does not answer:\n{tail(log)}")

    def _stop(self) -> None:
        for name, process in self.running.items():
            process.send_signal(self.servers[name].end)
        for process in self.running.values():
            try:
                process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()
        shutil.rmtree(self.room.sockets, ignore_errors=True)

    def _make_sockets(self) -> None:
        """Make the socket folder, or take over our own from a keeper that was killed.

        Anyone can make a folder of that name in /tmp first; such a one is refused.
        """
        path = self.room.sockets
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            found = path.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid in (os.geteuid(), self.guise.uid)
            if not ours or stat.S_IMODE(found.st_mode) & 0o077:
                raise EmbeddedError(
                    f"{path} is not a private folder of ours; someone else made it. Remove it."
                ) from None
        self.guise.own(path)


def occupied(folder: Path, program: str) -> bool:
    """Whether the program works in this folder: servers make theirs the current one."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder and program in (process / "comm").read_text():
                return True
        except OSError:  # ended meanwhile, or not ours to see
            continue
    return False


def main() -> None:
    """Become the keeper of the data folder named on the command line, and say its process id."""
    room = Room.of(Path(sys.argv[1]))
    keeper = os.fork()
    if keeper:
        sys.stdout.write(f"{keeper}\n")
        return
    os.setsid()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        Keeper(room).keep()
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

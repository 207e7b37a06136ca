"""The real site on a free port: the processes of `make run`, each in the hands of the test."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bzpeer import supervisor
from bzpeer.embedded import CHECKOUT, addresses, held
from tests.house.processes import alive, keeper_of, processes_of, until
from tests.stack.visitor import Visitor

SAMPLE = CHECKOUT / "works" / "sample" / "xue-lin.bzpeer.jsonl"
SETTINGS = "tests.stack.settings"
# pytest's own, which the site must not inherit.
FOREIGN = frozenset(
    {"DATABASE_URL", "BROKER_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE", "PORT", "SAMPLE"}
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
    return port


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of a newcomer who names a data folder."""
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    given = {"BZPEER_EMBEDDED_FAST": "1", "DJANGO_SETTINGS_MODULE": SETTINGS}
    return own | given | {"DATA_DIR": str(data)} | more


def household(data: Path) -> dict[int, str]:
    """The living processes of a site: they name its data folder, work in it or inherited it."""
    found, mark = processes_of(data), f"DATA_DIR={data}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[int(process.name)] = command
        except OSError:
            continue
    return {pid: command for pid, command in found.items() if alive(pid)}


class Command:
    """A process in a session of its own whose lines are kept."""

    def __init__(self, command: list[str], environ: Mapping[str, str]) -> None:
        self.command = command
        self.process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environ, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(line.rstrip("\n") for line in output)

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def children(self) -> list[int]:
        """The living children; a worker's are its pool."""
        return children_of(self.process.pid)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, limit: float = 60) -> int:
        code = self.process.wait(limit)
        self._reader.join(5)
        return code

    def end(self) -> None:
        """Kill it and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.wait()


class Site:
    """Web, worker and beat beside their servers; any of them may be stopped and started again."""

    def __init__(self, data: Path, **more: str) -> None:
        self.data, self.port = data, free_port()
        self.database_url = addresses(data).database_url
        servers = {"DATABASE_URL": self.database_url, "BROKER_URL": addresses(data).broker_url}
        self.environ = environment(data, **servers | more)
        self.commands = supervisor.site_commands(self.port, self.environ)
        self.parts: list[Command] = []

    def start(self, name: str) -> Command:
        part = Command(self.commands[name], self.environ)
        self.parts.append(part)
        return part

    def the(self, name: str) -> Command:
        """The living process of this name, started again if the one before it has ended."""
        for part in reversed(self.parts):
            if part.command == self.commands[name] and part.process.poll() is None:
                return part
        return self.start(name)

    def end(self) -> None:
        for part in self.parts:
            part.end()

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py to its good end: what it said."""
        run = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT, env=self.environ, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        return run.stdout

    def visitor(self, limit: float = 30) -> Visitor:
        return Visitor(self.port, limit)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description is not None else []

    def one(self, statement: str, *values: Any) -> Any:
        ((value,),) = self.sql(statement, *values)
        return value

    def page_of(self, name: str) -> str:
        return f"/researchers/{self.one('SELECT slug FROM works_author WHERE name = %s', name)}/"


class Server:
    """A built-in server of a data folder: "postgres" or "redis-server", the keeper's child."""

    def __init__(self, data: Path, program: str) -> None:
        self.pid = next(filter(lambda pid: _runs(pid, program), children_of(keeper_of(data))), 0)


def children_of(pid: int) -> list[int]:
    """The living children of a process."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [child for child in map(int, listed.split()) if alive(child)]


def _runs(pid: int, program: str) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == program


@contextmanager
def site(data: Path, **more: str) -> Iterator[Site]:
    """A prepared site with the sample whose pages answer; no process of it outlives the block."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as holding:
        # Else a Postgres that is killed forgets what it has just acknowledged.
        patch.setenv("BZPEER_EMBEDDED_FAST", "0")
        holding.enter_context(held(data, redis="BROKER_URL" not in more))
        here = Site(data, **more)
        here.manage("prepare")
        try:
            for name in here.commands:
                here.start(name)
            until(lambda: supervisor.answers(here.port), 60)
            yield here
        finally:
            here.end()
    until(lambda: not household(data))


# Work to do, people, and what people do


STALE = """
    WITH stale AS (
        UPDATE works_authorfacts SET works = 0, version = version + 1
        WHERE author_id = (SELECT id FROM works_author WHERE name = %s) RETURNING author_id
    )
    INSERT INTO works_authorchange (author_id, kind, due_at)
    SELECT author_id, 'works', now() + make_interval(secs => %s) FROM stale
"""
WAITING = """
    SELECT attempts FROM works_authorchange c JOIN works_author a ON a.id = c.author_id
    WHERE a.name = %s
"""
SHOWN = """
    SELECT f.works FROM works_authorfacts f JOIN works_author a ON a.id = f.author_id
    WHERE a.name = %s
"""
TWICE = """
    SELECT author_id, digest FROM claims_trustscore GROUP BY 1, 2 HAVING count(*) > 1
"""
A_WORK = re.compile(r'href="(/works/[^"]+)"')
PASSWORD = "correct horse"


def make_stale(here: Site, name: str, seconds: float = 0) -> None:
    """Spoil an author's facts and leave the row that says so, due in some seconds."""
    here.sql(STALE, name, seconds)


def worked_off(here: Site, name: str) -> bool:
    return not here.sql(WAITING, name) and here.one(SHOWN, name) > 0


def enrol(here: Site, email: str) -> None:
    """An account with a verified address, made with a command beside the running site."""
    here.manage(
        "shell", "--no-imports", "-c",
        "from profiles.models import User; from allauth.account.models import EmailAddress; "
        f"user = User.objects.create_user({email!r}, {PASSWORD!r}); "
        f"EmailAddress.objects.create(user=user, email={email!r}, verified=True, primary=True)",
    )  # fmt: skip


def assert_all_answers(here: Site, email: str, limit: float) -> None:
    """Readers read, search and find; a person logs in, follows, and stops following."""
    reader, person = here.visitor(limit), here.visitor(limit)
    researcher = here.page_of("Xue Lin")
    found = reader.get(researcher)
    work = A_WORK.search(found.text)
    assert work
    paths = ["/", f"{researcher}trust/", "/search/?q=lin", "/researchers/", work[1], "/readyz"]
    answers = [found, *map(reader.get, paths)]
    assert [answer.status for answer in answers] == [200] * len(answers)
    assert person.post("/accounts/login/", login=email, password=PASSWORD).status == 302
    for action in ("follow", "unfollow"):
        assert person.post(f"{researcher}follow/", action=action).status == 303

"""Processor time of a question to the database: of this process and of the one that answers it.

Waiting for a turn on a machine that is shared is no part of it, nor is waiting for a disk.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time

from django.db import connection


def milliseconds(work: Callable[[], object]) -> float:
    """What the work costs here and in the server, which runs on this machine."""
    server = _server()
    start = process_time() + _spent(server)
    work()
    return 1000 * (process_time() + _spent(server) - start)


def least(work: Callable[[], object], rounds: int = 3) -> float:
    """The milliseconds of the round that was disturbed least."""
    return min(milliseconds(work) for _ in range(rounds))


@contextmanager
def plans_kept() -> Iterator[None]:
    """Let the connection keep the plans of the block's statements, as in a web process."""
    connection.ensure_connection()
    before = connection.connection.prepare_threshold
    connection.connection.prepare_threshold = 2  # as in `bzpeer.wsgi`
    try:
        yield
    finally:
        connection.connection.prepare_threshold = before


def _server() -> Path:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def _spent(process: Path) -> float:
    """Seconds on a processor so far."""
    return int(process.read_text().split()[0]) / 1e9

"""Commands as people call them: in this process, or in one of their own for the exit code."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management import CommandError, call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
LAST_LINE = re.compile(
    r"created=(\d+) updated=(\d+) unchanged=(\d+) rejected=(\d+) authors=(\d+) seconds=\d+\.\d"
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; `error` is what it said on stderr, or its refusal."""

    code: int
    output: str
    error: str

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """created, updated, unchanged, rejected and authors of the last line."""
        last = self.output.splitlines()[-1]
        found = LAST_LINE.fullmatch(last)
        assert found, last
        created, updated, unchanged, rejected, authors = map(int, found.groups())
        return created, updated, unchanged, rejected, authors


def run(command: str, *arguments: object) -> Ended:
    """In this process and its transaction."""
    output = StringIO()
    try:
        call_command(command, *map(str, arguments), stdout=output)
    except CommandError as error:
        return Ended(error.returncode, output.getvalue(), str(error))
    return Ended(0, output.getvalue(), "")


def environment() -> dict[str, str]:
    """For a process that works on the database of the tests."""
    address = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    return os.environ | {
        "DATABASE_URL": address._replace(path=f"/{name}").geturl(),
        "DJANGO_SETTINGS_MODULE": "bzpeer.settings.test",
    }


def start(*arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def manage(*arguments: object) -> Ended:
    """In a process of its own; needs a test whose transactions are real."""
    process = start(*arguments)
    output, error = process.communicate(timeout=60)
    return Ended(process.returncode, output, error)

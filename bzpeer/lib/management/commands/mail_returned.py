"""Take in mail that came back. Exit 0: all was read; 2: usage; 75: no database, try again later.

What is no report is said and passed over with exit 0: an MTA that pipes mail here would send it
back to whoever wrote it, or try it for days.
"""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from bzpeer.lib.mail_parts import LARGEST, Unreadable
from bzpeer.lib.mail_returns import Outcome, returned

TRY_AGAIN = 75  # EX_TEMPFAIL, which every MTA knows
UNREADABLE = "unreadable"
# How a Maildir marks what was read, and what somebody should look at.
SEEN, FLAGGED = ":2,S", ":2,FS"


class Command(BaseCommand):
    help = (
        "Take in what came back: delivery reports and complaints. One mail from stdin, or files,"
        " folders of them, or Maildirs, whose new mail is moved to cur."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: object, **options: Any) -> None:
        counts: Counter[str] = Counter()
        paths: list[Path] = options["paths"]
        if missing := [str(path) for path in paths if not path.exists()]:
            raise CommandError(f"no such file: {missing[0]}", returncode=2)
        if not paths and sys.stdin.isatty():
            raise CommandError("pipe a mail here, or name files", returncode=2)
        try:
            if not paths:
                counts[self.take(sys.stdin.buffer, "stdin")] += 1
            for path in paths:
                for file in mails_in(path):
                    counts[self.take_file(file, moved=file.parent == path / "new")] += 1
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"the database is away: {error}", returncode=TRY_AGAIN) from None
        named = [*(outcome.value for outcome in Outcome), UNREADABLE]
        self.stdout.write(" ".join(f"{name}={counts[name]}" for name in named))

    def take_file(self, file: Path, *, moved: bool) -> str:
        """What the report in a file was good for; mail of a Maildir is marked as read by it."""
        with file.open("rb") as stream:
            outcome = self.take(stream, str(file))
        if moved:
            mark = FLAGGED if outcome == UNREADABLE else SEEN
            file.rename(file.parents[1] / "cur" / (file.name.partition(":2,")[0] + mark))
        return outcome

    def take(self, stream: BinaryIO, name: str) -> str:
        raw = stream.read(LARGEST + 1)
        while stream.read(LARGEST):
            pass  # an MTA takes a pipe that is not read to its end for a failure
        try:
            return returned(raw).value
        except Unreadable as reason:
            self.stderr.write(f"{name}: it {reason}")
            return UNREADABLE


def mails_in(path: Path) -> Iterator[Path]:
    """The mails of a path in the order of their names: a file, or what is in a folder."""
    if not path.is_dir():
        yield path
        return
    folder = path / "new" if (path / "new").is_dir() and (path / "cur").is_dir() else path
    yield from sorted(file for file in folder.iterdir() if file.is_file())

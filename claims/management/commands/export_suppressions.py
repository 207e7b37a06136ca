"""Write down who is suppressed, in digests, to carry it out again after a restore."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from works.suppression_log import exported


class Command(BaseCommand):
    help = "Write the suppressions to a file: digests and their secret, which only you may read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, **options: Any) -> None:
        file: Path = options["file"]
        part = file.with_name(f"{file.name}.part")
        try:
            part.unlink(missing_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(exported())
            part.replace(file)
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error}") from error
        self.stdout.write(f"wrote {file}")

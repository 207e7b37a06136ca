"""Carry the suppressions of a file out again, after a backup was restored and before it serves."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from claims.suppressing import forget
from works.suppression_log import OtherSecret, reapplied


class Command(BaseCommand):
    help = "Suppress again whom a file of export_suppressions knows; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, **options: Any) -> None:
        emptied = 0
        try:
            with transaction.atomic():
                for one in reapplied(options["file"].read_bytes(), timezone.now().date()):
                    forget(one)
                    emptied += len(one.authors)
        except OSError as error:
            raise CommandError(f"the file could not be read: {error}") from error
        except msgspec.MsgspecError as error:
            raise CommandError(f"this is no list of suppressions: {error}") from error
        except OtherSecret as error:
            raise CommandError("this database has suppressions under another secret") from error
        self.stdout.write(f"emptied={emptied}")

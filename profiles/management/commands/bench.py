"""Measure the site, as ratios: on servers and in a data folder of its own, in a few minutes."""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterable
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bench import imports, neighbourhoods, pages, paths, refreshing, searching
from bench.measure import Line
from bzpeer.embedded import held_for
from works.researchers import search_researchers


class Command(BaseCommand):
    help = "Measure pages, graph, import and refresh against what they cost at least."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--here", action="store_true", help="in this database, emptying it")

    def handle(self, *args: object, **options: Any) -> None:
        if not options["here"]:
            sys.exit(apart())
        if settings.ROOT_URLCONF != "bench.urls":
            raise CommandError("--here needs DJANGO_SETTINGS_MODULE=bench.settings", returncode=2)
        self.measure()

    def measure(self) -> None:
        call_command("prepare", no_sample=True, verbosity=0)
        self.say("Import, as a share of a raw COPY", imports.measure())
        self.say("Refresh", refreshing.measure())
        self.say("Pages", pages.measure(sample()))
        self.say("What a slice reads", neighbourhoods.measure())
        self.say("How two are connected", paths.measure())
        self.say("Searches, in processor time", searching.measure())

    def say(self, title: str, lines: Iterable[Line]) -> None:
        self.stdout.write(f"\n{title}")
        for line in lines:
            self.stdout.write(str(line))
            self.stdout.flush()


def sample() -> str:
    """Take the sample in again, beside the made-up corpus; the slug of its researcher."""
    folder = settings.BASE_DIR / "works" / "sample"
    call_command("import_works", "bzpeer", *map(str, folder.glob("*.jsonl")), stdout=StringIO())
    call_command("refresh", stdout=StringIO())
    return search_researchers("Xue Lin", most=1)[0].slug


def apart() -> int:
    """Run the same command in a folder of its own, far from anyone's data; its exit code."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "BROKER_URL")}
    with tempfile.TemporaryDirectory(prefix="bzpeer-bench-") as folder:
        own = kept | {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "bench.settings"}
        command = [sys.executable, "manage.py", "bench", "--here"]
        with held_for(own):
            return subprocess.run(  # noqa: S603
                command, cwd=settings.BASE_DIR, env=own, check=False
            ).returncode

"""Fill an empty database with the sample, so that the first page has something to show."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from works.models import Work


class Command(BaseCommand):
    help = "Import the sample corpus into a database without works, and refresh it."

    def handle(self, *args: object, **options: Any) -> None:
        if Work.objects.exists():
            self.stdout.write("the database has works: the sample is not loaded")
            return
        folder = settings.BASE_DIR / "works" / "sample"
        call_command("import_works", "bzpeer", *sorted(map(str, folder.glob("*.jsonl"))))
        call_command("refresh")

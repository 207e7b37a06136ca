"""`manage.py build_assets`: fonts, then the static files as they are served."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from bzpeer.lib.assets import STAMP, build_fonts

# What packages bring and no page asks for.
UNUSED = [STAMP, "htmx-4*", "htmx-2-compat*", "htmax-*", "ext"]


class Command(BaseCommand):
    help = "Cut the web fonts and collect the static files, compressed and named by content."

    def handle(self, *args: Any, **options: Any) -> None:
        fonts = Path(settings.BASE_DIR) / "build" / "assets" / "fonts"
        self.stdout.write("Fonts cut." if build_fonts(fonts) else "Fonts are current.")
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
        self.stdout.write(f"Static files collected in {settings.STATIC_ROOT}.")

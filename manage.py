#!/usr/bin/env python
"""Django's commands, with the built-in servers up for as long as a command that needs them runs."""

import os
import sys

from django.core.management import execute_from_command_line

from bzpeer.embedded import EmbeddedError, held_for

NEED_NO_SERVER = frozenset(
    {
        "bench",
        "build_assets",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
    }
    | {"help", "makemessages", "version", "--help", "-h", "--version"}
)


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings.dev")
    if len(arguments) < 2 or arguments[1] in NEED_NO_SERVER or "--help" in arguments:
        execute_from_command_line(arguments)
        return
    try:
        with held_for(os.environ):
            execute_from_command_line(arguments)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv)

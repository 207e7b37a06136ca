"""One pair of built-in servers for the whole run, in a folder and on sockets of its own."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

servers = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before Django reads its settings."""
    hold_servers()


def hold_servers() -> None:
    from bzpeer.embedded import held

    if os.environ.get("DATABASE_URL") and os.environ.get("BROKER_URL"):
        return
    folder = servers.enter_context(tempfile.TemporaryDirectory(prefix="bzpeer-test-"))
    os.environ["BZPEER_EMBEDDED_FAST"] = "1"
    os.environ["DATA_DIR"] = folder
    found = servers.enter_context(held(Path(folder)))
    os.environ["DATABASE_URL"], os.environ["BROKER_URL"] = found.database_url, found.broker_url


def pytest_unconfigure() -> None:
    servers.close()

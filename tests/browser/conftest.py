"""A Chromium, the site on a port of its own with the sample in it, and what a visit to it left."""

import os
import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bzpeer.lib.assets import build_fonts
from graph import slices
from tests.factories.corpus import author_of
from works.models import Author

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Ends before the database does, which nobody may be using then."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"there is no Chromium: none of {', '.join(NAMES)} is installed")
    # Playwright runs a loop of its own on this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS])
        yield chromium
        chromium.close()
        # While that loop runs, this thread has connections of its own, which a fixture of tests
        # that come later may have opened again. Once it is over, nobody finds them.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def fonts() -> None:
    build_fonts(ROOT / "build" / "assets" / "fonts")


@pytest.fixture
def untried(our_outbox: None, transactional_db: None) -> None:
    """Nobody tried anything yet: the limits live in a table that no test empties."""
    cache.clear()


@pytest.fixture
def sample(transactional_db: None) -> Author:
    call_command("load_sample", stdout=StringIO(), stderr=StringIO())
    found = author_of("bzpeer-sample", "xue-lin")
    slices.build(found.pk, timezone.now())
    return found


class Visit:
    """A page, and what its visit did that a reader's page must not do."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context = context
        self.site = site
        self.page = context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        self.page.on("request", self.see)

    def hear(self, message: Any) -> None:
        # Chromium reports a page that is not there, too, and here that may be what was asked for.
        if message.type in ("error", "warning") and "404" not in message.text:
            self.faults.append(f"{message.type}: {message.text}")

    def see(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.site:
            self.faults.append(f"request elsewhere: {request.url}")

    def forgive(self) -> None:
        """What went wrong until now was to go wrong."""
        self.faults.clear()

    def go(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page


Visitor = Callable[..., Visit]


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer, fonts: None) -> Iterator[Visitor]:
    """Opens visits; when the test is over, none of them may have left a fault behind."""
    visits: list[Visit] = []

    def open_visit(size: str = "wide", scripts: bool = True) -> Visit:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        visits.append(Visit(context, live_server.url))
        return visits[-1]

    yield open_visit
    for visit in visits:
        visit.context.close()
    assert [fault for visit in visits for fault in visit.faults] == []

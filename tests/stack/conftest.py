"""One site for the tests that leave it as they found it: whole, and with nothing left to do."""

from collections.abc import Iterator

import pytest

from tests.house.processes import until
from tests.stack.harness import TWICE, Site, site
from tests.stack.letterbox import Letterbox


@pytest.fixture(scope="session")
def letterbox() -> Iterator[Letterbox]:
    """Where the site's mail goes; it refuses connections until a test opens it."""
    box = Letterbox()
    yield box
    box.taken.close()


@pytest.fixture(scope="session")
def shared_site(letterbox: Letterbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("stack") / "data"
    with site(data, EMAIL_PORT=str(letterbox.port)) as here:
        yield here


@pytest.fixture
def here(shared_site: Site) -> Iterator[Site]:
    """The shared site with each of its processes; what a test did to it, it did once."""
    for name in shared_site.commands:
        shared_site.the(name)
    yield shared_site
    for name in shared_site.commands:
        shared_site.the(name)
    until(lambda: not shared_site.sql("SELECT 1 FROM works_authorchange"), 60)
    assert shared_site.sql(TWICE) == []

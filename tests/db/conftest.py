"""What the tests of the database share: each module begins with tables as new as the first one."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def begin_afresh(fresh_tables: None) -> None:
    """What the modules before it rolled back is out of its way."""

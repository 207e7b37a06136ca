"""Works by people, for the tests of pages."""

from typing import Any

from tests.factories.records import topics, work
from works.domain.records import AuthorRecord, WorkRecord


def by(*people: str | AuthorRecord, **fields: Any) -> WorkRecord:
    """Another work by these people, on a topic."""
    return work(*people, **({"categories": topics("cs.LG")} | fields))

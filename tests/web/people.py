"""Works by people, named as on paper, for the tests of pages."""

from itertools import count
from typing import Any

from tests.factories.records import topics, work
from works.domain.records import AuthorRecord, WorkRecord

NUMBERS = count(1)


def by(*people: str | AuthorRecord, **fields: Any) -> WorkRecord:
    """Another work by these people, each under a number of its own."""
    number = next(NUMBERS)
    plain = {"categories": topics("cs.LG"), "abstract": f"The number is {number}. It is so."}
    return work(number, *people, **(plain | fields))

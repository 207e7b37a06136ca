"""Works by people, for the tests of pages."""

from string import ascii_lowercase
from typing import Any

from tests.factories.records import topics, work
from works.domain.records import AuthorRecord, WorkRecord


def by(*people: str | AuthorRecord, **fields: Any) -> WorkRecord:
    """Another work by these people, on a topic."""
    return work(*people, **({"categories": topics("cs.LG")} | fields))


def somebody(number: int, family: str = "") -> str:
    """A name of its own for every number below 17,576: names hold no digits."""
    letters = (ascii_lowercase[number // 26**place % 26] for place in (2, 1, 0))
    word = "".join(letters).title()
    return f"{word} {family}" if family else f"Jo {word}"

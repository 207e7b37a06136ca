"""What is known around a researcher: all that the slice is drawn from."""

from msgspec import Struct


class Person(Struct, frozen=True):
    """A co-author. `works` counts all works shared with the researcher."""

    key: int
    name: str
    url: str
    works: int
    close: bool


class Work(Struct, frozen=True):
    """A work of the researcher; `title` is plain text.

    `people` are the co-authors, the researcher left out; keys that are not among the people of
    the facts are passed over. `team` counts everybody on the work.
    """

    key: int
    title: str
    url: str
    year: int | None
    people: tuple[int, ...]
    topics: tuple[int, ...]
    team: int


class Topic(Struct, frozen=True):
    """A topic of the researcher's works; `works` counts all works of the researcher on it."""

    key: int
    name: str
    url: str
    works: int


class Institution(Struct, frozen=True):
    """An institution and the co-authors who were there, on works with the researcher or not.

    `own`: the researcher was there too.
    """

    key: int
    name: str
    url: str
    people: tuple[int, ...]
    own: bool = False


class SliceFacts(Struct, frozen=True):
    """A researcher and what is near; the order of the tuples, but for `circles`, says nothing.

    `works` may be cut to the newest, `people` to the nearest; the totals are of the whole
    record. `circles` holds the work keys of each circle over all works, the largest circle
    first (see `works.domain.circles`).
    """

    name: str
    url: str
    works: tuple[Work, ...]
    people: tuple[Person, ...]
    topics: tuple[Topic, ...]
    institutions: tuple[Institution, ...]
    total_works: int
    total_people: int
    total_topics: int
    total_institutions: int
    circles: tuple[tuple[int, ...], ...]

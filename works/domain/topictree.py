"""What records say of topics: their names, and which topic is the next one up.

Records may disagree. Of all that was ever read, the first name and the first place in the order of
their letters stand: so it does not matter in which order the records came.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeVar

import msgspec

from works.domain.article import topic_name
from works.domain.records import Category, WorkRecord

Key = tuple[str, str]  # (scheme, code)
T = TypeVar("T", str, Key | None)


class Told(msgspec.Struct, frozen=True):
    """What is told of one topic; both are empty where nothing is."""

    name: str = ""
    broader: Key | None = None

    def join(self, other: "Told") -> "Told":
        return Told(_first(self.name, other.name), _first(self.broader, other.broader))


NOTHING = Told()


def told(records: Iterable[WorkRecord]) -> dict[Key, Told]:
    """What these records say of topics and of those above them; withdrawals say nothing."""
    distinct = {item for record in records if not record.deleted for item in record.categories}
    found: dict[Key, Told] = {}
    for key, said in chain.from_iterable(map(_steps, distinct)):
        found[key] = found.get(key, NOTHING).join(said)
    return found


def shown_name(key: Key, said: Told) -> str:
    """The official name where we know one, else the name that is told, else the code."""
    return topic_name(*key) or said.name or key[1]


def _steps(category: Category) -> Iterator[tuple[Key, Told]]:
    """Each topic from this one upwards, with the next one up; no topic is above itself."""
    way = [category, *category.broader]
    keys: list[Key | None] = [*(_key(item) for item in way), None]
    for item, above in zip(way, keys[1:]):
        yield _key(item), Told(item.name, above if above != _key(item) else None)


def _key(item: Category) -> Key:
    return item.scheme, item.code


def _first(one: T, other: T) -> T:
    return min(one, other) if one and other else one or other

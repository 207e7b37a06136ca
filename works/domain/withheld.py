"""People who are named nowhere: how they are known again without their names being kept.

All that is kept of them are digests under a secret. A person is known by the key of their record,
and, on the works that they were once found on, by the name that stood there: under whatever
identifier, number or abbreviated name the work comes again.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import blake2b
from html import unescape
from itertools import combinations_with_replacement

import msgspec
from msgspec.structs import replace

from works.domain import names
from works.domain.bylines import Place, seats
from works.domain.identity import AuthorKey, author_key
from works.domain.records import AuthorRecord, WorkRecord
from works.domain.sameness import forms

# The scheme of the key that is left of a suppressed record.
SCHEME = "withheld"
NOBODY = AuthorRecord(names.WITHHELD)
DIGEST_BYTES = 16


_JSON_LETTER = re.compile(r"\\u([0-9a-fA-F]{4})")

SuppressionId = int


class Trace(msgspec.Struct, frozen=True):
    """A name as it stood in the byline of a work: the `rank`-th bearer of it."""

    suppression: SuppressionId
    name: bytes
    rank: int
    forms: frozenset[bytes]


class Digests(msgspec.Struct, frozen=True):
    """Keyed digests: without the secret nobody finds a name by trying names."""

    secret: bytes

    def key(self, key: AuthorKey) -> bytes:
        return self._of("key", key.scheme, key.value)

    def hint(self, key: AuthorKey) -> bytes:
        """The same for all records of one name: whether to look closer."""
        bare = key.value.partition("#")[0] if key.scheme == "name" else key.value
        return self._of("hint", key.scheme, bare)

    def hints(self, record: WorkRecord, known: Collection[bytes]) -> Iterator[bytes]:
        """Of all that could decide who the people of a byline are.

        Names cost most, and are looked at only where somebody is `known` by a name.
        """
        for author in record.authors:
            yield from map(self.hint, keys_of(author))
        if self.by_name in known:
            for name_key, _ in seats(record).values():
                yield self.hint(AuthorKey("name", name_key))

    @property
    def by_name(self) -> bytes:
        """That somebody is known by a name alone."""
        return self._of("by name")

    def trace(
        self, suppression: SuppressionId, author: AuthorRecord, seat: tuple[str, int]
    ) -> Trace:
        name_key, rank = seat
        return Trace(suppression, self._of("name", name_key), rank, self.forms(author))

    def forms(self, author: AuthorRecord) -> frozenset[bytes]:
        return frozenset(self._of("form", form) for form in forms(author))

    def marks(self, key: AuthorKey) -> set[bytes]:
        """By which a key is known again at imports."""
        found = {self.key(key), self.hint(key)}
        return found | {self.by_name} if key.scheme == "name" else found

    def row(self, key: AuthorKey) -> bytes:
        """Of a record that is to be emptied where an older backup has it."""
        return self._of("row", key.scheme, key.value)

    def words(self, text: str) -> Iterator[bytes]:
        """Of a name or an identifier, to be found in texts: its first and last word, and both."""
        words = names.fold(text).split()
        ends = (words[0], words[-1]) if words else ()
        yield from (self._of("word", end) for end in ends)
        if ends:
            yield self._of("ends", *sorted(ends))

    def is_named_in(self, text: str, known: Collection[bytes]) -> bool:
        """Whether both ends of a known name are in a text, whatever marks it up."""
        words = set(names.fold(_unescaped(text)).split())
        hit = sorted(word for word in words if self._of("word", word) in known)
        pairs = combinations_with_replacement(hit, 2)
        return any(self._of("ends", *pair) in known for pair in pairs)

    def _of(self, kind: str, *parts: str) -> bytes:
        said = "\0".join((kind, *parts)).encode("utf-8", "replace")
        return blake2b(said, key=self.secret, digest_size=DIGEST_BYTES).digest()


def _unescaped(text: str) -> str:
    """Letters that XML and JSON spell in numbers, as letters."""
    return _JSON_LETTER.sub(lambda found: chr(int(found[1], 16)), unescape(text))


def keys_of(author: AuthorRecord) -> list[AuthorKey]:
    """The identifiers that a source gives with a name, in their normal form."""
    return list(filter(None, map(author_key, author.person_ids)))


def masked(record: WorkRecord, places: Collection[Place]) -> WorkRecord:
    """The record with nobody at these places, and everybody else where they were."""
    authors = (
        NOBODY if place in places else author
        for place, author in enumerate(record.authors, start=1)
    )
    return replace(record, authors=tuple(authors))


def found_again(
    record: WorkRecord, traces: Iterable[Trace], digests: Digests
) -> dict[Place, SuppressionId]:
    """Where those stand whose traces are on this work; nobody stands twice in one byline.

    So a byline with as many withheld names as it has people to withhold is done with, and whoever
    bears one of those names as well is left alone.
    """
    of: dict[SuppressionId, list[Trace]] = defaultdict(list)
    for trace in traces:
        of[trace.suppression].append(trace)
    if sum(author.name == names.WITHHELD for author in record.authors) >= len(of):
        return {}
    lines = [
        (place, digests.trace(0, record.authors[place - 1], seat))
        for place, seat in seats(record).items()
    ]
    return {place: id for id, known in of.items() for place in _standing(lines, known)}


def _standing(lines: Sequence[tuple[Place, Trace]], known: Sequence[Trace]) -> list[Place]:
    """The places of a name that is known; else of its bearer elsewhere; else of a form of it."""
    exact = {(trace.name, trace.rank) for trace in known}
    bearers = {trace.name for trace in known}
    return (
        [place for place, line in lines if (line.name, line.rank) in exact]
        or [place for place, line in lines if line.name in bearers]
        or [place for place, line in lines if any(_alike(line, trace) for trace in known)]
    )


def _alike(one: Trace, other: Trace) -> bool:
    """Whether one name is a shorter form of the other."""
    few, many = sorted((one.forms, other.forms), key=len)
    return bool(few) and few <= many

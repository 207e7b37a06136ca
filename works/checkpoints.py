"""How far each file of a killed import was taken, so that the next one goes on behind that.

A checkpoint counts the records, taken or turned down, that the file gave up to the last portion
that was committed, and is written in that portion's transaction. The next run parses the file from
its beginning and passes over as many. A place in bytes would spare the parsing, which is a small
part of the time, but no compressed file can be entered in its middle, and a record in the middle
of an XML file means nothing without the elements around it.
"""

import os
import stat
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import msgspec

from works.models import ImportCheckpoint

HEAD = 1 << 16


class Place(msgspec.Struct, frozen=True):
    """A file as one source reads it; without an `identity` (a pipe) nothing is remembered of it."""

    source: str
    path: str
    identity: bytes = b""


def place(source: str, path: Path) -> Place:
    """Know a file by its path, size, time and beginning: any change makes it another one.

    Raises OSError.
    """
    name, found = absolute(path), path.stat()
    if not stat.S_ISREG(found.st_mode):
        return Place(source, name)
    digest = blake2b(os.fsencode(os.path.abspath(path)), digest_size=16)
    digest.update(b"\0%d %d\0" % (found.st_size, found.st_mtime_ns))
    with open(path, "rb") as file:
        digest.update(file.read(HEAD))
    return Place(source, name, digest.digest())


def printable(path: Path) -> str:
    """The path as text; bytes of a file's name that are no UTF-8 are shown as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def absolute(path: Path) -> str:
    """The whole path as text, by which what is kept of a file is found again."""
    return printable(Path(os.path.abspath(path)))


def found(place: Place) -> ImportCheckpoint | None:
    """What an earlier run that did not end left behind."""
    if not place.identity:
        return None
    left = ImportCheckpoint.objects.filter(source=place.source, identity=place.identity)
    return left.select_related("run").first()


def advance(place: Place, run_id: int, position: int, *, finished: bool = False) -> None:
    """So many records are taken. To be called in the transaction that takes the last of them."""
    if not place.identity:
        return
    checkpoint = ImportCheckpoint(
        source=place.source,
        identity=place.identity,
        path=place.path,
        position=position,
        finished=finished,
        run_id=run_id,
    )
    ImportCheckpoint.objects.bulk_create(
        [checkpoint],
        update_conflicts=True,
        unique_fields=["source", "identity"],
        update_fields=["position", "finished", "run"],
    )


def forget(places: Iterable[Place]) -> None:
    """The run over these files has ended: the next one reads all of them again."""
    for one in places:
        ImportCheckpoint.objects.filter(source=one.source, path=one.path).delete()

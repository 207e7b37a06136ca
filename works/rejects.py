"""Records that could not be taken, kept once each however often a file is imported."""

from collections.abc import Collection, Sequence
from hashlib import blake2b

import msgspec

from works.domain.records import Rejected
from works.models import ImportReject, ImportRun
from works.sources.base import AGAIN_BYTES
from works.withholding import naming

# What a run may keep of whole records. A file read as the wrong source is rejected record by
# record, and nobody replays that.
KEPT_BYTES = 256 << 20


class Reject(msgspec.Struct, frozen=True):
    """A record that was turned down: by its parser, or (`is_parsed`) by the database."""

    rejected: Rejected
    is_parsed: bool = False


def keep(run: ImportRun, file: str, rejects: Sequence[Reject]) -> None:
    """Store rejects of a file; one that an earlier run left there becomes this run's."""
    # In the order of the file, so that two imports of it wait for each other and never in a circle.
    placed = sorted(rejects, key=lambda one: one.rejected.position)
    rows = {row.digest: row for row in (_row(run, file, one) for one in placed)}
    empty_naming(rows.values())
    ImportReject.objects.bulk_create(
        rows.values(),
        batch_size=100,
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=[
            "run",
            "external_id",
            "field",
            "reason",
            "raw",
            "again",
            "is_parsed",
            "tried_at",
            "replayed_in",
        ],
    )


def empty_naming(rows: Collection[ImportReject]) -> list[ImportReject]:
    """Keep nothing of the records that name somebody who is suppressed, but where they stood."""
    if not rows:
        return []
    texts = [row.raw + bytes(row.again).decode("utf-8", "replace") for row in rows]
    found = [row for row, is_naming in zip(rows, naming(texts)) if is_naming]
    for row in found:
        row.raw, row.again = "", b""
    return found


def _row(run: ImportRun, file: str, one: Reject) -> ImportReject:
    said = one.rejected
    return ImportReject(
        run=run,
        file=file,
        position=said.position,
        external_id=said.external_id,
        field=said.field,
        reason=said.reason,
        raw=said.raw,
        digest=_digest(run.source, file, said),
        again=_whole(run, said),
        is_parsed=one.is_parsed,
    )


def _digest(source: str, file: str, said: Rejected) -> bytes:
    place = f"{source}\0{file}\0{said.position}\0".encode()
    return blake2b(place + (said.again or said.raw.encode()), digest_size=16).digest()


def _whole(run: ImportRun, said: Rejected) -> bytes:
    """What a replay would read, as long as there is room for it."""
    size = len(said.again)
    if size > AGAIN_BYTES or run.kept_bytes + size > KEPT_BYTES:
        return b""
    run.kept_bytes += size
    return said.again

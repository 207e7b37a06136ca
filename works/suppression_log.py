"""The suppressions as a small file, to be carried out again on a backup that is older than they.

It has digests and their secret, and no name. With both, names can be tried: it is to be kept as
safe as the backups are.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from works.domain.identity import AuthorKey
from works.domain.withheld import SCHEME, Digests
from works.ingest import regroup
from works.models import (
    Author,
    ReportKey,
    SuppressedKey,
    SuppressedMention,
    Suppression,
    SuppressionSecret,
)
from works.suppression import Emptied, carry_out, merging


class OtherSecret(Exception):
    """The database has suppressions of its own under another secret."""


class Mention(msgspec.Struct, frozen=True, array_like=True):
    key: int
    name: bytes
    rank: int
    forms: bytes


class Entry(msgspec.Struct, frozen=True):
    """One suppression; `public_id` is that of the record it emptied."""

    public_id: str
    reason: str
    decided_by: int | None
    decided_at: datetime
    keys: list[bytes]
    mentions: list[Mention]


class Log(msgspec.Struct, frozen=True):
    secret: bytes
    entries: list[Entry]


def exported() -> bytes:
    """The log as JSON."""
    found = SuppressionSecret.objects.first()
    entries = [_entry(one) for one in Suppression.objects.select_related("author").order_by("pk")]
    return msgspec.json.encode(Log(bytes(found.value) if found else b"", entries))


def _entry(one: Suppression) -> Entry:
    keys = SuppressedKey.objects.filter(suppression=one).order_by("digest")
    mentions = SuppressedMention.objects.filter(suppression=one).order_by("key", "name", "rank")
    return Entry(
        one.author.public_id if one.author else "",
        one.reason,
        one.decided_by,
        one.decided_at,
        [bytes(digest) for digest in keys.values_list("digest", flat=True)],
        [Mention(row.key, bytes(row.name), row.rank, bytes(row.forms)) for row in mentions],
    )


def reapplied(data: bytes, today: date) -> Iterator[Emptied]:
    """Carry a log out, also a second time; each record that is emptied by it, in a transaction.

    To be read to its end. Raises msgspec.MsgspecError for what is no log, and OtherSecret.
    """
    log = msgspec.json.decode(data, type=Log)
    if not log.entries:
        return
    _take_secret(log.secret)
    digests = Digests(log.secret)
    held = dict(_records(digests))
    for entry in log.entries:
        with merging() as cursor:
            records = [held[digest] for digest in entry.keys if digest in held]
            suppression = _learnt(entry)
            for author in Author.objects.filter(pk__in=records).exclude(key_scheme=SCHEME):
                if suppression.author is None:
                    Suppression.objects.filter(pk=suppression.pk).update(author=author)
                yield carry_out(cursor, digests, suppression, author, today)
            regroup(_works(entry), today)


def _take_secret(secret: bytes) -> None:
    found = SuppressionSecret.objects.first()
    if found is None:
        SuppressionSecret.objects.create(value=secret)
    elif bytes(found.value) != secret:
        raise OtherSecret


def _records(digests: Digests) -> Iterator[tuple[bytes, int]]:
    """Every record that is not empty, by the digest under which a log knows it."""
    authors = Author.objects.exclude(key_scheme=SCHEME)
    for id, scheme, value in authors.values_list("pk", "key_scheme", "key_value").iterator():
        yield digests.row(AuthorKey(scheme, value)), id


def _learnt(entry: Entry) -> Suppression:
    """The suppression of the log in the database, with all that the log knows of it."""
    # To the microsecond; the digests of a word may be those of several people.
    known = Suppression.objects.filter(decided_at=entry.decided_at).first()
    suppression = known or _new(entry)
    SuppressedKey.objects.bulk_create(
        [SuppressedKey(suppression=suppression, digest=digest) for digest in entry.keys],
        ignore_conflicts=True,
    )
    SuppressedMention.objects.bulk_create(
        [SuppressedMention(suppression=suppression, **_fields(one)) for one in entry.mentions],
        ignore_conflicts=True,
        batch_size=1_000,
    )
    return suppression


def _new(entry: Entry) -> Suppression:
    return Suppression.objects.create(
        reason=entry.reason, decided_by=entry.decided_by, decided_at=entry.decided_at
    )


def _fields(mention: Mention) -> dict[str, Any]:
    return msgspec.structs.asdict(mention)


def _works(entry: Entry) -> list[int]:
    """The works on which the person stood, whatever record they are under in this backup."""
    keys = {mention.key for mention in entry.mentions}
    reports = ReportKey.objects.filter(key__in=keys, report__work__isnull=False)
    return sorted(set(reports.values_list("report__work", flat=True)))

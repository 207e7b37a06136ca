"""What stands of one report when its source has said several things about it, in any order.

Two facts are kept: the latest text, and the latest withdrawal unless a later text took it back.
Joining is associative, commutative and idempotent, so the same statements in any order, in any
batches and any number of times end in the same standing.
"""

from typing import Literal

import msgspec

from works.domain.records import PartialDate, WorkRecord

Verdict = Literal["created", "updated", "unchanged"]


class Text(msgspec.Struct, frozen=True, order=True):
    """One version of what a report says: its date at the source, and a digest of the rest."""

    date: PartialDate
    digest: bytes


class Standing(msgspec.Struct, frozen=True):
    """`text` is empty where the source withdrew a report that we never had."""

    text: Text | None = None
    gone: PartialDate | None = None

    @property
    def deleted(self) -> bool:
        return self.gone is not None

    @property
    def record_date(self) -> PartialDate:
        """When the source last said something that counts."""
        return self.gone if self.gone is not None else self.text.date if self.text else ""

    @property
    def live(self) -> bool:
        return self.text is not None and not self.deleted

    def join(self, other: "Standing") -> "Standing":
        """The later text and withdrawal; of one day the larger digest, and the withdrawal."""
        text = max(filter(None, (self.text, other.text)), default=None)
        gone = max((day for day in (self.gone, other.gone) if day is not None), default=None)
        if text is not None and gone is not None and gone < text.date:
            gone = None
        return Standing(text, gone)


NOTHING = Standing()


def stated(record: WorkRecord, digest: bytes) -> Standing:
    """What one record says of its report."""
    if record.deleted:
        return Standing(gone=record.record_date)
    return Standing(Text(record.record_date, digest))


def verdict(before: Standing, after: Standing) -> Verdict:
    """What became of the records between the two, as an import counts them.

    A later date alone, an older text behind a withdrawal and the withdrawal of a report that we
    never had are no change.
    """
    if before.text is None:
        return "created" if after.live or (before == NOTHING and after.text) else "unchanged"
    if before.deleted != after.deleted:
        return "updated"
    told = after.text is not None and after.text.digest != before.text.digest
    return "updated" if told and after.live else "unchanged"

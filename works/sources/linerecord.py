"""Lines that hold one record each, as records."""

import re
from collections.abc import Callable, Iterator

from works.domain.records import Rejected, WorkRecord
from works.domain.validate import Invalid, validated
from works.sources.base import Readable, check_narrow, reject, stated_id
from works.sources.lines import Line, lines

_HEAD = 4  # bytes: the longest mark of a wide encoding


def line_outcomes(
    stream: Readable, work_of: Callable[[Line], WorkRecord], named: re.Pattern[bytes]
) -> Iterator[WorkRecord | Rejected]:
    """What becomes of each line; `named` finds the id of a bad one. Raises `Refused`."""
    for position, line in enumerate(lines(stream), start=1):
        if position == 1:
            check_narrow(line.data[:_HEAD])
        try:
            yield validated(work_of(line))
        except Invalid as invalid:
            external_id, again = stated_id(named, line.data), _again(line)
            yield reject(position, invalid.field, invalid.reason, line.data, external_id, again)


def _again(line: Line) -> bytes:
    """The line with the end that it had, as a line without one may be cut off."""
    return b"" if line.fault else line.data + (b"" if line.last else b"\n")

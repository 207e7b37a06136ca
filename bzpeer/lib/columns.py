"""Many numbers between Postgres and numpy, without a Python object for each of them."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]

HEAD, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
# Type numbers of boolean, bigint, smallint and integer, and how their values are sent.
SENT = {16: "i1", 20: ">i8", 21: ">i2", 23: ">i4"}


def literal(numbers: Iterable[int]) -> str:
    """Whole numbers as the parameter of a statement, which is far faster than a list of them."""
    return f"{{{','.join(map(str, numbers))}}}"


def read(cursor: Any, query: str, params: Mapping[str, object], width: int) -> list[Column]:
    """The columns of a query of that many whole numbers or booleans, none of which is null.

    Each comes as one array, since a row for each number would cost more than all else.
    """
    names = [f"c{number}" for number in range(width)]
    sent = ", ".join(f"array_send(array_agg({name}))" for name in names)
    cursor.execute(f"SELECT {sent} FROM ({query}) AS q ({', '.join(names)})", params)
    return [array(column) for column in cursor.fetchone()]


def array(sent: bytes | None) -> Column:
    """An array of one dimension: its five numbers, then each value behind its length."""
    if sent is None:
        return np.empty(0, np.int64)
    *_, kind, length, _ = struct.unpack_from(">5i", sent)
    values = np.frombuffer(sent, [("size", ">i4"), ("value", SENT[kind])], length, 20)
    return values["value"].astype(np.int64)


def write(cursor: Any, statement: str, values: Sequence[NDArray[Any] | None]) -> None:
    """Rows into a table, by a binary COPY of columns of their type; None: of nothing but nulls."""
    given = [column for column in values if column is not None]
    table = np.empty(len(given[0]), _layout(values))
    table["width"] = len(values)
    for number, column in enumerate(values):
        table[f"size{number}"] = -1 if column is None else column.itemsize
        if column is not None:
            table[f"value{number}"] = column
    if len(table):
        with cursor.copy(statement) as copy:
            copy.write(HEAD + table.tobytes() + END)


def _layout(values: Sequence[NDArray[Any] | None]) -> list[tuple[str, Any]]:
    fields: list[tuple[str, Any]] = [("width", ">i2")]
    for number, column in enumerate(values):
        fields.append((f"size{number}", ">i4"))
        if column is not None:
            fields.append((f"value{number}", column.dtype.newbyteorder(">")))
    return fields

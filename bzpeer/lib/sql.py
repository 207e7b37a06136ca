"""A question to the database in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg.pq import Format
from psycopg.types.string import ByteaBinaryLoader


def fetch(statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """All rows that answer it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def fetch_bytes(
    statement: str, values: Sequence[Any] | Mapping[str, Any] = ()
) -> list[tuple[Any, ...]]:
    """The same, with each value of the type `text` as the UTF-8 that the server sent."""
    with connection.cursor() as cursor:
        raw = cursor.cursor
        raw.adapters.register_loader("text", ByteaBinaryLoader)
        raw.format = Format.BINARY
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found

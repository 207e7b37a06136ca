"""Looking for what must not be there: in every column of every table."""

from collections.abc import Sequence

from django.db import connection

COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND data_type NOT IN ('boolean', 'uuid')
    AND table_name NOT LIKE 'pg\\_%'
"""


def stored(needles: Sequence[str]) -> set[str]:
    """The columns "table.column" that hold one of these texts, whatever their case."""
    wanted = [f"%{needle}%" for needle in needles]
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        return {
            f"{table}.{column}"
            for table, column, kind in cursor.fetchall()
            if _holds(cursor, table, column, kind, wanted)
        }


def _holds(cursor: object, table: str, column: str, kind: str, wanted: list[str]) -> bool:
    text = f"encode({column}, 'escape')" if kind == "bytea" else f'"{column}"::text'
    statement = f'SELECT EXISTS (SELECT FROM "{table}" WHERE {text} ILIKE ANY(%s))'
    cursor.execute(statement, [wanted])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]

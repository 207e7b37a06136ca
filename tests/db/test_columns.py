"""Numbers on their way between tables and arrays."""

import numpy as np
import pytest
from django.db import connection

from bzpeer.lib.columns import literal, read, write

pytestmark = pytest.mark.django_db

MANY = "SELECT n, n::int, n::smallint, n > 0 FROM generate_series(-2, %(last)s::bigint) n"


@pytest.mark.parametrize("last", [-3, -2, 4])
def test_every_kind_of_number_is_read(last: int) -> None:
    with connection.cursor() as cursor:
        found = read(cursor, MANY, {"last": last}, 4)
    numbers = [*range(-2, last + 1)]
    assert [column.tolist() for column in found] == [
        *[numbers] * 3, [int(n > 0) for n in numbers],
    ]  # fmt: skip


@pytest.mark.parametrize("numbers", [[], [7], [-1, 2**40]])
def test_what_is_written_is_read_again(numbers: list[int]) -> None:
    big = np.array(numbers, np.int64)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept (big bigint, nothing int, small int, yes boolean)")
        values = (big, None, (big % 9).astype(np.int32), big > 0)
        write(cursor, "COPY kept FROM STDIN (FORMAT BINARY)", values)
        cursor.execute("SELECT * FROM kept ORDER BY big")
        assert cursor.fetchall() == [(n, None, n % 9, n > 0) for n in numbers]


def test_a_literal_is_a_parameter_for_an_array() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bigint[]", [literal([3, 2**40])])
        assert cursor.fetchone() == ([3, 2**40],)

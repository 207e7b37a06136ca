"""A search by name finds its rows by an index: whatever it reads, it is not the whole table."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from tests.factories.corpus import publish
from tests.factories.institutions import record, register
from tests.factories.records import people, work
from works import institutions, researchers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (researchers.SEARCH, ["'lin':*", 20], "author_words"),
        (institutions.SEARCH, ["north", "'north':*", 20], "institution_words"),
    ],
)
def test_words_of_a_name_are_looked_up(statement: str, values: Sequence[Any], index: str) -> None:
    publish(work(*people(300)))
    register(*(record(number, name) for number, name in enumerate(people(300), start=1)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE works_author, works_authorfacts, works_institutionname")
        # In a small table it is cheaper to read all of it.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Bitmap Index Scan on {index}" in plan

"""A search finds its rows by an index: whatever it reads, it is not the whole table."""

from typing import Any

import pytest
from django.db import connection

from tests.factories.corpus import publish
from tests.factories.institutions import record, register
from tests.factories.records import people, work
from works import institutions, researchers, titles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (researchers.SEARCH, {"steps": ["'0lin':*"], "letters": [""], "most": 20}, "name_words"),
        (titles.SEARCH, {"steps": ["'2026tides':*"], "most": 20}, "title_words"),
        (institutions.SEARCH, ["north", "'north':*", 20], "institution_words"),
    ],
    ids=["names", "titles", "institutions"],
)
def test_words_are_looked_up(statement: str, values: Any, index: str) -> None:
    publish(work(*people(300)))
    register(*(record(number, name) for number, name in enumerate(people(300), start=1)))
    with connection.cursor() as cursor:
        # In a small table it is cheaper to read all of it.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Bitmap Index Scan on {index}" in plan

"""`--dry-run` says what an import would do, and does none of it; a real one tells the planner."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.factories.commands import Ended, run
from tests.factories.corpus import row_versions
from tests.factories.records import changed, deletion, line, work
from works import importing
from works.models import ImportRun

pytestmark = pytest.mark.django_db

OLD = work(number=1, title="As it was")


@pytest.fixture
def there(tmp_path: Path) -> None:
    """A corpus of two works, and a file that an import of it turned down once."""
    path = tmp_path / "there.jsonl"
    path.write_bytes(line(OLD) + line(work(number=2)) + b'{"bzpeer": 1}\n')
    run("import_works", "bzpeer", path)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """All that can happen to a record: new, to a known work, a newer one, the same, a bad one."""
    path = tmp_path / "news.jsonl"
    lender = changed(OLD, source="dblp", external_id="x/1", title="Somewhere else")
    newer = changed(OLD, record_date="2025-01-01", title="As it is")
    lines = [line(one) for one in (work(number=8), lender, newer, work(number=2), work(number=8))]
    path.write_bytes(b"".join(lines) + b'{"bzpeer": 1}\n' + line(deletion(work(number=2))))
    return path


def everything() -> dict[str, list[Any]]:
    """Every row of ours, with the place where it lies and the transaction that wrote it."""
    return row_versions([model._meta.db_table for model in apps.get_models()])


def rehearse(path: Path) -> Ended:
    return run("import_works", "bzpeer", path, "--dry-run")


def test_nothing_at_all_is_changed(there: None, news: Path) -> None:
    before = everything()
    assert sum(map(len, before.values())) > 10
    rehearse(news)
    assert everything() == before


def test_the_counts_are_those_of_the_import(there: None, news: Path) -> None:
    told = rehearse(news).counts
    assert told == run("import_works", "bzpeer", news).counts
    assert sum(told[:4]) == 7


def test_it_says_what_would_become_of_which(there: None, news: Path) -> None:
    told = rehearse(news).output.splitlines()
    assert told[told.index("would create: 1") + 1] == "  On 2401.00008"
    assert "would join to works that are there: 1" in told
    assert "would update: 2, such as" in told
    assert told[told.index("would reject: 1") + 1].startswith("  source is missing (1)")
    assert told[-2] == "nothing was changed; the import would end with:"


def test_of_many_it_names_a_few(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"".join(line(work(number=n)) for n in range(25)))
    told = rehearse(path).output.splitlines()
    assert told[0] == "would create: 25, such as"
    assert [one.strip() for one in told if one.startswith("  ")] == [
        f"On 2401.{n:05}" for n in range(10)
    ]


def test_a_file_that_cannot_be_read_is_told_as_ever(there: None, tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_bytes(b"nothing\n")
    before = everything()
    ended = rehearse(path)
    assert (ended.code, ended.counts) == (1, (0, 0, 0, 0, 0))
    assert everything() == before


def test_a_dry_run_leaves_no_report(news: Path) -> None:
    ended = run("import_works", "bzpeer", news, "--dry-run", "--report", news.parent / "r.json")
    assert ended.code == 2
    assert not ImportRun.objects.exists()


# Statistics


def analyzed() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_stats WHERE tablename LIKE 'works_%'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize(("few", "told"), [(2, False), (1, True)])
def test_an_import_that_changed_much_tells_the_planner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, told: bool
) -> None:
    monkeypatch.setattr(importing, "WORTH_ANALYZING", few)
    path = tmp_path / "two.jsonl"
    path.write_bytes(line(work(number=1)) + line(work(number=2)))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'works_work'::regclass")
    run("import_works", "bzpeer", path)
    assert ("works_work" in analyzed()) is told

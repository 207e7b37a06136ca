"""Real answers of arXiv, where they are at hand."""

import os
from pathlib import Path

import pytest

from tests.factories.commands import run
from works.models import AuthorChange, ImportReject, Report, Work

ROOT = Path(__file__).resolve().parents[2]
ARXIV = Path(os.environ.get("BZPEER_TEST_DATA") or ROOT.parent / "shared" / "data") / "arxiv-oai"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not ARXIV.is_dir(), reason=f"arXiv's answers are not at {ARXIV} (set BZPEER_TEST_DATA)"
    ),
]


def test_the_real_pages_go_in_once() -> None:
    paths = [ARXIV / "responses" / "ListRecords_arXiv_01.xml", ARXIV / "pages", ARXIV / "ego"]
    first = run("import_works", "arxiv-oai", *paths)
    assert (first.code, first.counts[:4]) == (0, (5_343, 0, 543, 0))
    assert Work.objects.count() == Report.objects.count() == 5_343
    assert not ImportReject.objects.exists()
    AuthorChange.objects.all().delete()
    second = run("import_works", "arxiv-oai", *paths)
    assert (second.code, second.counts) == (0, (0, 0, 5_886, 0, 0))
    assert not AuthorChange.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["Identify.xml", "ListSets.xml", "ListIdentifiers_arXiv_01.xml", "error_badArgument.xml"],
)
def test_an_answer_of_another_kind_is_told(name: str) -> None:
    ended = run("import_works", "arxiv-oai", ARXIV / "responses" / name)
    assert (ended.code, ended.counts) == (1, (0, 0, 0, 0, 0))

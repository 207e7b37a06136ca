"""Harvests of what real servers answered, against imports of the same files."""

import gzip
import json
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.factories.commands import run
from tests.factories.harvest import XML, FakeClock, cs, means
from tests.factories.server import Answer, Asked, serving
from works.domain.harvest.cursors import CROSSREF, OPENALEX
from works.domain.harvest.oai import ARXIV
from works.domain.harvest.values import Scope
from works.harvest.service import harvest
from works.ingest import Counts
from works.models import HarvestCheckpoint

SHARED = Path(os.environ.get("BZPEER_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
JSON = {"Content-Type": "application/json"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here"),
]


def query(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}


def test_arxiv_s_own_pages_behind_arxiv_s_own_tokens() -> None:
    """Three pages of 500; the harvest brings what an import of the files would."""
    pages: dict[str, bytes] = {}
    token = ""
    files = sorted((SHARED / "arxiv-oai" / "pages").glob("*.xml.gz"))[-3:]
    for path in files:
        pages[token] = gzip.decompress(path.read_bytes())
        found = re.search(rb"<resumptionToken[^>]*>([^<]+)<", pages[token])
        token = found.group(1).decode() if found else ""
    assert len(pages) == 3

    def answer(asked: Asked) -> Answer:
        body = pages[query(asked).get("resumptionToken", "")]
        return Answer(gzip.compress(body, 1), headers=XML | {"Content-Encoding": "gzip"})

    with serving(answer) as server:
        outcome = harvest(ARXIV, cs(server, "2007-01-01"), means(FakeClock()))
    assert outcome.finished
    assert HarvestCheckpoint.objects.get().pages == 3
    told = outcome.counts
    read = sum(page.count(b"<record>") for page in pages.values())
    assert told.created + told.updated + told.unchanged + told.rejected == read
    again = run("import_works", "arxiv-oai", *files).counts
    assert again == (0, 0, read - told.rejected, told.rejected, 0)


def first_lines(name: str, folder: Path) -> tuple[Path, list[object]]:
    """The first 300 records of a file, in a file of their own and decoded."""
    with gzip.open(SHARED / name) as file:
        lines = [line for line, _ in zip(file, range(300))]
    copy = folder / "works.jsonl"
    copy.write_bytes(b"".join(lines))
    return copy, [json.loads(line) for line in lines]


def check_against_import(source: str, file: Path, counts: Counts) -> None:
    assert counts.created > 100
    assert counts.created + counts.unchanged + counts.rejected == 300
    taken = counts.created + counts.unchanged
    assert run("import_works", source, file).counts == (0, 0, taken, counts.rejected, 0)


def test_crossref_s_records_in_pages(tmp_path: Path) -> None:
    file, works = first_lines("crossref/works.jsonl.gz", tmp_path)

    def answer(asked: Asked) -> Answer:
        at = int(query(asked)["cursor"].replace("*", "0"))
        items = works[at : at + 100]
        message = {"items": items, "next-cursor": str(at + 100), "total-results": len(works)}
        body = {"status": "ok", "message-type": "work-list", "message": message}
        return Answer(json.dumps(body).encode(), headers=JSON)

    with serving(answer) as server:
        scope = Scope("crossref", server.address, (("query", "x"),))
        outcome = harvest(CROSSREF, scope, means(FakeClock()))
    assert (outcome.finished, len(server.asked)) == (True, 4)
    check_against_import("crossref", file, outcome.counts)


def test_openalex_s_records_in_pages(tmp_path: Path) -> None:
    file, works = first_lines("openalex/works.jsonl.gz", tmp_path)

    def answer(asked: Asked) -> Answer:
        at = int(query(asked)["cursor"].replace("*", "0"))
        cursor = str(at + 100) if at + 100 < len(works) else None
        body = {"meta": {"next_cursor": cursor}, "results": works[at : at + 100]}
        return Answer(json.dumps(body).encode(), headers=JSON)

    with serving(answer) as server:
        scope = Scope("openalex", server.address, (("filter", "x:y"),))
        outcome = harvest(OPENALEX, scope, means(FakeClock()))
    assert (outcome.finished, len(server.asked)) == (True, 3)
    check_against_import("openalex", file, outcome.counts)


@pytest.mark.parametrize(
    "body",
    [
        path
        for folder in ("openalexPro", "researchhub")
        for path in sorted((SHARED / "openalex" / "bodies" / folder).glob("*.json"))
    ],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_openalex_s_own_bodies(body: Path) -> None:
    """Lists, errors, other things: a harvest of one ends, and says why where it fails."""
    with serving(lambda asked: Answer(body.read_bytes(), headers=JSON)) as server:
        scope = Scope("openalex", server.address, (("filter", "x:y"),))
        outcome = harvest(OPENALEX, scope, means(FakeClock()))
    assert outcome.finished != bool(outcome.error)
    assert len(server.asked) <= 8

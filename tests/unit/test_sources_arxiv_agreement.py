"""arXiv's forms over real data: what is read of each, and that they agree on the same work."""

import os
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from works.domain.names import key
from works.domain.records import WorkRecord
from works.domain.taxonomy.arxiv import ARXIV
from works.domain.tex import render_name
from works.sources.arxiv_atom import ARXIV_ATOM
from works.sources.arxiv_oai import ARXIV_OAI
from works.sources.arxiv_snapshot import ARXIV_SNAPSHOT
from works.sources.base import Source
from works.sources.compressed import open_stream

DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")

Works = dict[str, WorkRecord]


def works(source: Source, paths: Iterable[Path]) -> Works:
    """The works of the files that are the source's own; fails at the first reject."""
    found: Works = {}
    for path in paths:
        with open_stream(path) as stream:
            if source.holds(stream.peek(1 << 16)):
                for record in source.read(stream):
                    assert isinstance(record, WorkRecord), record
                    found[record.external_id] = record
    return found


# Each has a last version without files, and says so in words too.
WITHDRAWN = {
    "0901.3666": "2011-02-02",
    "0903.0442": "2011-02-02",
    "1101.2483": "2011-02-07",
    "1101.6031": "2011-02-02",
    "1102.0219": "2011-02-02",
    "cond-mat/0703772": "2011-02-02",
}


def answers(form: str) -> Works:
    return works(ARXIV_OAI, [DATA / "arxiv-oai" / "responses" / f"ListRecords_{form}_01.xml"])


def names(record: WorkRecord) -> list[str]:
    return [key(render_name(author.name)) for author in record.authors]


def topics(record: WorkRecord) -> set[str]:
    """The names of the categories: one that moved to another archive kept its name, or nearly."""
    renamed = {"Atmospheric-Oceanic Sciences": "Atmospheric and Oceanic Physics"}
    official = (ARXIV[category.code] for category in record.categories)
    return {renamed.get(name, name) for name in official}


@pytest.mark.parametrize("form", ["arXivRaw", "arXivOld", "oai_dc"])
def test_the_oai_forms_agree_with_the_first(form: str) -> None:
    first, other = answers("arXiv"), answers(form)
    assert len(other) == 501
    assert list(other) == list(first)
    for external_id, record in other.items():
        known = first[external_id]
        assert names(record) == names(known), external_id
        assert topics(record) == topics(known), external_id
        for field in ("ids", "record_date", "title", "abstract", "comments", "journal_ref", "doi"):
            assert getattr(record, field) == getattr(known, field), (external_id, field)


def test_the_dates_of_dublin_core_are_those_of_the_versions() -> None:
    raw = answers("arXivRaw")
    for external_id, record in answers("oai_dc").items():
        known = raw[external_id]
        assert (record.created, record.updated) == (known.created, known.updated), external_id


def test_the_raw_form_has_the_versions_and_the_places() -> None:
    raw = answers("arXivRaw")
    assert sum(len(record.versions) for record in raw.values()) == 1_023
    placed = [author for record in raw.values() for author in record.authors if author.affiliations]
    assert len(placed) == 92
    two = [author.affiliations for author in raw["1002.3162"].authors]
    assert two == [("MPA", "Harvard/CfA"), ("MPA",)]


def test_withdrawn_papers_are_found_in_every_form() -> None:
    raw = answers("arXivRaw")
    withdrawn = {i: record.notices for i, record in raw.items() if record.notices}
    assert {i: notice.date for i, (notice,) in withdrawn.items()} == WITHDRAWN
    for form in ("arXiv", "arXivOld", "oai_dc"):
        assert {i for i, record in answers(form).items() if record.notices} == set(WITHDRAWN)


def test_the_feeds_are_read_without_loss() -> None:
    feeds = sorted((DATA / "arxiv-atom").glob("*.xml"))
    found = works(ARXIV_ATOM, feeds)
    assert len(found) == 105
    assert [a.affiliations for a in found["astro-ph/0601001"].authors][2] == ("CfA",)
    empty = [path.name for path in feeds if not works(ARXIV_ATOM, [path])]
    assert empty == ["0001.xml", "0003.xml", "0007.xml"]


def test_the_snapshot_is_read_without_loss_and_agrees() -> None:
    snapshot = works(ARXIV_SNAPSHOT, sorted((DATA / "arxiv-bulk").glob("*.jsonl.xz")))
    assert len(snapshot) == 41_815
    assert sum(bool(record.notices) for record in snapshot.values()) == 146
    pages = chain((DATA / "arxiv-oai" / "ego").iterdir(), (DATA / "arxiv-oai" / "pages").iterdir())
    others = [works(ARXIV_OAI, pages), works(ARXIV_ATOM, (DATA / "arxiv-atom").glob("*.xml"))]
    both = [
        (record, snapshot[i]) for other in others for i, record in other.items() if i in snapshot
    ]
    assert len(both) == 2_207
    for record, known in both:
        assert (record.ids, record.title) == (known.ids, known.title)
        assert record.categories == known.categories
        assert names(record) == names(known), record.external_id

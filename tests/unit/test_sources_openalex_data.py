"""OpenAlex's own answers and files, as recorded."""

import os
from collections import Counter
from pathlib import Path

import pytest

from works.domain.records import ExternalId, InstitutionId, PersonId, Rejected, WorkRecord
from works.sources.compressed import open_stream
from works.sources.openalex import OPENALEX

DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "openalex"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")
PARATEXT = "is paratext, such as a cover or a contents page, and no work"

NOT_OURS = {
    *(f"openalexPro/000{n}.json" for n in (2, 3, 5, 6, 7)),
    *(f"researchhub/{n}.json" for n in ("0001", "0002", "0005", "0007", "0010", "0011")),
    "openalexPro/index.jsonl",
    "researchhub/index.jsonl",
}
REAL = {
    "works.jsonl.gz": (
        336,
        {("authors", "are missing"): 8, ("type", PARATEXT): 4, ("title", "is missing"): 1},
    ),
    "bodies/openalexPro/0004.json": (195, {("authors", "are missing"): 4, ("type", PARATEXT): 1}),
    "bodies/openalexPro/0008.json": (0, {("title", "is missing"): 1}),
    "bodies/openalexPro/0025.broken.json": (
        47,
        {("authors", "are missing"): 1, ("type", PARATEXT): 1},
    ),
    "bodies/researchhub/0004.json": (3, {}),
}


@needs_data
def test_which_real_bodies_are_ours() -> None:
    found = set()
    for path in sorted((DATA / "bodies").rglob("*.json*")):
        with open_stream(path) as stream:
            if not OPENALEX.holds(stream.peek(1 << 16)):
                found.add(str(path.relative_to(DATA / "bodies")))
    assert found == NOT_OURS


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read(name: str) -> None:
    with open_stream(DATA / name) as stream:
        found = list(OPENALEX.read(stream))
    rejects = [one for one in found if isinstance(one, Rejected)]
    assert (len(found) - len(rejects), Counter((one.field, one.reason) for one in rejects)) == REAL[
        name
    ]
    assert all(one.external_id for one in rejects)


@needs_data
def test_a_real_record_says_what_it_says() -> None:
    with open_stream(DATA / "works.jsonl.gz") as stream:
        works = {
            one.external_id: one for one in OPENALEX.read(stream) if isinstance(one, WorkRecord)
        }
    found = works["W3122364323"]
    assert (found.published, found.journal_ref) == (
        "2000-02-01",
        "Journal of Political Economy 108 (1), 173-206",
    )
    assert found.ids == (ExternalId("openalex", "W3122364323"), ExternalId("doi", "10.1086/262115"))
    assert found.authors[0].person_ids == (
        PersonId("openalex", "A5067947840", "openalex"),
        PersonId("orcid", "0000-0002-0647-128X", "openalex"),
    )
    topic = found.categories[0]
    assert topic.name == "Intellectual Property and Patents"
    assert [(above.scheme, above.code) for above in topic.broader] == [
        ("openalex-subfield", "1405"),
        ("openalex-field", "14"),
        ("openalex-domain", "2"),
    ]
    assert found.venue == "Journal of Political Economy"
    assert found.authors[0].institutions == (
        InstitutionId("ror", "01an7q238", "University of California, Berkeley"),
    )
    places = [p for one in works.values() for a in one.authors for p in a.institutions]
    assert Counter(place.scheme for place in places) == {"ror": 1_106, "openalex": 1}
    assert not [one for one in works.values() if one.notices]
    assert sum(bool(one.abstract) for one in works.values()) > 270

"""arXiv over OAI-PMH: which files are ours, and what each element of the arXiv format becomes."""

import io
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.factories.arxiv import dublin
from tests.factories.oai import AUTHORS, HEAD, answer, deletion, record
from works.domain.records import AuthorRecord, Category, ExternalId, Refused, Rejected, WorkRecord
from works.sources import SOURCES
from works.sources.compressed import open_stream
from works.sources.files import find

ARXIV = SOURCES["arxiv-oai"]
DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "arxiv-oai"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")


def one(data: bytes) -> WorkRecord | Rejected:
    [found] = ARXIV.read(io.BytesIO(answer(data)))
    return found


def work(inner: str, external_id: str = "2401.00001") -> WorkRecord:
    found = one(record(external_id, inner))
    assert isinstance(found, WorkRecord), found
    return found


def fault(data: bytes) -> tuple[str, str]:
    found = one(data)
    assert isinstance(found, Rejected), found
    return found.field, found.reason


FULL = """
  <created>2024-01-02</created><updated>2024-03-04</updated>
  <authors>
    <author><keyname>Di Francesco</keyname><forenames>P.</forenames><suffix>Jr.</suffix>
      <affiliation>Institute A</affiliation><affiliation>Institute
        B</affiliation></author>
    <author><keyname>ATLAS Collaboration</keyname></author>
  </authors>
  <title>Clusters  of
    $x&lt;y$ &amp; more</title>
  <categories>math.CO cond-mat.stat-mech</categories>
  <comments>36 pages</comments><report-no>T-1</report-no>
  <journal-ref>J. Math. 48 (2007) 1</journal-ref>
  <doi>10.1007/A(2010)1 10.1007/B</doi>
  <license>http://example.org/licence/</license>
  <abstract>  We review
  \\alpha.
</abstract>
"""


def test_every_element_has_its_place() -> None:
    assert work(FULL, "math.CO/0101001") == WorkRecord(
        source="arxiv",
        format="arxiv-oai/arXiv",
        external_id="math.CO/0101001",
        record_date="2024-05-06",
        ids=(ExternalId("arxiv", "math.CO/0101001"),),
        title="Clusters of $x<y$ & more",
        abstract="We review \\alpha.",
        type="preprint",
        created="2024-01-02",
        updated="2024-03-04",
        categories=(Category("arxiv", "math.CO"), Category("arxiv", "cond-mat.stat-mech")),
        comments="36 pages",
        journal_ref="J. Math. 48 (2007) 1",
        doi="10.1007/a(2010)1",
        licence="http://example.org/licence/",
        authors=(
            AuthorRecord(
                name="P. Di Francesco Jr.",
                family="Di Francesco",
                given="P.",
                suffix="Jr.",
                affiliations=("Institute A", "Institute B"),
            ),
            AuthorRecord(name="ATLAS Collaboration", family="ATLAS Collaboration"),
        ),
    )


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("10.5555/a", "10.5555/a"),
        (" 10.5555/a\n10.5555/b ", "10.5555/a"),
        ("10.5555/a; 10.5555/b", "10.5555/a"),
        ("10.5555/a;10.5555/b", "10.5555/a"),
        ("10.5555/a,", "10.5555/a"),
        ("10.1109/X.2018,84", "10.1109/x.2018,84"),
        ("doi.org/10.5555/A.", "10.5555/a"),
        ("10.48550/arXiv.2401.00001 10.5555/b", "10.5555/b"),
        ("https://doi.org/10.48550/arXiv.2401.00001", ""),
        ("in press", ""),
        ("", ""),
    ],
)
def test_the_first_of_several_dois_is_kept(stated: str, kept: str) -> None:
    assert work(f"{AUTHORS}<title>T</title><doi>{stated}</doi>").doi == kept


def test_a_deleted_header_is_a_deletion() -> None:
    assert one(deletion("2401.00001", "2024-07-08T01:02:03Z")) == WorkRecord(
        source="arxiv",
        format="arxiv-oai/arXiv",
        external_id="2401.00001",
        record_date="2024-07-08",
        deleted=True,
        ids=(ExternalId("arxiv", "2401.00001"),),
    )


def test_the_version_is_no_part_of_the_identifier() -> None:
    assert work(f"{AUTHORS}<title>T</title>", "2401.00001v3").external_id == "2401.00001"


TITLE = "<title>T</title>"
CROWD = "<author><keyname>D</keyname></author>" * 20_001


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (record("", AUTHORS + TITLE), "external_id"),
        (deletion(""), "external_id"),
        (deletion("../y"), "external_id"),
        (record("x y", AUTHORS + TITLE), "external_id"),
        (record().replace(b"<id>2401.00001</id>", b""), "external_id"),
        (record().replace(b"<id>2401.00001</id>", b"<id>2401.00002</id>"), "external_id"),
        (record(inner=AUTHORS), "title"),
        (record(inner=AUTHORS + "<title> \n</title>"), "title"),
        (record(inner=AUTHORS + f"<title>{'x' * 5_001}</title>"), "title"),
        (record(inner=AUTHORS + TITLE + f"<abstract>{'x' * 100_001}</abstract>"), "abstract"),
        (record(inner=TITLE), "authors"),
        (record(inner="<authors><author><suffix/></author></authors>" + TITLE), "authors"),
        (record(inner=f"<authors>{CROWD}</authors>" + TITLE), "authors"),
        (record(inner=AUTHORS + TITLE + "<created>2019-02-30</created>"), "created"),
        (record(inner=AUTHORS + TITLE + "<updated>0000</updated>"), "updated"),
        (record(date="2024-13-01"), "record_date"),
        (record().replace(b"OAI/arXiv/", b"OAI/arXivRaw/"), "record"),
    ],
)
def test_a_record_that_breaks_a_rule_names_the_field(data: bytes, field: str) -> None:
    assert fault(data)[0] == field


def test_a_date_far_ahead_is_kept_for_others_to_flag() -> None:
    inner = AUTHORS + TITLE + "<created>2999-01-01</created>"
    assert work(inner).created == "2999-01-01"


def test_no_value_of_the_record_is_in_a_reason() -> None:
    assert "2019" not in fault(record(inner=AUTHORS + TITLE + "<created>2019-02-30</created>"))[1]


RESUMED = HEAD.replace(b' metadataPrefix="arXiv"', b"")


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (answer(record()), True),
        (HEAD.replace(b"ListRecords", b"GetRecord"), True),
        (HEAD.replace(b'"arXiv"', b"'arXiv'"), True),
        (RESUMED + record(), True),
        (RESUMED + deletion("2401.00001"), True),
        (RESUMED + record().replace(b"OAI/arXiv/", b"OAI/arXivRaw/"), True),
        (RESUMED + record().replace(b"OAI/arXiv/", b"OAI/other/"), False),
        (HEAD.replace(b'"arXiv"', b'"arXivRaw"'), True),
        (HEAD.replace(b'"arXiv"', b'"arXivOld"'), True),
        (HEAD.replace(b'"arXiv"', b'"marc21"'), False),
        (HEAD.replace(b'"arXiv"', b'"oai_dc"'), False),
        (HEAD.replace(b'"arXiv"', b'"oai_dc"') + deletion("2401.00001"), True),
        (HEAD.replace(b'"arXiv"', b'"oai_dc"') + dublin("2401.00001"), True),
        (RESUMED + dublin("2401.00001"), True),
        (RESUMED + dublin("2401.00001").replace(b"arXiv.org", b"elsewhere.org"), False),
        (
            RESUMED.replace(b"<request ", b"<request resumptionToken='metadataPrefix%3DarXivRaw' "),
            True,
        ),
        (
            RESUMED.replace(b"<request ", b"<request resumptionToken='metadataPrefix%3Dmarc' "),
            False,
        ),
        (HEAD.replace(b"<ListRecords>", b"<Identify>"), False),
        (HEAD.replace(b"<ListRecords>", b"<error code='noRecordsMatch'/>"), False),
        (answer(record()).decode().encode("utf-16"), True),
        (b'{"bzpeer": 1}', False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert ARXIV.holds(head) is ours


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<error code='badResumptionToken'>old</error></OAI-PMH>", "badResumptionToken"),
        (b"<Identify/></OAI-PMH>", "no records"),
    ],
)
def test_an_answer_without_records_is_refused_by_its_code(body: bytes, message: str) -> None:
    data = HEAD.replace(b"<ListRecords>", body)
    with pytest.raises(Refused, match=message):
        list(ARXIV.read(io.BytesIO(data)))


@needs_data
def test_the_recorded_answers_are_read_without_loss() -> None:
    paths = ["responses/ListRecords_arXiv_01.xml", "pages", "ego"]
    works: dict[str, WorkRecord] = {}
    kinds: Counter[str] = Counter()
    for file in find([str(DATA / path) for path in paths]):
        with open_stream(file.path) as stream:
            assert ARXIV.holds(stream.peek(1 << 16)), file
            for found in ARXIV.read(stream):
                kinds[type(found).__name__] += 1
                assert isinstance(found, WorkRecord), found
                assert works.setdefault(found.external_id, found) == found
    assert kinds == {"WorkRecord": 5886}
    assert len(works) == 5343


@needs_data
def test_only_the_answers_with_records_are_ours() -> None:
    def holds(path: Path) -> bool:
        with open_stream(path) as stream:
            return ARXIV.holds(stream.peek(1 << 16))

    ours = {path.name for path in (DATA / "responses").iterdir() if holds(path)}
    assert ours == {
        "GetRecord_arXiv.xml",
        "GetRecord_arXivRaw.xml",
        "ListRecords_arXivOld_01.xml",
        "ListRecords_arXivRaw_01.xml",
        "ListRecords_oai_dc_01.xml",
        "ListRecords_arXiv_01.xml",
        "ListRecords_arXiv_set_cs.xml",
    }

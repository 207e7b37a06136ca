"""OAI answers of arXiv in arXivRaw, arXivOld and Dublin Core: what each element becomes."""

import io

import pytest

from tests.factories.arxiv import dublin, raw
from tests.factories.oai import HEAD, TAIL, answer, deletion, record
from works.domain.records import AuthorRecord, Category, ExternalId, Rejected, Version, WorkRecord
from works.sources.arxiv_oai import ARXIV_OAI


def read(*records: bytes, head: bytes = HEAD) -> list[WorkRecord | Rejected]:
    return list(ARXIV_OAI.read(io.BytesIO(head + b"".join(records) + TAIL)))


def work(data: bytes) -> WorkRecord:
    [found] = read(data)
    assert isinstance(found, WorkRecord), found
    return found


def fault(data: bytes) -> str:
    [found] = read(data)
    assert isinstance(found, Rejected), found
    return found.field


def asked(prefix: str) -> bytes:
    return HEAD.replace(b'"arXiv"', f'"{prefix}"'.encode())


VERSIONS = """
  <version version="v1"><date>Tue, 2 Jan 2024 03:04:05 GMT</date><size>1kb</size></version>
  <version version="v2"><date>Mon, 04 Mar 2024 23:59:59 GMT</date><source_type>P</source_type>
  </version>
"""
RAW = f"""
  <submitter>Some Body</submitter>{VERSIONS}
  <title>Clusters  of
    $x&lt;y$</title>
  <authors>P. Di Francesco, Jr. (1) and R. Doe (for the X Collaboration) ((1) MIT)</authors>
  <categories>math.CO cond-mat.stat-mech</categories>
  <comments>36 pages</comments><report-no>T-1</report-no>
  <journal-ref>J. Math. 48 (2007) 1</journal-ref>
  <doi>10.1007/A(2010)1 10.1007/B</doi>
  <license>http://example.org/licence/</license>
  <abstract>  We review
  \\alpha.
</abstract>
"""
EXPECTED = WorkRecord(
    source="arxiv",
    format="arxiv-oai/arXivRaw",
    external_id="math.CO/0101001",
    record_date="2024-05-06",
    ids=(ExternalId("arxiv", "math.CO/0101001"),),
    title="Clusters of $x<y$",
    abstract="We review \\alpha.",
    type="preprint",
    created="2024-01-02",
    updated="2024-03-04",
    versions=(Version("v1", "2024-01-02"), Version("v2", "2024-03-04")),
    categories=(Category("arxiv", "math.CO"), Category("arxiv", "cond-mat.stat-mech")),
    comments="36 pages",
    journal_ref="J. Math. 48 (2007) 1",
    doi="10.1007/a(2010)1",
    licence="http://example.org/licence/",
    authors=(
        AuthorRecord(name="P. Di Francesco Jr.", affiliations=("MIT",)),
        AuthorRecord(name="R. Doe"),
    ),
)


def test_every_element_of_arxivraw_has_its_place() -> None:
    assert work(raw("math.CO/0101001", RAW)) == EXPECTED


def test_arxivold_says_the_same_without_versions() -> None:
    old = work(raw("math.CO/0101001", RAW.replace(VERSIONS, ""), "arXivOld"))
    assert old.format == "arxiv-oai/arXivOld"
    assert (old.versions, old.created, old.updated) == ((), "", "")
    assert (old.title, old.authors) == (EXPECTED.title, EXPECTED.authors)


def dated(*labels_and_dates: tuple[str, str]) -> WorkRecord:
    inner = "".join(
        f'<version version="{label}"><date>{date}</date></version>'
        for label, date in labels_and_dates
    )
    return work(raw(inner=f"{inner}<title>T</title><authors>J. Doe</authors>"))


V1, V2, V10 = (
    ("v1", "Tue, 2 Jan 2024 03:04:05 GMT"),
    ("v2", "Sat, 31 Aug 2024 03:04:05 +0000"),
    ("v10", "Wed, 25 Dec 2024 03:04:05 GMT"),
)


@pytest.mark.parametrize(
    ("versions", "labels", "created", "updated"),
    [
        ((), (), "", ""),
        ((V1,), ("v1",), "2024-01-02", ""),
        ((V2, V10, V1), ("v1", "v2", "v10"), "2024-01-02", "2024-12-25"),
        ((V2,), ("v2",), "", "2024-08-31"),
        ((("v1", ""),), ("v1",), "", ""),
        ((("v1", "2024-01-02"),), ("v1",), "2024-01-02", ""),
    ],
)
def test_dates_come_from_the_versions(
    versions: tuple[tuple[str, str], ...], labels: tuple[str, ...], created: str, updated: str
) -> None:
    found = dated(*versions)
    assert tuple(version.label for version in found.versions) == labels
    assert (found.created, found.updated) == (created, updated)


def versioned(label: str, date: str = "") -> bytes:
    version = f'<version version="{label}"><date>{date}</date></version>'
    return raw(inner=f"{version}<title>T</title><authors>J. Doe</authors>")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (raw(inner="<authors>J. Doe</authors>"), "title"),
        (raw(inner="<title>T</title>"), "authors"),
        (raw(inner="<title>T</title><authors>, and ()</authors>"), "authors"),
        (raw(inner=f"<title>T</title><authors>{'A. Doe, ' * 20_001}</authors>"), "authors"),
        (raw(inner=f"<title>T</title><authors>{'(' * 600_001}</authors>"), "authors"),
        (raw(inner=f"<title>T</title><authors>J. Doe{'(xy)' * 1_001}</authors>"), "authors"),
        (raw("2401.1", f"<title>T</title><authors>J. Doe ({'x' * 5_001})</authors>"), "authors"),
        (raw().replace(b"<id>2401.00001</id>", b""), "external_id"),
        (raw().replace(b"<id>2401.00001</id>", b"<id>2401.00002</id>"), "external_id"),
        (raw(".."), "external_id"),
        (
            raw().replace(b"<title>", b"<categories>" + b"a " * 1_001 + b"</categories><title>"),
            "categories",
        ),
        (versioned(""), "versions"),
        (versioned("latest"), "versions"),
        (versioned("v1", "Fri, 30 Feb 2024 03:04:05 GMT"), "created"),
        (versioned("v1", "Tue, 2 Foo 2024 03:04:05 GMT"), "created"),
        (versioned("v2", "yesterday"), "updated"),
        (dublin(inner="<dc:creator>Doe, Jo</dc:creator>"), "title"),
        (dublin(inner="<dc:title>T</dc:title>"), "authors"),
        (dublin(inner="<dc:title>T</dc:title><dc:creator> , </dc:creator>"), "authors"),
        (dublin().replace(b"<dc:title>", b"<dc:date>2024-02-30</dc:date><dc:title>"), "created"),
        (dublin("").replace(b"<dc:date>", b""), "external_id"),
        (
            dublin().replace(
                b"<dc:title>",
                b"<dc:identifier>http://arxiv.org/abs/2401.00002</dc:identifier><dc:title>",
            ),
            "external_id",
        ),
        (dublin().replace(b"oai_dc/", b"other_dc/"), "record"),
    ],
)
def test_a_record_that_breaks_a_rule_names_the_field(data: bytes, field: str) -> None:
    assert fault(data) == field


DUBLIN = """
  <dc:title>Clusters  of $x$</dc:title>
  <dc:creator>Di Francesco, P.</dc:creator>
  <dc:creator>Forney, Jr., G. David</dc:creator>
  <dc:creator>Rodrigues Jr, W. A.</dc:creator>
  <dc:creator>The X Collaboration</dc:creator>
  <dc:subject>Combinatorics</dc:subject><dc:subject>05C50 (Primary)</dc:subject>
  <dc:description>  We review.
  </dc:description>
  <dc:description>Comment: 36 pages</dc:description>
  <dc:date>2024-03-04</dc:date><dc:date>2024-01-02</dc:date>
  <dc:type>text</dc:type>
  <dc:identifier>http://arxiv.org/abs/math/0101001</dc:identifier>
  <dc:identifier>J. Math. 48 (2007) 1</dc:identifier>
  <dc:identifier>doi:10.1007/A(2010)1; 10.1007/B</dc:identifier>
"""


def test_every_element_of_dublin_core_has_its_place() -> None:
    assert work(dublin("math/0101001", DUBLIN)) == WorkRecord(
        source="arxiv",
        format="arxiv-oai/oai_dc",
        external_id="math/0101001",
        record_date="2024-05-06",
        ids=(ExternalId("arxiv", "math/0101001"),),
        title="Clusters of $x$",
        abstract="We review.",
        type="preprint",
        created="2024-01-02",
        updated="2024-03-04",
        categories=(Category("arxiv", "math.CO"),),
        comments="36 pages",
        journal_ref="J. Math. 48 (2007) 1",
        doi="10.1007/a(2010)1",
        authors=(
            AuthorRecord("P. Di Francesco", "Di Francesco", "P."),
            AuthorRecord("G. David Forney Jr.", "Forney", "G. David", "Jr."),
            AuthorRecord("W. A. Rodrigues Jr", "Rodrigues", "W. A.", "Jr"),
            AuthorRecord("The X Collaboration", "The X Collaboration"),
        ),
    )


@pytest.mark.parametrize(
    ("subjects", "sets", "codes"),
    [
        (["Combinatorics"], (), ["math.CO"]),
        (["High Energy Physics - Theory"], ("physics:hep-th",), ["hep-th"]),
        (["Machine Learning"], ("cs:cs:LG",), ["cs.LG"]),
        (["Machine Learning"], ("stat:stat:ML", "cs:cs:LG"), ["stat.ML", "cs.LG"]),
        (["Machine Learning"], ("cs",), ["cs.LG"]),
        (["Machine Learning"], (), []),
        (["Chaotic Dynamics"], ("physics:nlin:CD",), ["nlin.CD"]),
        (["Chaotic Dynamics"], ("physics:nlin",), ["nlin.CD"]),
        (["Combinatorics", "Combinatorics"], (), ["math.CO"]),
        (["Alchemy", "05C50", "combinatorics"], (), []),
    ],
)
def test_subjects_are_categories_where_it_is_sure_which(
    subjects: list[str], sets: tuple[str, ...], codes: list[str]
) -> None:
    inner = "".join(f"<dc:subject>{subject}</dc:subject>" for subject in subjects)
    data = dublin(inner=f"<dc:title>T</dc:title><dc:creator>D</dc:creator>{inner}", sets=sets)
    assert [category.code for category in work(data).categories] == codes


@pytest.mark.parametrize(
    ("identifier", "doi", "journal"),
    [
        ("doi:10.5555/a", "10.5555/a", ""),
        ("https://doi.org/10.5555/a", "10.5555/a", ""),
        ("DOI: 10.5555/a", "10.5555/a", ""),
        ("Doings of the Society 1", "", "Doings of the Society 1"),
        ("https://arxiv.org/abs/2401.00001v2", "", ""),
    ],
)
def test_identifiers_tell_the_doi_from_the_journal(identifier: str, doi: str, journal: str) -> None:
    stated = f"<dc:identifier>{identifier}</dc:identifier>"
    found = work(dublin(inner=f"<dc:title>T</dc:title><dc:creator>D</dc:creator>{stated}"))
    assert (found.doi, found.journal_ref) == (doi, journal)


RESUMED = HEAD.replace(b' metadataPrefix="arXiv"', b"")


@pytest.mark.parametrize(
    ("head", "before", "form"),
    [
        (asked("arXivRaw"), b"", "arXivRaw"),
        (asked("oai_dc"), b"", "oai_dc"),
        (HEAD, b"", "arXiv"),
        (
            RESUMED.replace(b"verb=", b"resumptionToken='metadataPrefix%3Doai_dc' verb="),
            b"",
            "oai_dc",
        ),
        (RESUMED, b"", "arXiv"),
        (RESUMED, raw("2401.00009"), "arXivRaw"),
        (RESUMED, dublin("2401.00009"), "oai_dc"),
    ],
)
def test_a_deletion_has_the_format_of_its_answer(head: bytes, before: bytes, form: str) -> None:
    found = read(before, deletion("2401.00001"), head=head)[-1]
    assert found == WorkRecord(
        source="arxiv",
        format=f"arxiv-oai/{form}",
        external_id="2401.00001",
        record_date="2024-05-06",
        deleted=True,
        ids=(ExternalId("arxiv", "2401.00001"),),
    )


def test_a_bad_record_of_any_form_costs_only_itself() -> None:
    bad = [raw(inner="<title>\0</title>"), dublin(inner="<dc:title>"), raw(form="arXivNew")]
    good = [record("2401.00001"), raw("2401.00002"), dublin("2401.00003"), raw("2401.00004")]
    woven = [part for pair in zip(good, [*bad, deletion("2401.00005")]) for part in pair]
    found = list(ARXIV_OAI.read(io.BytesIO(answer(*woven))))
    assert [item.external_id for item in found if isinstance(item, WorkRecord)] == [
        "2401.00001", "2401.00002", "2401.00003", "2401.00004", "2401.00005",
    ]  # fmt: skip
    assert [item.position for item in found if isinstance(item, Rejected)] == [2, 4, 6]

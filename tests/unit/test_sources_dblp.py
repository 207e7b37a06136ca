"""dblp: its entities without its DTD, its numbered names, and what costs whom."""

import io
import os
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.oai import Pieces
from works.domain.records import (
    AuthorRecord,
    ExternalId,
    Notice,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.sources.compressed import open_stream
from works.sources.dblp import DBLP
from works.sources.files import find

MB = 1 << 20
DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "dblp"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")

DOCTYPE = '<!DOCTYPE dblp SYSTEM "dblp.dtd">'
HEAD = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{DOCTYPE}\n<dblp>\n'
BODY = "<author>Jo Doe</author><title>On it.</title><year>2020</year>"


def record(key: str = "journals/x/Doe20", inner: str = BODY, tag: str = "article") -> str:
    return f'<{tag} mdate="2024-05-06" key="{key}">{inner}</{tag}>'


def dump(*records: str, head: str = HEAD) -> bytes:
    return (head + "\n".join(records) + "</dblp>").encode("latin-1")


def read(data: bytes) -> list[WorkRecord | Rejected]:
    return list(DBLP.read(io.BytesIO(data)))


def keys(data: bytes) -> list[str]:
    return [found.external_id for found in read(data) if isinstance(found, WorkRecord)]


def rejects(data: bytes) -> list[Rejected]:
    return [found for found in read(data) if isinstance(found, Rejected)]


def work(inner: str = BODY, tag: str = "article") -> WorkRecord:
    [found] = read(dump(record(inner=inner, tag=tag)))
    assert isinstance(found, WorkRecord), found
    return found


FULL = """
<author orcid="0000-0002-1825-0097">Wei Wang 0001</author>
<author pid="12/345">J&uuml;rgen  Gr&#246;&szlig;e</author>
<title>The <i>n</i>-body &times; x<sub>2</sub> of A&amp;B {s}.</title>
<pages>71-77</pages><year>2003</year><month>May</month><volume>46</volume>
<journal>Commun. X</journal><number>1</number><crossref>journals/x/2003</crossref>
<ee type="oa">https://arxiv.org/abs/2401.00001v2</ee>
<ee>https://doi.org/10.1234/A.b</ee><ee>http://doi.acm.org/10.1234/a.B</ee><ee>https://example.org/x</ee>
<url>db/journals/x/x46.html#Doe20</url>
"""


def test_every_element_has_its_place() -> None:
    assert work(FULL) == WorkRecord(
        source="dblp",
        format="dblp/xml",
        external_id="journals/x/Doe20",
        record_date="2024-05-06",
        ids=(
            ExternalId("dblp", "journals/x/Doe20"),
            ExternalId("doi", "10.1234/a.b"),
            ExternalId("arxiv", "2401.00001"),
        ),
        title=r"The <i>n</i>-body × x<sub>2</sub> of A&B \{s\}",
        type="article",
        published="2003",
        journal_ref="Commun. X 46(1), 71-77",
        venue="Commun. X",
        doi="10.1234/a.b",
        authors=(
            AuthorRecord(
                name="Wei Wang",
                person_ids=(
                    PersonId("orcid", "0000-0002-1825-0097", "dblp"),
                    PersonId("dblp-name", "Wei Wang 0001", "dblp"),
                ),
            ),
            AuthorRecord(name="Jürgen Größe", person_ids=(PersonId("dblp", "12/345", "dblp"),)),
        ),
    )


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("inproceedings", "proceedings-article"),
        ("incollection", "book-chapter"),
        ("book", "book"),
        ("phdthesis", "thesis"),
        ("mastersthesis", "thesis"),
        ("data", "dataset"),
    ],
)
def test_each_kind_of_publication_has_its_type(tag: str, kind: str) -> None:
    assert work(tag=tag).type == kind


def test_what_was_never_formally_published_is_a_preprint_of_a_stated_year() -> None:
    data = dump(record().replace("<article", '<article publtype="informal"'))
    [found] = read(data)
    assert isinstance(found, WorkRecord)
    assert (found.type, found.published, found.stated_year) == ("preprint", "", 2020)


@pytest.mark.parametrize(
    ("publtype", "type", "withdrawn"),
    [
        ("withdrawn", "article", True),
        ("informal withdrawn", "preprint", True),
        ("survey", "article", False),
        ("", "article", False),
    ],
)
def test_a_withdrawn_record_is_a_notice(publtype: str, type: str, withdrawn: bool) -> None:
    [found] = read(dump(record().replace("<article", f'<article publtype="{publtype}"')))
    assert isinstance(found, WorkRecord)
    assert found.type == type
    assert found.notices == ((Notice("withdrawal"),) if withdrawn else ())


def test_a_copy_at_arxiv_is_known_by_its_id_and_has_no_venue() -> None:
    links = (
        "<ee>https://doi.org/10.48550/arXiv.2401.00001</ee><ee>http://arxiv.org/abs/2401.00001</ee>"
    )
    found = work(f"{BODY}<journal>CoRR</journal><volume>abs/2401.00001</volume>{links}")
    assert found.ids[1:] == (ExternalId("arxiv", "2401.00001"),)
    assert (found.doi, found.venue, found.journal_ref) == ("", "", "CoRR abs/2401.00001")


@pytest.mark.parametrize(
    ("inner", "venue"),
    [
        ("<booktitle>XConf</booktitle>", "XConf"),
        ("<journal>J</journal><booktitle>B</booktitle>", "J"),
        ("<school>U of X</school>", ""),
    ],
)
def test_the_venue_is_a_journal_or_a_book(inner: str, venue: str) -> None:
    assert work(BODY + inner).venue == venue


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("One two.", "One two"),
        ("Why?", "Why?"),
        ("And then...", "And then..."),
        ("On <i>x</i>.", "On <i>x</i>"),
        ("At A.B. ", "At A.B"),
    ],
)
def test_the_last_full_stop_is_dblps_own(title: str, kept: str) -> None:
    assert work(f"<author>A</author><title>{title}</title>").title == kept


@pytest.mark.parametrize(
    ("inner", "where"),
    [
        ("<booktitle>TALK</booktitle><pages>1-2</pages>", "TALK, 1-2"),
        ("<school>Univ. X</school>", "Univ. X"),
        ("<journal>J</journal><volume>7</volume>", "J 7"),
        ("<journal>CoRR</journal><volume>abs/2401.00001</volume>", "CoRR abs/2401.00001"),
        ("<journal>A{b}</journal>", r"A\{b\}"),
        ("", ""),
    ],
)
def test_where_it_appeared(inner: str, where: str) -> None:
    assert work(BODY + inner).journal_ref == where


@pytest.mark.parametrize(
    ("stated", "name", "number"),
    [
        ("Wei Wang 0001", "Wei Wang", True),
        ("Wei\n Wang   0012", "Wei Wang", True),
        ("Wei Wang 001", "Wei Wang 001", False),
        ("0001", "0001", False),
        ("X&Aacute;&nbsp;Y", "XÁ Y", False),
    ],
)
def test_the_number_behind_a_name_is_an_identifier(stated: str, name: str, number: bool) -> None:
    [author] = work(f"<author>{stated}</author><title>T</title>").authors
    assert author.name == name
    assert [item.scheme for item in author.person_ids] == ["dblp-name"] * number


def test_home_pages_and_whole_proceedings_are_no_works() -> None:
    page = '<www key="homepages/1"><author>Jo &uuml;</author><title>Home Page</title></www>'
    volume = record("conf/x/2020", "<editor>E</editor><title>P.</title>", "proceedings")
    data = dump(page, volume, record(), page, record("b"))
    assert keys(data) == ["journals/x/Doe20", "b"]
    assert not rejects(data)


def test_a_persons_page_is_read() -> None:
    head = '<?xml version="1.0" encoding="US-ASCII"?>\n<dblpperson name="Jo" pid="1/2" n="1"><r>'
    data = (
        head + record(inner=BODY.replace("<title>", "<title>&#252;")) + "</r></dblpperson>"
    ).encode()
    assert DBLP.holds(data)
    [found] = read(data)
    assert isinstance(found, WorkRecord)
    assert found.title == "üOn it"


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        (record("x", BODY + "<note>&lol;</note>"), "record", "undefined entity"),
        (record("x", BODY + "<note>&Omega;</note>"), "record", "undefined entity"),
        (record("x", BODY + "<note>\0</note>"), "record", "NUL"),
        (record("x", BODY + "<note>&#xD800;</note>"), "record", "invalid character"),
        (record("x", "<i>" * 70 + "</i>" * 70), "record", "too deeply"),
        (record("x", "y" * 9 * MB), "record", "larger than 8 MB"),
        (record("x")[:-10], "record", "not closed"),
        (record("x").replace("</article>", "</book>"), "record", "mismatched"),
        (record("x", "<title>T</title>"), "authors", "are missing"),
        (record("x", "<author> </author><title>T</title>"), "authors", "empty name"),
        (record("x", "<author>A</author>"), "title", "is missing"),
        (record("x").replace("2024-05-06", "2024-13-06"), "record_date", "not a date"),
        (record("x", BODY.replace("2020", "20xx")), "published", "not a date"),
        (record("x", BODY + f"<author>{' ' * MB}x</author>" * 3), "", ""),
    ],
)
def test_a_bad_record_is_one_reject_and_its_neighbours_are_read(
    broken: str, field: str, reason: str
) -> None:
    data = dump(record("a"), broken, record("b"))
    found = [(reject.position, reject.external_id, reject.field) for reject in rejects(data)]
    assert found == ([(2, "x", field)] if field else [])
    assert all(reason in reject.reason for reject in rejects(data))
    assert keys(data) == (["a", "b"] if field else ["a", "x", "b"])


def test_a_record_without_a_key_is_rejected() -> None:
    [reject] = rejects(dump(record("")))
    assert (reject.field, reject.reason) == ("external_id", "is missing")


def test_entities_in_quoted_text_are_left_alone() -> None:
    found = work("<author>&auml;</author><title><![CDATA[&uuml;]]></title>")
    assert (found.authors[0].name, found.title) == ("ä", "&uuml;")


LATIN = BODY.replace("Jo", "J\xf6")


def test_an_honest_latin_1_is_read_across_the_blocks_of_the_file() -> None:
    data = dump(*(record(f"k{number}", LATIN) for number in range(2_000)))
    outcomes = read(data)
    assert len(outcomes) == 2_000
    assert all(
        isinstance(found, WorkRecord) and found.authors[0].name == "Jö Doe" for found in outcomes
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(
            dump(record(), head=HEAD.replace("dblp.dtd", "http://localhost/dblp.dtd")),
            "DOCTYPE",
            id="another address",
        ),
        pytest.param(
            dump(record(), head=HEAD.replace('.dtd">', '.dtd" [<!ENTITY a "b">]>')),
            "DOCTYPE",
            id="internal subset",
        ),
        pytest.param(
            dump(record(), head=HEAD.replace("dblp SYSTEM", "html SYSTEM")),
            "DOCTYPE",
            id="another root",
        ),
        pytest.param(dump(record(), head=HEAD + DOCTYPE), "DOCTYPE", id="twice"),
        pytest.param(dump(record(), DOCTYPE, record("b")), "DOCTYPE", id="between records"),
        pytest.param(dump(record(inner=BODY + DOCTYPE)), "DOCTYPE", id="inside a record"),
        pytest.param(dump(record(), '<!ENTITY a "b">'), "ENTITY", id="entity declaration"),
        pytest.param(dump(record()).decode().encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param(
            dump(record(), head=HEAD.replace("ISO-8859-1", "UTF-7")), "encoding", id="says UTF-7"
        ),
        pytest.param(
            dump(record(inner=LATIN)).decode("latin-1").encode(), "ISO-8859-1", id="is UTF-8"
        ),
        pytest.param(
            dump(*[record()] * 2_000, record(inner=LATIN)).decode("latin-1").encode(),
            "ISO-8859-1",
            id="is UTF-8 later on",
        ),
        pytest.param(
            dump(record(inner=LATIN + "<note>\x93</note>")), "ISO-8859-1", id="is Windows-1252"
        ),
        pytest.param(
            dump(record(inner=LATIN), head=HEAD.replace("ISO-8859-1", "US-ASCII")),
            "US-ASCII",
            id="says ASCII and is not",
        ),
        pytest.param(dump("<www key='x'/>"), "no publications", id="no records"),
    ],
)
def test_files_that_are_refused_as_a_whole(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read(data)


@pytest.mark.parametrize("lost", [1, 7, 20])
def test_a_cut_off_end_is_one_reject_and_the_last(lost: int) -> None:
    outcomes = read(dump(record("a"), record("b"))[:-lost])
    assert sum(isinstance(found, Rejected) for found in outcomes) == 1
    assert isinstance(outcomes[-1], Rejected)
    assert isinstance(outcomes[0], WorkRecord)


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (dump(record()), True),
        (dump(record())[:120], True),
        (dump(record()).decode().encode("utf-16"), True),
        (dump("<www key='x'/>"), False),
        (b"<collection id='x'><paper/></collection>", False),
        (b"<dblpsearch/>", False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert DBLP.holds(head) is ours


def stream(size: int) -> Iterator[bytes]:
    yield HEAD.encode()
    filling = f"<note>{'x' * 4_000}</note>"
    for number in range(size // 4_000):
        yield record(inner=BODY + (filling if number % 50 else "&lol;")).encode()
    yield b"</dblp>"


def peak(size: int) -> int:
    tracemalloc.start()
    try:
        assert sum(1 for _ in DBLP.read(Pieces(stream(size)))) == size // 4_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    small, large = peak(2 * MB), peak(20 * MB)
    assert large < small + MB // 2


@needs_data
def test_the_recorded_excerpts_are_read_without_loss() -> None:
    outcomes: list[WorkRecord | Rejected] = []
    for file in find([str(DATA)]):
        with open_stream(file.path) as opened:
            assert DBLP.holds(opened.peek(1 << 16)), file
            outcomes += DBLP.read(opened)
    works = [found for found in outcomes if isinstance(found, WorkRecord)]
    why = Counter((found.field, found.reason) for found in outcomes if isinstance(found, Rejected))
    # Columns and encyclopedia entries without an author; one excerpt ends in a second <dblp>.
    assert why == {
        ("authors", "are missing"): 80,
        ("record", "is missing: the file ends before its closing tag"): 1,
    }
    assert len(works) == len({work.external_id for work in works}) == 227
    assert all(work.published and work.journal_ref and work.venue for work in works)
    assert not [work for work in works if work.notices]
    assert sum(bool(work.doi) for work in works) == 221
    assert not [work for work in works if "&" in "".join(a.name for a in work.authors)]
    numbered = [author for work in works for author in work.authors if author.person_ids]
    assert "Manish Singh" in {author.name for author in numbered}

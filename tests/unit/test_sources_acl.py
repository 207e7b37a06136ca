"""The ACL Anthology: what a paper has from itself and from its volume, and what costs whom."""

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
    Version,
    WorkRecord,
)
from works.sources.acl import ACL
from works.sources.compressed import open_stream
from works.sources.files import find

MB = 1 << 20
DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "acl" / "xml"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")

META = "<meta><booktitle>Talks on <fixed-case>X</fixed-case></booktitle>@</meta>"
DATED = "<month>June</month><year>2020</year>"
AUTHOR = "<author><first>Jo</first><last>Doe</last></author>"


def paper(number: int = 1, inner: str | None = None) -> str:
    body = f"<title>On {number}</title>{AUTHOR}" if inner is None else inner
    return f'<paper id="{number}">{body}</paper>'


def volume(*parts: str, number: str = "1", kind: str = "proceedings", dated: str = DATED) -> str:
    return (
        f'<volume id="{number}" ingest-date="2020-07-01" type="{kind}">'
        f"{META.replace('@', dated)}{''.join(parts)}</volume>"
    )


def collection(*volumes: str, name: str = "2020.talk") -> bytes:
    text = f"<?xml version='1.0' encoding='UTF-8'?>\n<collection id=\"{name}\">{''.join(volumes)}"
    return f"{text}</collection>".encode("utf-8", "surrogatepass")


def read(data: bytes) -> list[WorkRecord | Rejected]:
    return list(ACL.read(io.BytesIO(data)))


def works(data: bytes) -> list[WorkRecord]:
    return [found for found in read(data) if isinstance(found, WorkRecord)]


def rejects(data: bytes) -> list[Rejected]:
    return [found for found in read(data) if isinstance(found, Rejected)]


FULL = """
  <title>A <fixed-case>BERT</fixed-case> of <i>n</i> {sets}</title>
  <author id="jo-doe-xy" orcid="0000-0002-1825-0097"><first>Jo</first><last>van Doe</last>
    <affiliation>Institute A</affiliation><affiliation>B</affiliation>
    <variant script="hani"><first>文</first><last>王</last></variant></author>
  <author><first/><last>Mono</last></author>
  <editor><first>Ed</first><last>Itor</last></editor>
  <pages>1–9</pages>
  <abstract>We set <tex-math>x_1</tex-math>, see <url>http://a.org/~b</url>.</abstract>
  <url hash="12345678">2020.talk-main.7</url>
  <doi>10.1234/talk.7</doi>
  <bibkey>doe-2020</bibkey>
  <award>Best paper</award><revision id="1" href="2020.talk-main.7v1"/>
  <revision id="2" href="2020.talk-main.7v2" date="2020-08-01">x</revision>
  <erratum id="1" date="2020-09-01">2020.talk-main.7e1</erratum>
"""


def test_every_element_has_its_place() -> None:
    [found] = works(collection(volume(paper(7, FULL), number="main")))
    assert found == WorkRecord(
        source="acl",
        format="acl/xml",
        external_id="2020.talk-main.7",
        ids=(ExternalId("acl", "2020.talk-main.7"), ExternalId("doi", "10.1234/talk.7")),
        title=r"A BERT of <i>n</i> \{sets\}",
        abstract=r"We set $x_1$, see \url{http://a.org/~b}.",
        type="proceedings-article",
        updated="2020-08-01",
        published="2020-06",
        versions=(Version("v1"), Version("v2", "2020-08-01")),
        journal_ref="Talks on X, pages 1–9",
        venue="Talks on X",
        doi="10.1234/talk.7",
        authors=(
            AuthorRecord(
                name="Jo van Doe",
                family="van Doe",
                given="Jo",
                affiliations=("Institute A", "B"),
                person_ids=(
                    PersonId("acl", "jo-doe-xy", "acl"),
                    PersonId("orcid", "0000-0002-1825-0097", "acl"),
                ),
            ),
            AuthorRecord(name="Mono", family="Mono"),
        ),
        notices=(Notice("correction", "2020-09-01"),),
    )


@pytest.mark.parametrize(
    ("element", "notices"),
    [
        (
            '<retracted date="2021-05-06">By its authors.</retracted>',
            [("retraction", "2021-05-06")],
        ),
        ("<retracted/>", [("retraction", "")]),
        ('<removed date="2021-05-06"/>', [("withdrawal", "2021-05-06")]),
        ('<erratum id="1">x</erratum><erratum id="2"/>', [("correction", "")] * 2),
        ('<revision id="2" date="2021-05-06">Retracted.</revision>', []),
    ],
)
def test_notices_are_told_from_one_another(element: str, notices: list[tuple[str, str]]) -> None:
    inner = f"<title>T</title>{AUTHOR}{element}"
    [found] = works(collection(volume(paper(inner=inner))))
    assert [(notice.kind, notice.date) for notice in found.notices] == notices


def test_a_volume_without_a_title_has_its_venues_code() -> None:
    meta = META.replace("Talks on <fixed-case>X</fixed-case>", "").replace("@", "<venue>tx</venue>")
    [found] = works(collection(f'<volume id="1">{meta}{paper()}</volume>'))
    assert found.venue == "tx"


@pytest.mark.parametrize(
    ("dated", "published"),
    [
        ("<month>December 8-9</month><year>2020</year>", "2020-12"),
        ("<month>15--16 Sept</month><year>2020</year>", "2020-09"),
        ("<month>6</month><year>2020</year>", "2020-06"),
        ("<month>june</month><year>2020</year>", "2020-06"),
        ("<month>30 June - 2 July</month><year>2020</year>", "2020"),
        ("<month>13</month><year>2020</year>", "2020"),
        ("<month>Summer</month><year>2020</year>", "2020"),
        ("<year>2020</year>", "2020"),
        ("<month>June</month>", ""),
        ("", ""),
    ],
)
def test_the_date_is_as_full_as_the_volume_states_it(dated: str, published: str) -> None:
    [found] = works(collection(volume(paper(), dated=dated)))
    assert found.published == published


@pytest.mark.parametrize(
    ("name", "number", "url", "external_id"),
    [
        ("2020.talk", "long", "", "2020.talk-long.3"),
        ("2020.talk", "long", "<url>http://example.org/p.pdf</url>", "2020.talk-long.3"),
        ("2020.talk", "long", "<url>2020.talk-long.30</url>", "2020.talk-long.30"),
        ("P19", "1", "", "P19-1003"),
        ("W19", "52", "", "W19-5203"),
        ("W05", "2", "", "W05-0203"),
        ("D19", "57", "", "D19-5703"),
        ("P19", "1", "<url>P19-1003</url>", "P19-1003"),
    ],
)
def test_the_id_is_the_papers_address_or_its_place(
    name: str, number: str, url: str, external_id: str
) -> None:
    inner = f"<title>T</title>{AUTHOR}{url}"
    [found] = works(collection(volume(paper(3, inner), number=number), name=name))
    assert found.external_id == external_id


def test_each_volume_lends_its_own_papers_its_facts() -> None:
    front = "<frontmatter><url>2020.talk-1.0</url></frontmatter>"
    data = collection(
        volume(front, paper(1), paper(2)),
        "<!-- <volume id='9'> -->",
        f'<volume id="2" type="journal">{paper(1)}</volume>',
        volume(paper(1), number="3", kind="journal", dated="<year>2021</year>"),
        "<event id='e'><meta><title>E</title></meta><colocated/></event>",
    )
    assert [(found.external_id, found.type, found.published) for found in works(data)] == [
        ("2020.talk-1.1", "proceedings-article", "2020-06"),
        ("2020.talk-1.2", "proceedings-article", "2020-06"),
        ("2020.talk-2.1", "article", ""),
        ("2020.talk-3.1", "article", "2021"),
    ]
    assert not rejects(data)


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        (paper(2, "<title>a\0b</title>" + AUTHOR), "record", "NUL"),
        (paper(2, "<title>&#1;</title>" + AUTHOR), "record", "invalid character"),
        (paper(2, "<title>&nbsp;</title>" + AUTHOR), "record", "undefined entity"),
        (paper(2, "<title>\ud800</title>" + AUTHOR), "record", "not UTF-8"),
        (paper(2, "<b>" * 70 + "</b>" * 70), "record", "too deeply"),
        (paper(2, "<b>" * 200_000 + "</b>" * 200_000), "record", "more parts"),
        (paper(2, f"<title>{'x' * 9 * MB}</title>"), "record", "larger than 8 MB"),
        (paper(2)[:-8], "record", "not closed"),
        (paper(2, "<title>T</title>"), "authors", "are missing"),
        (paper(2, AUTHOR), "title", "is missing"),
        (paper(2, f"<title>{'{' * MB}</title>"), "title", "is longer than"),
        (paper(2, "<title>T</title><author><first/></author>"), "authors", "empty name"),
        (paper(2, f"<title>T</title>{AUTHOR}<revision id='b'/>"), "versions", "number"),
        (paper(2, f"<title>T</title>{AUTHOR}<retracted date='2020-02-30'/>"), "notices", "date"),
        (
            paper(2, f"<title>T</title>{AUTHOR * 20_001}"),
            "authors",
            "are more than 20,000",
        ),
    ],
)
def test_a_bad_paper_is_one_reject_and_its_neighbours_are_read(
    broken: str, field: str, reason: str
) -> None:
    data = collection(volume(paper(1), broken, paper(3)))
    [reject] = rejects(data)
    assert (reject.position, reject.field) == (2, field)
    assert reason in reject.reason
    assert [found.external_id for found in works(data)] == ["2020.talk-1.1", "2020.talk-1.3"]
    assert all(found.published == "2020-06" for found in works(data))


def test_a_paper_without_any_id_is_rejected() -> None:
    [reject] = rejects(collection(paper(1)))
    assert (reject.field, reject.reason) == ("external_id", "is missing")


def test_a_reject_names_the_paper() -> None:
    good = f"<url hash='1'>2020.talk-1.5</url>{AUTHOR}"
    data = collection(volume(paper(5, good), paper(6, good + "<title>\1</title>")))
    assert [reject.external_id for reject in rejects(data)] == ["2020.talk-1.5"] * 2


@pytest.mark.parametrize(
    ("dated", "field"), [("<year>20xx</year>", "published"), ("<year>&x;</year>", "record")]
)
def test_a_bad_volume_is_one_reject_and_its_papers_are_read(dated: str, field: str) -> None:
    data = collection(volume(paper(1)), volume(paper(1), paper(2), number="2", dated=dated))
    assert [reject.field for reject in rejects(data)] == [field]
    assert [(found.external_id, found.published, found.journal_ref) for found in works(data)] == [
        ("2020.talk-1.1", "2020-06", "Talks on X"),
        ("2020.talk-2.1", "", ""),
        ("2020.talk-2.2", "", ""),
    ]


@pytest.mark.parametrize("lost", [1, 20, 40])
def test_a_cut_off_end_is_one_reject_and_the_last(lost: int) -> None:
    outcomes = read(collection(volume(paper(1), paper(2)))[:-lost])
    assert [type(found).__name__ for found in outcomes[-1:]] == ["Rejected"]
    assert sum(isinstance(found, Rejected) for found in outcomes) == 1
    assert isinstance(outcomes[0], WorkRecord)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE collection [<!ENTITY a "b">]>' + collection(volume(paper())), "DOCTYPE"),
        (b'<!DOCTYPE dblp SYSTEM "dblp.dtd">' + collection(volume(paper())), "DOCTYPE"),
        (collection(volume(paper())).decode().encode("utf-16"), "UTF-16"),
        (collection(volume(paper())).replace(b"'UTF-8'", b"'ISO-8859-1'"), "encoding"),
        (collection(volume()), "no papers"),
    ],
)
def test_files_that_are_refused_as_a_whole(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read(data)


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (collection(volume(paper())), True),
        (collection(volume(paper()))[:150], True),
        (collection(volume(paper())).decode().encode("utf-16"), True),
        (collection("<event id='e'><colocated/></event>"), False),
        (b"<collection><item/></collection>", False),
        (b"<dblp><article key='a'/></dblp>", False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert ACL.holds(head) is ours


def test_hostile_text_between_papers_costs_linear_work() -> None:
    filling = "<!-- " * 20_000 + "<volume " + "a" * 100_000 + ">" + "x" * 200_000
    data = collection(volume(paper(1), filling, paper(2)))
    assert [found.external_id for found in works(data)] == ["2020.talk-1.1", "2020.talk-1.2"]


def stream(size: int) -> Iterator[bytes]:
    head, tail = collection(volume("@")).split(b"@")
    yield head
    for number in range(size // 4_000):
        text = "x" * 4_000 if number % 50 else "\1"
        yield paper(number, f"<title>T</title>{AUTHOR}<abstract>{text}</abstract>").encode()
    yield tail


def peak(size: int) -> int:
    tracemalloc.start()
    try:
        assert sum(1 for _ in ACL.read(Pieces(stream(size)))) == size // 4_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    small, large = peak(2 * MB), peak(20 * MB)
    assert large < small + MB // 2


@needs_data
def test_the_anthology_is_read_without_loss() -> None:
    found: dict[str, WorkRecord] = {}
    skipped = 0
    for file in find([str(DATA)]):
        with open_stream(file.path) as opened:
            if not ACL.holds(opened.peek(1 << 16)):
                skipped += 1
                continue
            for outcome in ACL.read(opened):
                assert isinstance(outcome, WorkRecord), outcome
                assert found.setdefault(outcome.external_id, outcome) is outcome
    people = [author for work in found.values() for author in work.authors]
    schemes = Counter(item.scheme for person in people for item in person.person_ids)
    assert (len(found), skipped) == (7697, 13)
    # One more has an ORCID iD whose check digit is wrong.
    assert (len(people), schemes["orcid"]) == (28715, 931)
    assert all(work.published and work.journal_ref and work.type for work in found.values())
    assert all(work.venue for work in found.values())
    assert sum(bool(work.versions) for work in found.values()) == 55
    notices = {work.external_id: work.notices for work in found.values() if work.notices}
    assert notices == {"2021.dialdoc-1.10": (Notice("retraction", "2022-05-06"),)}
    assert sum(bool(work.doi) for work in found.values()) == 3987
    assert sum("$" in work.abstract.replace(r"\$", "") for work in found.values()) > 20

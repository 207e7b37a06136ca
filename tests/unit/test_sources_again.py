"""What is kept of a rejected record is a file of that record alone, for every source."""

from collections.abc import Sequence
from io import BytesIO

import pytest

from tests.factories import arxiv, oai
from tests.factories.records import line, work
from works.domain.records import Rejected, WorkRecord
from works.sources import SOURCES
from works.sources.base import AGAIN_BYTES

NO_DAY = "<created>2024-02-30</created><title>A</title>" + oai.AUTHORS
ACL = b"""<?xml version='1.0' encoding='UTF-8'?>
<collection id="P19"><volume id="1" type="journal"><meta><booktitle>Old</booktitle>
<year>1999</year></meta><paper id="1"><title>A</title></paper></volume>
<volume id="2" type="proceedings"><meta><booktitle>New &amp; newer</booktitle>
<year>2019</year></meta>
<paper id="7"><author><first>\xc3\x89va</first><last>Lee</last></author><title>B</titel></paper>
<paper id="8"><author><last>Lee</last></author></paper>
<paper id="9"><title>C</title><author><last>Lee</last></author></paper></volume></collection>"""
DBLP = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp><article mdate="2020-01-01" key="journals/a/B"><author>J&uuml;rgen M\xfcller</author>
<title>One.</title><year>20x0</year></article>
<article mdate="2020-01-01" key="journals/a/C"><author>Ann Lee</author>
<title>&nothing;</title><year>2020</year></article>
<article mdate="2020-01-01" key="journals/a/D"><author>Ann Lee</author>
<title>Two.</title><year>2020</year></article></dblp>""".encode("latin-1")
FILES = {
    "arxiv-oai": [
        oai.answer(oai.record("2401.00001"), oai.record("2401.00002", NO_DAY)),
        oai.answer(oai.record("2401.00001").replace(b"<title>", b"<title>&"), oai.record()),
    ],
    "arxiv-atom": [arxiv.feed(arxiv.entry(), arxiv.entry("2401.00002v1", "<title/>"))],
    "arxiv-snapshot": [arxiv.snapshot() + b"\n" + arxiv.snapshot(title=1) + b"\n{no\n"],
    "bzpeer": [line(work()) + b'{"bzpeer": 1}\n' + line(work()).replace(b"On", b"\xff")],
    "openalex": [
        b'{"meta": {"count": 2}, "results": [\n'
        b'{"id": "https://openalex.org/W1", "type": "paratext", "title": "Cover"},\n'
        b'{"id": "https://openalex.org/A1", "title": "Nobody"}]}'
    ],
    "crossref": [b'{"DOI": "10.1/a", "title": 7}\n{"DOI": "no", "title": ["A"], "URL": ""}\n'],
    "acl": [ACL],
    "dblp": [DBLP],
}


def read(slug: str, data: bytes) -> list[WorkRecord | Rejected]:
    return list(SOURCES[slug].read(BytesIO(data)))


def said(one: Rejected) -> tuple[str, ...]:
    return (one.field, one.reason, one.raw, one.external_id)


def rejects(slug: str, data: bytes) -> list[Rejected]:
    return [one for one in read(slug, data) if isinstance(one, Rejected)]


def test_every_source_is_tried() -> None:
    assert FILES.keys() == SOURCES.keys()


@pytest.mark.parametrize(("slug", "data"), [(slug, d) for slug in FILES for d in FILES[slug]])
def test_a_reject_alone_is_rejected_for_the_same_reason(slug: str, data: bytes) -> None:
    found = rejects(slug, data)
    assert found
    for one in found:
        (alone,) = read(slug, one.again)
        assert isinstance(alone, Rejected)
        assert said(alone) == said(one)
        assert alone.again == one.again


MENDED: Sequence[tuple[str, bytes, bytes, bytes]] = [
    ("arxiv-oai", FILES["arxiv-oai"][0], b"2024-02-30", b"2024-02-28"),
    ("acl", ACL, b"</titel>", b"</title>"),
    ("dblp", DBLP, b"20x0", b"2020"),
    ("bzpeer", FILES["bzpeer"][0], b"\xff", b"On"),
]


@pytest.mark.parametrize(("slug", "data", "wrong", "right"), MENDED)
def test_what_is_kept_says_all_that_the_file_said_of_the_record(
    slug: str, data: bytes, wrong: bytes, right: bytes
) -> None:
    (one,) = [one for one in rejects(slug, data) if wrong in one.again]
    (alone,) = read(slug, one.again.replace(wrong, right))
    assert alone == read(slug, data.replace(wrong, right))[one.position - 1]
    assert isinstance(alone, WorkRecord)


@pytest.mark.parametrize(
    ("slug", "data"),
    [
        ("arxiv-oai", oai.answer(oai.record())[:-90]),
        ("arxiv-oai", oai.answer(oai.record())[:-10]),
        ("arxiv-oai", oai.answer(oai.record("1", "<title>" + "x" * AGAIN_BYTES + "</title>"))),
        ("bzpeer", line(work()).replace(b"On", b"\xff" + b"x" * AGAIN_BYTES)),
        ("openalex", b'{"results": [{"id": "https://openalex.org/W1", "title": "A"'),
    ],
    ids=["cut", "end missing", "large", "large line", "cut list"],
)
def test_of_what_is_cut_or_too_large_nothing_is_kept_whole(slug: str, data: bytes) -> None:
    assert [one.again for one in rejects(slug, data)] == [b""]

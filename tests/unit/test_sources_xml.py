"""Hostile and broken XML: what refuses the file, what costs one record, and what it costs."""

import io
import re
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import chain
from xml.etree.ElementTree import Element

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.factories.oai import HEAD, TAIL, Pieces, answer, record
from works.domain.records import Refused, Rejected, WorkRecord
from works.sources import SOURCES
from works.sources.xmlsplit import Splitter
from works.sources.xmlstream import parse

MB = 1 << 20
FIRST, LAST = record("2401.00001"), record("2401.00002")


def read(data: bytes) -> list[WorkRecord | Rejected]:
    return list(SOURCES["arxiv-oai"].read(io.BytesIO(data)))


def ids(outcomes: Iterable[WorkRecord | Rejected]) -> list[str]:
    return [found.external_id for found in outcomes if isinstance(found, WorkRecord)]


def rejects(outcomes: Iterable[WorkRecord | Rejected]) -> list[Rejected]:
    return [found for found in outcomes if isinstance(found, Rejected)]


def titled(title: bytes, external_id: str = "2401.00009") -> bytes:
    return record(external_id, "<authors><author><keyname>D</keyname></author></authors>@").replace(
        b"@", b"<title>" + title + b"</title>"
    )


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(titled(b"bad \xff byte"), "not UTF-8", id="bad UTF-8"),
        pytest.param(titled(b"\xc0\xaf"), "not UTF-8", id="overlong UTF-8"),
        pytest.param(titled(b"\xed\xa0\x80"), "not UTF-8", id="surrogate in UTF-8"),
        pytest.param(titled("Gödel".encode("latin-1")), "not UTF-8", id="Latin-1 in a UTF-8 file"),
        pytest.param(titled(b"a\0b"), "NUL", id="NUL"),
        pytest.param(titled(b"a\x01b"), "not well-formed", id="control"),
        pytest.param(titled(b"&#1;"), "invalid character", id="reference to a control"),
        pytest.param(titled(b"&#xD800;"), "invalid character", id="reference to a surrogate"),
        pytest.param(titled(b"&#0;"), "invalid character", id="reference to NUL"),
        pytest.param(titled(b"&nbsp;"), "undefined entity", id="undeclared entity"),
        pytest.param(titled(b"</titel><title>"), "mismatched", id="mismatched tags"),
        pytest.param(titled(b"<![CDATA["), "CDATA", id="CDATA left open"),
        pytest.param(titled(b"<!--"), "not well-formed", id="comment left open"),
        pytest.param(titled(b"<?pi"), "not well-formed", id="instruction left open"),
        pytest.param(titled(b"<oai:b>x</oai:b>"), "unbound prefix", id="undeclared prefix"),
        pytest.param(titled(b"<a>" * 70 + b"</a>" * 70), "too deeply", id="70 levels"),
        pytest.param(
            titled(b"<a>" * 200_000 + b"</a>" * 200_000), "more parts", id="200,000 levels"
        ),
        pytest.param(
            titled(b"<a " + b"b='' " * 60_000 + b"/>"), "more parts", id="60,000 attributes"
        ),
        pytest.param(titled(b"x" * 9 * MB), "larger than 8 MB", id="9 MB"),
        pytest.param(titled(b"x")[:-20], "not closed", id="no end tag"),
        pytest.param(b"<record/>", "not closed", id="empty element"),
        pytest.param(b"<record></record>", "has no header", id="nothing inside"),
    ],
)
def test_a_broken_record_is_one_reject_and_its_neighbours_are_read(
    broken: bytes, reason: str
) -> None:
    outcomes = read(answer(FIRST, broken, LAST))
    [reject] = rejects(outcomes)
    assert reason in reject.reason
    assert (reject.position, reject.field) == (2, "record")
    assert len(reject.raw) <= 4_000
    assert "\0" not in reject.raw
    assert ids(outcomes) == ["2401.00001", "2401.00002"]


def test_a_reject_names_the_record_that_its_bytes_name() -> None:
    [reject] = rejects(read(answer(titled(b"\xff", "2401.00777"))))
    assert reject.external_id == "2401.00777"
    assert "oai:arXiv.org:2401.00777" in reject.raw


@pytest.mark.parametrize(
    "text",
    [
        b"<![CDATA[</record><record>]]>",
        b"<![CDATA[<record><header></header></record>]]>",
        b"<!-- </record> --><![CDATA[<!-- <![CDATA[ <record> ]]>",
        b"<?note </record> ?>",
        b"<![CDATA[<!DOCTYPE html>]]>",
    ],
)
def test_what_looks_like_a_record_in_a_closed_section_is_text(text: bytes) -> None:
    outcomes = read(answer(FIRST, titled(b"On " + text), LAST))
    assert ids(outcomes) == ["2401.00001", "2401.00009", "2401.00002"]


def test_a_bad_character_in_a_closed_section_does_not_turn_its_text_into_a_record() -> None:
    forged = b"<![CDATA[\x01" + record("2401.66666") + b"]]>"
    outcomes = read(answer(FIRST, titled(forged), LAST))
    assert ids(outcomes) == ["2401.00001", "2401.00002"]
    assert len(rejects(outcomes)) == 1


def test_a_section_left_open_does_not_reach_for_the_end_of_a_neighbours() -> None:
    outcomes = read(answer(titled(b"<b><![CDATA["), FIRST, titled(b"<![CDATA[x]]>"), LAST))
    assert ids(outcomes) == ["2401.00001", "2401.00009", "2401.00002"]


def test_a_record_in_a_comment_between_records_is_none() -> None:
    assert ids(read(answer(FIRST, b"<!-- " + LAST + b" -->"))) == ["2401.00001"]


def test_prefixes_are_those_of_the_root() -> None:
    prefixed = (
        b'<o:OAI-PMH xmlns:o="http://www.openarchives.org/OAI/2.0/" xmlns:a="http://arxiv.org/OAI/arXiv/">'
        b"<o:ListRecords><o:record><o:header><o:identifier>oai:arXiv.org:2401.00001</o:identifier>"
        b"</o:header><o:metadata><a:arXiv><a:id>2401.00001</a:id><a:authors><a:author>"
        b"<a:keyname>Doe</a:keyname></a:author></a:authors><a:title>T</a:title></a:arXiv>"
        b"</o:metadata></o:record >"
        b"</o:ListRecords></o:OAI-PMH>"
    )
    assert SOURCES["arxiv-oai"].holds(prefixed)
    assert ids(read(prefixed)) == ["2401.00001"]
    assert rejects(read(prefixed)) == []


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "&lol;&lol;&lol;">]>'
    + HEAD.partition(b"\n")[2]
    + titled(b"&l2;")
    + TAIL
)
DECLARATION = b'<?xml version="1.0" encoding="%s"?>'
BODY = answer(FIRST).partition(b"\n")[2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(LAUGHS, "DOCTYPE", id="billion laughs"),
        pytest.param(b'<!DOCTYPE r SYSTEM "file:///etc/passwd">' + BODY, "DOCTYPE", id="external"),
        pytest.param(answer(FIRST, b"<!DOCTYPE r>", LAST), "DOCTYPE", id="between records"),
        pytest.param(answer(titled(b"<!doctype r>")), "DOCTYPE", id="inside a record"),
        pytest.param(answer(titled(b'<!ENTITY a "b">')), "ENTITY", id="entity in a record"),
        pytest.param(
            answer(titled(b"x" * 9 * MB + b"<!DOCTYPE r>")), "DOCTYPE", id="in what is skipped"
        ),
        pytest.param(answer(FIRST).decode().encode("utf-16"), "UTF-16", id="UTF-16 with its mark"),
        pytest.param(answer(FIRST).decode().encode("utf-16-le"), "UTF-16", id="UTF-16 without"),
        pytest.param(answer(FIRST).decode().encode("utf-32-be"), "UTF-16", id="UTF-32"),
        pytest.param(DECLARATION % b"UTF-16" + BODY, "encoding", id="says UTF-16 and is not"),
        pytest.param(DECLARATION % b"UTF-7" + BODY, "encoding", id="says UTF-7"),
        pytest.param(DECLARATION % b"ISO-8859-1" + BODY, "encoding", id="says Latin-1"),
        pytest.param(b"+ADw-?xml version='1.0'?+AD4-", "begin like XML", id="is UTF-7"),
        pytest.param(
            DECLARATION % b"US-ASCII" + answer(titled("é".encode())).partition(b"\n")[2],
            "US-ASCII",
            id="says ASCII and is not",
        ),
    ],
)
def test_files_that_are_refused_as_a_whole(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read(data)


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf" + answer(FIRST), DECLARATION % b"us-ascii" + BODY, BODY]
)
def test_honest_encodings_are_read(data: bytes) -> None:
    assert ids(read(data)) == ["2401.00001"]


@pytest.mark.parametrize("lost", [1, len(TAIL), len(TAIL) + 1, len(TAIL) + len(LAST) // 2])
def test_a_cut_off_end_is_one_reject_and_the_last(lost: int) -> None:
    outcomes = read(answer(FIRST, LAST)[:-lost])
    assert len(rejects(outcomes)) == 1
    assert isinstance(outcomes[-1], Rejected)
    assert ids(outcomes)[0] == "2401.00001"
    assert len(outcomes) == (3 if lost <= len(TAIL) else 2)


PIECES = [b"<record>", b"</record>", b"<record", b"<", b">", b"<metadata>", b"</arXiv>", b"<title>"]
PIECES += [b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"?>", b"&#1;", b"\xff", b"\0", b'"', b"x"]
# Between records a section may hold one as text: that is XML, and no garbage.
COMMENTED_OUT = re.compile(rb"</record>.*<[!?].*<record", re.DOTALL)
GARBAGE = (
    st.lists(
        st.sampled_from(PIECES) | st.binary(max_size=20).filter(lambda data: b"<!" not in data),
        max_size=12,
    )
    .map(b"".join)
    .filter(lambda data: not COMMENTED_OUT.search(data))
)


@given(st.lists(GARBAGE, min_size=1, max_size=4))
@example([b"<title><![CDATA["])
@example([b"<!--</record>", b"<![CDATA[<!--"])
@example([b"<!--", b"-->"])
@example([b"<![CDATA[", b"\xff]]>"])
@example([b"<?", b"<?</record>", b"?>"])
@example([b"<record></record><!--", b"-->"])
def test_garbage_records_never_cost_a_good_neighbour(garbage: list[bytes]) -> None:
    good = [record(f"2401.{number:05}") for number in range(len(garbage) + 1)]
    bad = [b"<record>%s</record>" % piece for piece in garbage]
    woven = [part for pair in zip(good, bad) for part in pair]
    expected = [f"2401.{number:05}" for number in range(len(good))]
    assert ids(read(answer(*woven, good[-1]))) == expected


def stream(size: int) -> Iterator[bytes]:
    yield HEAD
    made = number = 0
    while made < size:
        number += 1
        page = titled(b"x" * 4_000 if number % 50 else b"\xff")
        made += len(page)
        yield page
    yield TAIL


def peak(size: int) -> int:
    tracemalloc.start()
    try:
        assert sum(1 for _ in SOURCES["arxiv-oai"].read(Pieces(stream(size)))) > size // 5_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    small, large = peak(5 * MB), peak(50 * MB)
    assert large < small + MB // 2
    assert large < 2 * MB


def test_a_record_of_500_mb_is_passed_over_in_bounded_memory() -> None:
    filling = (b"x" * MB for _ in range(500))
    tracemalloc.start()
    pieces = Pieces(chain([HEAD, FIRST, b"<record>"], filling))
    outcomes = list(SOURCES["arxiv-oai"].read(pieces))
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ids(outcomes) == ["2401.00001"]
    assert high < 40 * MB


class Counted(bytearray):
    """Counts the bytes that searches for a section's end look at, from where they begin."""

    looked_at = 0

    def find(self, *args: object) -> int:
        found = super().find(*args)  # type: ignore[arg-type]
        end = found if found >= 0 else len(self)
        Counted.looked_at += max(0, end - args[1])  # type: ignore[operator]
        return found


@pytest.mark.parametrize("closing", [b"", b"]]>-->?>"])
@pytest.mark.parametrize("opening", [b"<![CDATA[", b"<!--", b"<?"])
def test_sections_left_open_in_a_row_cost_linear_work(opening: bytes, closing: bytes) -> None:
    def work(count: int) -> int:
        Counted.looked_at = 0
        data = (b"<record>" + opening + b"</record>") * count + closing
        splitter = Splitter(io.BytesIO(data), b"record", b"header")
        splitter.buffer = Counted()
        while splitter.seek():
            splitter.drop(splitter.measure())
        return Counted.looked_at

    assert work(4_000) < 5 * work(1_000)
    assert work(4_000) < 8 * 4_000 * 30


def test_what_is_cut_anew_is_parsed_no_more_than_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = 0

    def counted(data: bytearray, end: int, opening: bytes) -> Element:
        nonlocal parsed
        parsed += end
        return parse(data, end, opening)

    monkeypatch.setattr("works.sources.xmlstream.parse", counted)
    hostile = answer(b"<record><a><![CDATA[</record>" * 5_000 + b"]]></record>", LAST)
    assert ids(read(hostile)) == ["2401.00002"]
    assert parsed <= 2 * len(hostile)

"""Feeds of arXiv's query API: which are ours, and what each element becomes."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.factories.arxiv import FEED, PERSON, entry, feed
from tests.factories.oai import Pieces, answer, record
from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    Refused,
    Rejected,
    Version,
    WorkRecord,
)
from works.sources.arxiv_atom import ARXIV_ATOM

MB = 1 << 20


def read(data: bytes) -> list[WorkRecord | Rejected]:
    return list(ARXIV_ATOM.read(io.BytesIO(data)))


def work(data: bytes) -> WorkRecord:
    [found] = read(feed(data))
    assert isinstance(found, WorkRecord), found
    return found


FULL = """
  <title>Clusters  of
    $x&lt;y$</title>
  <summary>  We review
  \\alpha.</summary>
  <link href="http://arxiv.org/abs/math/0101001v3" rel="alternate"/>
  <category term="math-ph" scheme="http://arxiv.org/schemas/atom"/>
  <category term="math.CO" scheme="http://arxiv.org/schemas/atom"/>
  <category term="05C50, 68R10" scheme="http://arxiv.org/schemas/atom"/>
  <category term="G.2.2" scheme="http://arxiv.org/schemas/atom"/>
  <arxiv:primary_category term="math.CO"/>
  <arxiv:comment>36 pages</arxiv:comment>
  <arxiv:journal_ref>J. Math. 48 (2007) 1</arxiv:journal_ref>
  <arxiv:doi>10.5555/a 10.5555/b</arxiv:doi>
  <author><name>Ann van Doe Jr.</name><arxiv:affiliation>MIT</arxiv:affiliation>
    <arxiv:affiliation>ETH</arxiv:affiliation></author>
  <author><name>The X Collaboration</name></author>
"""


def test_every_element_has_its_place() -> None:
    assert work(entry("math/0101001v3", FULL)) == WorkRecord(
        source="arxiv",
        format="arxiv-atom/entry",
        external_id="math/0101001",
        record_date="2024-05-06",
        ids=(ExternalId("arxiv", "math/0101001"),),
        title="Clusters of $x<y$",
        abstract="We review \\alpha.",
        type="preprint",
        created="2024-01-02",
        updated="2024-05-06",
        versions=(Version("v1", "2024-01-02"), Version("v3", "2024-05-06")),
        categories=(Category("arxiv", "math.CO"), Category("arxiv", "math-ph")),
        comments="36 pages",
        journal_ref="J. Math. 48 (2007) 1",
        doi="10.5555/a",
        authors=(
            AuthorRecord("Ann van Doe Jr.", affiliations=("MIT", "ETH")),
            AuthorRecord("The X Collaboration"),
        ),
    )


@pytest.mark.parametrize("identifier", ["2401.00001v1", "2401.00001"])
def test_a_first_version_has_no_update(identifier: str) -> None:
    found = work(entry(identifier))
    assert (found.external_id, found.created, found.updated) == ("2401.00001", "2024-01-02", "")
    assert found.versions == (Version("v1", "2024-01-02"),)


ERROR = entry().replace(b"http://arxiv.org/abs/2401.00001v1", b"https://arxiv.org/api/errors#x")
TITLE = "<title>T</title>"


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        (ERROR, "record", "error message"),
        (
            entry().replace(b"http://arxiv.org/abs/", b"http://example.org/"),
            "external_id",
            "missing",
        ),
        (entry("a/b/c"), "external_id", "identifier"),
        (entry("v1"), "external_id", "missing"),
        (entry(inner=PERSON), "title", "missing"),
        (entry(inner=TITLE), "authors", "missing"),
        (entry(inner=f"{TITLE}<author/>"), "authors", "empty name"),
        (entry(inner=TITLE + PERSON * 20_001), "authors", "more than"),
        (entry().replace(b"2024-01-02T", b"2024-02-30T"), "created", "date"),
        (entry().replace(b"2024-05-06T07:08:09Z", b"now"), "record_date", "date"),
        (entry(inner=f"{TITLE}&bad;"), "record", "undefined entity"),
        (entry(inner="<title>\0</title>"), "record", "NUL"),
        (entry(inner="<title>&#1;</title>"), "record", "not well-formed"),
        (entry(inner="<title>X</title>").replace(b"X", b"\xff"), "record", "UTF-8"),
        (entry(inner="<a>" * 70 + "</a>" * 70), "record", "deeply"),
        (entry(inner=f"<title>{'x' * (9 << 20)}</title>"), "record", "larger"),
    ],
)
def test_a_poisoned_entry_is_one_reject_and_its_neighbours_are_read(
    broken: bytes, field: str, reason: str
) -> None:
    before, reject, after = read(feed(entry("2401.00007v1"), broken, entry("2401.00008v1")))
    assert isinstance(before, WorkRecord)
    assert isinstance(after, WorkRecord)
    assert (before.external_id, after.external_id) == ("2401.00007", "2401.00008")
    assert isinstance(reject, Rejected)
    assert (reject.position, reject.field) == (2, field)
    assert reason in reject.reason
    assert "\0" not in reject.raw


def test_a_faulty_entry_is_named_by_its_work() -> None:
    [reject] = read(feed(entry("2401.00007v2", "<title>\0</title>")))
    assert reject.external_id == "2401.00007"


def test_a_cut_off_feed_is_one_reject() -> None:
    whole, cut = read(feed(entry("2401.00001v1"), entry("2401.00002v1"))[:-30])
    assert isinstance(whole, WorkRecord)
    assert isinstance(cut, Rejected)
    assert "cut off" in cut.reason


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (feed(entry()), True),
        (feed(entry("math/0101001v1")), True),
        (feed(entry()).decode().encode("utf-16"), True),
        (feed(), False),
        (feed(ERROR), False),
        (feed(entry()).replace(b"http://www.w3.org/2005/Atom", b"urn:x"), False),
        (feed(entry()).replace(b"arxiv.org/abs/", b"example.org/"), False),
        (answer(record()), False),
        (b'{"id": "2401.00001"}', False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert ARXIV_ATOM.holds(head) is ours


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (feed(), "no records"),
        (b"<!DOCTYPE feed>" + feed(entry()), "DOCTYPE"),
        (feed(entry()).decode().encode("utf-16"), "UTF-16"),
        (feed(entry()).replace(b'"UTF-8"', b'"ISO-8859-1"'), "encoding"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read(data)


def peak(size: int) -> int:
    one = entry(inner=f"{TITLE}{PERSON}<summary>{'x' * 1_500}</summary>")

    def stream() -> Iterator[bytes]:
        yield FEED
        yield from (one for _ in range(size // len(one)))
        yield b"</feed>"

    tracemalloc.start()
    try:
        assert sum(1 for _ in ARXIV_ATOM.read(Pieces(stream()))) == size // len(one)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    small, large = peak(MB), peak(5 * MB)
    assert large < small + MB // 2
    assert large < 2 * MB

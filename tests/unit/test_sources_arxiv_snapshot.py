"""arXiv's metadata snapshot: what a line says, and what each mistake costs."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.arxiv import snapshot
from tests.factories.oai import Pieces
from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    Refused,
    Rejected,
    Version,
    WorkRecord,
)
from works.sources.arxiv_snapshot import ARXIV_SNAPSHOT

MB = 1 << 20


def read(*lines: bytes) -> list[WorkRecord | Rejected]:
    return list(ARXIV_SNAPSHOT.read(io.BytesIO(b"\n".join(lines))))


def work(data: bytes) -> WorkRecord:
    [found] = read(data)
    assert isinstance(found, WorkRecord), found
    return found


def test_every_key_has_its_place() -> None:
    line = snapshot(
        id="math/0101001",
        authors="Ann van Doe III (MIT), The X Collaboration",
        title="Clusters  of\n  $x<y$",
        comments="36 pages",
        doi="10.5555/a 10.5555/b",
        categories="math.CO math-ph",
        license="http://example.org/licence/",
        abstract="  We review\n\\alpha.\n",
        versions=[
            {"version": "v1", "created": "Tue, 2 Jan 2024 03:04:05 GMT"},
            {"version": "v2", "created": "2024-03-04"},
        ],
        authors_parsed=[
            ["van Doe", "Ann", "III", "MIT", "", "ETH"],
            ["The X Collaboration", "", ""],
        ],
        **{"journal-ref": "J. Math. 48", "report-no": "T-1", "new-key": {"a": [1]}},
    )
    assert work(line) == WorkRecord(
        source="arxiv",
        format="arxiv-snapshot/metadata",
        external_id="math/0101001",
        record_date="2024-05-06",
        ids=(ExternalId("arxiv", "math/0101001"),),
        title="Clusters of $x<y$",
        abstract="We review \\alpha.",
        type="preprint",
        created="2024-01-02",
        updated="2024-03-04",
        versions=(Version("v1", "2024-01-02"), Version("v2", "2024-03-04")),
        categories=(Category("arxiv", "math.CO"), Category("arxiv", "math-ph")),
        comments="36 pages",
        journal_ref="J. Math. 48",
        doi="10.5555/a",
        licence="http://example.org/licence/",
        authors=(
            AuthorRecord("Ann van Doe III", "van Doe", "Ann", "III", ("MIT", "ETH")),
            AuthorRecord("The X Collaboration", "The X Collaboration"),
        ),
    )


def test_only_id_title_and_authors_are_needed() -> None:
    nothing = dict.fromkeys(
        ["submitter", "comments", "journal-ref", "doi", "categories", "license", "abstract"]
    )
    found = work(snapshot(versions=None, update_date=..., **nothing))
    assert (found.versions, found.created, found.record_date, found.categories) == ((), "", "", ())


@pytest.mark.parametrize("parsed", [..., None, []])
def test_without_parsed_authors_the_byline_is_read(parsed: object) -> None:
    found = work(snapshot(authors="Jo Doe (1) and Ann Roe ((1) MIT)", authors_parsed=parsed))
    assert found.authors == (
        AuthorRecord("Jo Doe", affiliations=("MIT",)),
        AuthorRecord("Ann Roe"),
    )


@pytest.mark.parametrize("parsed", [["Doe"], ["Doe", None], ["Doe", None, None, None]])
def test_a_short_or_empty_author_is_what_it_says(parsed: list[str | None]) -> None:
    assert work(snapshot(authors_parsed=[parsed])).authors == (AuthorRecord("Doe", "Doe"),)


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        (snapshot(id=...), "external_id", "missing"),
        (snapshot(id=""), "external_id", "missing"),
        (snapshot(id="a b"), "external_id", "identifier"),
        (snapshot(id=704.0001), "external_id", "a text"),
        (snapshot(title=None), "title", "missing"),
        (snapshot(title=["A"]), "title", "a text or null"),
        (snapshot(title="a\0b"), "title", "NUL"),
        (snapshot(title="x" * 5_001), "title", "longer"),
        (snapshot(authors=None, authors_parsed=None), "authors", "missing"),
        (snapshot(authors_parsed=[["", "", ""]]), "authors", "empty name"),
        (snapshot(authors_parsed=[[]]), "authors", "empty name"),
        (snapshot(authors_parsed=[{"family": "Doe"}]), "authors", "must be"),
        (snapshot(authors_parsed=[["Doe", 7]]), "authors", "must be"),
        (snapshot(authors_parsed=[["Doe"]] * 20_001), "authors", "more than"),
        (snapshot(authors_parsed=[[None]] * 300_001), "record", "more parts"),
        (snapshot(authors_parsed=[["", "", ""] * 400_001]), "record", "more parts"),
        (snapshot(categories=["cs.LG"]), "categories", "a text"),
        (snapshot(categories="a " * 1_001), "categories", "more than"),
        (snapshot(versions=[{"created": "2024"}]), "versions.version", "missing"),
        (snapshot(versions=[{"version": "new"}]), "versions", "label"),
        (snapshot(versions=[{"version": "v1", "created": "2024-02-30"}]), "created", "date"),
        (snapshot(update_date="0000"), "record_date", "date"),
        (snapshot(update_date=20240506), "record_date", "a text"),
        (snapshot(**{"journal-ref": 7}), "journal_ref", "a text"),
        (snapshot(license=7), "licence", "a text"),
        (snapshot(title="\ud800"), "record", "surrogate"),
        (snapshot().replace(b'"A title"', b"NaN"), "record", "number"),
        (snapshot().replace(b"A title", b"\xff"), "record", "UTF-8"),
        (snapshot().replace(b"A title", b"a\x01b"), "record", "one JSON object"),
        (b'{"id":"1","x":' + b"[" * 90_000, "record", "nested"),
        (snapshot(title="x" * (9 << 20)), "record", "larger than 8 MB"),
        (b"[1]", "record", "one JSON object"),
        (b"nonsense", "record", "one JSON object"),
        (b"\0\0\0\0", "record", "one JSON object"),
        (snapshot() + snapshot(), "record", "one JSON object"),
    ],
)
def test_a_poisoned_line_is_one_reject_and_its_neighbours_are_read(
    broken: bytes, field: str, reason: str
) -> None:
    before, reject, after = read(snapshot(id="2401.00007"), broken, snapshot(id="2401.00008"))
    assert isinstance(before, WorkRecord)
    assert isinstance(after, WorkRecord)
    assert (before.external_id, after.external_id) == ("2401.00007", "2401.00008")
    assert isinstance(reject, Rejected)
    assert (reject.position, reject.field) == (2, field)
    assert reason in reject.reason
    assert len(reject.raw) <= 4_000
    assert "\0" not in reject.raw + reject.external_id


def test_a_reject_is_named_by_its_work() -> None:
    [reject] = read(snapshot(id="2401.00007", title=None))
    assert reject.external_id == "2401.00007"


def test_a_cut_off_end_is_one_reject() -> None:
    whole, cut = read(snapshot(), snapshot(id="2401.00002")[:-9])
    assert isinstance(whole, WorkRecord)
    assert isinstance(cut, Rejected)
    assert cut.reason == "is cut off by the end of the file"
    assert cut.external_id == "2401.00002"


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (snapshot(), True),
        (snapshot(submitter=...), True),
        (snapshot(authors_parsed=...), True),
        (b"\xef\xbb\xbf" + snapshot(), True),
        (b"nonsense\n" + snapshot(), True),
        (snapshot().decode().encode("utf-16"), True),
        (snapshot(submitter=..., authors_parsed=...), False),
        (b'{"bzpeer": 1, "title": "on the \\"submitter\\": a study"}', False),
        (b'{"id": "W1", "updated_date": "2024-05-06"}', False),
        (b"<OAI-PMH/>", False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert ARXIV_SNAPSHOT.holds(head) is ours


def test_the_snapshot_is_known_by_the_name_it_is_published_under() -> None:
    assert ARXIV_SNAPSHOT.may_live_in("arxiv-metadata-oai-snapshot.json")
    assert ARXIV_SNAPSHOT.may_live_in("part-1.jsonl.xz")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le"])
def test_other_encodings_refuse_the_file(encoding: str) -> None:
    with pytest.raises(Refused, match="UTF-16"):
        read(snapshot().decode().encode(encoding))


@given(st.lists(st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"")), max_size=5))
def test_garbage_never_costs_a_good_neighbour(garbage: list[bytes]) -> None:
    good = [snapshot(id=f"2401.0000{index}") for index in range(len(garbage) + 1)]
    woven = [part for pair in zip(good, [b"!" + piece for piece in garbage]) for part in pair]
    found = [item.external_id for item in read(*woven, good[-1]) if isinstance(item, WorkRecord)]
    assert found == [f"2401.0000{index}" for index in range(len(garbage) + 1)]


def peak(size: int) -> int:
    one = snapshot(abstract="x" * 1_500) + b"\n"

    def stream() -> Iterator[bytes]:
        yield from (one for _ in range(size // len(one)))

    tracemalloc.start()
    try:
        assert sum(1 for _ in ARXIV_SNAPSHOT.read(Pieces(stream()))) == size // len(one)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    small, large = peak(2 * MB), peak(20 * MB)
    assert large < small + MB // 2
    assert large < 2 * MB

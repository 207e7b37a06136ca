"""Objects out of a stream of JSON: every shape of file, and what a broken object may cost."""

import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.oai import Pieces
from works.domain.records import Refused
from works.sources.base import CUT_OFF, TOO_DEEP
from works.sources.jsonitems import END_MISSING, NO_OBJECT, TOO_LARGE, Item, Items
from works.sources.xmlsplit import NOT_CLOSED
from works.sources.xmlstream import DAMAGED

MB = 1 << 20
INSIDE = {b"results": b"[", b"message": b"{", b"items": b"["}
START = rb'\{\s{0,64}"id"\s{0,8}:\s{0,8}"w'


def read(data: bytes) -> list[Item]:
    return list(Items(io.BytesIO(data), INSIDE, START))


def ids(data: bytes) -> list[str]:
    return [json.loads(item.data)["id"] if not item.fault else item.fault for item in read(data)]


def work(name: str, **more: object) -> dict[str, object]:
    return {"id": name, **more}


ONE, TWO = work("w1", nested=[{"a": [[1], {}]}], text='}]{"[\\'), work("w2", plain=1)
BODY = {"meta": {"items": 2, "x": "results"}, "results": [ONE, TWO], "group_by": [{"id": "g"}]}
MESSAGE = {"status": "ok", "message": {"facets": {"a": [1]}, "items": [ONE, TWO], "rows": 2}}


@pytest.mark.parametrize("indent", [None, 0, 1, 4])
@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (ONE, ["w1"]),
        ([ONE, TWO], ["w1", "w2"]),
        (BODY, ["w1", "w2"]),
        (MESSAGE, ["w1", "w2"]),
        ({"items": [ONE, TWO]}, ["w1", "w2"]),
        ({"status": "ok", "message": TWO, "version": "1"}, ["w2"]),
        ({"meta": {}, "results": [], "group_by": [{"id": "g"}, [1]]}, []),
        ({"results": [{}]}, [None]),
    ],
)
def test_every_shape_of_a_file(shape: object, expected: list[str], indent: int | None) -> None:
    data = json.dumps(shape, indent=indent).encode()
    assert [json.loads(item.data).get("id") for item in read(data)] == expected
    assert not any(item.fault for item in read(data))


def test_lines_may_be_of_any_shape_and_begin_with_a_mark() -> None:
    lines = (json.dumps(shape) for shape in (ONE, BODY, TWO, MESSAGE))
    data = b"\xef\xbb\xbf" + "\r\n\n".join(lines).encode()
    assert ids(data) == ["w1", "w1", "w2", "w2", "w1", "w2"]


def broken(kind: str) -> bytes:
    return {
        "unclosed": b'{"id": "w9", "a": [{"b": 1}',
        "open string": b'{"id": "w9", "a": "oh',
        "odd quote": b'{"id": "w9", "a": "o"h"}',
        "too deep": b'{"id": "w9", "a": ' + b"[" * 200_000 + b"}",
    }[kind]


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("unclosed", NOT_CLOSED),
        ("open string", NO_OBJECT),
        ("odd quote", NO_OBJECT),
        ("too deep", TOO_DEEP),
    ],
)
def test_a_broken_line_costs_no_neighbour(kind: str, fault: str) -> None:
    data = b"\n".join((b'{"id": "w1"}', broken(kind), b'{"id": "w2"}'))
    assert ids(data) == ["w1", fault, "w2"]


@pytest.mark.parametrize("kind", ["unclosed", "open string", "odd quote", "too deep"])
def test_a_broken_element_of_a_list_costs_no_neighbour(kind: str) -> None:
    data = b'{"results": [{"id": "w1"}, %s, {"id": "w2"}, {"id": "w3"}]}' % broken(kind)
    before, fault, *after = ids(data)
    assert (before, after) == ("w1", ["w2", "w3"])
    assert fault in (NOT_CLOSED, NO_OBJECT, TOO_DEEP)


@pytest.mark.parametrize("junk", [b"5", b"null", b'"w"', b"nonsense", b"\0"])
def test_what_is_no_object_is_one_fault(junk: bytes) -> None:
    assert ids(b'[{"id": "w1"}, %s, {"id": "w2"}]' % junk) == ["w1", NO_OBJECT, "w2"]
    assert ids(b'{"id": "w1"}\n%s\n{"id": "w2"}' % junk) == ["w1", NO_OBJECT, "w2"]


def test_stray_brackets_close_nothing() -> None:
    assert ids(b'{"results": [{"id": "w1"}}, {"id": "w2"}]}}') == ["w1", "w2"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"results": [{"id": "w1"}, {"id": "w2", "a', ["w1", CUT_OFF]),
        (b'{"results": [{"id": "w1"},', ["w1", END_MISSING]),
        (b'{"id": "w1"}\n{"id": "w2", "a": [', ["w1", CUT_OFF]),
        (b"", []),
        (b" \n ", []),
    ],
)
def test_an_end_that_is_missing_is_one_fault(data: bytes, expected: list[str]) -> None:
    assert ids(data) == expected


def test_damaged_compression_is_one_fault() -> None:
    class Damaged:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def read(self, size: int, /) -> bytes:
            if not self.data:
                raise EOFError
            data, self.data = self.data, b""
            return data

    assert [item.fault for item in Items(Damaged(b'{"id": "w1"}\n'), INSIDE, START)] == [
        "",
        DAMAGED,
    ]
    faults = [item.fault for item in Items(Damaged(b'{"id": "w1"}\n{"i'), INSIDE, START)]
    assert faults == ["", CUT_OFF]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le"])
def test_other_encodings_refuse_the_file(encoding: str) -> None:
    with pytest.raises(Refused, match="UTF-16"):
        read(json.dumps(BODY).encode(encoding))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=4), json_values, max_size=5), max_size=5),
    st.sampled_from([None, 0, 2]),
    st.integers(1, 50),
)
def test_what_is_read_is_what_was_written(
    objects: list[dict[str, object]], indent: int | None, size: int
) -> None:
    data = json.dumps({"meta": {}, "results": objects}, indent=indent).encode()
    pieces = Pieces(data[at : at + size] for at in range(0, len(data), size))
    assert [json.loads(item.data) for item in Items(Slow(pieces, size), INSIDE, START)] == objects


class Slow:
    """A stream that gives few bytes at a time, so that every token is cut somewhere."""

    def __init__(self, pieces: Pieces, size: int) -> None:
        self._pieces, self._size = pieces, size

    def read(self, _size: int, /) -> bytes:
        return self._pieces.read(self._size)


@given(st.lists(st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"")), max_size=5))
def test_garbage_lines_never_cost_a_good_neighbour(garbage: list[bytes]) -> None:
    parts = [b'{"id": "w0"}']
    for index, piece in enumerate(garbage, start=1):
        parts += [b"!" + piece, b'{"id": "w%d"}' % index]
    found = [name for name in ids(b"\n".join(parts)) if name.startswith("w")]
    assert found == [f"w{index}" for index in range(len(garbage) + 1)]


def peak(count: int, size: int) -> int:
    def body() -> Iterator[bytes]:
        yield b'{"meta": {}, "results": ['
        page = b",".join(b'{"id": "w1", "text": ["%s"]}' % (b"x" * size) for _ in range(20))
        for index in range(count // 20):
            yield (b"," if index else b"") + page
        yield b"]}"

    tracemalloc.start()
    try:
        assert sum(not item.fault for item in Items(Pieces(body()), INSIDE, START)) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_a_list() -> None:
    small, large = peak(400, 10_000), peak(4_000, 10_000)
    assert large < small + MB // 4
    assert large < 3 * MB


def test_an_object_of_200_mb_is_passed_over_in_bounded_memory() -> None:
    def body() -> Iterator[bytes]:
        yield b'{"results": [{"id": "w1", "text": "'
        yield from (b"x" * MB for _ in range(200))
        yield b'"}, {"id": "w2"}]}'

    tracemalloc.start()
    faulty, sound = Items(Pieces(body()), INSIDE, START)
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (faulty.fault, sound.fault) == (TOO_LARGE, "")
    assert len(faulty.data) <= 16_000
    assert high < 45 * MB

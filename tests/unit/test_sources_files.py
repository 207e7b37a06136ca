"""Finding the files that a person names, and decompressing them as far as they can be trusted."""

import gzip
import lzma
import os
import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from tests.factories.oai import HEAD, answer, record
from works.domain.records import Refused, Rejected, WorkRecord
from works.sources import SOURCES
from works.sources.compressed import open_stream
from works.sources.files import FoundFile, find

MB = 1 << 20
# Digits that do not compress well, so that a file cut in half holds half of the records.
RANDOM = random.Random(1)
PAGE = answer(
    *(
        record(f"2401.{number:05}").replace(b"On ", b"%d " % RANDOM.getrandbits(2_000))
        for number in range(300)
    )
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.xml", "a.xml", "sub/c.xml", "sub/deep/d.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "sub" / "itself").symlink_to(tmp_path / "sub" / "itself")
    (tmp_path / "sub" / "link.xml").symlink_to(tmp_path / "a.xml")
    return tmp_path


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["b.xml"], [("b.xml", True)]),
        (["b.xml", "a.xml"], [("b.xml", True), ("a.xml", True)]),
        (["sub/deep"], [("sub/deep/d.xml", False)]),
        (
            [""],
            [
                ("a.xml", False),
                ("b.xml", False),
                ("sub/c.xml", False),
                ("sub/link.xml", False),
                ("sub/deep/d.xml", False),
            ],
        ),
        (["*.xml"], [("a.xml", True), ("b.xml", True)]),
        (["**/d.xml"], [("sub/deep/d.xml", True)]),
        (["s?b/deep"], [("sub/deep/d.xml", False)]),
        (["sub/deep", "sub/deep/d.xml"], [("sub/deep/d.xml", True)]),
    ],
)
def test_paths_folders_and_patterns(
    tree: Path, named: list[str], expected: list[tuple[str, bool]]
) -> None:
    found = find([os.path.join(tree, name) for name in named])
    assert found == [FoundFile(tree / name, direct) for name, direct in expected]


@pytest.mark.parametrize(
    "name", ["absent.xml", "sub/itself", "*.json", "sub/nothing/*", "**x", "a\0b"]
)
def test_a_path_that_leads_nowhere_is_named(tree: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        find([os.path.join(tree, "a.xml"), os.path.join(tree, name)])
    assert caught.value.filename == os.path.join(tree, name)


def test_a_name_with_glob_characters_is_itself_first(tmp_path: Path) -> None:
    (tmp_path / "a[1].xml").touch()
    (tmp_path / "a1.xml").touch()
    assert find([str(tmp_path / "a[1].xml")]) == [FoundFile(tmp_path / "a[1].xml", True)]


@pytest.mark.parametrize(
    ("name", "worth"),
    [
        ("a.xml", True),
        ("A.XML.GZ", True),
        ("a.xml.xz", True),
        ("a.xml.zst", True),
        ("a.json", False),
        ("xml", False),
    ],
)
def test_which_names_are_worth_opening(name: str, worth: bool) -> None:
    assert SOURCES["arxiv-oai"].may_live_in(name) is worth


@pytest.mark.parametrize(
    ("name", "worth"),
    [("part_000.gz", True), ("part_000", True), ("a.json.gz", True), ("README.md", False)],
)
def test_a_source_whose_parts_have_no_suffix(name: str, worth: bool) -> None:
    assert SOURCES["openalex"].may_live_in(name) is worth


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def zstd_of_unknown_size(data: bytes) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush()


def to_be_skipped(data: bytes) -> bytes:
    return b"\x5a\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


def members(data: bytes) -> bytes:
    return b"".join(gzip.compress(data[at : at + 5_000]) for at in range(0, len(data), 5_000))


@pytest.mark.parametrize(
    "pack",
    [
        bytes,
        gzip.compress,
        lzma.compress,
        members,
        lambda data: gzip.compress(data) + bytes(999),
        lambda data: gzip.compress(b"") * 50 + gzip.compress(data),
        lambda data: lzma.compress(data[:99]) + bytes(4) + lzma.compress(data[99:]),
        zstd,
        lambda data: zstd_of_unknown_size(data[:999]) + bytes(9) + zstd(data[999:]) + zstd(b""),
        lambda data: to_be_skipped(b"x" * 700) + zstd(data) + to_be_skipped(b""),
    ],
    ids=[
        "plain",
        "gzip",
        "xz",
        "members",
        "padded",
        "empty members",
        "xz streams",
        "zstd",
        "zstd frames",
        "frames to be skipped",
    ],
)
def test_content_is_the_same_however_it_is_packed(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "no-suffix"
    path.write_bytes(pack(PAGE))
    with open_stream(path) as stream:
        assert stream.peek(10) == PAGE[:10]
        assert stream.peek(200_000) == PAGE[:200_000]
        assert b"".join(iter(lambda: stream.read(7_001), b"")) == PAGE
        assert stream.read(1) == b""
        assert stream.bytes_read == stream.size == path.stat().st_size


def test_progress_is_the_position_in_the_compressed_file(tmp_path: Path) -> None:
    path = tmp_path / "page.gz"
    path.write_bytes(gzip.compress(PAGE))
    with open_stream(path) as stream:
        seen = [stream.bytes_read for _ in iter(lambda: stream.read(1 << 14), b"")]
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[len(seen) // 2] < seen[-1] == path.stat().st_size


def outcomes(path: Path) -> list[WorkRecord | Rejected]:
    with open_stream(path) as stream:
        assert SOURCES["arxiv-oai"].holds(stream.peek(1 << 16))
        return list(SOURCES["arxiv-oai"].read(stream))


@pytest.mark.parametrize(
    ("damage", "at_least"),
    [
        (lambda packed: packed[: len(packed) // 2], 100),
        (lambda packed: packed[:-1], 299),
        (lambda packed: packed[:-4], 299),
        (lambda packed: packed + b"and something else", 300),
        (lambda packed: packed[: len(packed) // 2] + b"\xff" * 99, 100),
    ],
    ids=["half", "no last byte", "no checksum", "other data behind", "damaged"],
)
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd])
def test_what_can_be_read_of_a_damaged_file_is_read_and_the_rest_is_one_reject(
    tmp_path: Path,
    pack: Callable[[bytes], bytes],
    damage: Callable[[bytes], bytes],
    at_least: int,
) -> None:
    path = tmp_path / "page"
    path.write_bytes(damage(pack(PAGE)))
    *records, last = outcomes(path)
    assert isinstance(last, Rejected)
    good = [found.external_id for found in records if isinstance(found, WorkRecord)]
    assert len(good) >= at_least
    assert good == [f"2401.{number:05}" for number in range(len(good))]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd])
@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[:-1],
        lambda packed: packed + b"and something else",
        lambda packed: packed[: len(packed) // 2] + b"\xff" * 99 + packed[len(packed) // 2 + 99 :],
    ],
    ids=["cut", "other data behind", "damaged"],
)
def test_a_damaged_stream_keeps_saying_so(
    tmp_path: Path, pack: Callable[[bytes], bytes], damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "page"
    path.write_bytes(damage(pack(PAGE)))
    with open_stream(path) as stream:
        ahead = stream.peek(10 * MB)
        assert stream.read(10 * MB) == ahead
        for _ in range(3):
            with pytest.raises(EOFError):
                stream.read(1)


def test_lines_of_a_cut_off_file_end_in_one_reject(tmp_path: Path) -> None:
    line = b'{"bzpeer": 1, "source": "test", "external_id": "%d", "deleted": true}\n'
    path = tmp_path / "works.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(line % number for number in range(9)))[:-8])
    with open_stream(path) as stream:
        *records, last = SOURCES["bzpeer"].read(stream)
    assert [type(found) for found in records] == [WorkRecord] * 9
    assert isinstance(last, Rejected)


def deflate_bomb() -> Iterator[bytes]:
    packer = zlib.compressobj(9, wbits=31)
    yield packer.compress(HEAD + b"<record><title>")
    yield from (packer.compress(bytes(MB)) for _ in range(100))
    yield packer.flush()


def xz_bomb() -> Iterator[bytes]:
    packer = lzma.LZMACompressor(preset=0)
    yield packer.compress(HEAD + b"<record><title>")
    yield from (packer.compress(b"x" * MB) for _ in range(100))
    yield packer.flush()


def zstd_bomb() -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=19).compressobj()
    yield packer.compress(HEAD + b"<record><title>")
    yield from (packer.compress(bytes(MB)) for _ in range(100))
    yield packer.flush()


@pytest.mark.parametrize("bomb", [deflate_bomb, xz_bomb, zstd_bomb])
def test_a_bomb_is_refused_in_little_memory(
    tmp_path: Path, bomb: Callable[[], Iterator[bytes]]
) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(b"".join(bomb()))
    tracemalloc.start()
    with pytest.raises(Refused, match="200 times"):
        outcomes(path)
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert high < 40 * MB


def test_an_xz_file_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "greedy.xz"
    # The dictionary's size is one byte of the block's header, which ends in its own checksum:
    # 36 stands for 1 GB.
    packed = bytearray(lzma.compress(PAGE[:100], preset=0))
    packed[16] = 36
    packed[20:24] = zlib.crc32(packed[12:20]).to_bytes(4, "little")
    path.write_bytes(packed)
    with open_stream(path) as stream, pytest.raises(Refused, match="cannot be decompressed") as no:
        stream.read(1)
    assert "emory" in str(no.value.__cause__)


def test_a_zstd_file_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "greedy.zst"
    # Behind the magic and a byte of flags stands the window's size: 17 << 3 is 128 MB.
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes((0, 17 << 3)) + bytes((1, 0, 0)))
    with open_stream(path) as stream, pytest.raises(Refused, match="cannot be decompressed") as no:
        stream.read(1)
    assert "memory" in str(no.value.__cause__)


@pytest.mark.parametrize("magic", [b"\x1f\x8b", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"])
def test_what_only_begins_like_a_compressed_file_is_refused(tmp_path: Path, magic: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(magic + b"\xff" * 99)
    with open_stream(path) as stream, pytest.raises(Refused):
        stream.read(1)

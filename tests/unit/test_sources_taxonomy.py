"""Official names and slugs of the codes that sources file works under."""

import gzip
import json
import lzma
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.domain.taxonomy import official_name, topic_slug
from works.domain.taxonomy.arxiv import ARXIV

DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")
# The snapshot's field sometimes holds codes of other schemes ("68T05", "I.2.6") by mistake.
ARXIV_CODE = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z-]+)?")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("cs.LG", "Machine Learning"),
        ("stat.ML", "Machine Learning"),
        ("hep-th", "High Energy Physics - Theory"),
        ("math.MP", "Mathematical Physics"),
        ("eess.SY", "Systems and Control"),
        ("cond-mat", "Condensed Matter"),
        ("q-alg", "Quantum Algebra and Topology"),
        ("cmp-lg", "Computation and Language"),
        ("cs.XX", None),
        ("CS.LG", None),
        ("", None),
    ],
)
def test_names_are_those_of_arxiv(code: str, name: str | None) -> None:
    assert official_name("arxiv", code) == name


def test_a_code_of_another_scheme_has_no_name() -> None:
    assert official_name("msc", "cs.LG") is None


def test_the_taxonomy_is_whole() -> None:
    assert len(ARXIV) == 155 + 11 + 18
    assert all(name == name.strip() and name for name in ARXIV.values())


def test_slugs_of_known_codes_are_plain_and_unique() -> None:
    assert topic_slug("arxiv", "cs.LG") == "arxiv-cs-lg"
    assert topic_slug("arxiv", "hep-th") == "arxiv-hep-th"
    assert len({topic_slug("arxiv", code) for code in ARXIV}) == len(ARXIV)


TOPICS = st.tuples(
    st.sampled_from(["arxiv", "msc", "a-b"]),
    st.text(max_size=300) | st.sampled_from(["68T05", "68T05,", "68t05", "cs.LG", "cs-lg", "b.c"]),
)


@given(TOPICS, TOPICS)
def test_slugs_are_ascii_and_tell_codes_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", topic_slug(*one))
    assert (topic_slug(*one) == topic_slug(*other)) == (one == other)


def recorded_codes() -> Iterator[str]:
    for path in (DATA / "arxiv-oai").rglob("*_arXiv_*.xml*"):
        data = path.read_bytes()
        text = gzip.decompress(data) if path.suffix == ".gz" else data
        for codes in re.findall(rb"<categories>([^<]*)<", text):
            yield from codes.decode().split()
    for path in (DATA / "arxiv-bulk").glob("*.jsonl.xz"):
        with lzma.open(path) as lines:
            for line in lines:
                yield from json.loads(line)["categories"].split()


@needs_data
def test_every_recorded_code_has_a_name() -> None:
    codes = set(recorded_codes())
    assert len(codes) > 150
    unnamed = {code for code in codes if official_name("arxiv", code) is None}
    assert {code for code in unnamed if ARXIV_CODE.fullmatch(code)} == set()

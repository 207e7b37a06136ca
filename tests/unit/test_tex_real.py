"""The renderer on real titles and abstracts, where the shared data is at hand."""

import gzip
import json
import lzma
import os
import re
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.unit.tex_cases import judged, lost_letter
from works.domain.tex import render

CHECKOUT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("BZPEER_TEST_DATA") or CHECKOUT.parent / "shared" / "data")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no shared test data at {DATA}")
STRAY = re.compile(r"\\|\$| --|-- |``|''|[{}]|&(?!lt;|gt;|amp;)")

STOREYS = re.compile(r"\\(?:[dt]?frac|sqrt|sum|over|binom|overline|begin)(?![A-Za-z])")


@needs_data
def test_the_seed_abstracts_leave_no_stray_markup() -> None:
    (page,) = DATA.glob("seeds/000*.txt")
    works = re.split(r"^preprint\d{4}arXiv$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(works) == 26
    for work in works[1:]:
        title, abstract = work.strip().split("\n\n")[:2]
        for source in (title, abstract):
            rendered = render(source)
            assert not STRAY.search(rendered.html), rendered.html
            assert not _loses(source)
            assert judged(rendered.html)[0] == []


@needs_data
def test_a_thousand_real_titles_lose_next_to_no_letters() -> None:
    titles: list[str] = []
    for page in sorted(DATA.glob("arxiv-oai/pages/*.xml.gz"))[:3]:
        with gzip.open(page) as file:
            tree = ElementTree.parse(file)
        titles += [title.text or "" for title in tree.iter("{http://arxiv.org/OAI/arXiv/}title")]
    thousand = list(islice(titles, 1_000))
    assert len(thousand) == 1_000
    lost = [title for title in thousand if _loses(title)]
    assert len(lost) <= 1, lost


@needs_data
def test_real_formulas_of_two_storeys_are_whole_and_safe() -> None:
    shown = 0
    with lzma.open(DATA / "arxiv-bulk" / "arxiv_metadata_40k.jsonl.xz", "rt") as lines:
        for line in islice(lines, 8_000):
            abstract: str = json.loads(line)["abstract"]
            if not STOREYS.search(abstract):
                continue
            rendered = render(abstract)
            shown += rendered.html.count("<math")
            assert judged(rendered.html)[0] == []
            assert not _loses(abstract)
    assert shown > 100


def _loses(source: str) -> bool:
    rendered = render(source)
    in_order = "<math" not in rendered.html
    shown = judged(rendered.html)[1]
    return any(lost_letter(source, text, in_order=in_order) for text in (shown, rendered.text))

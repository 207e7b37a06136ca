"""The drawings: readable by a parser and by people who cannot see them, and never alive."""

import re
from xml.etree import ElementTree

import pytest

from claims.domain.ledger import Entry
from profiles.domain.pictures import (
    level_ladder,
    share_bar,
    trust_lines,
    trust_scale,
)

ENTRY = Entry("network", "Net & work", "7.5", 15, 0.5, "Two <i>close</i> ones.", ())
EDGES = (0, 20, 40, 65, 85, 100)


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def text(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


@pytest.mark.parametrize(
    ("score", "band_x"), [(0, 1), (19, 1), (20, 81), (39, 81), (40, 161), (84, 261), (100, 341)]
)
def test_the_scale_marks_the_band_that_holds_the_score(score: int, band_x: int) -> None:
    drawn = parsed(trust_scale(score, "Some", EDGES))
    current = [r for r in drawn.iter("rect") if "current" in r.attrib["class"].split()]
    assert [int(rect.attrib["x"]) for rect in current] == [band_x]


def test_the_scale_is_an_image_with_a_name_and_its_edges_written_out() -> None:
    drawn = parsed(trust_scale(21, "Emerging", EDGES))
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-label"] == "Trust score 21 of 100, band Emerging"
    assert [mark.text for mark in drawn.iter("text")] == [str(edge) for edge in EDGES]


def test_the_pin_moves_with_the_score_and_stays_inside() -> None:
    pins = [
        float(re.search(r'pin" d="M([\d.]+) 15', trust_scale(n, "", EDGES)).group(1))  # type: ignore[union-attr]
        for n in range(101)
    ]
    assert pins == sorted(pins)
    assert min(pins) >= 0
    assert max(pins) <= 400


@pytest.mark.parametrize("level", range(5))
def test_the_ladder_says_where_it_stands(level: int) -> None:
    ladder = parsed(level_ladder(level))
    steps = ladder.findall("li")
    assert [text(step) for step in steps] == ["L0", "L1", "L2", "L3", "L4"]
    assert [step.get("aria-current") == "step" for step in steps].index(True) == level
    assert sum("reached" in step.get("class", "") for step in steps) == level + 1
    assert ladder.attrib["aria-label"] == f"Verification level {level} of 4"


@pytest.mark.parametrize(
    ("share", "width"), [(0, "0"), (0.111, "11"), (1, "100"), (1.2, "100"), (-1, "0")]
)
def test_the_share_bar_is_as_long_as_the_share_and_silent(share: float, width: str) -> None:
    bar = parsed(share_bar(share))
    assert bar.attrib["aria-hidden"] == "true"
    assert bar.findall("rect")[1].attrib["width"] == width


def test_lines_of_the_ledger_are_terms_and_whatever_they_say_is_text() -> None:
    (div,) = parsed(trust_lines([ENTRY])).iter("div")
    assert [child.tag for child in div] == ["dt", "dd", "dd", "svg"]
    assert [text(child) for child in div][:3] == [
        "Net & work",
        "7.5 / 15",
        "Two <i>close</i> ones.",
    ]
    assert div[3].findall("rect")[1].attrib["width"] == "50"


@pytest.mark.parametrize(
    "html",
    [
        trust_scale(50, "Established", EDGES),
        level_ladder(2),
        share_bar(0.5),
        trust_lines([ENTRY]),
    ],
)
def test_looks_are_left_to_the_style_sheet(html: str) -> None:
    named = {name for element in parsed(html).iter() for name in element.attrib}
    assert not {name for name in named if name == "style" or name.startswith("on")}
    assert not {"fill", "stroke", "color"} & named

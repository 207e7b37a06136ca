"""The drawings: readable by a parser and by people who cannot see them, and never alive."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.domain.pictures import (
    BAR_HEIGHT,
    SMALLEST_BAR,
    YearCount,
    level_ladder,
    share_bar,
    trust_scale,
    year_bars,
)

EDGES = (0, 20, 40, 65, 85, 100)


def years(*pairs: tuple[int | None, int]) -> list[YearCount]:
    return [YearCount(year, count, f"/works/?year={year}") for year, count in pairs]


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def text(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def heights(drawing: ElementTree.Element) -> list[int]:
    return [int(rect.attrib["height"]) for rect in drawing.iter("rect")]


def test_no_years_draw_nothing() -> None:
    assert year_bars([]) == ""


def test_bars_are_links_that_say_count_and_year_newest_first() -> None:
    links = list(parsed(year_bars(years((2020, 15), (2022, 1), (2021, 3)))).iter("a"))
    assert [text(link) for link in links] == ["1 work, 2022", "3 works, 2021", "15 works, 2020"]


def test_a_bar_filters_by_itself_and_keeps_the_focus() -> None:
    (link,) = parsed(year_bars(years((2020, 2)), target="list")).iter("a")
    assert link.attrib == {
        "id": "year-2020",
        "href": "/works/?year=2020#list",
        "hx-get": "/works/?year=2020",
        "hx-target": "#list",
        "hx-select": "#list",
        "hx-swap": "outerHTML",
        "hx-select-oob": "#list-status:innerHTML",
        "hx-push-url": "true",
    }


def test_the_chosen_year_is_marked_and_no_other() -> None:
    chosen = [YearCount(2021, 1, "?b", current=True), YearCount(2020, 1, "?a")]
    links = parsed(year_bars(chosen)).iter("a")
    assert [link.get("aria-current") for link in links] == ["true", None]


@pytest.mark.parametrize(
    ("given_years", "words"),
    [
        ((2020, 2018), ["1 work, 2020", "2019", "1 work, 2018"]),
        (
            (2020, 2015),
            ["1 work, 2020", "2019", "2018", "2017", "2016", "1 work, 2015"],
        ),
        ((2020, 2014), ["1 work, 2020", "2015 to 2019: no works", "1 work, 2014"]),
    ],
)
def test_gaps_are_drawn_year_by_year_until_they_are_long(
    given_years: tuple[int, ...], words: list[str]
) -> None:
    drawn = parsed(year_bars(years(*((year, 1) for year in given_years))))
    assert [text(item) for item in drawn.iter("li")] == words


def test_undated_works_stand_last_and_lead_nowhere() -> None:
    drawn = parsed(year_bars(years((None, 2), (2020, 1))))
    last = drawn.findall("li")[-1]
    assert text(last) == "2 works, undated"
    assert last.find("a") is None


@pytest.mark.parametrize(("columns", "many"), [(10, False), (11, True)])
def test_many_years_get_less_room(columns: int, many: bool) -> None:
    drawn = parsed(year_bars(years(*((2000 + n, 1) for n in range(columns)))))
    assert ("many" in drawn.attrib["class"].split()) is many


def test_addresses_are_escaped() -> None:
    html = year_bars([YearCount(2020, 1, '/works/?q="><script>alert(1)</script>&year=2020')])
    assert "<script" not in html
    (link,) = parsed(html).iter("a")
    assert link.attrib["hx-get"] == '/works/?q="><script>alert(1)</script>&year=2020'


@given(st.dictionaries(st.integers(1950, 2030), st.integers(1, 10**6), min_size=1, max_size=40))
def test_bars_keep_the_order_of_the_counts(counts: dict[int, int]) -> None:
    drawn = parsed(year_bars(years(*counts.items())))
    bars = [heights(link)[0] for link in drawn.iter("a")]
    by_count = sorted(zip([counts[y] for y in sorted(counts, reverse=True)], bars))
    assert [bar for _, bar in by_count] == sorted(bars)
    assert max(bars) == BAR_HEIGHT
    assert min(bars) >= SMALLEST_BAR


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


@pytest.mark.parametrize(
    "html",
    [
        year_bars(years((2020, 3), (2010, 1), (None, 1))),
        trust_scale(50, "Established", EDGES),
        level_ladder(2),
        share_bar(0.5),
    ],
)
def test_looks_are_left_to_the_style_sheet(html: str) -> None:
    named = {name for element in parsed(html).iter() for name in element.attrib}
    assert not {name for name in named if name == "style" or name.startswith("on")}
    assert not {"fill", "stroke", "color"} & named

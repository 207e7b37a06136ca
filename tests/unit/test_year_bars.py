"""Works per year as a drawing: readable by a parser and by people who cannot see it."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.domain.year_bars import BAR_HEIGHT, SMALLEST_BAR, year_bars

URL = "/works/"


def bars(*years: tuple[int | None, int]) -> str:
    return year_bars(years, URL)


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def text(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def heights(drawing: ElementTree.Element) -> list[int]:
    return [int(rect.attrib["height"]) for rect in drawing.iter("rect")]


def test_no_years_draw_nothing() -> None:
    assert bars() == ""


def test_bars_are_links_that_say_count_and_year_newest_first() -> None:
    links = list(parsed(bars((2020, 15), (2022, 1), (2021, 3))).iter("a"))
    assert [text(link) for link in links] == ["1 work, 2022", "3 works, 2021", "15 works, 2020"]


def test_a_bar_filters_by_itself_and_keeps_the_focus() -> None:
    (link,) = parsed(bars((2020, 2))).iter("a")
    assert link.attrib == {
        "id": "year-2020",
        "href": "/works/?year=2020#works",
        "hx-get": "/works/?year=2020",
    }


def test_the_chosen_year_is_marked_and_no_other() -> None:
    links = parsed(year_bars([(2021, 1), (2020, 1)], URL, 2021)).iter("a")
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
    drawn = parsed(bars(*((year, 1) for year in given_years)))
    assert [text(item) for item in drawn.iter("li")] == words


def test_undated_works_stand_last_and_lead_nowhere() -> None:
    drawn = parsed(bars((None, 2), (2020, 1)))
    last = drawn.findall("li")[-1]
    assert text(last) == "2 works, undated"
    assert last.find("a") is None


@pytest.mark.parametrize(("columns", "many"), [(10, False), (11, True)])
def test_many_years_get_less_room(columns: int, many: bool) -> None:
    drawn = parsed(bars(*((2000 + n, 1) for n in range(columns))))
    assert ("many" in drawn.attrib["class"].split()) is many


def test_addresses_are_escaped() -> None:
    html = year_bars([(2020, 1)], '/works/?q="><script>alert(1)</script>')
    assert "<script" not in html
    (link,) = parsed(html).iter("a")
    assert link.attrib["hx-get"] == '/works/?q="><script>alert(1)</script>&year=2020'


@given(st.dictionaries(st.integers(1950, 2030), st.integers(1, 10**6), min_size=1, max_size=40))
def test_bars_keep_the_order_of_the_counts(counts: dict[int, int]) -> None:
    drawn = parsed(bars(*counts.items()))
    tall = [heights(link)[0] for link in drawn.iter("a")]
    by_count = sorted(zip([counts[y] for y in sorted(counts, reverse=True)], tall))
    assert [height for _, height in by_count] == sorted(tall)
    assert max(tall) == BAR_HEIGHT
    assert min(tall) >= SMALLEST_BAR


def test_looks_are_left_to_the_style_sheet() -> None:
    drawn = parsed(bars((2020, 3), (2010, 1), (None, 1)))
    named = {name for element in drawn.iter() for name in element.attrib}
    assert not named & {"style", "fill", "stroke", "color"}
    assert not {name for name in named if name.startswith("on")}

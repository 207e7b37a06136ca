"""What a search asks: words on steps, and words that are one slip away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.domain import steps
from works.domain.spelling import LONGEST, SHORTEST, slips

years = st.none() | st.integers(1, 9999)
this_years = st.integers(2026, 2100)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Deep Learning, deep!", ["deep", "learning"]),
        (
            "Self-attention for Schrödinger's cat",
            ["self", "attention", "for", "schrodingers", "cat"],
        ),
        ("深層学習 in 3D", ["深", "層", "学", "習", "in", "3d"]),
        ("한국어 제목", ["한", "국", "어", "제", "목"]),
        ("Ωμέγα β-decay", ["ωμέγα", "β", "decay"]),
        ("x" * 90, ["x" * steps.LONGEST]),
        ("?!", []),
    ],
)
def test_words_of_a_title(title: str, words: list[str]) -> None:
    assert steps.title_words(title) == words


def test_a_long_title_is_found_by_its_beginning() -> None:
    words = steps.title_words(" ".join(f"w{n}" for n in range(200)))
    assert words == [f"w{n}" for n in range(steps.TITLE_WORDS)]


@given(years, this_years, st.integers(0, 50))
def test_every_year_is_on_a_step_that_is_asked_now_and_later(
    year: int | None, this_year: int, later: int
) -> None:
    assert steps.title_step(year, this_year) in steps.title_steps(this_year + later)


@given(years, years, this_years)
def test_a_later_year_is_on_no_later_step(a: int | None, b: int | None, this_year: int) -> None:
    order = steps.title_steps(this_year)
    low, high = sorted((a or 0, b or 0))
    place = {y: order.index(steps.title_step(y or None, this_year)) for y in (low, high)}
    assert place[high] <= place[low]


@pytest.mark.parametrize(
    ("words", "looked_up", "looked_for"),
    [
        (["xue", "lin"], ["xue", "lin"], []),
        (["j", "smith", "b"], ["smith"], ["j", "b"]),
        (["x"], ["x"], []),
        (["x", "l"], ["x", "l"], []),
        ([], [], []),
    ],
)
def test_letters_are_looked_for_in_what_words_find(
    words: list[str], looked_up: list[str], looked_for: list[str]
) -> None:
    assert steps.told_apart(words) == (looked_up, looked_for)


def test_questions_of_each_step() -> None:
    assert steps.steps("10", steps.begun(["xue", "l"])) == [
        "'1xue':* & '1l':*",
        "'0xue':* & '0l':*",
    ]
    assert steps.steps(["2026"], steps.whole(["deep", "learn"])) == ["'2026deep' & '2026learn':*"]
    assert steps.steps(["2026"], steps.whole(["deep", "in"])) == ["'2026deep' & '2026in'"]
    assert steps.meant("1", ["xeu", "lin"], [["xue", "xu"], []]) == [
        "('1xeu':* | '1xue' | '1xu') & ('1lin':*)"
    ]


names = st.text("abcxyz", min_size=SHORTEST, max_size=LONGEST)


@given(names)
def test_whatever_is_a_slip_away_is_so_from_either_side(word: str) -> None:
    back = [one for one in slips(word) if SHORTEST <= len(one) <= LONGEST]
    assert back
    assert all(word in slips(one) for one in back[:: max(1, len(back) // 20)])


@pytest.mark.parametrize("typed", ["lisn", "ling", "lni", "lin", "linn"])
def test_slips_of_short_words_are_too_many(typed: str) -> None:
    assert bool(slips(typed)) is (len(typed) >= SHORTEST)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("zahng", "zhang"), ("smth", "smith"), ("mulller", "muller"), ("garcja", "garcia")],
)
def test_slips_of_the_hand(typed: str, meant: str) -> None:
    assert meant in slips(typed)
    assert typed not in slips(typed)


def test_other_letters_are_moved_and_left_out() -> None:
    assert "иванов" in slips("ивнаов")
    assert "иванов" in slips("ивваанов"[:1] + "ваанов")
    assert not slips("李小龍")

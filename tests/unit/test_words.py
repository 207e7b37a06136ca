"""Facts in words."""

from datetime import date

import pytest

from works.domain.words import month, written


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2024-05-06", "6\N{NO-BREAK SPACE}May 2024"),
        ("2024-05", "May 2024"),
        ("2024", "2024"),
        ("", ""),
        ("2024-02-31", "2024-02-31"),
        ("2024-13", "2024-13"),
        ("in spring", "in spring"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(when: str, words: str) -> None:
    assert written(when) == words


@pytest.mark.parametrize("number", range(1, 13))
def test_months_have_their_names(number: int) -> None:
    assert month(date(2026, number, 5)) == f"{date(2026, number, 1):%B} 2026"

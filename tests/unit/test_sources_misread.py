"""Text that was read in the wrong charset, and text that only looks a little like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.sources.misread import mended

letters = st.text("abc XYZ'-éüãÃñßÂâ")


@given(st.text())
def test_what_was_taken_for_latin_1_is_as_it_was_written(text: str) -> None:
    assert (
        mended(text.encode("utf-8", "ignore").decode("latin-1"))
        == text.encode("utf-8", "ignore").decode()
    )


@pytest.mark.parametrize("text", ["Jörg’s", "Žižek", "5 € à"])
def test_so_is_what_was_taken_for_windows_1252(text: str) -> None:
    assert mended(text.encode().decode("cp1252")) == text


@given(letters)
def test_a_name_in_its_own_letters_stays(name: str) -> None:
    assert mended(name) == name


def test_what_makes_no_sense_as_a_whole_stays() -> None:
    assert mended("JÃ¶rg é") == "JÃ¶rg é"

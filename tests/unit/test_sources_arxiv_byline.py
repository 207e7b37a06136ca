"""Bylines in one string: who the authors are, where each of them works, and what is neither."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.domain.validate import Invalid
from works.sources.arxiv_byline import authors

Places = dict[str, tuple[str, ...]]


def names(byline: str) -> list[str]:
    return [author.name for author in authors(byline)]


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Ann Doe", ["Ann Doe"]),
        ("A. Doe, B. Roe", ["A. Doe", "B. Roe"]),
        ("A. Doe and B. Roe", ["A. Doe", "B. Roe"]),
        ("A. Doe, B. Roe, and C. Poe", ["A. Doe", "B. Roe", "C. Poe"]),
        ("A. Doe and B. Roe and C. Poe", ["A. Doe", "B. Roe", "C. Poe"]),
        ("A. Doe & B. Roe", ["A. Doe", "B. Roe"]),
        (r"A. Doe \& B. Roe", ["A. Doe", "B. Roe"]),
        ("A. Doe; B. Roe", ["A. Doe", "B. Roe"]),
        ("A. Doe,B. Roe , C. Poe,", ["A. Doe", "B. Roe", "C. Poe"]),
        ("A.\n  Doe\nand\tB. Roe", ["A. Doe", "B. Roe"]),
        ("Sandy Andrews, Anders And", ["Sandy Andrews", "Anders And"]),
        ("Santiago Ramón y Cajal", ["Santiago Ramón y Cajal"]),
        ("Plato", ["Plato"]),
        ("A. Doe, Jr., B. Roe", ["A. Doe Jr.", "B. Roe"]),
        ("A. Doe, Jr and B. Roe III", ["A. Doe Jr", "B. Roe III"]),
        ("Jr., B. Roe", ["Jr.", "B. Roe"]),
        ("The X Collaboration: A. Doe, B. Roe", ["The X Collaboration", "A. Doe", "B. Roe"]),
        ("A. Doe, for the X Collaboration", ["A. Doe", "X Collaboration"]),
        ("A. Doe for the X Collaboration", ["A. Doe"]),
        ("A. Doe (for the X Collaboration)", ["A. Doe"]),
        ("A. Doe, et al.", ["A. Doe"]),
        ("A. Doe et al", ["A. Doe"]),
        ("A. Doe and others", ["A. Doe"]),
        ("A. Doe, with an appendix by B. Roe", ["A. Doe", "B. Roe"]),
        ("A. Doe (with an appendix by B. Roe)", ["A. Doe"]),
        ("Robert (Bob) Roe, A. Doe", ["Robert (Bob) Roe", "A. Doe"]),
        ("Ann Doe (MIT) Bo Roe (ETH)", ["Ann Doe", "Bo Roe"]),
        ("A. Doe (1) B. Roe (2)", ["A. Doe", "B. Roe"]),
        (r"J. M{\"u}ller, P. \'Etienne", [r"J. M{\"u}ller", r"P. \'Etienne"]),
        ("{Doe, A.}, B. Roe", ["{Doe, A.}", "B. Roe"]),
        (r"Fran\c{c}ois Roe, {\O}. Poe", [r"Fran\c{c}ois Roe", r"{\O}. Poe"]),
        ("A. Doe (MIT, B. Roe, C. Poe", ["A. Doe", "B. Roe", "C. Poe"]),
        ("A. Doe {, B. Roe", ["A. Doe {", "B. Roe"]),
        ("A. Doe), B. Roe", ["A. Doe)", "B. Roe"]),
        ("A. Doe (1), B. Roe ((1) MIT, (2) ETH", ["A. Doe", "B. Roe"]),
        ("", []),
        (" , ; and & () .", []),
        ("(MIT)", []),
    ],
)
def test_who_the_authors_are(byline: str, expected: list[str]) -> None:
    assert names(byline) == expected


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("A. Doe (MIT, USA), B. Roe", {"A. Doe": ("MIT, USA",), "B. Roe": ()}),
        ("A. Doe, B. Roe (MIT)", {"A. Doe": (), "B. Roe": ("MIT",)}),
        ("A. Doe (MIT) (ETH)", {"A. Doe": ("MIT", "ETH")}),
        ("A. Doe (U. of X (Y))", {"A. Doe": ("U. of X (Y)",)}),
        (
            "A. Doe (1), B. Roe (1,2) and C. Poe ((1) MIT, USA, (2) ETH)",
            {"A. Doe": ("MIT, USA",), "B. Roe": ("MIT, USA", "ETH"), "C. Poe": ()},
        ),
        (
            "A. Doe (1 and 2), B. Roe (1 2) ((1) MIT (2) ETH)",
            {"A. Doe": ("MIT", "ETH"), "B. Roe": ("MIT", "ETH")},
        ),
        (
            "A. Doe (1), B. Roe (2), ((1) MIT, and (2) ETH)",
            {"A. Doe": ("MIT",), "B. Roe": ("ETH",)},
        ),
        (
            "A. Doe (1), B. Roe (2), (1) MIT, X, (2) ETH",
            {"A. Doe": ("MIT, X",), "B. Roe": ("ETH",)},
        ),
        ("A. Doe, (1) and B. Roe (1) ((1) MIT)", {"A. Doe": ("MIT",), "B. Roe": ("MIT",)}),
        ("A. Doe Jr. (1), B. Roe (1) ((1) MIT)", {"A. Doe Jr.": ("MIT",), "B. Roe": ("MIT",)}),
        ("A. Doe (1), B. Roe (2) (1: MIT, 2: ETH)", {"A. Doe": ("MIT",), "B. Roe": ("ETH",)}),
        ("A. Doe (a), B. Roe (b) ((a) MIT, (b) ETH)", {"A. Doe": ("MIT",), "B. Roe": ("ETH",)}),
        ("A. Doe (a and b) ((a) MIT, (b) ETH (d) X)", {"A. Doe": ("MIT", "ETH")}),
        ("A. Doe (1), B. Roe (3) ((1) C-D (C) X)", {"A. Doe": ("C-D (C) X",), "B. Roe": ()}),
        ("A. Doe (1), B. Roe (2)", {"A. Doe": (), "B. Roe": ()}),
        ("A. Doe (MIT) (for the X Collaboration)", {"A. Doe": ("MIT",)}),
        ("A. Doe (the X Collaboration)", {"A. Doe": ()}),
        ("A. Doe (and the X Team)", {"A. Doe": ()}),
        ("A. Doe, B. Roe (Eds.)", {"A. Doe": (), "B. Roe": ()}),
        ("A. Doe (deceased)", {"A. Doe": ()}),
        (r"A. Doe (Universit\"at X)", {"A. Doe": (r"Universit\"at X",)}),
        ("A. Doe (MIT, B. Roe (ETH)", {"A. Doe": ("MIT",), "B. Roe": ("ETH",)}),
        ("A. Doe (1) ((1) MIT, (2) ETH", {"A. Doe": ("MIT",)}),
    ],
)
def test_where_they_are(byline: str, expected: Places) -> None:
    assert {author.name: author.affiliations for author in authors(byline)} == expected


def test_a_name_is_not_divided() -> None:
    [author] = authors("Ann van Doe Jr.")
    assert (author.family, author.given, author.suffix) == ("", "", "")


WORD = st.sampled_from(
    ["Ann", "B.", "de", "O'Neil", "Łukasz", r"M{\"u}ller", r"\'Eva", "王", "Sand"]
)
NAME = st.lists(WORD, min_size=2, max_size=4).map(" ".join)
PLACE = st.sampled_from(["", "MIT", "U. of X, Y", "ETH (Z)"])
BREAK = st.sampled_from([", ", " and ", ", and ", " & ", "; ", ",\n"])


@given(st.lists(st.tuples(NAME, PLACE, BREAK), min_size=1, max_size=8))
def test_what_was_put_together_comes_apart_again(parts: list[tuple[str, str, str]]) -> None:
    written = [(f"{name} ({place})" if place else name, sign) for name, place, sign in parts]
    byline = "".join(text + sign for text, sign in written[:-1]) + written[-1][0]
    assert [(author.name, author.affiliations) for author in authors(byline)] == [
        (name, (place,) if place else ()) for name, place, _ in parts
    ]


@given(st.text(alphabet="Ab1 ,;:&(){}\\\"'.-and", max_size=80))
def test_no_byline_is_too_strange(byline: str) -> None:
    for author in authors(byline):
        assert author.name.strip()
        assert author.name == " ".join(author.name.split())


@pytest.mark.parametrize("unit", ["(", "((1)", "{(", ",a", "(x)", "a (1 ", ") and ", "(1) a", "1 "])
def test_a_long_byline_costs_little(unit: str) -> None:
    byline = unit * (100_000 // len(unit))
    tracemalloc.start()
    authors(byline)
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert high < 10 << 20


def test_a_byline_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="longer"):
        authors("A. Doe, " * 75_001)

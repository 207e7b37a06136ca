"""No mail address of a source reaches a reader, and nothing else is lost with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.records import person, work
from works.domain.addresses import MASK, masked, rendered, without
from works.domain.article import pieces
from works.domain.bylines import bylines


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Write to ann.lee+x@cs.uni.edu.", f"Write to {MASK}."),
        ("(ANN@UNI.EDU)", f"({MASK})"),
        ("<ann@uni.edu>", f"<{MASK}>"),
        ("mailto:ann@uni.edu, bo@uni.ac.uk", f"{MASK}, {MASK}"),
        (r"\{ann, bo\}@uni.edu", MASK),
        ("ann,bo@uni.edu", MASK),
        (r"ann\_lee@uni.edu", MASK),
        (r"\url{mailto:ann@uni.edu}", MASK),
        ("josé@université.fr", MASK),
        ("ann＠uni.edu", MASK),
        ("ann&#64;uni.edu", MASK),
    ],
)
def test_addresses_are_masked(source: str, shown: str) -> None:
    assert rendered(source).text == shown


def test_half_an_address_in_a_style_is_masked() -> None:
    assert rendered(r"\texttt{ann}@uni.edu").html == f"<code>ann</code>{MASK}"


@pytest.mark.parametrize(
    "text",
    [
        "Precision@10 and mAP@0.5", "recall@k.The rest", "a @ b.c", "@", "we@home",
        "github.com/@ann", "$5 @ 3.50", "R@1, R@5.", "x@y",
    ],
)  # fmt: skip
def test_what_is_no_address_stays(text: str) -> None:
    assert masked(text) == without(text) == text


@given(st.text(st.characters(exclude_characters="@＠"), max_size=20), st.text(max_size=20))
def test_none_is_left_whatever_stands_around_it(before: str, after: str) -> None:
    assert "ann@uni" not in masked(f"{before} ann@uni.edu {after}")


@pytest.mark.parametrize("text", ["a" * 200_000, "a," * 100_000, "{a," * 70_000, "a@" * 100_000])
def test_the_search_takes_linear_time(text: str) -> None:
    assert masked(text + "@") == text + "@"


def test_a_work_shows_none_of_its_addresses() -> None:
    mail = "ann@uni.edu"
    record = work(
        title=f"On {mail}",
        abstract=f"Ask {mail}. Or {mail}.",
        comments=f"By {mail}",
        journal_ref=f"J. {mail}",
    )
    assert not any("uni.edu" in piece for piece in pieces(record, 2020))


def test_names_and_affiliations_lose_their_addresses() -> None:
    ann = person("Ann Lee <ann@uni.edu>", r"Universit\'e de Lyon, ann@uni.edu", "bo@uni.edu")
    line, *others = bylines([work(ann, "pure@uni.edu")])
    assert (line.name, line.affiliations) == ("Ann Lee", ("Université de Lyon",))
    assert line.key is not None
    assert not others

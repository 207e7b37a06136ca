"""What stands of a report: the laws that make an import free of order, and what is counted."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.domain.standing import NOTHING, Standing, Text, Verdict, verdict

DAYS = st.sampled_from(["", "2024", "2024-01", "2024-01-02", "2024-02-03"])
SAID = st.one_of(
    st.builds(Standing, st.builds(Text, DAYS, st.sampled_from([b"a", b"b"]))),
    st.builds(Standing, st.none(), DAYS),
)


def all_of(said: tuple[Standing, ...] | list[Standing]) -> Standing:
    found = NOTHING
    for one in said:
        found = found.join(one)
    return found


@given(st.lists(SAID, max_size=4))
def test_any_order_and_any_number_of_times_ends_in_one_standing(said: list[Standing]) -> None:
    assert {all_of(order) for order in permutations(said)} == {all_of(said)}
    assert all_of([*said, *said]) == all_of(said)


@given(st.lists(SAID, max_size=4), st.lists(SAID, max_size=4))
def test_batches_make_no_difference(one: list[Standing], other: list[Standing]) -> None:
    assert all_of(one).join(all_of(other)) == all_of([*one, *other])


def text(date: str, digest: bytes = b"a") -> Standing:
    return Standing(Text(date, digest))


def gone(date: str) -> Standing:
    return Standing(gone=date)


@pytest.mark.parametrize(
    ("before", "said", "counted", "live"),
    [
        (NOTHING, text("2"), "created", True),
        (NOTHING, gone("2"), "unchanged", False),
        (gone("2"), text("1"), "unchanged", False),
        (gone("2"), text("2"), "unchanged", False),
        (gone("2"), text("3"), "created", True),
        (gone("2"), gone("3"), "unchanged", False),
        (text("2"), text("1", b"b"), "unchanged", True),
        (text("2"), text("2", b"b"), "updated", True),
        (text("2", b"b"), text("2"), "unchanged", True),
        (text("2"), text("3"), "unchanged", True),
        (text("2"), text("3", b"b"), "updated", True),
        (text("2"), gone("1"), "unchanged", True),
        (text("2"), gone("2"), "updated", False),
        (text("2"), gone("3"), "updated", False),
        (text("1").join(gone("3")), text("2", b"b"), "unchanged", False),
        (text("1").join(gone("3")), gone("4"), "unchanged", False),
        (text("1").join(gone("3")), text("4"), "updated", True),
        (NOTHING, text("1").join(gone("3")), "created", False),
    ],
)
def test_what_is_counted(before: Standing, said: Standing, counted: Verdict, live: bool) -> None:
    after = before.join(said)
    assert (verdict(before, after), after.live) == (counted, live)
    assert verdict(after, after.join(said)) == "unchanged"


def test_the_date_of_a_report_is_the_last_thing_that_counts() -> None:
    assert text("2").record_date == "2"
    assert text("2").join(gone("3")).record_date == "3"
    assert text("2").join(gone("1")).record_date == "2"
    assert NOTHING.record_date == ""

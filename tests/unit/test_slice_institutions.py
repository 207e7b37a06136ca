"""Institutions from the facts to the drawing: whose they are, which are shown, what is said."""

from collections.abc import Callable

import msgspec
import pytest

from graph.domain.slice import Institution, SliceFacts, digest, draw
from graph.domain.slice.build import NARROW, WIDE, narrow_picture, wide_picture
from tests.unit.slice_cases import classed, drawings, edges, facts, keys, nodes, parsed, text

replace = msgspec.structs.replace


def place(key: int, *people: int, own: bool = False) -> Institution:
    return Institution(key, f"Institute {key}", f"/institutions/i-{key}/", people, own)


def record(*places: Institution) -> SliceFacts:
    """Three works with people 1 to 4, of whom 1 is on all of them."""
    return facts({1: (1, 2), 2: (1, 3), 3: (1, 4)}, institutions=places)


def links(of: SliceFacts) -> set[tuple[str, str]]:
    wide, _ = drawings(of)
    return {(a, b) for a, b, kind in edges(wide) if kind == "e-institution"}


def test_people_are_linked_to_where_they_were() -> None:
    assert links(record(place(7, 1, 2), place(8, 2, 99))) == {
        ("p1", "i7"), ("p2", "i7"), ("p2", "i8"),
    }  # fmt: skip


def test_the_researchers_own_institution_hangs_on_the_researcher() -> None:
    assert links(record(place(7, own=True), place(8, 3, own=True))) == {
        ("me", "i7"), ("me", "i8"), ("p3", "i8"),
    }  # fmt: skip


def test_an_own_institution_is_shown_without_anybody_else() -> None:
    shown = wide_picture(record(place(7), place(8, own=True), place(9, 99)))
    assert [one.key for one in shown.institutions] == [8]


def test_institutions_of_most_of_those_shown_come_first() -> None:
    places = (place(1, 1), place(2, 1, own=True), place(3, 1, 2, 3), place(4, 1, 77))
    shown = wide_picture(record(*places))
    assert [one.key for one in shown.institutions] == [3, 2, 4, 1]


@pytest.mark.parametrize("number", [0, 1, 40])
def test_caps_hold_in_both_drawings(number: int) -> None:
    of = record(*(place(key, 1, 2) for key in range(1, number + 1)))
    wide, narrow = drawings(of)
    assert len(nodes(wide, "institution")) == min(number, WIDE.institutions)
    assert len(nodes(narrow, "institution")) == min(number, NARROW.institutions)
    assert keys(narrow, "institution") <= keys(wide, "institution")


def test_institutions_of_everybody_are_no_hairball() -> None:
    everybody = range(1, 23)
    of = facts({1: everybody}, institutions=[place(key, *everybody) for key in range(1, 7)])
    assert len(links(of)) == 2 * len(everybody)
    assert "2 of 6 institutions" in text(parsed(draw(of).html))


def test_one_institution_is_shown_whatever_hangs_on_it() -> None:
    assert WIDE.people <= WIDE.ties
    assert NARROW.people <= NARROW.ties


def test_what_is_cut_is_told() -> None:
    of = record(*(place(key, 1) for key in range(1, 41)))
    assert f"{WIDE.institutions} of 40 institutions" in text(parsed(draw(of).html))


def test_a_node_and_the_list_say_how_many_were_there() -> None:
    of = record(place(7, 1, 2, own=True), place(8, 3))
    said = {link.attrib["aria-label"] for link in nodes(drawings(of)[0], "institution")}
    assert said == {"Institution: Institute 7, 3 people", "Institution: Institute 8, 1 person"}
    listed = text(classed(parsed(draw(of).html), "as-list")[0])
    assert "InstitutionsInstitute 7 3 peopleInstitute 8 1 person" in listed


def test_without_institutions_nothing_speaks_of_them() -> None:
    assert "nstitution" not in draw(record()).html


CHANGES: dict[str, Callable[[Institution], Institution]] = {
    "its name": lambda one: replace(one, name="Elsewhere"),
    "its address": lambda one: replace(one, url="/institutions/elsewhere/"),
    "who was there": lambda one: replace(one, people=(1, 2, 3)),
    "whether the researcher was": lambda one: replace(one, own=True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_digest_knows_an_institution(change: Callable[[Institution], Institution]) -> None:
    one = place(7, 1, 2)
    assert digest(record(change(one))) != digest(record(one))
    assert draw(record(change(one))) != draw(record(one))


def test_the_narrow_drawing_keeps_institutions_of_people_it_shows() -> None:
    of = facts(
        {n: (n, n + 1) for n in range(1, 40)},
        institutions=[place(key, key, key + 1) for key in range(1, 41)],
    )
    narrow = narrow_picture(of, wide_picture(of))
    shown = {person.key for person in narrow.people}
    assert narrow.institutions
    assert all(shown & set(one.people) for one in narrow.institutions)

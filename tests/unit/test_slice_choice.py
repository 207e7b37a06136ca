"""What is drawn of a record: few enough to read, and every part of it represented."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.domain.slice import Institution, SliceFacts
from graph.domain.slice.build import NARROW, WIDE, narrow_picture, wide_picture
from graph.domain.slice.choose import choose
from graph.domain.slice.near import MAX_TEAM, company
from tests.unit.slice_cases import CASES, chain, facts, hub, lonely, three_circles

teams = st.dictionaries(
    st.integers(1, 60), st.frozensets(st.integers(1, 40), max_size=12), max_size=40
)
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@dataclass(frozen=True)
class Size:
    works: int
    people: int


def size(of: SliceFacts) -> Size:
    shown = wide_picture(of)
    return Size(len(shown.works), len(shown.people))


def check_caps(of: SliceFacts) -> None:
    wide = wide_picture(of)
    for shown, caps in ((wide, WIDE), (narrow_picture(of, wide), NARROW)):
        people = {person.key for person in shown.people}
        assert len(shown.works) <= caps.works
        assert len(people) <= caps.people
        assert len(shown.topics) <= caps.topics
        assert len(shown.institutions) <= caps.institutions
        assert sum(len(people & set(company(work))) for work in shown.works) <= caps.links
        assert people <= {key for work in shown.works for key in company(work)}


@every_case
def test_caps_hold_and_everybody_hangs_on_a_work(case: SliceFacts) -> None:
    check_caps(case)


@given(teams)
def test_caps_hold_for_any_record(of: dict[int, frozenset[int]]) -> None:
    check_caps(facts(of))


def test_the_caps_leave_sixty_nodes_at_most() -> None:
    assert 1 + WIDE.works + WIDE.people + WIDE.topics + WIDE.institutions <= 60


@pytest.mark.parametrize("works", [1, 5, 15])
def test_a_small_record_is_drawn_whole(works: int) -> None:
    assert size(chain(works)) == Size(works, works + 1)


@every_case
def test_the_narrow_picture_is_part_of_the_wide_one(case: SliceFacts) -> None:
    wide = wide_picture(case)
    narrow = narrow_picture(case, wide)
    assert set(narrow.works) <= set(wide.works)
    assert set(narrow.people) <= set(wide.people)
    assert set(narrow.topics) <= set(wide.topics)
    assert set(narrow.institutions) <= set(wide.institutions)


def test_close_collaborators_are_always_in() -> None:
    crowd = {n: [90, 91, *range(3 * n, 3 * n + 3)] for n in range(1, 13)}
    of = facts(crowd)
    close = {person.key for person in of.people if person.close}
    assert close == {90, 91}
    wide = wide_picture(of)
    assert close <= {person.key for person in wide.people}
    assert close <= {person.key for person in narrow_picture(of, wide).people}


def test_a_large_steady_team_is_not_thinned_out_below_its_cap() -> None:
    of = hub(12, 30)
    assert len(wide_picture(of).people) == WIDE.people


def test_people_come_by_shared_works() -> None:
    of = facts({n: range(1, 60 // n) for n in range(1, 13)})
    shown = [person.works for person in wide_picture(of).people]
    assert shown == sorted(shown, reverse=True)
    left_out = {p.works for p in of.people} - set(shown)
    assert max(left_out) <= min(shown)


@pytest.mark.parametrize("picture", ["wide", "narrow"])
def test_every_circle_is_represented_with_its_people(picture: str) -> None:
    of = three_circles()
    shown = wide_picture(of)
    if picture == "narrow":
        shown = narrow_picture(of, shown)
    works = {work.key for work in shown.works}
    people = {person.key for person in shown.people}
    assert all(works & set(circle) for circle in of.circles)
    assert people & {30, 31}
    assert people & {40, 41}


def test_the_largest_circles_come_first_when_there_are_too_many() -> None:
    singles = {key: (100 + key,) for key in range(1, 41)}
    of = facts(singles | {50: (1, 2), 51: (1, 2), 52: (3,), 53: (3,)})
    works = {work.key for work in wide_picture(of).works}
    assert works & {50, 51}
    assert works & {52, 53}


def test_works_of_large_teams_connect_nobody() -> None:
    of = facts({1: range(1, MAX_TEAM + 1), 2: range(1, MAX_TEAM)})
    shown = {work.key: company(work) for work in choose(of, WIDE).works}
    assert shown[1] == ()
    assert len(shown[2]) == MAX_TEAM - 1


def test_many_lonely_works_keep_their_people() -> None:
    assert size(lonely(30)) == Size(WIDE.works, WIDE.people)


def test_institutions_are_those_of_the_most_drawn_people() -> None:
    places = [
        Institution(n, f"Institute {n}", f"/institutions/{n}/", tuple(range(1, n + 1)))
        for n in range(1, 10)
    ]
    of = facts({1: range(1, 10), 2: range(1, 4)}, institutions=places)
    assert [place.key for place in wide_picture(of).institutions] == [9, 8, 7, 6, 5, 4]


def test_an_institution_of_nobody_drawn_is_left_out() -> None:
    of = facts({1: (1, 2)}, institutions=[Institution(1, "Elsewhere", "/i/1/", (7, 8))])
    assert wide_picture(of).institutions == ()


def test_a_topic_on_more_than_a_third_of_the_works_is_text() -> None:
    of = facts(dict.fromkeys(range(1, 10), (1,)), topics={1: range(1, 5), 2: range(1, 4)})
    shown = wide_picture(of)
    assert [topic.key for topic in shown.common] == [1]
    assert [topic.key for topic in shown.topics] == [2]


def test_topics_that_hold_no_drawn_work_are_left_out() -> None:
    of = facts({n: (n % 2,) for n in range(1, 101)}, topics={n: (n,) for n in range(1, 101)})
    shown = wide_picture(of)
    drawn = {work.key for work in shown.works}
    assert len(shown.topics) == WIDE.topics
    assert {topic.key for topic in shown.topics} <= drawn

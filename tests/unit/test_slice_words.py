"""What is said beside the drawing: circles, what was left out, and the same as a list."""

import msgspec
import pytest

from graph.domain.slice import SliceFacts, Topic, draw
from graph.domain.slice.words import circles_line
from tests.unit.slice_cases import (
    CASES,
    POSE,
    classed,
    drawings,
    facts,
    keys,
    nodes,
    parsed,
    text,
    three_circles,
)


def said(of: SliceFacts) -> str:
    line = circles_line(of)
    return text(parsed(line)) if line else ""


def test_circles_that_never_meet_are_told_by_the_works_of_the_smaller() -> None:
    of = three_circles()
    assert [len(circle) for circle in of.circles] == [21, 3, 1]
    line = said(of)
    assert line.startswith("Two circles that never meet. ")
    assert all(title in line for title in POSE)
    assert "share no co-author with the rest." in line
    assert "one work with no shared co-author: Lanes under attack." in line
    assert line.endswith("One researcher or several? Review this record")
    assert 'href="/researchers/xue-lin/trust/#identity"' in circles_line(of)


def test_a_circle_of_one_work_says_nothing_about_a_person() -> None:
    line = said(facts({1: (1, 2), 2: (1, 3), 3: (9,)}, titles={3: "Alone"}))
    assert line == "There is one work with no shared co-author: Alone."


@pytest.mark.parametrize(
    "teams", [{}, {1: (1,)}, {1: (1,), 2: (1,)}, {1: (1,), 2: (1, 2), 3: (2,)}]
)
def test_one_circle_is_not_worth_a_line(teams: dict[int, tuple[int, ...]]) -> None:
    assert said(facts(teams)) == ""


def test_many_circles_are_counted_and_only_some_named() -> None:
    pairs = {key: (1000 + key // 2,) for key in range(2, 30)}
    line = said(facts(pairs))
    assert line.startswith("14 circles that never meet. ")
    assert line.count("Nor do ") == 2
    assert "The same is true of 10 further circles." in line


def test_a_large_circle_is_named_by_its_newest_works() -> None:
    teams = dict.fromkeys(range(1, 10), (1,)) | dict.fromkeys(range(10, 18), (2,))
    line = said(facts(teams))
    assert "Study number 17, Study number 16, Study number 15, Study number 14 and 4 more" in line


def test_a_circle_whose_works_are_not_at_hand_is_counted() -> None:
    of = facts(dict.fromkeys(range(1, 6), (1,)) | dict.fromkeys(range(6, 9), (2,)))
    cut = msgspec.structs.replace(of, works=of.works[:5])
    assert "3 older works share no co-author with the rest." in said(cut)


def test_several_lonely_works_are_counted() -> None:
    assert said(facts({1: (1,), 2: (2,), 3: (3,)})) == "Three works have no shared co-author."


def cut_lines(of: SliceFacts) -> list[str]:
    return [text(line) for line in classed(parsed(draw(of).html), "cut")]


def test_what_is_left_out_is_told_for_each_drawing() -> None:
    of = msgspec.structs.replace(CASES["400 works"], total_works=612, total_people=1081)
    wide, narrow = cut_lines(of)
    for line, drawing in zip((wide, narrow), drawings(of)):
        works, people = len(nodes(drawing, "work")), len(nodes(drawing, "person"))
        assert f"{works} of 612 works, {people} of 1,081 people" in line
    assert wide != narrow


def test_nothing_is_told_where_nothing_is_left_out() -> None:
    assert cut_lines(facts({1: (1, 2)})) == []


def test_common_topics_are_told_with_their_works() -> None:
    of = facts(dict.fromkeys(range(1, 4), (1,)), topics={7: (1, 2)})
    (line,) = classed(parsed(draw(of).html), "common")
    assert text(line) == "On more than a third of the works: Topic 7 (2 works)."
    assert not [node for drawing in drawings(of) for node in nodes(drawing, "topic")]


def test_the_topics_of_a_single_work_are_told_without_counting() -> None:
    of = facts({1: (1,)}, topics={7: (1,), 8: (1,)})
    (line,) = classed(parsed(draw(of).html), "common")
    assert text(line) == "Topics of this work: Topic 7 and Topic 8."


def crowds(of: SliceFacts) -> list[str]:
    return [text(line) for line in classed(parsed(draw(of).html), "crowds")]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([49, 50], "One work with more than 50 people is shown without them."),
        ([49, 50, 50], "Two works with more than 50 people are shown without them."),
        ([50], "One work with more than 50 people is shown without them."),
    ],
)
def test_works_of_crowds_are_told(sizes: list[int], said: str) -> None:
    assert crowds(facts({n: range(1, size + 1) for n, size in enumerate(sizes)})) == [said, said]


def test_only_crowds_that_are_drawn_are_told() -> None:
    assert crowds(facts({1: range(1, 50), 2: (1,)})) == []
    of = facts({1: range(1, 51), **dict.fromkeys(range(10, 40), (1, 2))})
    assert [bool(keys(each, "work") & {"w1"}) for each in drawings(of)] == [False, False]
    assert crowds(of) == []


def test_long_titles_of_circles_are_cut_at_a_word() -> None:
    long = "A title that goes on for longer than anybody cares to read in a sentence " * 3
    of = facts({1: (1,), 2: (1,), 3: (2,), 4: (2,)}, titles={3: long, 4: "T" + long[1:100]})
    cut, whole = sorted(text(cite) for cite in parsed(circles_line(of)).iter("cite"))
    assert whole == "T" + long[1:100].rstrip()
    assert len(cut) < 130
    assert long.startswith(f"{cut.removesuffix('…')} ")


def test_a_record_without_works_says_so() -> None:
    assert "No work is known yet, so there is nothing to draw." in draw(facts({})).html


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_list_is_complete_for_what_is_drawn(case: SliceFacts) -> None:
    root = parsed(draw(case).html)
    listed = {
        link.attrib["href"] for section in classed(root, "as-list") for link in section.iter("a")
    }
    wide, narrow = drawings(case)
    assert {node.attrib["href"] for node in nodes(wide)} - {case.url} == listed
    assert {node.attrib["href"] for node in nodes(narrow)} - {case.url} <= listed


def test_the_list_tells_what_the_drawing_shows() -> None:
    of = facts({1: (1, 2), 2: (1,), 3: (1,)}, names={1: "Ada"}, topics={5: (1,)})
    (details,) = classed(parsed(draw(of).html), "as-list")
    items = [text(item) for item in details.iter("li")]
    assert "Ada 3 shared works, close collaborator" in items
    assert "Study number 1 2001" in items
    assert "Topic 5 1 work" in items


def test_filters_count_what_is_drawn_and_miss_what_is_not() -> None:
    of = facts({1: (1, 2), 2: (1,), 3: (1,)}, topics={5: (1,)})
    root = parsed(draw(of).html)
    assert [text(pick) for pick in classed(root, "pick")] == ["People 2", "Works 3", "Topics 1"]
    boxes = [box.attrib["id"] for box in root.iter("input")]
    assert boxes == ["show-person", "show-work", "show-topic"]


def test_the_way_around_the_links_leads_past_them() -> None:
    root = parsed(draw(facts({1: (1, 2)})).html)
    ways = classed(root, "skip-graph")
    assert [text(way) for way in ways] == ["Skip the 4 graph links"] * 2
    targets = {way.attrib["href"].removeprefix("#") for way in ways}
    assert targets <= {e.attrib["id"] for e in root.iter() if "id" in e.attrib}


def test_a_topic_at_exactly_a_third_is_drawn() -> None:
    of = facts(dict.fromkeys(range(1, 7), (1,)), topics={3: (1, 2)})
    assert [node.attrib["id"] for node in nodes(drawings(of)[0], "topic")] == ["w-t3"]
    more = msgspec.structs.replace(of, topics=(Topic(3, "Topic 3", "/topics/3/", 3),))
    assert not nodes(drawings(more)[0], "topic")

"""The drawings: readable by eye, by keyboard and by a parser, whatever the record."""

import gzip
import re
from collections import Counter
from functools import cache
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.domain.slice import SliceFacts, draw
from graph.domain.slice.build import narrow_picture, wide_picture
from graph.domain.slice.labels import fitted, handle, initials, width
from graph.domain.slice.near import ME
from graph.domain.slice.svg import (
    HIT_RADIUS,
    LOW_NARROW,
    LOW_WIDE,
    NARROW,
    WIDE,
    Drawing,
    drawing,
    is_small,
    styles,
    svg,
)
from tests.unit.slice_cases import (
    CASES,
    classed,
    drawings,
    edges,
    facts,
    hub,
    keys,
    nodes,
    parsed,
    text,
    three_circles,
)

Box = tuple[float, float, float, float]

STRANGE = {
    1: "Maria Anunciação da Conceição Fernandes de Albuquerque Wolfeschlegelstein-Hausen",
    2: "A" * 80,
    3: "محمد بن عبد الله الفارسي",
    4: "山田 太郎",
    5: "שרה כהן",
    6: '<script>alert("x")</script>',
    7: 'O\'Neil & "Sons" <b>',
    8: "null\0byte \ud800 \ufffe",
    9: "",
    10: "e\u0301" * 20,
}
strange = facts(
    {1: (1, 2, 3, 4), 2: (5, 6, 7), 3: (8, 9, 10, 1), 4: (1, 2)},
    names=STRANGE,
    titles={1: "<i>x</i> & y", 2: "深層学習による画像認識" * 9, 3: "", 4: "L" * 400},
    name='"><script>',
)
ALL = CASES | {"strange names": strange}
every_case = pytest.mark.parametrize("case", ALL.values(), ids=ALL)

teams = st.dictionaries(
    st.integers(1, 30), st.frozensets(st.integers(1, 30), max_size=9), max_size=18
)
letters = st.text(st.characters(codec="utf-8"), max_size=60)


@cache
def drawn(of: SliceFacts) -> tuple[Drawing, Drawing]:
    wide, (large, small) = wide_picture(of), styles(of)
    return drawing(of, wide, large), drawing(of, narrow_picture(of, wide), small)


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def label_boxes(of: Drawing) -> dict[int, Box]:
    return {n: label.box for n, label in enumerate(of.arrangement.labels) if label}


def node_boxes(of: Drawing) -> dict[int, Box]:
    return {
        n: (x - r, y - r, x + r, y + r)
        for n, ((x, y), r) in enumerate(zip(of.arrangement.points, of.radii))
    }


def check_geometry(of: Drawing) -> None:
    labels, shapes, sheet = label_boxes(of), node_boxes(of), of.style.sheet
    page = (0, 0, sheet.width, sheet.height)
    for n, box in labels.items():
        assert not [m for m, other in labels.items() if m != n and overlap(box, other)]
        assert not [m for m, other in shapes.items() if m != n and overlap(box, other)]
    for left, top, right, bottom in [*labels.values(), *shapes.values()]:
        assert page[0] <= left < right <= page[2]
        assert page[1] <= top < bottom <= page[3]


@every_case
def test_labels_collide_with_nothing_and_stay_inside(case: SliceFacts) -> None:
    for of in drawn(case):
        check_geometry(of)


@settings(max_examples=20)
@given(teams)
def test_labels_collide_with_nothing_in_any_record(of: dict[int, frozenset[int]]) -> None:
    for each in drawn(facts(of)):
        check_geometry(each)


@every_case
def test_at_most_a_few_labels_are_dropped(case: SliceFacts) -> None:
    for of in drawn(case):
        missing = sum(label is None for label in of.arrangement.labels)
        assert missing <= len(of.graph.nodes) // 10


@every_case
def test_nodes_do_not_lie_on_each_other(case: SliceFacts) -> None:
    for of in drawn(case):
        shapes = list(node_boxes(of).values())
        assert not [
            (n, m)
            for n, one in enumerate(shapes)
            for m, other in enumerate(shapes)
            if n < m and overlap(one, other)
        ]


@every_case
def test_nodes_are_not_pressed_to_the_edge(case: SliceFacts) -> None:
    for of in drawn(case):
        sheet = of.style.sheet
        inner = (4, 4, sheet.width - 4, sheet.height - 4)
        assert all(
            inner[0] < left and inner[1] < top and right < inner[2] and bottom < inner[3]
            for left, top, right, bottom in node_boxes(of).values()
        )


@every_case
def test_the_researcher_is_in_the_middle(case: SliceFacts) -> None:
    for of in drawn(case):
        sheet = of.style.sheet
        assert of.graph.nodes[0].key == ME
        assert of.arrangement.points[0] == (sheet.width // 2, sheet.height // 2)


@every_case
def test_ids_are_unique_and_edges_lead_from_node_to_node(case: SliceFacts) -> None:
    root = parsed(draw(case).html)
    ids = Counter(e.attrib["id"] for e in root.iter() if "id" in e.attrib)
    assert set(ids.values()) <= {1}
    for each in drawings(case):
        known = keys(each)
        assert {end for a, b, _ in edges(each) for end in (a, b)} <= known
        assert {b for _, b, kind in edges(each) if kind == "own"} == keys(each, "work")


@every_case
def test_every_node_is_a_named_link_that_can_be_hit(case: SliceFacts) -> None:
    for each in drawings(case):
        for link in nodes(each):
            assert link.attrib["href"].startswith("/")
            title = link.find("title")
            assert title is not None
            assert link.attrib["aria-label"].startswith(title.text or "nothing")
            shown = [text(label).rstrip("…") for label in link.iter("text")]
            assert all(label in link.attrib["aria-label"] for label in shown)
            hits = [int(c.attrib["r"]) for c in link.iter("circle") if c.get("class") == "hit"]
            assert len(hits) == 1
            assert hits[0] >= HIT_RADIUS


def test_nodes_hang_on_the_researcher_through_works() -> None:
    wide, _ = drawings(CASES["400 works"])
    kinds = {(a[0], b[0], kind) for a, b, kind in edges(wide)}
    assert kinds == {
        ("m", "w", "own"),
        ("w", "p", "e-person"),
        ("w", "t", "e-topic"),
        ("p", "i", "e-institution"),
    }


def test_a_drawing_of_a_record_without_works_is_the_researcher() -> None:
    for each in drawings(facts({})):
        assert keys(each) == {"me"}


def test_names_say_what_a_node_is() -> None:
    of = facts({1: (1,), 2: (1,)}, names={1: "Yanzhi Wang"}, titles={1: "PatDNN: fast"})
    wide, narrow = drawings(of)
    for each in (wide, narrow):
        said = {link.attrib["aria-label"] for link in nodes(each)}
        assert {"Researcher: Xue Lin", "Person: Yanzhi Wang, 2 shared works"} <= said
        assert "Work: PatDNN: fast, 2001" in said
        assert {text(label) for label in each.iter("text")} >= {"Yanzhi Wang", "PatDNN"}


def test_close_collaborators_are_larger() -> None:
    wide, _ = drawn(three_circles())
    radii = {
        close: {r for node, r in zip(wide.graph.nodes, wide.radii) if node.key[0] == "p"
                and node.close == close}
        for close in (True, False)
    }  # fmt: skip
    assert min(radii[True]) > max(radii[False])


@every_case
def test_markup_is_well_formed_and_nothing_in_it_is_alive(case: SliceFacts) -> None:
    html = draw(case).html
    tags = {e.tag for e in parsed(html).iter()}
    assert not tags & {"script", "b:script", "i", "foreignObject", "style"}
    assert not re.search(r'\s(style|on\w+)="', html)


@settings(max_examples=15)
@given(letters, letters, letters)
def test_any_name_and_title_is_shown_as_text(name: str, person: str, title: str) -> None:
    of = facts({1: (1,)}, names={1: person}, titles={1: title}, name=name)
    root = parsed(draw(of).html)
    assert {e.tag for e in root.iter()} <= {
        "div", "fieldset", "legend", "label", "input", "span", "b", "svg", "g", "path", "a",
        "circle", "rect", "text", "title", "p", "details", "summary", "section", "h3", "ul", "li",
        "bdi",
    }  # fmt: skip


def test_both_drawings_are_small() -> None:
    of = CASES["400 works"]
    both = "".join(ElementTree.tostring(each, encoding="unicode") for each in drawings(of))
    assert draw(of).nodes >= 45
    assert len(gzip.compress(both.encode())) <= 14_000


@pytest.mark.parametrize(
    ("works", "people", "low"),
    [(0, 0, True), (1, 3, True), (2, 8, True), (2, 9, False), (3, 2, False)],
)
def test_a_small_record_is_drawn_on_low_sheets(works: int, people: int, low: bool) -> None:
    of = facts({work: range(1, people + 1) for work in range(1, works + 1)})
    assert [each.style for each in drawn(of)] == ([LOW_WIDE, LOW_NARROW] if low else [WIDE, NARROW])
    assert is_small(of.total_works, of.total_people) is low


def test_a_small_record_has_room_for_whole_titles() -> None:
    title = "A single work with a title of some length"
    of = facts({1: (1, 2)}, titles={1: title})
    (label,) = [label for label in drawn(of)[0].arrangement.labels if label and label.text == title]
    assert label.box[2] <= LOW_WIDE.sheet.width


@pytest.mark.parametrize("works", [1, 6, 40])
def test_a_team_of_fifty_is_no_hairball(works: int) -> None:
    for of in drawn(hub(works, 49)):
        assert len(of.graph.edges) <= 80


@pytest.mark.parametrize(
    "name",
    ["Pilar Andres-Maldonado", "David A. van Leeuwen", "Mohammed Abdelsabour-Khalaf", "W" * 30],
)
@pytest.mark.parametrize("people", [2, 8])
def test_the_researcher_is_always_named(name: str, people: int) -> None:
    team = range(1, people + 1)
    for works in (1, 2):
        of = facts(dict.fromkeys(range(works), team), titles={0: "T " * 40}, name=name)
        for each in drawn(of):
            assert each.arrangement.labels[0] is not None


RIGHT_TO_LEFT = {
    1: "\u05e8\u05d7\u05dc \u05d2\u05d5\u05dc\u05d3\u05e9\u05d8\u05d9\u05d9\u05df " * 3,
    2: "\u05e9\u05e8\u05d4 Cohen",
    3: "Sara \u05db\u05d4\u05df",
}


def test_labels_run_the_way_that_their_first_letter_does() -> None:
    of = facts({1: (1, 2, 3), 2: (1, 2, 3)}, names=RIGHT_TO_LEFT)
    for each in drawn(of):
        labels = each.arrangement.labels
        told = {node.key: label for node, label in zip(each.graph.nodes, labels) if label}
        (root,) = classed(parsed(svg(each, "Graph")), "slice")
        shown = {link.attrib["id"][2:]: link.find("text") for link in nodes(root, "person")}
        ways = {key: t.get("direction") for key, t in shown.items() if t is not None}
        assert ways == {"p1": "rtl", "p2": "rtl", "p3": None}
        # What is the start of a label to its box is its end to the reader.
        turned = {"start": "end", "end": None, "middle": "middle"}
        for key in ("p1", "p2"):
            element = shown[key]
            assert element is not None
            assert element.get("class") == turned[told[key].anchor]


def test_a_sheet_of_few_nodes_has_room_for_longer_labels() -> None:
    title = "An undated note on a subject of some length"
    of = facts(dict.fromkeys(range(1, 7), ()), titles={1: title})
    wide, _ = drawn(of)
    assert title in {label.text for label in wide.arrangement.labels if label}


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("PatDNN: Achieving Real-Time DNN Execution", "PatDNN"),
        ("A remark", "A remark"),
        ("This head is far too long to be a handle: really", None),
        (": nothing before", None),
    ],
)
def test_what_people_call_a_work(title: str, short: str | None) -> None:
    assert handle(title) == (short or title)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Yanzhi Wang", "Y. Wang"),
        ("Jessica B. Hamrick", "J. B. Hamrick"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("山田 太郎", "山田 太郎"),
        ("Plato", "Plato"),
        ("", ""),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


@given(st.text(max_size=80), st.text(" .,;:-–", max_size=60), st.integers(40, 200))
def test_a_fitted_label_fits_and_begins_as_the_text(start: str, stops: str, room: int) -> None:
    label = start + stops
    short = fitted(label, 12, room)
    assert short == label or width(short, 12) <= room
    assert label.startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("room", "short"),
    [
        (300, "Reverse engineering of the perturbations"),
        (180, "Reverse engineering…"),
        (136, "Reverse engineering…"),
        (135, "Reverse engineerin…"),
        (90, "Reverse…"),
        (50, "Rever…"),
    ],
)
def test_labels_are_cut_at_words_where_that_leaves_enough(room: int, short: str) -> None:
    assert fitted("Reverse engineering of the perturbations", 12, room) == short

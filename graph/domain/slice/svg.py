"""One drawing as SVG: links for nodes, curves for edges, looks left to the style sheet."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct, structs

from graph.domain.slice.build import Edge, Graph, Node, Picture, graph_of
from graph.domain.slice.facts import SliceFacts
from graph.domain.slice.labels import fitted, handle, initials, right_to_left, width
from graph.domain.slice.layout import Body, Sheet, layouts
from graph.domain.slice.markup import escaped
from graph.domain.slice.near import ME
from graph.domain.slice.place import Arrangement, Label, Tag, bent, best

# Half of what a finger or an unsteady hand can hit.
HIT_RADIUS = 12
_ME_RADIUS, _ME_SIZE = 14, 16
_SHAPES: Mapping[str, Callable[[int], str]] = {
    "person": lambda r: f'<circle r="{r}"/>',
    "work": lambda r: f'<rect x="{1 - r}" y="{-r}" width="{2 * r - 2}" height="{2 * r}" rx="1.5"/>',
    "topic": lambda r: f'<path d="M0 {-r}L{r} 0 0 {r} {-r} 0Z"/>',
    "institution": lambda r: f'<path d="M0 {-r}L{r} {-r // 3}V{r}H{-r}V{-r // 3}Z"/>',
}
# The radius at one link, the greatest, and the order in which labels are placed.
_RADII = {"person": (4, 8), "work": (6, 6), "topic": (6, 8), "institution": (7, 8)}
_WEIGHTS = {"topic": 1.4, "institution": 1.5, "person": 1.0, "work": 0.8}
_CLOSE_RADIUS = 9
# A label that is read from the right begins where others end.
_TURNED = {"start": "end", "end": "start"}
# Up to so many works and people are drawn on lower sheets, with more room for each label.
_FEW_WORKS, _FEW_PEOPLE = 2, 8
# So few nodes leave as much room for each label on a wide sheet of full height.
_FEW_NODES = 16


class Style(Struct, frozen=True):
    """One of the drawings: its class, the prefix of its ids, its sheet and its letters.

    `rooms` is the greatest width of a label by kind; one that fits nowhere is tried at `tight`.
    """

    name: str
    prefix: str
    sheet: Sheet
    size: int
    rooms: Mapping[str, int]
    tight: int


WIDE = Style(
    name="wide",
    prefix="w-",
    sheet=Sheet(820, 590),
    size=12,
    rooms={"work": 178, "person": 150, "topic": 190, "institution": 190},
    tight=84,
)
NARROW = Style(
    name="narrow",
    prefix="n-",
    sheet=Sheet(350, 420),
    size=12,
    rooms={"work": 126, "person": 118, "topic": 140, "institution": 140},
    tight=70,
)
LOW_WIDE = structs.replace(
    WIDE,
    sheet=Sheet(820, 300),
    rooms={"work": 300, "person": 250, "topic": 250, "institution": 250},
)
LOW_NARROW = structs.replace(
    NARROW,
    sheet=Sheet(350, 260),
    rooms={"work": 200, "person": 170, "topic": 170, "institution": 170},
)


class Drawing(Struct, frozen=True):
    """A picture with its place on a sheet; `radii` are of the nodes, in their order."""

    shown: Picture
    graph: Graph
    style: Style
    radii: tuple[int, ...]
    arrangement: Arrangement


def is_small(works: int, people: int) -> bool:
    """Whether a record of so many works and co-authors is drawn on low sheets."""
    return works <= _FEW_WORKS and people <= _FEW_PEOPLE


def styles(facts: SliceFacts) -> tuple[Style, Style]:
    """The wide and the narrow drawing of this record."""
    small = is_small(facts.total_works, facts.total_people)
    return (LOW_WIDE, LOW_NARROW) if small else (WIDE, NARROW)


def drawing(facts: SliceFacts, shown: Picture, style: Style) -> Drawing:
    """Lay a picture out and place its labels."""
    graph = graph_of(facts, shown)
    index = {node.key: n for n, node in enumerate(graph.nodes)}
    links = [(index[edge.start], index[edge.end]) for edge in graph.edges]
    degrees = Counter(n for link in links for n in link)
    radii = tuple(_radius(node, degrees[n]) for n, node in enumerate(graph.nodes))
    rooms = _rooms(style, len(graph.nodes))
    tags = [_tag(node, radius, style, rooms) for node, radius in zip(graph.nodes, radii)]
    bodies = [
        Body(node.kind, tag.radius, tag.texts[0][1] + 5) for node, tag in zip(graph.nodes, tags)
    ]
    arrangement = best(layouts(bodies, links, style.sheet), links, tags, style.sheet)
    return Drawing(shown, graph, style, radii, arrangement)


def svg(drawn: Drawing, title: str) -> str:
    """The drawing as one element; every node is a link with a name of its own."""
    sheet, places = drawn.style.sheet, drawn.arrangement
    nodes = [
        _link(node, drawn.style.prefix, radius, point, label)
        for node, radius, point, label in zip(
            drawn.graph.nodes, drawn.radii, places.points, places.labels
        )
    ]
    at = {node.key: point for node, point in zip(drawn.graph.nodes, places.points)}
    return (
        f'<svg class="slice {drawn.style.name}" viewBox="0 0 {sheet.width} {sheet.height}"'
        f' role="group" aria-label="{escaped(title)}">'
        f'<g class="edges" aria-hidden="true">{_curves(drawn.graph.edges, at)}</g>'
        f"{''.join(nodes)}</svg>"
    )


def _radius(node: Node, degree: int) -> int:
    if node.key == ME:
        return _ME_RADIUS
    if node.close:
        return _CLOSE_RADIUS
    least, most = _RADII[node.kind]
    return min(most, least + degree // 2)


def _rooms(style: Style, nodes: int) -> Mapping[str, int]:
    few = style.name == WIDE.name and nodes <= _FEW_NODES
    return LOW_WIDE.rooms if few else style.rooms


def _tag(node: Node, radius: int, style: Style, rooms: Mapping[str, int]) -> Tag:
    me = node.key == ME
    size = _ME_SIZE if me else style.size + node.close
    room = rooms[node.kind] * (1.2 if me else 1)
    # What fits between the middle and the edge, where there may be no room above and below.
    aside = min(room, style.sheet.width / 2 - 2 * radius) if me else room
    name = handle(node.name) if node.kind == "work" else node.name
    brief = initials(node.name) if node.kind == "person" else fitted(name, size, style.tight)
    briefer = (fitted(brief, size, most) for most in (room, aside, style.tight))
    texts = dict.fromkeys((fitted(name, size, room), *briefer))
    weight = 9.0 if me else _WEIGHTS[node.kind] + 2 * node.close
    return Tag(tuple((text, width(text, size)) for text in texts), size, weight, radius)


def _link(node: Node, prefix: str, radius: int, point: tuple[int, int], label: Label | None) -> str:
    classes = f"node {node.kind}{' me' * (node.key == ME)}{' close' * node.close}"
    return (
        f'<a class="{classes}" id="{prefix}{node.key}" href="{escaped(node.url)}"'
        f' aria-label="{escaped(_name(node, label))}"'
        f' transform="translate({point[0]} {point[1]})">'
        f'{_SHAPES[node.kind](radius)}<circle class="hit" r="{max(HIT_RADIUS, radius)}"/>'
        f"{_text(label, point)}<title>{escaped(node.said)}</title></a>"
    )


def _name(node: Node, label: Label | None) -> str:
    """What a node is called, with its label: whoever speaks to the browser says what they read."""
    if label is None or label.text.rstrip("…") in node.said:
        return node.said
    return f"{node.said} ({label.text})"


def _text(label: Label | None, point: tuple[int, int]) -> str:
    if label is None:
        return ""
    # The point of a label is its middle; letters stand about a third of their size below it.
    x, y = label.x - point[0], label.y - point[1] + 4
    turned = right_to_left(label.text)
    way = ' direction="rtl"' if turned else ""
    anchor = _TURNED.get(label.anchor, label.anchor) if turned else label.anchor
    held = "" if anchor == "start" else f' class="{anchor}"'
    return f'<text x="{x:.0f}" y="{y:.0f}"{held}{way}>{escaped(label.text)}</text>'


def _curves(edges: Sequence[Edge], at: Mapping[str, tuple[int, int]]) -> str:
    starts = np.array([at[edge.start] for edge in edges], dtype=float).reshape(-1, 2)
    ends = np.array([at[edge.end] for edge in edges], dtype=float).reshape(-1, 2)
    return "".join(
        _curve(edge, at[edge.start], (round(x), round(y)), at[edge.end])
        for edge, (x, y) in zip(edges, bent(starts, ends))
    )


def _curve(
    edge: Edge, start: tuple[int, int], control: tuple[int, int], end: tuple[int, int]
) -> str:
    kind = "own" if edge.kind == "own" else f"e-{edge.kind}"
    (ax, ay), (bx, by), (cx, cy) = start, control, end
    return (
        f'<path class="{kind}" data-a="{edge.start}" data-b="{edge.end}"'
        f' d="M{ax} {ay}Q{bx} {by} {cx} {cy}"/>'
    )

"""Which of several layouts is the best to look at, and where its labels go."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from graph.domain.slice.layout import BEND, Floats, Sheet

Numbers = NDArray[np.float64]

# Layouts whose labels are placed, after the crossings of their links have been counted.
_FINALISTS = 3
# What a missing label, a link through a node and a crossing cost.
_MISSING, _THROUGH, _CROSSING = 14.0, 4.0, 1.0
# A link runs through a node if it comes closer to its rim than this.
_CLEARANCE = 3.0
# Points along each link, by which labels keep off it.
_SAMPLES = 9
# The eight positions: to the side, above and below, at the corners; earlier ones read better.
_TASTE = np.array([0.0, 0.0, 0.5, 0.5, 0.8, 0.8, 0.9, 0.9])
_OUTWARDS = 1.2
_ANCHORS = ("start", "end", "middle", "middle", "start", "end", "start", "end")
_GAP = 4.0


class Tag(Struct, frozen=True):
    """A label to place: its versions from long to short, each with its width, and its size.

    Labels of greater weight are placed first.
    """

    texts: tuple[tuple[str, float], ...]
    size: float
    weight: float
    radius: float


class Label(Struct, frozen=True):
    """A placed label: the point and anchor of its text, and its box (left, top, right, bottom)."""

    text: str
    x: float
    y: float
    anchor: str
    box: tuple[float, float, float, float]


class Arrangement(Struct, frozen=True):
    """A drawing's points, one for each node in whole units, and the label of each or None."""

    points: tuple[tuple[int, int], ...]
    labels: tuple[Label | None, ...]


def best(
    candidates: Floats, links: Sequence[tuple[int, int]], tags: Sequence[Tag], sheet: Sheet
) -> Arrangement:
    """The layout with the fewest crossings and missing labels, with its labels placed."""
    rounded = np.rint(candidates).astype(np.float64)
    radii = np.array([tag.radius for tag in tags])
    pairs = np.array(links, dtype=int).reshape(-1, 2)
    costs = [_tangle(points, pairs, radii) for points in rounded]
    finalists = np.argsort(costs, kind="stable")[:_FINALISTS]
    placed = [(_Placing(rounded[n], pairs, tags, sheet), costs[n]) for n in finalists]
    winner = min(placed, key=lambda pair: pair[0].cost + pair[1])[0]
    points = tuple((int(x), int(y)) for x, y in winner.points)
    return Arrangement(points, tuple(winner.labels))


def _tangle(points: Numbers, pairs: NDArray[np.int_], radii: Numbers) -> float:
    """What crossing links and links through nodes cost, and long links a little."""
    if not len(pairs):
        return 0.0
    start, end = points[pairs[:, 0]], points[pairs[:, 1]]
    length = np.hypot(*(end - start).T) + 1e-9
    crossed = _crossings(start, end, pairs)
    through = _throughs(start, end, pairs, points, radii)
    return float(crossed * _CROSSING + through * _THROUGH + length.sum() / 200)


def _crossings(start: Numbers, end: Numbers, pairs: NDArray[np.int_]) -> int:
    def side(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
        """On which side of the line from a to b each c lies."""
        (ax, ay), (bx, by), (cx, cy) = a.T[..., None], b.T[..., None], c.T[:, None]
        turn: Numbers = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        return turn

    parted = side(start, end, start) * side(start, end, end) < 0
    shared = (pairs[:, None, :, None] == pairs[None, :, None, :]).any(axis=(2, 3))
    return int((parted & parted.T & ~shared).sum() // 2)


def _throughs(
    start: Numbers, end: Numbers, pairs: NDArray[np.int_], points: Numbers, radii: Numbers
) -> int:
    """How often a link passes over a node that is not its own."""
    along = end - start
    relative = points[None] - start[:, None]
    length = np.hypot(*along.T)[:, None] + 1e-9
    ux, uy = (along / length).T[..., None]
    share = (relative[..., 0] * ux + relative[..., 1] * uy) / length
    aside = relative[..., 1] * ux - relative[..., 0] * uy
    distance = np.abs(aside - 2 * BEND * length * share * (1 - share))
    distance[(share < 0) | (share > 1)] = np.inf
    close = distance < radii + _CLEARANCE
    close[np.arange(len(pairs)), pairs[:, 0]] = False
    close[np.arange(len(pairs)), pairs[:, 1]] = False
    # In the middle it would look like a link of the researcher.
    return int(close.sum() + 2 * close[:, 0].sum())


def bent(start: Numbers, end: Numbers) -> Numbers:
    """The control point of the curve from start to end."""
    across = (end - start)[..., ::-1] * np.array([-BEND, BEND])
    control: Numbers = (start + end) / 2 + across
    return control


class _Placing:
    """Greedy placement of the labels of one layout; a label that fits nowhere is left out."""

    def __init__(
        self, points: Numbers, pairs: NDArray[np.int_], tags: Sequence[Tag], sheet: Sheet
    ) -> None:
        self.points, self.sheet = points, sheet
        self.lines, self.line_weights = self._sampled(pairs)
        radii = np.array([tag.radius for tag in tags])[:, None] + 1
        # The boxes of all nodes, then those of the labels; unused rows lie far outside.
        self.boxes = np.full((2 * len(tags), 4), -1e6)
        self.boxes[: len(tags)] = np.hstack([points - radii, points + radii])
        self.cost = 0.0
        self.labels: list[Label | None] = [None] * len(tags)
        for index in sorted(range(len(tags)), key=lambda n: (-tags[n].weight, n)):
            self._place(index, tags[index])

    def _sampled(self, pairs: NDArray[np.int_]) -> tuple[Numbers, Numbers]:
        start, end = self.points[pairs[:, 0], None], self.points[pairs[:, 1], None]
        share = np.linspace(0.06, 0.94, _SAMPLES)[:, None]
        curve = (1 - share) ** 2 * start + 2 * share * (1 - share) * bent(start, end)
        curve += share**2 * end
        weights = np.where(pairs[:, :1] == 0, 0.9, 0.4).repeat(_SAMPLES, axis=1)
        return curve.reshape(-1, 2), weights.ravel()

    def _place(self, index: int, tag: Tag) -> None:
        for shortened, (text, width) in enumerate(tag.texts):
            spots, boxes = self._spots(index, tag, width)
            costs = self._costs(index, boxes)
            choice = int(np.argmin(costs))
            if np.isfinite(costs[choice]):
                left, top, right, bottom = map(float, boxes[choice])
                x, y = map(float, spots[choice])
                box = (left, top, right, bottom)
                self.labels[index] = Label(text, x, y, _ANCHORS[choice], box)
                self.boxes[len(self.labels) + index] = boxes[choice]
                self.cost += float(costs[choice]) * 0.5 + shortened
                return
        self.cost += _MISSING * tag.weight

    def _spots(self, index: int, tag: Tag, width: float) -> tuple[Numbers, Numbers]:
        """The eight positions and boxes of a label."""
        x, y = self.points[index]
        out, tall = tag.radius + _GAP, tag.size * 1.2
        slant = out * 0.75
        right, left = x + out, x - out
        below, above = y + out + tall * 0.4, y - out - tall * 0.35
        down, up = y + slant + tall * 0.25, y - slant - tall * 0.25
        spots = np.array([
            (right, y), (left, y), (x, below), (x, above),
            (x + slant, down), (x - slant, down), (x + slant, up), (x - slant, up),
        ])  # fmt: skip
        spots = np.rint(spots)
        starts = spots[:, 0] - width * np.array([0, 1, 0.5, 0.5, 0, 1, 0, 1])
        tops = spots[:, 1] - tall / 2
        return spots, np.stack([starts - 1, tops, starts + width + 1, tops + tall], axis=1)

    def _costs(self, index: int, boxes: Numbers) -> Numbers:
        left, top, right, bottom = boxes.T[..., None]
        taken = self._overlaps(boxes, index)
        margin = 3
        taken |= (boxes[:, :2] < margin).any(axis=1)
        taken |= (boxes[:, 2] > self.sheet.width - margin) | (
            boxes[:, 3] > self.sheet.height - margin
        )
        x, y = self.lines.T
        covered = (x > left) & (x < right) & (y > top + 2) & (y < bottom - 2)
        costs: Numbers = covered @ self.line_weights + _TASTE
        inner = 1 if self.points[index][0] >= self.sheet.width / 2 else 0
        costs[[inner, inner + 4, inner + 6]] += _OUTWARDS
        costs[taken] = np.inf
        return costs

    def _overlaps(self, boxes: Numbers, index: int) -> NDArray[np.bool_]:
        """Whether each box lies on another label, or on a node that is not its own."""
        left, top, right, bottom = boxes.T[..., None]
        other = self.boxes.T[:, None]
        over = (left < other[2]) & (other[0] < right) & (top < other[3]) & (other[1] < bottom)
        over[:, index] = False
        taken: NDArray[np.bool_] = over.any(axis=1)
        return taken

"""Where the nodes of a drawing go: forces between them, from several beginnings at once.

The researcher stays in the middle; works gather in a ring around it and all else further out.
Every node takes the room of its label, which reaches outwards from it. All beginnings are moved
together as one array, so a layout of sixty nodes takes milliseconds; nothing is random but the
numbers of a generator with a fixed seed, so equal graphs are laid out equally.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Orders around the circle that are tried, and the best of them that are laid out.
_ORDERS, _TURNS, _STARTS = 160, 14, 9
_STEPS = 150
_SEED = 7
# Where a node would like to be, by kind: shares of the way to the edge of the sheet.
_RINGS = {"work": 0.5, "person": 0.88, "topic": 0.85, "institution": 0.92}
# A node with several links belongs further in, by this for each, but no more than that.
_INWARDS, _MOST_INWARDS = 0.05, 0.25
_REPULSION, _SPRING, _RING_PULL, _BOX_PUSH, _WALL = 0.26, 0.12, 0.14, 0.4, 0.9
# The links of the researcher are weaker, so that works are free to gather with their people.
_SPOKE = 0.4
# How far the rim of a node keeps from links of others, how strongly, and after which part of
# the way: before, the nodes have to slip through.
_BERTH, _SIDESTEP, _LOOSE = 8.0, 0.22, 0.5
# A sheet of fewer nodes than half of this is not used to its edge; and the room of one node on
# it, as a share of its shorter side.
_FULL_SHEET, _MOST_ROOM = 44, 0.26
# Nodes are pushed back from this far off the margin, above and below.
_SILL = 12
# How far links bend sideways, as a share of their length.
BEND = 0.07
# A label changes its side of the node softly within this many units of the middle.
_TURN = 30.0


class Body(Struct, frozen=True):
    """What the forces know of a node: its kind and the room it needs, in units of the drawing."""

    kind: str
    radius: float
    label: float


class Sheet(Struct, frozen=True):
    """The size of a drawing and the margin that nodes and labels keep."""

    width: int
    height: int
    margin: int = 8


def layouts(bodies: Sequence[Body], links: Sequence[tuple[int, int]], sheet: Sheet) -> Floats:
    """Several layouts, an array of (starts, nodes, 2) in units of the sheet.

    The first body is the researcher and is in the middle of each. `links` are pairs of indexes.
    """
    near = np.zeros((len(bodies), len(bodies)), dtype=np.float32)
    for start, end in links:
        near[start, end] = near[end, start] = 1
    field = _Field(bodies, near, sheet)
    return field.settled(_beginnings(field.rings, near))


def _beginnings(rings: Floats, near: Floats) -> Floats:
    """Points on the unit circle, scaled by ring, in orders that keep neighbours together."""
    rng = np.random.default_rng(_SEED)
    outer = near.copy()
    outer[0] = outer[:, 0] = 0
    count = len(rings)
    angles = rng.uniform(0, 2 * np.pi, (_ORDERS, count))
    pull = (outer + 0.3 * np.eye(count)).T
    for _ in range(_TURNS):
        angles = _spread(np.arctan2(np.sin(angles) @ pull, np.cos(angles) @ pull))
    best = np.argsort(_stretch(angles, outer), kind="stable")[:_STARTS]
    around = angles[best]
    points = np.stack([np.cos(around), np.sin(around)], axis=-1) * rings[:, None]
    return points.astype(np.float32)


def _spread(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Evenly around the circle in the same order, so that neighbours do not fall together."""
    places = angles.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    spread: NDArray[np.float64] = places * (2 * np.pi / angles.shape[1])
    return spread


def _stretch(angles: NDArray[np.float64], near: Floats) -> NDArray[np.float64]:
    """How long the links of each order are around the circle."""
    starts, ends = np.nonzero(np.triu(near))
    stretch: NDArray[np.float64] = (1 - np.cos(angles[:, starts] - angles[:, ends])).sum(axis=1)
    return stretch


def _rings(bodies: Sequence[Body], near: Floats) -> Floats:
    """How far from the middle each node would like to be."""
    rings = np.array([0.0, *(_RINGS[body.kind] for body in bodies[1:])])
    inwards = np.minimum(_INWARDS * (near.sum(axis=1) - 1), _MOST_INWARDS)
    inwards[[0, *np.flatnonzero(near[0])]] = 0
    result: Floats = (rings - inwards).astype(np.float32)
    return result


class _Field:
    """The forces of one drawing, on all its layouts together."""

    def __init__(self, bodies: Sequence[Body], near: Floats, sheet: Sheet) -> None:
        self.sheet = sheet
        self.half = np.array([sheet.width / 2, sheet.height / 2], dtype=np.float32)
        self.radius = np.array([body.radius for body in bodies], dtype=np.float32)
        self.label = np.array([body.label for body in bodies], dtype=np.float32)
        # Half the width of a node with its label.
        self.wide = self.label / 2 + self.radius + 3
        # The room that a node would have if all shared the sheet; a few stay together.
        fair = (sheet.width * sheet.height / len(bodies)) ** 0.5
        self.room = np.float32(min(fair, _MOST_ROOM * min(sheet.width, sheet.height)))
        # How far out nodes may be for their labels to stay on the sheet.
        aside = 0.7 * float(np.median(self.label))
        self.reach = self.half - np.array([sheet.margin + aside, sheet.margin + 14], np.float32)
        self.reach *= np.float32(min(1.0, 0.5 + len(bodies) / _FULL_SHEET))
        self.rings = _rings(bodies, near)
        self.springs = near * np.float32(_SPRING)
        self.springs[0] *= _SPOKE
        self.springs[:, 0] *= _SPOKE
        self._learn_links(near)

    def _learn_links(self, near: Floats) -> None:
        self.starts, self.ends = np.nonzero(np.triu(near))
        each = np.eye(len(near), dtype=np.float32)
        self.incidence = each[self.starts] + each[self.ends]
        self.strange = self.incidence == 0
        self.berth = self.radius + np.float32(_BERTH)

    def settled(self, points: Floats) -> Floats:
        x = points[..., 0] * self.reach[0]
        y = points[..., 1] * self.reach[1]
        for step in range(_STEPS):
            done = step / _STEPS
            push = np.float32(_BOX_PUSH * min(1.0, 1.6 * done + 0.1))
            fx, fy = self._between(x, y, push, np.float32(1 - 0.7 * done))
            self._towards_rings(x, y, fx, fy)
            if done > _LOOSE:
                self._off_the_links(x, y, fx, fy)
            self._from_walls(x, y, fx, fy)
            limit = np.float32(self.room * (0.30 * (1 - done) + 0.02))
            self._move(x, y, fx, fy, limit)
        return np.stack([x, y], axis=-1) + self.half

    def _between(
        self, x: Floats, y: Floats, push: np.float32, spread: np.float32
    ) -> tuple[Floats, Floats]:
        """Repulsion, springs along links, and the push between boxes that overlap."""
        dx, dy = x[:, :, None] - x[:, None], y[:, :, None] - y[:, None]
        # Squared distances in rooms: repulsion fades soon, so that nobody is pressed to the wall.
        squared = (dx * dx + dy * dy + np.float32(9)) / self.room**2
        strength = spread * np.float32(_REPULSION) / (squared + squared * squared)
        strength -= self.springs * (1 - np.float32(0.9) / np.sqrt(squared))
        fx = np.einsum("sij,sij->si", strength, dx)
        fy = np.einsum("sij,sij->si", strength, dy)
        self._push_boxes(x, dy, push, fx, fy)
        return fx, fy

    def _push_boxes(self, x: Floats, dy: Floats, push: np.float32, fx: Floats, fy: Floats) -> None:
        middle, wide = self._middles(x), self.wide
        tall = np.maximum(self.radius, 7) + 2
        bx = middle[:, :, None] - middle[:, None]
        over_x = wide[:, None] + wide[None, :] - np.abs(bx)
        over_y = tall[:, None] + tall[None, :] - np.abs(dy)
        both = (over_x > 0) & (over_y > 0)
        both &= ~np.eye(len(wide), dtype=bool)
        sideways = both & (over_x < over_y * np.float32(2.2))
        fx += push * np.where(sideways, np.copysign(over_x, bx), 0).sum(axis=-1)
        fy += push * np.where(both & ~sideways, np.copysign(over_y, dy), 0).sum(axis=-1)

    def _middles(self, x: Floats) -> Floats:
        """The middle of each node with its label, which reaches outwards."""
        middles: Floats = x + np.tanh(x / np.float32(_TURN)) * self.label / 2
        return middles

    def _towards_rings(self, x: Floats, y: Floats, fx: Floats, fy: Floats) -> None:
        across, along = x / self.reach[0], y / self.reach[1]
        # Rings with corners, so that those of the sheet are used too.
        distance = np.cbrt(np.abs(across) ** 3 + np.abs(along) ** 3) + np.float32(1e-3)
        pull = np.float32(_RING_PULL) * (self.rings / distance - 1)
        fx += pull * x
        fy += pull * y

    def _off_the_links(self, x: Floats, y: Floats, fx: Floats, fy: Floats) -> None:
        """Push nodes aside that lie on the curve of a link, and the ends of the link back."""
        sx, sy = x[:, self.starts, None], y[:, self.starts, None]
        ux, uy = x[:, self.ends, None] - sx, y[:, self.ends, None] - sy
        length = np.sqrt(ux * ux + uy * uy) + np.float32(1)
        ux, uy = ux / length, uy / length
        dx, dy = x[:, None] - sx, y[:, None] - sy
        share = (dx * ux + dy * uy) / length
        aside = dy * ux - dx * uy - np.float32(2 * BEND) * length * share * (1 - share)
        lack = self.berth - np.abs(aside)
        beside = (lack > 0) & (share > 0.05) & (share < 0.95) & self.strange
        push = np.copysign(np.where(beside, lack * np.float32(_SIDESTEP), 0), aside)
        back = push.sum(axis=2, keepdims=True) * np.float32(-0.5)
        fx -= (push * uy).sum(axis=1) + (back * uy)[..., 0] @ self.incidence
        fy += (push * ux).sum(axis=1) + (back * ux)[..., 0] @ self.incidence

    def _from_walls(self, x: Floats, y: Floats, fx: Floats, fy: Floats) -> None:
        middle = self._middles(x)
        limit_x = self.half[0] - self.sheet.margin - self.wide
        limit_y = self.half[1] - self.sheet.margin - self.radius - _SILL
        fx -= np.float32(_WALL) * (middle - np.clip(middle, -limit_x, limit_x))
        fy -= np.float32(_WALL) * (y - np.clip(y, -limit_y, limit_y))

    def _move(self, x: Floats, y: Floats, fx: Floats, fy: Floats, limit: np.float32) -> None:
        length = np.sqrt(fx * fx + fy * fy) + np.float32(1e-6)
        scale = np.minimum(1, limit / length)
        x += fx * scale
        y += fy * scale
        x[:, 0] = y[:, 0] = 0
        most = self.half - self.sheet.margin - self.radius[:, None]
        np.clip(x, -most[:, 0], most[:, 0], out=x)
        np.clip(y, -most[:, 1], most[:, 1], out=y)

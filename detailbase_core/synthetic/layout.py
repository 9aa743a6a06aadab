"""Putting furniture into an empty rectangle without anything running into anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.furniture import make_model
from detailbase_core.synthetic.primitives import Primitive, PrimitiveTable, any_overlap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture import Model, Surface
    from detailbase_core.synthetic.primitives import Vector

_GAP_M = 0.04  # between any two pieces
_TWIN_GAP_M = 0.16  # between pieces of one kind, so that connectivity can tell them apart
_LIFT_M = 0.002  # things stand this much above what carries them
_TRIES = 12


@dataclass(frozen=True)
class Placed:
    """A model with its pose: `x, y, z` of its origin (metres) and yaw (radians).

    `support` is the index of what carries it; -1 = the floor, -2 = a wall.
    """

    model: Model
    x: float
    y: float
    z: float
    yaw: float
    support: int
    table: PrimitiveTable

    def to_room(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point of the model's frame in the room, metres."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        x = c * point[0] - s * point[1] + self.x
        return float(x), float(s * point[0] + c * point[1] + self.y)


@dataclass
class Layout:
    """A room while it is being furnished. The origin is the middle of the floor.

    Attributes:
        rng: source of all choices.
        half: half width (x) and half depth (y), metres.
        items: what stands so far.
        keep_free: floor areas that must stay empty (in front of doors).
    """

    rng: np.random.Generator
    half: tuple[float, float]
    items: list[Placed] = field(default_factory=list)
    keep_free: list[PrimitiveTable] = field(default_factory=list)

    def model(self, category: str, color: str | None = None) -> Model:
        """A fresh model of this kind."""
        return make_model(category, self.rng, color)

    def place(
        self, model: Model, x: float, y: float, yaw: float, *, z: float = 0.0, support: int = -1
    ) -> int | None:
        """Put a model here; its index, or None where it does not fit."""
        lift = _LIFT_M if support >= 0 else 0.0
        solids = [s.moved((x, y, z + lift), yaw) for s in model.solids]
        table = PrimitiveTable.of(solids, [len(self.items)] * len(solids))
        if self._collides(model, table, support):
            return None
        self.items.append(Placed(model, x, y, z + lift, yaw, support, table))
        return len(self.items) - 1

    def _collides(self, model: Model, table: PrimitiveTable, support: int) -> bool:
        corners = table.corners().reshape(-1, 3)
        if (np.abs(corners[:, :2]) > np.array(self.half) - 0.004).any():
            return True
        low, high = corners.min(axis=0) - _TWIN_GAP_M, corners.max(axis=0) + _TWIN_GAP_M
        if support == -1 and any(any_overlap(table, area) for area in self.keep_free):
            return True
        for i, other in enumerate(self.items):
            gap = _TWIN_GAP_M if other.model.category == model.category else _GAP_M
            if i == support or other.support == -2 or support == -2:
                gap = 0.0
            if _boxes_meet(other.table, low, high) and any_overlap(table, other.table, gap):
                return True
        return False

    def against_wall(self, model: Model, *, gap: float | None = None) -> int | None:
        """With its back to some wall, facing inward."""
        for _ in range(_TRIES):
            wall = int(self.rng.integers(4))
            free = self.half[1 - wall % 2] - model.size[0] / 2 - 0.02
            if free <= 0:
                continue
            along = self.rng.uniform(-free, free)
            if (index := self.at_wall(model, wall, along, gap=gap)) is not None:
                return index
        return None

    def at_wall(
        self, model: Model, wall: int, along: float, *, gap: float | None = None
    ) -> int | None:
        """With its back to wall 0 (+x), 1 (+y), 2 (-x) or 3 (-y), `along` metres off its middle."""
        distance = self.rng.uniform(0.01, 0.06) if gap is None else gap
        outward = wall * np.pi / 2
        reach = self.half[wall % 2] - distance + model.low[1]
        x = reach * np.cos(outward) - along * np.sin(outward)
        y = reach * np.sin(outward) + along * np.cos(outward)
        hung = gap is not None
        return self.place(
            model, float(x), float(y), float(outward + np.pi / 2), support=-2 if hung else -1
        )

    def in_corner(self, model: Model) -> int | None:
        """Near a free corner, facing the middle."""
        for corner in self.rng.permutation(4):
            sx, sy = (1 if corner & 1 else -1), (1 if corner & 2 else -1)
            inset = max(model.size[:2]) / 2 + self.rng.uniform(0.03, 0.12)
            x, y = sx * (self.half[0] - inset), sy * (self.half[1] - inset)
            yaw = float(np.arctan2(x, -y))
            if (index := self.place(model, x, y, yaw)) is not None:
                return index
        return None

    def anywhere(self, model: Model, *, square: bool = True) -> int | None:
        """Free-standing; `square` keeps it parallel to the walls but for a few degrees."""
        for _ in range(_TRIES):
            x, y = (self.rng.uniform(-1, 1) * (h - 0.3) for h in self.half)
            yaw = self.rng.uniform(-np.pi, np.pi)
            if square:
                yaw = self.rng.integers(4) * np.pi / 2 + self.rng.normal(0, 0.03)
            if (index := self.place(model, float(x), float(y), float(yaw))) is not None:
                return index
        return None

    def on_top(
        self, model: Model, support: int, *, back: bool = False, turn: float = 0.3
    ) -> int | None:
        """On a surface of another piece; `back`: at its rear edge, facing its front."""
        below = self.items[support]
        for surface in below.model.on:
            if model.size[2] > surface.clearance:
                continue
            for _ in range(_TRIES):
                spot = self._spot(model, surface, back)
                if spot is None:
                    break
                x, y = below.to_room(spot)
                yaw = below.yaw + self.rng.normal(0, turn / 3 if back else turn)
                z = below.z + surface.center[2]
                index = self.place(model, x, y, float(yaw), z=z, support=support)
                if index is not None:
                    return index
        return None

    def underneath(self, model: Model, above: int) -> int | None:
        """On the floor under a table or desk."""
        table = self.items[above]
        for surface in table.model.under:
            if model.size[2] > surface.clearance:
                continue
            for _ in range(_TRIES):
                if (spot := self._spot(model, surface, False)) is None:
                    break
                x, y = table.to_room(spot)
                yaw = table.yaw + self.rng.normal(0, 0.2)
                if (index := self.place(model, x, y, float(yaw))) is not None:
                    return index
        return None

    def _spot(self, model: Model, surface: Surface, back: bool) -> tuple[float, float] | None:
        """A place of the model's origin on a surface, in the carrier's frame."""
        free_x = surface.half[0] - model.size[0] / 2
        free_y = surface.half[1] - model.size[1] / 2
        if free_x < -0.02 or free_y < -0.02:
            return None
        free_x, free_y = max(free_x, 0.0), max(free_y, 0.0)
        x = surface.center[0] + self.rng.uniform(-free_x, free_x)
        y = surface.center[1] + self.rng.uniform(-free_y, -0.4 * free_y if back else free_y)
        return float(x), float(y)

    def relative(
        self, model: Model, anchor: int, spot: tuple[float, float], turn: float
    ) -> int | None:
        """On the floor at `spot` of the anchor's frame, turned by `turn` against it."""
        base = self.items[anchor]
        x, y = base.to_room(spot)
        return self.place(model, x, y, base.yaw + turn)

    def reserve(self, center: Vector, half: Vector) -> None:
        """Keep a floor area empty (axis-aligned)."""
        self.keep_free.append(PrimitiveTable.of([Primitive("box", center, half, (0, 0, 0))], [-1]))


def _boxes_meet(
    table: PrimitiveTable,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> bool:
    """Whether the axis-aligned bounds of a table's solids meet the box [low, high]."""
    corners = table.corners().reshape(-1, 3)
    return bool((corners.max(axis=0) > low).all() and (corners.min(axis=0) < high).all())


def spread(count: int, length: float, rng: np.random.Generator) -> Sequence[float]:
    """`count` roughly even positions along [-length/2, length/2]."""
    step = length / count
    return [float((i + 0.5) * step - length / 2 + rng.normal(0, 0.02)) for i in range(count)]

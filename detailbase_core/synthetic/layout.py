"""Putting furniture into an empty room without anything running into anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.occupancy import Occupancy, inside_outline
from detailbase_core.synthetic.room import CEILING_ID, FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS
from detailbase_core.synthetic.surfels import Pose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture_model import FurnitureModel, Surface
    from detailbase_core.synthetic.stock import Stock

_GAP_M = 0.04  # between any two pieces on the floor
_LIFT_M = 0.002  # objects stand this much above what carries them
_TRIES = 12
_FLAT_M = 0.03  # rugs: others stand on them


@dataclass(frozen=True)
class Placed:
    """A model in the room; `support` is the id of what carries it."""

    model: FurnitureModel
    pose: Pose
    support: int

    def to_room(self, x: float, y: float) -> tuple[float, float]:
        """A point of the model's frame in the room, metres."""
        point = self.pose.apply(np.array([[x, y, 0.0]], np.float32))[0]
        return float(point[0]), float(point[1])


class Layout:
    """A room while it is being furnished.

    Attributes:
        rng: source of all choices.
        stock: where furniture comes from.
        outline: (C, 2) corners of the floor, counter-clockwise.
        height: metres.
        items: what stands so far; item i has id FIRST_OBJECT_ID + i.
    """

    def __init__(
        self, rng: np.random.Generator, stock: Stock, outline: NDArray[np.float64], height: float
    ) -> None:
        self.rng, self.stock, self.outline, self.height = rng, stock, outline, height
        self.items: list[Placed] = []
        self.grid = Occupancy(outline, height)

    def pick(self, *categories: str, mount: str | None = None) -> FurnitureModel | None:
        """A model of the first category (they are tried in order) that the stock has so."""
        for category in categories:
            model = self.stock.pick(category, self.rng, mount=mount)
            if model is not None:
                return model
        return None

    def id_of(self, index: int) -> int:
        """Object id of an item."""
        return FIRST_OBJECT_ID + index

    def place(
        self,
        model: FurnitureModel | None,
        pose: Pose,
        support: int = FLOOR_ID,
        *,
        gap: float | None = None,
        ignore: frozenset[int] = frozenset(),
        snug: bool = False,
    ) -> int | None:
        """Put a model here; its index, or None where it does not fit. See Occupancy.is_free."""
        if model is None:
            return None
        wanted = _GAP_M if gap is None and support == FLOOR_ID and not snug else gap or 0.0
        flat = model.size[2] < _FLAT_M and support == FLOOR_ID
        if not self.grid.is_free(
            model, pose, gap=0.0 if flat else wanted, support=support, ignore=ignore, snug=snug
        ):
            return None
        self.items.append(Placed(model, pose, support))
        if not flat:
            self.grid.fill(model, pose, self.id_of(len(self.items) - 1))
        return len(self.items) - 1

    # --- on the floor -------------------------------------------------------------------------

    def at_wall(
        self,
        model: FurnitureModel | None,
        wall: int,
        along: float,
        *,
        distance: float = 0.02,
        snug: bool = False,
        gap: float | None = None,
    ) -> int | None:
        """Back to a wall, its middle `along` metres from the wall's start."""
        if model is None:
            return None
        return self.place(
            model, self._wall_pose(model, wall, along, 0.0, distance), snug=snug, gap=gap
        )

    def against_wall(self, model: FurnitureModel | None) -> int | None:
        """Back to some wall, anywhere along it."""
        for wall, along in self._wall_spots(model):
            index = self.at_wall(model, wall, along, distance=self.rng.uniform(0.01, 0.06))
            if index is not None:
                return index
        return None

    def in_corner(self, model: FurnitureModel | None) -> int | None:
        """Near a free corner, facing out of it."""
        if model is None:
            return None
        lines = self._lines()
        for i in self.rng.permutation(len(lines)):
            corner = lines[i, 0]
            inward = _inward(lines[i]) + _inward(lines[i - 1])
            inset = max(model.size[:2]) / 2 + self.rng.uniform(0.04, 0.12)
            x, y = corner + inward * inset
            yaw = float(np.arctan2(-inward[0], inward[1]))
            if (index := self.place(model, Pose(float(x), float(y), 0.0, yaw))) is not None:
                return index
        return None

    def in_corner_square(self, model: FurnitureModel | None) -> int | None:
        """In a free corner with its back to one of the two walls."""
        if model is None:
            return None
        for wall in self.rng.permutation(len(self.outline)).tolist():
            near = model.size[0] / 2 + 0.02
            for along in (near, self.wall_length(wall) - near):
                if (index := self.at_wall(model, wall, along, snug=True)) is not None:
                    return index
        return None

    def anywhere(
        self, model: FurnitureModel | None, *, square: bool = True, gap: float | None = None
    ) -> int | None:
        """Free-standing; `square` keeps it parallel to the walls but for a few degrees."""
        if model is None:
            return None
        low, high = self.outline.min(axis=0) + 0.3, self.outline.max(axis=0) - 0.3
        for _ in range(_TRIES):
            x, y = self.rng.uniform(low, high).tolist()
            yaw = self.rng.uniform(-np.pi, np.pi)
            if square:
                yaw = self.rng.integers(4) * np.pi / 2 + self.rng.normal(0, 0.03)
            if (index := self.place(model, Pose(x, y, 0.0, float(yaw)), gap=gap)) is not None:
                return index
        return None

    def relative(
        self,
        model: FurnitureModel | None,
        anchor: int,
        spot: tuple[float, float],
        turn: float,
        *,
        gap: float | None = None,
        snug: bool = False,
    ) -> int | None:
        """On the floor at `spot` of the anchor's frame, turned by `turn` against it."""
        base = self.items[anchor]
        x, y = base.to_room(*spot)
        return self.place(model, Pose(x, y, 0.0, base.pose.yaw + turn), gap=gap, snug=snug)

    # --- on and under other objects ------------------------------------------------------------

    def on_top(
        self, model: FurnitureModel | None, support: int, *, back: bool = False, turn: float = 0.3
    ) -> int | None:
        """On a surface of another piece; `back`: at its rear edge, facing its front."""
        if model is None:
            return None
        below = self.items[support]
        for surface in self._shuffled(below.model.on, back):
            if model.size[2] > surface.clearance:
                continue
            for _ in range(_TRIES // 2):
                spot = self._spot(model, surface, back)
                if spot is None:
                    break
                x, y = below.to_room(*spot)
                yaw = below.pose.yaw + self.rng.normal(0, turn / 3 if back else turn)
                z = below.pose.z + surface.center[2] + _LIFT_M
                index = self.place(model, Pose(x, y, z, float(yaw)), self.id_of(support))
                if index is not None:
                    return index
        return None

    def underneath(self, model: FurnitureModel | None, above: int) -> int | None:
        """On the floor under a table or desk."""
        if model is None:
            return None
        table = self.items[above]
        for surface in table.model.under:
            if model.size[2] > surface.clearance:
                continue
            for _ in range(_TRIES // 2):
                if (spot := self._spot(model, surface, False)) is None:
                    break
                x, y = table.to_room(*spot)
                pose = Pose(x, y, 0.0, float(table.pose.yaw + self.rng.normal(0, 0.2)))
                if (index := self.place(model, pose, gap=0.0)) is not None:
                    return index
        return None

    def _shuffled(self, surfaces: Sequence[Surface], first: bool) -> list[Surface]:
        """Mostly the largest surface, which comes first, else any."""
        if first or self.rng.random() < 0.5:
            return list(surfaces)
        return [surfaces[i] for i in self.rng.permutation(len(surfaces))]

    def _spot(
        self, model: FurnitureModel, surface: Surface, back: bool
    ) -> tuple[float, float] | None:
        """A place of the model's origin on a surface, in the carrier's frame."""
        free_x = surface.half[0] - model.size[0] / 2
        free_y = surface.half[1] - model.size[1] / 2
        if free_x < -0.02 or free_y < -0.02:
            return None
        free_x, free_y = max(free_x, 0.0), max(free_y, 0.0)
        x = surface.center[0] + self.rng.uniform(-free_x, free_x)
        y = surface.center[1] + self.rng.uniform(-free_y, -0.4 * free_y if back else free_y)
        return float(x), float(y)

    # --- on walls and ceiling -----------------------------------------------------------------

    def hang(
        self,
        model: FurnitureModel | None,
        *,
        above: int | None = None,
        bottom: float | None = None,
        ignore: frozenset[int] = frozenset(),
    ) -> int | None:
        """On a wall at its own height; `above` an item that stands at a wall.

        Args:
            model: what hangs.
            above: index of what it is to hang over, its middle over that one's.
            bottom: height of its lowest point, metres; None = the model's own elevation.
            ignore: ids that it may run into (a curtain its window).
        """
        if model is None:
            return None
        z = model.elevation if bottom is None else bottom
        z = min(z, self.height - model.size[2] - 0.02)
        if z < 0:
            return None
        spots = self._wall_spots(model) if above is None else self._spot_above(above)
        for wall, along in spots:
            pose = self._wall_pose(model, wall, along, z, 0.005)
            index = self.place(model, pose, WALL_IDS[wall], ignore=ignore)
            if index is not None:
                return index
        return None

    def hang_from_ceiling(
        self, model: FurnitureModel | None, spot: tuple[float, float] | None = None
    ) -> int | None:
        """From the ceiling, over a point of the floor or near the middle."""
        if model is None or model.size[2] > self.height - 1.7:
            return None
        middle = (self.outline.min(axis=0) + self.outline.max(axis=0)) / 2
        for _ in range(_TRIES):
            x, y = spot or (middle + self.rng.uniform(-0.8, 0.8, 2)).tolist()
            pose = Pose(x, y, self.height - model.size[2] - 0.001, self.rng.uniform(-np.pi, np.pi))
            if (index := self.place(model, pose, CEILING_ID)) is not None or spot:
                return index
        return None

    def _spot_above(self, below: int) -> list[tuple[int, float]]:
        """Wall and place along it behind an item."""
        item = self.items[below]
        at = np.array([item.pose.x, item.pose.y])
        best: list[tuple[float, int, float]] = []
        for wall, (start, end) in enumerate(self._lines()):
            along = (end - start) / np.linalg.norm(end - start)
            away = abs(float((at - start) @ _inward(np.stack([start, end]))))
            place = float((at - start) @ along)
            if 0 < place < np.linalg.norm(end - start):
                best.append((away, wall, place))
        if not best:
            return []
        away, wall, place = min(best)
        if away > item.model.size[1] / 2 + 0.25:
            return []
        return [(wall, place + self.rng.normal(0, 0.08)) for _ in range(3)]

    def _lines(self) -> NDArray[np.float64]:
        return np.stack([self.outline, np.roll(self.outline, -1, axis=0)], axis=1)

    def _wall_spots(self, model: FurnitureModel | None) -> list[tuple[int, float]]:
        """Random walls and places along them where a model's width fits."""
        if model is None:
            return []
        lines = self._lines()
        length = np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1)
        free = length - model.size[0] - 0.04
        fitting = np.flatnonzero(free > 0)
        if not len(fitting):
            return []
        chance = length[fitting] / length[fitting].sum()
        walls = self.rng.choice(fitting, size=_TRIES, p=chance)
        ends = (length - free) / 2
        return [(int(w), float(self.rng.uniform(ends[w], length[w] - ends[w]))) for w in walls]

    def _wall_pose(
        self, model: FurnitureModel, wall: int, along: float, z: float, distance: float
    ) -> Pose:
        start, end = self._lines()[wall]
        inward = _inward(np.stack([start, end]))
        step = (end - start) / np.linalg.norm(end - start)
        x, y = start + step * along + inward * (distance + model.size[1] / 2)
        return Pose(float(x), float(y), z, float(np.arctan2(-inward[0], inward[1])))

    def wall_length(self, wall: int) -> float:
        """Metres."""
        start, end = self._lines()[wall]
        return float(np.linalg.norm(end - start))

    @property
    def area(self) -> float:
        """Square metres of floor."""
        x, y = self.outline[:, 0], self.outline[:, 1]
        return float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2)

    def is_inside(self, x: float, y: float) -> bool:
        """Whether a point lies on the floor of the room."""
        return bool(inside_outline(np.array(x), np.array(y), self.outline))


def _inward(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector to the left of a wall, into the room."""
    along = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
    return np.array([-along[1], along[0]])


def spread(count: int, length: float, rng: np.random.Generator) -> Sequence[float]:
    """`count` roughly even positions along [-length/2, length/2]."""
    step = length / count
    return [float((i + 0.5) * step - length / 2 + rng.normal(0, 0.02)) for i in range(count)]

"""Where things are to each other, in three values: no, unclear, yes.

People do not agree on where "next to" ends. So each relation has a strict and a lenient
bound; between them it is UNCLEAR, and a phrase counts as unambiguous only where it is YES for
what it means and NO for everything else.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.room import FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room

NO, UNCLEAR, YES = 0, 1, 2


def graded(yes: NDArray[np.bool_], maybe: NDArray[np.bool_]) -> NDArray[np.int8]:
    """YES where `yes`, else UNCLEAR where `maybe`, else NO."""
    return np.where(yes, YES, np.where(maybe, UNCLEAR, NO)).astype(np.int8)


class Geometry:
    """Relations between all pieces of furniture of a room.

    Row i stands for object id i + FIRST_OBJECT_ID. Matrices are (n, n) int8 in {NO, UNCLEAR,
    YES}: [target, anchor]. All lengths in metres.
    """

    def __init__(self, room: Room) -> None:
        things = room.furniture
        self.room = room
        self.count = len(things)
        self.category = np.array([t.category for t in things])
        self.center = np.array([t.box.center for t in things]).reshape(-1, 3)
        self.half = np.array([t.box.size for t in things]).reshape(-1, 3) / 2
        self.front = np.array([t.front for t in things]).reshape(-1, 2)
        self.has_front = np.array([t.has_front for t in things], bool)
        self.support = np.array([-1 if t.supported_by is None else t.supported_by for t in things])
        self.low = self.center[:, 2] - self.half[:, 2]
        self.high = self.center[:, 2] + self.half[:, 2]
        self.on_floor = self.support == FLOOR_ID
        self._between: dict[tuple[int, int], NDArray[np.int8]] = {}
        self.hung = np.isin(self.support, WALL_IDS)

    @cached_property
    def corners(self) -> NDArray[np.float64]:
        """(n, 4, 2) footprint corners in order."""
        signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
        across = np.stack([self.front[:, 1], -self.front[:, 0]], axis=1)
        x = signs[None, :, 0, None] * (self.half[:, None, 0, None] * across[:, None])
        y = signs[None, :, 1, None] * (self.half[:, None, 1, None] * self.front[:, None])
        return np.asarray(self.center[:, None, :2] + x + y)

    @cached_property
    def gap(self) -> NDArray[np.float64]:
        """(n, n) horizontal distance between footprints; 0 where they overlap."""
        n = self.count
        start, end = self.corners, np.roll(self.corners, -1, axis=1)
        side = (end - start)[None, None]
        point = self.corners[:, :, None, None] - start[None, None]
        t = (point * side).sum(-1) / np.maximum((side**2).sum(-1), 1e-12)
        away = np.linalg.norm(point - np.clip(t, 0, 1)[..., None] * side, axis=-1)
        nearest = away.min(axis=(1, 3)) if n else np.zeros((0, 0))
        gap = np.minimum(nearest, nearest.T)
        return np.where(self._footprints_meet, 0.0, gap)

    @cached_property
    def _footprints_meet(self) -> NDArray[np.bool_]:
        """(n, n) separating axis test of the footprints."""
        meet = np.ones((self.count, self.count), bool)
        axes = np.stack([self.front, np.stack([self.front[:, 1], -self.front[:, 0]], 1)], 1)
        for k in (0, 1):
            spans = np.einsum("ncd,md->mnc", self.corners, axes[:, k])
            low, high = spans.min(-1), spans.max(-1)
            own_low, own_high = np.diag(low)[:, None], np.diag(high)[:, None]
            apart = (low > own_high) | (high < own_low)
            meet &= ~apart & ~apart.T
        return meet

    @cached_property
    def _local(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Target's centre in the anchor's frame: (n, n) to its right (+x), to its front (+y)."""
        offset = self.center[:, None, :2] - self.center[None, :, :2]
        front = self.front[None]
        side = offset[..., 0] * front[..., 1] - offset[..., 1] * front[..., 0]
        return side, (offset * front).sum(-1)

    @cached_property
    def distance(self) -> NDArray[np.float64]:
        """(n, n) horizontal distance between centres."""
        return np.asarray(
            np.linalg.norm(self.center[:, None, :2] - self.center[None, :, :2], axis=-1)
        )

    @cached_property
    def on(self) -> NDArray[np.int8]:
        """The anchor carries the target."""
        ids = np.arange(self.count) + FIRST_OBJECT_ID
        carried = self.support[:, None] == ids[None]
        return graded(carried, carried)

    @cached_property
    def under(self) -> NDArray[np.int8]:
        """The target is on the floor below the anchor's top."""
        side, ahead = self._local
        inside = (np.abs(side) < self.half[None, :, 0]) & (np.abs(ahead) < self.half[None, :, 1])
        lower = self.on_floor[:, None] & (self.high[:, None] < self.high[None])
        lower &= np.isin(self.category, ("table", "desk"))[None]
        return graded(inside & lower, lower & (self.gap < 0.02))

    @cached_property
    def next_to(self) -> NDArray[np.int8]:
        """Side by side: on the same level, less than 0.35 m apart (unclear up to 0.9 m)."""
        floor = self.on_floor[:, None] & (self.on_floor | self.hung)[None]
        same = self.support[:, None] == self.support[None]
        level = (floor | same) & ~np.eye(self.count, dtype=bool)
        stacked = (self.on > NO) | (self.on.T > NO) | (self.under > NO) | (self.under.T > NO)
        low_enough = self.low[None] < self.high[:, None] + 0.2
        near = level & (self.gap <= 0.35) & ~stacked & low_enough
        return graded(near, ~np.eye(self.count, dtype=bool) & (self.gap < 0.9))

    @cached_property
    def in_front_of(self) -> NDArray[np.int8]:
        """Within 1 m of the anchor's front and not beyond its sides."""
        return self._before(1.0)

    @cached_property
    def behind(self) -> NDArray[np.int8]:
        """Within 1 m of the anchor's back and not beyond its sides."""
        return self._before(-1.0)

    def _before(self, sign: float) -> NDArray[np.int8]:
        side, ahead = self._local
        ahead = sign * ahead
        free = ahead > self.half[None, :, 1]
        allowed = self.has_front[None] & (self.on_floor | self.hung)[None] & self.on_floor[:, None]
        straight = np.abs(side) <= self.half[None, :, 0] * 0.9
        yes = allowed & free & straight & (self.gap <= 1.0)
        near = (np.abs(side) <= self.half[None, :, 0] + 0.8) & (self.gap < 2.5)
        return graded(yes, self.has_front[None] & (ahead > 0) & near)

    @cached_property
    def facing(self) -> NDArray[np.int8]:
        """The target's front points at the anchor, within 20 degrees (unclear up to 55)."""
        _, toward = self._local  # toward[a, t]: how far a lies ahead of t
        cosine = toward.T / np.maximum(self.distance, 1e-9)
        seat = np.isin(self.category, ("chair", "armchair", "sofa"))[:, None]
        near = seat & (self.distance < 3.5)
        yes = near & (cosine > np.cos(np.radians(20))) & (self.gap < 2.5)
        return graded(yes, (cosine > np.cos(np.radians(55))) & self.has_front[:, None])

    @cached_property
    def at(self) -> NDArray[np.int8]:
        """A seat drawn up to a table or desk and facing it."""
        seat = np.isin(self.category, ("chair", "stool", "armchair"))[:, None]
        board = np.isin(self.category, ("table", "desk", "coffee table"))[None]
        near = seat & board & (self.gap <= 0.25) & (self.facing > NO)
        return graded(near, board & (self.gap < 0.8))

    @cached_property
    def above(self) -> NDArray[np.int8]:
        """Hanging over the anchor."""
        side, _ = self._local
        over = self.hung[:, None] & self.on_floor[None]
        higher = self.low[:, None] > self.high[None] - 0.05
        yes = over & higher & (self.gap < 0.2) & (np.abs(side) < self.half[None, :, 0])
        return graded(yes, over & (self.gap < 0.7))

    @cached_property
    def left_of(self) -> NDArray[np.int8]:
        """On the left of someone who stands before the anchor and looks at it."""
        return self._beside(-1.0)

    @cached_property
    def right_of(self) -> NDArray[np.int8]:
        """On the right of someone who stands before the anchor and looks at it."""
        return self._beside(1.0)

    def _beside(self, viewer_right: float) -> NDArray[np.int8]:
        side, ahead = self._local
        side = -viewer_right * side  # the viewer looks back along the anchor's front
        level = self.on_floor[:, None] & (self.on_floor | self.hung)[None]
        clear = side > self.half[None, :, 0] + 0.02
        yes = self.has_front[None] & level & clear & (self.gap < 1.2) & (np.abs(ahead) < 0.8)
        return graded(yes, self.has_front[None] & (side > -0.25) & (self.gap < 2.5))

    def between(self, first: int, second: int) -> NDArray[np.int8]:
        """(n,) whether each thing stands between rows `first` and `second`."""
        if (first, second) not in self._between:
            self._between[first, second] = self._standing_between(first, second)
        return self._between[first, second]

    def _standing_between(self, first: int, second: int) -> NDArray[np.int8]:
        a, b = self.center[first, :2], self.center[second, :2]
        along = b - a
        length = float(np.linalg.norm(along))
        offset = self.center[:, :2] - a
        t = offset @ along / max(length**2, 1e-9)
        off = np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0]) / max(length, 1e-9)
        others = ~np.isin(np.arange(self.count), (first, second))
        yes = others & self.on_floor & (np.abs(t - 0.5) < 0.28) & (off < 0.35) & (length < 4)
        return graded(yes, others & (np.abs(t - 0.5) < 0.5) & (off < 1.0))

    @cached_property
    def wall_gap(self) -> NDArray[np.float64]:
        """(n, 4) distance of each footprint to the walls at +x, +y, -x, -y."""
        half = np.array(self.room.size[:2]) / 2
        high, low = self.corners.max(axis=1), self.corners.min(axis=1)
        return np.concatenate([half - high, half + low], axis=1)

    @cached_property
    def against_wall(self) -> NDArray[np.int8]:
        """(n,) on the floor and less than 0.15 m from a wall (unclear up to 0.6 m)."""
        nearest = self.wall_gap.min(axis=1)
        return graded(self.on_floor & (nearest < 0.15), nearest < 0.6)

    @cached_property
    def in_corner(self) -> NDArray[np.int8]:
        """(n,) near two neighbouring walls."""
        x = np.minimum(self.wall_gap[:, 0], self.wall_gap[:, 2])
        y = np.minimum(self.wall_gap[:, 1], self.wall_gap[:, 3])
        worst = np.maximum(x, y)
        return graded(self.on_floor & (worst < 0.35), worst < 1.0)

    def nearest_wall(self, row: int) -> int:
        """Object id of the wall nearest to a row's thing."""
        return WALL_IDS[int(np.argmin(self.wall_gap[row]))]

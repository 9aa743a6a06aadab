"""Spatial relations between objects, in three values: no, unclear, yes.

People do not agree on where "next to" ends. So each relation has a strict and a lenient
bound; between them it is UNCLEAR, and a phrase counts as unambiguous only where it is YES for
what it means and NO for everything else.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.room import CEILING_ID, FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS
from training.sentences import footprints

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room

    Truth = NDArray[np.int8]

NO, UNCLEAR, YES = 0, 1, 2

SEATS = ("chair", "office chair", "armchair", "sofa", "stool", "bar stool", "bench")
BOARDS = ("table", "desk", "coffee table", "counter")
# What other things can be under.
_ROOFS = (*BOARDS, "side table", "bench", "bed", "bunk bed", "ironing board", "piano")
# What "in front of" and "behind" are said of, though other things have fronts too.
_BACKED = ("sofa", "armchair", "chair", "office chair", "desk", "bench")
_FRONTED = (
    *_BACKED,
    "bookshelf",
    "cabinet",
    "wardrobe",
    "tv stand",
    "door",
    "window",
    "mirror",
    "fireplace",
    "television",
    "dresser",
    "sideboard",
    "fridge",
    "piano",
    "toilet",
    "bathtub",
    "sink",
    "stove",
    "washing machine",
    "whiteboard",
    "radiator",
)


def graded(yes: NDArray[np.bool_], maybe: NDArray[np.bool_]) -> Truth:
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
        self.category = np.array([t.category for t in things], dtype=np.str_)
        self.center = np.array([t.box.center for t in things]).reshape(-1, 3)
        self.half = np.array([t.box.size for t in things]).reshape(-1, 3) / 2
        self.front = np.array([t.front for t in things]).reshape(-1, 2)
        self.has_front = np.array([t.has_front for t in things], bool)
        self.support = np.array(
            [-1 if t.supported_by is None else t.supported_by for t in things], np.int64
        )
        self.low = self.center[:, 2] - self.half[:, 2]
        self.high = self.center[:, 2] + self.half[:, 2]
        self.flat = self.category == "rug"  # things stand on it as on the floor
        self.rugs = np.flatnonzero(self.flat)
        on_rug = np.isin(self.support, self.rugs + FIRST_OBJECT_ID)
        self.standing = ((self.support == FLOOR_ID) | on_rug) & ~self.flat
        self.hung = np.isin(self.support, WALL_IDS)
        self.from_ceiling = self.support == CEILING_ID
        self._between: dict[tuple[int, int], Truth] = {}

    def matrix(self, kind: str) -> Truth:
        """(n, n) truth of a two-place relation by its name, such as "next to"."""
        return np.asarray(getattr(self, kind.replace(" ", "_")))

    @cached_property
    def corners(self) -> NDArray[np.float64]:
        """(n, 4, 2) footprint corners in order."""
        return footprints.corners_of(self.center[:, :2], self.half[:, :2], self.front)

    @cached_property
    def gap(self) -> NDArray[np.float64]:
        """(n, n) horizontal distance between footprints; 0 where they overlap."""
        return footprints.gaps(self.corners, self.front)

    @cached_property
    def distance(self) -> NDArray[np.float64]:
        """(n, n) horizontal distance between centres."""
        offset = self.center[:, None, :2] - self.center[None, :, :2]
        return np.asarray(np.hypot(offset[..., 0], offset[..., 1]))

    @cached_property
    def _local(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Target's centre in the anchor's frame: (n, n) to its right (+x), to its front (+y)."""
        offset = self.center[:, None, :2] - self.center[None, :, :2]
        front = self.front[None]
        side = offset[..., 0] * front[..., 1] - offset[..., 1] * front[..., 0]
        return side, (offset * front).sum(-1)

    @cached_property
    def _inside(self) -> NDArray[np.bool_]:
        """(n, n) the target's centre lies within the anchor's footprint."""
        side, ahead = self._local
        return (np.abs(side) < self.half[None, :, 0]) & (np.abs(ahead) < self.half[None, :, 1])

    @cached_property
    def _others(self) -> NDArray[np.bool_]:
        return ~np.eye(self.count, dtype=bool)

    @cached_property
    def on(self) -> Truth:
        """The anchor carries the target; a rug may carry it even where the floor does."""
        ids = np.arange(self.count) + FIRST_OBJECT_ID
        carried = self.support[:, None] == ids[None]
        over_rug = self.flat[None] & self.standing[:, None]
        well_over = over_rug & self._inside & (self._covered >= 0.8)
        higher = carried @ carried  # the lamp on the box that is on the desk
        maybe = carried | higher | (higher @ carried) | (over_rug & self._meets)
        return graded((carried & ~self.flat[None]) | well_over, maybe)

    @cached_property
    def _meets(self) -> NDArray[np.bool_]:
        return (self.gap <= 0.0) & self._others

    @cached_property
    def _covered(self) -> NDArray[np.float64]:
        """(n, n) which part of the target's corners and centre lies within the anchor."""
        points = np.concatenate([self.corners, self.center[:, None, :2]], axis=1)
        offset = points[:, :, None] - self.center[None, None, :, :2]
        front = self.front[None, None]
        side = offset[..., 0] * front[..., 1] - offset[..., 1] * front[..., 0]
        ahead = (offset * front).sum(-1)
        within = (np.abs(side) < self.half[:, 0]) & (np.abs(ahead) < self.half[:, 1])
        return np.asarray(within.mean(axis=1))

    @cached_property
    def carrying(self) -> Truth:
        """The target carries the anchor: "the desk with the lamp on it"."""
        return np.asarray(self.on.T)

    @cached_property
    def under(self) -> Truth:
        """The target is on the floor below the anchor's top, or below what hangs on the wall."""
        lower = self.standing[:, None] & (self.high[:, None] < self.high[None])
        lower = lower & np.isin(self.category, _ROOFS)[None] & self._others
        table = graded(self._inside & lower, lower & (self.gap < 0.02))
        most = np.where(self.standing, YES, UNCLEAR)[:, None]
        return np.asarray(np.maximum(table, np.minimum(self.above.T, most)), np.int8)

    @cached_property
    def above(self) -> Truth:
        """Hanging over the anchor."""
        side, _ = self._local
        hanging = self.hung | self.from_ceiling
        over = hanging[:, None] & ~self.from_ceiling[None] & ~self.flat[None] & self._others
        higher = self.low[:, None] > self.high[None] - 0.05
        yes = over & higher & (self.gap < 0.2) & (np.abs(side) < self.half[None, :, 0])
        lenient = self.center[:, None, 2] > self.center[None, :, 2]
        return graded(yes, over & lenient & (self.gap < 0.7))

    @cached_property
    def next_to(self) -> Truth:
        """Side by side: on the same level, less than 0.35 m apart (unclear up to 0.9 m)."""
        floor = self.standing[:, None] & (self.standing | self.hung)[None]
        same = self.support[:, None] == self.support[None]
        grounded = ~self.flat[:, None] & ~self.flat[None] & self._others
        stacked = (self.on > NO) | (self.on.T > NO) | (self.under > NO) | (self.under.T > NO)
        reaching = self.low[None] < self.high[:, None] + 0.2
        near = (floor | same) & grounded & (self.gap <= 0.35) & ~stacked & reaching
        return graded(near, self._others & (self.gap < 0.9))

    @cached_property
    def in_front_of(self) -> Truth:
        """Within 1 m of the anchor's front and not beyond its sides."""
        return self._before(1.0, _FRONTED)

    @cached_property
    def behind(self) -> Truth:
        """Within 1 m of the anchor's back and not beyond its sides."""
        return self._before(-1.0, _BACKED)

    def _before(self, sign: float, kinds: tuple[str, ...]) -> Truth:
        side, ahead = self._local
        ahead = sign * ahead
        free = ahead > self.half[None, :, 1]
        anchor = self.has_front & np.isin(self.category, kinds)
        allowed = (anchor & (self.standing | self.hung))[None] & self.standing[:, None]
        straight = np.abs(side) <= self.half[None, :, 0] * 0.9
        yes = allowed & free & straight & (self.gap <= 1.0)
        near = (np.abs(side) <= self.half[None, :, 0] + 0.8) & (self.gap < 2.5)
        return graded(yes, self.has_front[None] & (ahead > 0) & near & self._others)

    @cached_property
    def _turned(self) -> NDArray[np.float64]:
        """(n, n) cosine between the target's front and the way to the anchor."""
        _, toward = self._local  # toward[a, t]: how far a lies ahead of t
        return np.asarray(toward.T / np.maximum(self.distance, 1e-9))

    @cached_property
    def facing(self) -> Truth:
        """The target's front points at the anchor, within 20 degrees (unclear up to 55)."""
        seat = np.isin(self.category, SEATS)[:, None] & self.has_front[:, None]
        level = (self.standing | self.hung | np.isin(self.category, ("television",)))[None]
        near = seat & level & ~self.flat[None] & (self.gap < 2.5) & (self.distance < 3.5)
        yes = near & (self._turned > np.cos(np.radians(20)))
        maybe = (self._turned > np.cos(np.radians(55))) & self.has_front[:, None]
        return graded(yes & self._others, maybe & self._others)

    @cached_property
    def across_from(self) -> Truth:
        """Two things that face each other over more than a step."""
        upright = self.standing & self.has_front
        apart = upright[:, None] & upright[None] & (self.gap > 0.5) & (self.gap < 4.0)
        straight = self._turned > np.cos(np.radians(20))
        loose = self._turned > np.cos(np.radians(45))
        maybe = (loose | ~self.has_front[:, None]) & (loose | ~self.has_front[:, None]).T
        return graded(apart & straight & straight.T, maybe & self._others & (self.gap > 0.2))

    @cached_property
    def at(self) -> Truth:
        """A seat drawn up to a table or desk and facing it."""
        seat = np.isin(self.category, SEATS)[:, None]
        board = np.isin(self.category, BOARDS)[None]
        turned = (self.facing > NO) | ~self.has_front[:, None]
        return graded(seat & board & (self.gap <= 0.25) & turned, board & (self.gap < 0.8))

    @cached_property
    def left_of(self) -> Truth:
        """On the left of someone who stands before the anchor and looks at it."""
        return self._beside(-1.0)

    @cached_property
    def right_of(self) -> Truth:
        """On the right of someone who stands before the anchor and looks at it."""
        return self._beside(1.0)

    def _beside(self, viewer_right: float) -> Truth:
        side, ahead = self._local
        side = -viewer_right * side  # the viewer looks back along the anchor's front
        level = self.standing[:, None] & (self.standing | self.hung)[None]
        clear = side > self.half[None, :, 0] + 0.02
        yes = self.has_front[None] & level & clear & (self.gap < 1.2) & (np.abs(ahead) < 0.8)
        return graded(yes, self.has_front[None] & (side > -0.25) & (self.gap < 2.5) & self._others)

    def between(self, first: int, second: int) -> Truth:
        """(n,) whether each thing stands between rows `first` and `second`."""
        if (first, second) not in self._between:
            self._between[first, second] = self._standing_between(first, second)
        return self._between[first, second]

    def _standing_between(self, first: int, second: int) -> Truth:
        a, b = self.center[first, :2], self.center[second, :2]
        along = b - a
        length = float(np.hypot(*along))
        offset = self.center[:, :2] - a
        t = offset @ along / max(length**2, 1e-9)
        off = np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0]) / max(length, 1e-9)
        others = ~self.flat
        others[[first, second]] = False
        yes = others & self.standing & (np.abs(t - 0.5) < 0.28) & (off < 0.35) & (length < 4)
        return graded(yes, others & (np.abs(t - 0.5) < 0.5) & (off < 1.0))

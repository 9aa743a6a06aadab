"""Places of objects in the room itself: corner, wall, floor, ceiling, middle; in three values."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.room import FLOOR_ID
from training.sentences import footprints
from training.sentences.relations import graded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.sentences.relations import Geometry, Truth


class Places:
    """Truth per piece of furniture, (n,) int8 in {NO, UNCLEAR, YES}; lengths in metres."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._walls = geometry.room.wall_lines

    @cached_property
    def wall_gap(self) -> NDArray[np.float64]:
        """(n, W) distance of each footprint to each wall."""
        return footprints.wall_gaps(self._geometry.corners, self._walls)

    @cached_property
    def against_wall(self) -> Truth:
        """On the floor and less than 0.15 m from a wall (unclear up to 0.6 m)."""
        nearest = self.wall_gap.min(axis=1)
        return graded(self._geometry.standing & (nearest < 0.15), nearest < 0.6)

    @cached_property
    def in_corner(self) -> Truth:
        """Near two walls that meet in a corner which the room lies around (0.35 m; 1 m).

        The corner of an L that stands into the room is not meant.
        """
        to_corner = np.maximum(self.wall_gap, np.roll(self.wall_gap, 1, axis=1))
        to_corner = np.where(footprints.inner_corners(self._walls), np.inf, to_corner)
        nearest = to_corner.min(axis=1)
        return graded(self._geometry.standing & (nearest < 0.35), nearest < 1.0)

    @cached_property
    def on_floor(self) -> Truth:
        """Standing on the floor; unclear on a rug."""
        over_rug = (self._geometry.on[:, self._geometry.rugs] > 0).any(axis=1)
        floor = self._geometry.support == FLOOR_ID
        return graded(floor & ~over_rug, floor | over_rug)

    @cached_property
    def on_wall(self) -> Truth:
        """Hanging on a wall; a door or window is in it."""
        built_in = np.isin(self._geometry.category, ("door", "window"))
        return graded(self._geometry.hung & ~built_in, self._geometry.hung)

    @cached_property
    def from_ceiling(self) -> Truth:
        """Hanging from the ceiling."""
        return graded(self._geometry.from_ceiling, self._geometry.from_ceiling)

    @cached_property
    def in_middle(self) -> Truth:
        """Less than 0.7 m from the middle of a rectangular room (unclear up to 1.6 m)."""
        away = np.hypot(*self._geometry.center[:, :2].T)
        rectangular = np.full(len(away), len(self._walls) == 4)
        clear_of_walls = self.wall_gap.min(axis=1) > 0.6
        yes = self._geometry.standing & rectangular & clear_of_walls & (away < 0.7)
        return graded(yes, (away < 1.6) | ~rectangular)

    def nearest_wall(self, row: int) -> int:
        """Object id of the wall nearest to a row's thing."""
        return self._geometry.room.wall_ids[int(np.argmin(self.wall_gap[row]))]

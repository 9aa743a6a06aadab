"""Left and right for someone who stands at an object by the wall and looks into the room."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from training.sentences.footprints import in_sight
from training.sentences.relations import NO, UNCLEAR, graded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.sentences.relations import Geometry, Truth

_CATEGORIES = (
    "door",
    "window",
    "bed",
    "sofa",
    "desk",
    "fireplace",
    "tv stand",
    "wardrobe",
    "fridge",
)
_AT_WALL_M = 0.3
MARGIN_RAD = float(np.radians(6))


class View:
    """The room as seen from one thing.

    Attributes:
        row: the viewer.
        bearing: (n,) radians, anti-clockwise, of each centre from the way to the room's middle.
        clear: (n,) bool, whether a thing is in sight, within 80 degrees, and not at the viewer.
    """

    def __init__(self, geometry: Geometry, row: int) -> None:
        self.row = row
        self._geometry = geometry
        eye = geometry.center[row, :2]
        straight = np.arctan2(*(-eye[::-1]))
        self._corners = _angles(geometry.corners - eye, straight)
        self.bearing = _angles(geometry.center[:, :2] - eye, straight)
        seen = in_sight(eye, geometry.center[:, :2], geometry.room.wall_lines)
        away = np.hypot(*(geometry.center[:, :2] - eye).T)
        self.clear = seen & (np.abs(self.bearing) < np.radians(80)) & (away > 0.7)
        self.clear[row] = False
        self._away = away

    @cached_property
    def left_of(self) -> Truth:
        """(n, n) [target, anchor]: the target is left of the anchor, near it and as far away."""
        return self._beside(1.0)

    @cached_property
    def right_of(self) -> Truth:
        """(n, n) the same to the right."""
        return self._beside(-1.0)

    def _beside(self, sign: float) -> Truth:
        geometry = self._geometry
        middle = sign * self.bearing
        edge = (sign * self._corners).max(axis=1)
        both = self.clear[:, None] & self.clear[None]
        level = geometry.standing[:, None] & (geometry.standing | geometry.hung)[None]
        outside = middle[:, None] > edge[None] + 0.02
        as_far = np.abs(self._away[:, None] - self._away[None]) < 1.0
        yes = both & level & outside & as_far & (geometry.gap < 1.5)
        maybe = middle[:, None] > middle[None] - MARGIN_RAD
        result = graded(yes, maybe | ~both)
        result[:, self.row] = NO
        result[self.row] = np.where(result[self.row] > NO, UNCLEAR, NO)
        np.fill_diagonal(result, NO)
        return result


def _angles(offset: NDArray[np.float64], straight: float) -> NDArray[np.float64]:
    """Angles of (..., 2) vectors from a direction, within +-pi."""
    angle = np.arctan2(offset[..., 1], offset[..., 0]) - straight
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)


def viewers(geometry: Geometry, wall_gap: NDArray[np.float64]) -> list[int]:
    """Rows of what one can look from: well-known things at a wall."""
    known = np.isin(geometry.category, _CATEGORIES)
    at_wall = wall_gap.min(axis=1, initial=np.inf) < _AT_WALL_M
    return [int(row) for row in np.flatnonzero(known & at_wall)]

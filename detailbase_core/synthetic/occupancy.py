"""Occupied parts of a room: a grid of object ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.solid import filled_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture_model import FurnitureModel
    from detailbase_core.synthetic.surfels import Pose

CELL_M = 0.025
_COARSE_M = 0.04  # of the points that are tried
_SEATED_M = 0.08  # what stands on an object may touch it up to this height above its own base
_OUTSIDE = -1


class Occupancy:
    """A room's cells and what fills them; 0 = free.

    Args:
        outline: (C, 2) corners of the floor, metres; walls parallel to the axes.
        height: metres.
    """

    def __init__(self, outline: NDArray[np.float64], height: float) -> None:
        self._low = np.append(outline.min(axis=0), 0.0)
        high = np.append(outline.max(axis=0), height)
        self._size = np.round((high - self._low) / CELL_M).astype(np.int64)
        self._cells = np.zeros(self._size, np.int16)
        self._kept_free = np.zeros(self._size[:2], bool)
        x, y = (self._low[k] + (np.arange(self._size[k]) + 0.5) * CELL_M for k in (0, 1))
        self._cells[~inside_outline(x[:, None], y[None, :], outline)] = _OUTSIDE
        self._tried: tuple[FurnitureModel, NDArray[np.float32]] | None = None

    def is_free(
        self,
        model: FurnitureModel,
        pose: Pose,
        *,
        gap: float = 0.0,
        support: int = 0,
        ignore: frozenset[int] = frozenset(),
        snug: bool = False,
    ) -> bool:
        """Whether a model can stand here.

        Args:
            model: what is to be put.
            pose: where.
            gap: free space wanted around it, metres.
            support: id of what it stands on; it may touch that with its base.
            ignore: ids that it may run into.
            snug: it may touch its neighbours' sides.
        """
        local = self._tried_points(model)
        if snug:
            shrink = 1 - 2.2 * CELL_M / np.maximum(np.array(model.size[:2]), 4 * CELL_M)
            local = local * np.append(shrink, 1.0).astype(np.float32)
        points = pose.apply(local)
        shifts = [(0.0, 0.0)]
        if gap > 0:
            shifts += [(gap, 0.0), (-gap, 0.0), (0.0, gap), (0.0, -gap)]
        for i, (dx, dy) in enumerate(shifts):
            cell = self._cell(points + np.array([dx, dy, 0], np.float32))
            within = ((cell >= 0) & (cell < self._size)).all(axis=1)
            if i == 0 and not within.all():
                return False
            cell, z = cell[within], points[within, 2]
            found = self._cells[tuple(cell.T)]
            hit = found != 0
            if i:
                hit &= found != _OUTSIDE  # walls may be nearer than the gap
            hit &= ~((found == support) & (z < pose.z + _SEATED_M))
            for id_ in ignore:
                hit &= found != id_
            if hit.any():
                return False
            if support == 0 and self._kept_free[tuple(cell[:, :2].T)].any():
                return False
        return True

    def fill(self, model: FurnitureModel, pose: Pose, id_: int) -> None:
        """Mark what a model takes up."""
        cell = self._cell(pose.apply(filled_points(model, CELL_M)))
        cell = cell[((cell >= 0) & (cell < self._size)).all(axis=1)]
        at = tuple(cell.T)
        self._cells[at] = np.where(self._cells[at] == 0, id_, self._cells[at])

    def keep_free(self, center: tuple[float, float], half: float) -> None:
        """Let nothing stand on this square of the floor."""
        middle = np.array(center) - self._low[:2]
        low = np.floor((middle - half) / CELL_M).astype(int).clip(0)
        high = np.ceil((middle + half) / CELL_M).astype(int).clip(0)
        self._kept_free[low[0] : high[0], low[1] : high[1]] = True

    def _tried_points(self, model: FurnitureModel) -> NDArray[np.float32]:
        """The model's filled points; kept, since the same model is tried in many places."""
        if self._tried is None or self._tried[0] is not model:
            self._tried = (model, filled_points(model, _COARSE_M))
        return self._tried[1]

    def _cell(self, points: NDArray[np.float32]) -> NDArray[np.int64]:
        cell: NDArray[np.int64] = np.floor((points - self._low) / CELL_M).astype(np.int64)
        return cell


def inside_outline(
    x: NDArray[np.floating], y: NDArray[np.floating], outline: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether points (broadcast x, y) lie inside a polygon: even-odd rule."""
    inside = np.zeros(np.broadcast_shapes(x.shape, y.shape), bool)
    for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if a[1] == b[1]:
            continue
        crosses = (y >= min(a[1], b[1])) & (y < max(a[1], b[1]))
        inside ^= crosses & (x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
    return inside

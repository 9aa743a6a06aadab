"""The space that a piece of furniture fills, from samples of its surface alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture_model import FurnitureModel

CELL_M = 0.05


def filled_points(model: FurnitureModel, spacing: float) -> NDArray[np.float32]:
    """Points (M, 3) on the surface and inside, about `spacing` apart, model frame.

    Args:
        model: the furniture; it need not be closed: a cell is inside where its surface, or the
            floor, is met in all six directions.
        spacing: metres.
    """
    surface = _thinned(model.points, spacing)
    low = model.points.min(axis=0)
    cell = np.floor((model.points - low) / CELL_M).astype(np.int64)
    shell = np.zeros(cell.max(axis=0) + 1, bool)
    shell[tuple(cell.T)] = True
    inside = _enclosed(shell)
    if not inside.any():
        return surface
    steps = max(1, round(CELL_M / spacing))
    part = (np.arange(steps) + 0.5) / steps
    inner = np.stack(np.meshgrid(part, part, part), axis=-1).reshape(-1, 3)
    corners = np.argwhere(inside)
    points = (corners[:, None] + inner[None]).reshape(-1, 3) * CELL_M + low
    return np.concatenate([surface, points.astype(np.float32)])


def _thinned(points: NDArray[np.float32], spacing: float) -> NDArray[np.float32]:
    """One point per cell of this edge."""
    cell = np.floor((points - points.min(axis=0)) / spacing).astype(np.int64)
    key = (cell[:, 0] << 42) | (cell[:, 1] << 21) | cell[:, 2]
    _, first = np.unique(key, return_index=True)
    return points[first]


def _enclosed(shell: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Empty cells that see the shell along both ways of x and y and above; below is the floor."""
    inside = ~shell
    for axis in (0, 1):
        inside &= np.logical_or.accumulate(shell, axis=axis)
        inside &= np.flip(np.logical_or.accumulate(np.flip(shell, axis), axis=axis), axis)
    inside &= np.flip(np.logical_or.accumulate(np.flip(shell, 2), axis=2), 2)
    return inside

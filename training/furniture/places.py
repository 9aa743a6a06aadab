"""Level places on a model where smaller things can stand, and free floor below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.ndimage import binary_closing, minimum_filter

from detailbase_core.synthetic.furniture_model import Surface

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPEN_M = 2.0  # the free height that stands for "nothing above"
_CELL_M = 0.03
_LEVEL_M = 0.025  # samples this far from a level still belong to it
_LEAST_SIDE_M = 0.15
_LEAST_CLEARANCE_M = 0.10
_LEAST_UNDER_M = 0.35
_MOST = 8
_PER_LEVEL = 2

Kind = Literal["shelves", "top", "seat"]
Slots = tuple[slice, slice]


def places_on(
    points: NDArray[np.float64], normals: NDArray[np.float64], kind: Kind
) -> tuple[Surface, ...]:
    """Rectangles on the level parts of a densely sampled surface, the largest first.

    Args:
        points, normals: (N, 3) outward samples, a few per 3 cm x 3 cm, model frame, metres.
        kind: "shelves" can be used at any height; a "top" only above the feet; of a "seat" (also
            a bed), which is only about level, not the arms and the back.
    """
    grid = _Grid(points)
    up = normals[:, 2] > (0.75 if kind == "seat" else 0.92)
    if kind != "shelves":
        up &= points[:, 2] > 0.3 * points[:, 2].max()
    reach = 2 * _LEVEL_M if kind == "seat" else _LEVEL_M
    found: list[Surface] = []
    for height in _levels(points[up, 2], reach):
        level = up & (np.abs(points[:, 2] - height) < reach)
        top = grid.lowest(points[:, 2] > height + reach + 0.01)
        top = minimum_filter(top, 3)  # what stands beside a cell is in the way too
        filled = binary_closing(np.pad(grid.any(level), 1))[1:-1, 1:-1]
        free = filled & (top - height >= _LEAST_CLEARANCE_M)
        z = float(np.quantile(points[level, 2], 0.8))
        for slots in _rectangles(free, _PER_LEVEL):
            clearance = min(float(top[slots].min()) - z, OPEN_M)
            found.append(grid.surface(slots, z, clearance))
    found.sort(key=lambda s: -s.half[0] * s.half[1])
    if kind == "seat":
        found = [s for s in found if abs(s.center[2] - found[0].center[2]) < reach]
    return tuple(found[:_MOST])


def places_under(points: NDArray[np.float64]) -> tuple[Surface, ...]:
    """The largest free rectangle of floor below a table, if things of 35 cm fit."""
    grid = _Grid(points)
    lowest = minimum_filter(grid.lowest(np.ones(len(points), np.bool_)), 3)
    covered = binary_closing(np.isfinite(lowest), iterations=2)
    free = covered & (lowest >= _LEAST_UNDER_M)
    found = []
    for slots in _rectangles(free, 1):
        clearance = min(float(lowest[slots].min()), OPEN_M)
        found.append(grid.surface(slots, 0.0, clearance))
    return tuple(found)


class _Grid:
    """Samples binned into upright columns of 3 cm."""

    def __init__(self, points: NDArray[np.float64]) -> None:
        self._low = points[:, :2].min(axis=0)
        shape = np.ceil(np.ptp(points[:, :2], axis=0) / _CELL_M).astype(np.int64).clip(1)
        self._cell = np.ptp(points[:, :2], axis=0) / shape
        cells = (points[:, :2] - self._low) / self._cell.clip(1e-9)
        i, j = cells.astype(np.int64).clip(0, shape - 1).T
        self._index = i, j
        self._shape = int(shape[0]), int(shape[1])
        self._z = points[:, 2]

    def any(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(I, J) which columns hold one of these samples."""
        hit = np.zeros(self._shape, np.bool_)
        hit[self._index[0][rows], self._index[1][rows]] = True
        return hit

    def lowest(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(I, J) height of the lowest of these samples in each column; inf = none."""
        z = np.full(self._shape, np.inf)
        np.minimum.at(z, (self._index[0][rows], self._index[1][rows]), self._z[rows])
        return z

    def surface(self, slots: Slots, z: float, clearance: float) -> Surface:
        """A rectangle of cells in metres."""
        begin = self._low + self._cell * [slots[0].start, slots[1].start]
        end = self._low + self._cell * [slots[0].stop, slots[1].stop]
        x, y = ((begin + end) / 2).round(3).tolist()
        half_x, half_y = ((end - begin) / 2).round(3).tolist()
        return Surface((x, y, round(z, 3)), (half_x, half_y), round(clearance, 3))


def _levels(heights: NDArray[np.float64], reach: float) -> list[float]:
    """Heights that many samples share, the most first, at least twice `reach` apart."""
    if len(heights) == 0:
        return []
    bins = np.floor(heights / 0.01).astype(np.int64)
    counts = np.bincount(bins - bins.min()).astype(np.float64)
    levels: list[float] = []
    while len(levels) < _MOST and counts.max() >= 8:
        best = int(counts.argmax())
        levels.append((best + bins.min() + 0.5) * 0.01)
        near = round(2 * reach / 0.01)
        counts[max(0, best - near) : best + near + 1] = 0
    return levels


def _rectangles(free: NDArray[np.bool_], most: int) -> list[Slots]:
    """The largest rectangles of True cells, none overlapping."""
    least = round(_LEAST_SIDE_M / _CELL_M)
    free = free.copy()
    found: list[Slots] = []
    while len(found) < most:
        slots = _largest_rectangle(free)
        if slots is None or min(s.stop - s.start for s in slots) < least:
            break
        found.append(slots)
        free[slots] = False
    return found


def _largest_rectangle(free: NDArray[np.bool_]) -> Slots | None:
    """Of all rectangles of True cells the one of greatest area; None where all are False."""
    heights = np.zeros(free.shape[1], np.int64)
    best, slots = 0, None
    for i, row in enumerate(free):
        heights = np.where(row, heights + 1, 0)
        stack: list[tuple[int, int]] = []  # (first column, height), heights ascending
        for j, height in enumerate([*heights.tolist(), 0]):
            begin = j
            while stack and stack[-1][1] >= height:
                begin, tall = stack.pop()
                if tall * (j - begin) > best:
                    best = tall * (j - begin)
                    slots = slice(i + 1 - tall, i + 1), slice(begin, j)
            stack.append((begin, height))
    return slots

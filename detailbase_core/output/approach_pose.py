"""Pose on free floor in front of an object, facing it.

A proposal for a planner, which still has to find its way there and look out for what the map
does not show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from detailbase_core.settings import Settings, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.types import Box

    Mask = NDArray[np.bool_]
    Points = NDArray[np.float64]

CELL_M = 0.05
_STEP_M = 0.1  # what a robot drives over, and how uneven a floor may be
_SURROUNDINGS_M = 3.0  # what of the map is looked at, beyond the box
_SEAM_CELLS = 3  # gaps in the seen floor up to twice this wide are floor
_ROOM_M2 = 0.25  # smaller patches of floor to stand on lead nowhere
_FARTHEST_M = 1.0  # from the robot's rim to the object; a table may be in between
_COMFORT_M = 0.2  # wanted there
_SIDE_M = 0.5  # how many metres more it may be on the viewer's side
_VIEW_STEPS = 40


@dataclass(frozen=True)
class ApproachConfig(Settings):
    """The robot that is to stand in front of objects."""

    robot_radius_m: float = setting(
        0.3, "The robot's footprint as a circle, metres.", low=0.05, high=2.0
    )
    robot_height_m: float = setting(
        1.5, "What hangs higher above the floor is no obstacle, metres.", low=0.2, high=5.0
    )


@dataclass(frozen=True)
class Approach:
    """A place to stand, in the map frame.

    Attributes:
        x, y: centre of the robot, metres.
        z: the floor, metres.
        yaw: heading about z towards the object, radians.
    """

    x: float
    y: float
    z: float
    yaw: float


def find_approach(
    xyz: NDArray[np.float32],
    box: Box,
    config: ApproachConfig,
    viewer: tuple[float, float] | None = None,
) -> Approach | None:
    """The best free floor in front of an object; None where there is none.

    Its front is the side that the viewer sees, or else one of its broad sides. A place is free
    where floor was seen and no point between 0.1 m and the robot's height lies within the
    robot's radius; between it and the object stands nothing as high as the object.

    Args:
        xyz: (N, 3) points of the map, z up, metres.
        box: of the object.
        config: the robot.
        viewer: (x, y) of the robot at present, if known.
    """
    near = _near(xyz, box)
    floor = _floor_height(near[:, 2])
    if floor is None:
        return None
    grid = _Grid.of(near, floor, config)
    centre = np.array(box.center[:2])
    positions = grid.centres(grid.standable(config.robot_radius_m, viewer))
    gap = _gap(positions, box) - config.robot_radius_m
    fits = (gap >= 0.0) & (gap <= _FARTHEST_M)
    positions, gap = positions[fits], gap[fits]
    seen = grid.sees(positions, box)
    positions, gap = positions[seen], gap[seen]
    if not len(positions):
        return None
    cost = np.abs(gap - _COMFORT_M) + _SIDE_M * _off_front(positions - centre, box, viewer)
    x, y = positions[np.argmin(cost)]
    yaw = float(np.arctan2(centre[1] - y, centre[0] - x))
    return Approach(float(x), float(y), floor, yaw)


def _near(xyz: NDArray[np.float32], box: Box) -> Points:
    """The points around the object."""
    reach = _SURROUNDINGS_M + max(box.size[:2]) / 2
    away = np.abs(xyz[:, :2] - np.array(box.center[:2], np.float32)).max(axis=1)
    points: Points = xyz[away <= reach].astype(np.float64)
    return points


def _floor_height(z: Points) -> float | None:
    """Height of the lowest level that holds many points; None without points."""
    if not len(z):
        return None
    step = 0.02
    edges = np.arange(z.min() - step, z.max() + 2 * step, step)
    counts = np.convolve(np.histogram(z, edges)[0], [1, 1, 1], mode="same")
    lowest = int(np.argmax(counts >= 0.3 * counts.max()))
    peak = lowest + int(np.argmax(counts[lowest : lowest + 4]))
    level = (edges[peak] + edges[peak + 1]) / 2
    return float(np.median(z[np.abs(z - level) <= 2 * step]))


@dataclass(frozen=True)
class _Grid:
    """The surroundings from above, [x, y] cells.

    Attributes:
        origin: (2,) corner of cell [0, 0], metres.
        floor: floor was seen there.
        blocked: something stands there.
        top: height of what stands there, metres; -inf where nothing does.
    """

    origin: Points
    floor: Mask
    blocked: Mask
    top: Points

    @staticmethod
    def of(xyz: Points, floor: float, config: ApproachConfig) -> _Grid:
        origin = xyz[:, :2].min(axis=0) - CELL_M
        cell = np.floor((xyz[:, :2] - origin) / CELL_M).astype(np.int64)
        shape = cell.max(axis=0) + 2
        number, size = cell @ (shape[1], 1), int(shape.prod())
        above = xyz[:, 2] - floor
        stands = (above > _STEP_M) & (above < config.robot_height_m)
        count = np.bincount(number[stands], minlength=size).reshape(shape)
        low = np.bincount(number[np.abs(above) <= _STEP_M], minlength=size).reshape(shape)
        top = np.full(size, -np.inf)
        np.maximum.at(top, number[stands], xyz[stands, 2])
        blocked = count >= 2  # a single point is noise
        square = np.ones((3, 3), bool)
        seen = np.pad(low > 0, _SEAM_CELLS)
        seen = ndimage.binary_closing(seen, square, iterations=_SEAM_CELLS)
        seen = seen[_SEAM_CELLS:-_SEAM_CELLS, _SEAM_CELLS:-_SEAM_CELLS]
        return _Grid(
            origin, seen & ~blocked, blocked, np.where(blocked, top.reshape(shape), -np.inf)
        )

    def centres(self, cells: Mask) -> Points:
        """(M, 2) centres of the marked cells, metres."""
        return self.origin + (np.argwhere(cells) + 0.5) * CELL_M

    def standable(self, radius_m: float, viewer: tuple[float, float] | None) -> Mask:
        """Cells on which the robot's centre may stand: where it can roam, or where it is."""
        padded = np.pad(~self.blocked, 1, constant_values=True)
        clearance = ndimage.distance_transform_edt(padded)[1:-1, 1:-1] * CELL_M
        free: Mask = self.floor & (clearance - CELL_M / 2 >= radius_m)
        patch, count = ndimage.label(free, np.ones((3, 3), bool))
        if not count:
            return free
        if viewer is not None:
            away = np.linalg.norm(self.centres(free) - np.array(viewer), axis=1)
            if away.min() <= radius_m + 2 * CELL_M:
                return np.asarray(patch == patch[free][np.argmin(away)])
        sizes = np.bincount(patch.ravel())
        roomy: Mask = free & (sizes[patch] * CELL_M**2 >= _ROOM_M2)
        return roomy

    def sees(self, positions: Points, box: Box) -> Mask:
        """(M,) whether nothing as high as the object stands between it and each place."""
        goal = np.array(box.center[:2])
        part = np.linspace(0.0, 1.0, _VIEW_STEPS)[:, None, None]
        way = positions + part * (goal - positions)  # (steps, M, 2)
        cell = np.floor((way - self.origin) / CELL_M).astype(np.int64)
        cell = np.clip(cell, 0, np.array(self.top.shape) - 1)
        height = box.center[2] + box.size[2] / 2
        hides = self.top[cell[..., 0], cell[..., 1]] >= height
        own = _gap(way.reshape(-1, 2), box).reshape(hides.shape) <= 2 * CELL_M
        return np.asarray(~(hides & ~own).any(axis=0))


def _gap(positions: Points, box: Box) -> Points:
    """(M,) horizontal distance of positions from the box, metres; 0 inside."""
    cos, sin = np.cos(box.yaw), np.sin(box.yaw)
    own = (positions - np.array(box.center[:2])) @ np.array([[cos, -sin], [sin, cos]])
    beyond = np.maximum(np.abs(own) - np.array(box.size[:2]) / 2, 0.0)
    return np.asarray(np.linalg.norm(beyond, axis=1))


def _off_front(offsets: Points, box: Box, viewer: tuple[float, float] | None) -> Points:
    """(M,) 0 straight in front of the object, 1 beside it, 2 behind it."""
    length = np.maximum(np.linalg.norm(offsets, axis=1), 1e-9)
    if viewer is None:
        broad = np.array([-np.sin(box.yaw), np.cos(box.yaw)])
        return np.asarray(1.0 - np.abs(offsets @ broad) / length)
    towards = np.array(viewer) - np.array(box.center[:2])
    distance = float(np.linalg.norm(towards))
    if distance < 1e-9:
        return np.zeros(len(offsets))
    return np.asarray(1.0 - offsets @ (towards / distance) / length)

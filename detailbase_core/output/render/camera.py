"""Viewpoint of a picture, and the walls that must go out of its way into a room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ELEVATION = np.radians(43.0)
ABOVE = np.radians(90.0)
HALF_FIELD_OF_VIEW = np.radians(17.0)  # horizontal; narrow, so that upright lines stay nearly so
MARGIN = 0.94  # part of the picture's width and height that the scene may fill
LANE_M = 0.10
WALL_M = 0.28  # how far into the room a wall on the camera's side is taken away
TALL_M, SKIRTING_M = 1.2, 0.06  # what reaches higher is a wall; what stays of it


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        axes: (3, 3) float64, rows right, down, forward in the map frame.
        eye: (3,) float64, metres, map frame.
        focal_px: focal length, pixels.
        size: (width, height) of the picture, pixels.
    """

    axes: NDArray[np.float64]
    eye: NDArray[np.float64]
    focal_px: float
    size: tuple[int, int]

    def project(self, xyz: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Pixel coordinates (N, 2) (x right, y down) and depth (N,) along the optical axis."""
        seen = (np.asarray(xyz, np.float64) - self.eye) @ self.axes.T
        depth = np.maximum(seen[:, 2], 1e-6)
        pixels = seen[:, :2] * (self.focal_px / depth)[:, None] + np.array(self.size) / 2
        return pixels, depth


def aimed(
    xyz: NDArray[np.floating],
    azimuth: float,
    size: tuple[int, int],
    elevation: float = float(ELEVATION),
) -> Camera:
    """The camera on the side `azimuth` (radians, map frame) that just holds all points.

    Args:
        xyz: (N, 3) points to hold, N >= 1.
        azimuth: direction from the scene to the camera, about z.
        size: (width, height), pixels.
        elevation: of the camera over the scene, radians; ABOVE shows a plan.
    """
    cos_a, sin_a, cos_e, sin_e = (
        np.cos(azimuth),
        np.sin(azimuth),
        np.cos(elevation),
        np.sin(elevation),
    )
    forward = -np.array([cos_a * cos_e, sin_a * cos_e, sin_e])
    right = np.array([-sin_a, cos_a, 0.0])
    axes = np.stack([right, np.cross(forward, right), forward])
    focal = size[0] / 2 / np.tan(HALF_FIELD_OF_VIEW)
    limits = np.array(size) / 2 / focal * MARGIN
    low, high = xyz.min(axis=0), xyz.max(axis=0)
    seen = (np.asarray(xyz, np.float64) - (low + high) / 2) @ axes.T
    shift = np.zeros(2)
    for _ in range(6):  # the centre and the distance depend on each other
        offsets = seen[:, :2] - shift
        distance = max(float((np.abs(offsets) / limits - seen[:, 2:]).max()), 0.1)
        spread = offsets / (seen[:, 2:] + distance)
        shift += (spread.min(axis=0) + spread.max(axis=0)) / 2 * distance
    eye = (low + high) / 2 + shift @ axes[:2] - distance * forward
    return Camera(axes, eye, float(focal), size)


def main_direction(xyz: NDArray[np.floating]) -> float:
    """Direction of the walls, radians in [0, pi/2): that of the plan's smallest rectangle."""
    angles = np.radians(np.arange(0.0, 90.0, 3.0))
    cos, sin = np.cos(angles), np.sin(angles)
    along = np.percentile(np.outer(xyz[:, 0], cos) + np.outer(xyz[:, 1], sin), [1, 99], axis=0)
    across = np.percentile(np.outer(xyz[:, 1], cos) - np.outer(xyz[:, 0], sin), [1, 99], axis=0)
    return float(angles[np.argmin((along[1] - along[0]) * (across[1] - across[0]))])


def ceiling_height(xyz: NDArray[np.floating]) -> float:
    """z above which points are ceiling, metres; infinite where the scene has none.

    A ceiling is a level layer in the upper part that covers a good part of the floor's plan.
    """
    z = xyz[:, 2]
    low, high = np.percentile(z, [1, 99.9])
    if high - low < 1.8:
        return np.inf
    cells = np.floor(xyz[:, :2] / 0.2).astype(np.int64)
    codes = cells[:, 0] * 1_000_003 + cells[:, 1]
    plan = len(np.unique(codes))
    edges = np.arange(low + 0.7 * (high - low), high + 0.1, 0.1)
    for edge in edges:
        layer = (z >= edge) & (z < edge + 0.2)
        if len(np.unique(codes[layer])) > 0.35 * plan:
            return float(edge)
    return np.inf


def near_walls(
    xyz: NDArray[np.floating], azimuth: float, walls: float, floor: float
) -> NDArray[np.bool_]:
    """(N,) bool: points of walls between the room and a camera on the side `azimuth`.

    Args:
        xyz: (N, 3).
        azimuth: direction from the scene to the camera, radians.
        walls: direction of one of the walls, radians; the others are at right angles.
        floor: z of the floor, metres.
    """
    near = np.zeros(len(xyz), np.bool_)
    for outwards in walls + np.pi / 2 * np.arange(4):
        if np.cos(azimuth - outwards) > 0.15:
            near |= _outer_wall(xyz, outwards, floor)
    return near


def _outer_wall(xyz: NDArray[np.floating], outwards: float, floor: float) -> NDArray[np.bool_]:
    """(N,) bool: what lies at the scene's end in one direction and belongs to something tall.

    Seen from above, the scene is cut into lanes along that direction; where the end of a lane
    is tall, it is a wall.
    """
    along = xyz[:, 0] * np.cos(outwards) + xyz[:, 1] * np.sin(outwards)
    across = xyz[:, 1] * np.cos(outwards) - xyz[:, 0] * np.sin(outwards)
    lane = np.floor((across - across.min()) / LANE_M).astype(np.int64)
    tall = xyz[:, 2] > floor + TALL_M
    lanes = int(lane.max()) + 1
    outermost, wall = np.full(lanes, -np.inf), np.full(lanes, -np.inf)
    np.maximum.at(outermost, lane, along)
    np.maximum.at(wall, lane[tall], along[tall])
    is_wall = wall > outermost - 2 * WALL_M  # a lamp in the middle of the room is none
    reach = np.where(is_wall, wall - WALL_M, np.inf)
    outer: NDArray[np.bool_] = (along > reach[lane]) & (xyz[:, 2] > floor + SKIRTING_M)
    return outer

"""Choosing the side from which the answers are seen best."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.output.render.camera import (
    ABOVE,
    Camera,
    aimed,
    ceiling_height,
    main_direction,
    near_walls,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.types import Grounding

# Sides to look from, degrees from a wall's direction: corners show a room best.
AZIMUTHS = [corner + turn for corner in (45, 135, 225, 315) for turn in (-17, 0, 17)]
SAMPLE = 60_000  # points enough to judge a view
LARGEST_KEPT = 0.1  # objects with more of the scene's points than this are walls or floors


def choose_view(
    xyz: NDArray[np.float32], groundings: Sequence[Grounding], size: tuple[int, int]
) -> tuple[Camera, NDArray[np.bool_]]:
    """The camera that shows most of every object, and which points it should see.

    Args:
        xyz: (N, 3), the groundings' common scene.
        groundings: whose objects are to be seen.
        size: (width, height) of the picture, pixels.

    Returns:
        The camera and (N,) bool: False for ceiling and near walls.
    """
    objects = [i.point_indices for g in groundings for p in g.phrases for i in p.instances]
    objects = [o for o in objects if len(o) < LARGEST_KEPT * len(xyz)]
    owner = np.full(len(xyz), -1, np.int64)
    for index, points in enumerate(objects):
        owner[points] = index
    step = max(1, len(xyz) // SAMPLE)
    sample = np.unique(np.concatenate([np.arange(0, len(xyz), step), *(o[::4] for o in objects)]))
    floor, ceiling = float(np.percentile(xyz[:, 2], 1)), ceiling_height(xyz)
    walls = main_direction(xyz[sample])
    best, best_score = 0.0, -np.inf
    for azimuth in walls + np.radians(AZIMUTHS):
        visible = _visible(xyz[sample], azimuth, walls, floor, ceiling) | (owner[sample] >= 0)
        score = _score(xyz[sample][visible], owner[sample][visible], len(objects), azimuth, size)
        if score > best_score:
            best, best_score = float(azimuth), score
    visible = _visible(xyz, best, walls, floor, ceiling) | (owner >= 0)
    return aimed(xyz[visible], best, size), visible


def view_from_above(
    xyz: NDArray[np.float32], size: tuple[int, int]
) -> tuple[Camera, NDArray[np.bool_]]:
    """The camera that shows a plan, walls level and upright, as large as it can be.

    Args:
        xyz: (N, 3), the scene.
        size: (width, height) of the picture, pixels.

    Returns:
        The camera and (N,) bool: False for the ceiling.
    """
    visible: NDArray[np.bool_] = xyz[:, 2] < ceiling_height(xyz)
    if not visible.any():
        visible = np.ones(len(xyz), np.bool_)
    walls = main_direction(xyz[:: max(1, len(xyz) // SAMPLE)])
    cameras = [
        aimed(xyz[visible], walls + turn, size, float(ABOVE)) for turn in (-np.pi / 2, np.pi)
    ]
    return min(cameras, key=lambda camera: float(camera.eye[2])), visible


def orbit(
    xyz: NDArray[np.float32], azimuths: NDArray[np.float64], size: tuple[int, int]
) -> Iterator[tuple[Camera, NDArray[np.bool_]]]:
    """Cameras on a circle around a scene, each with the points that it should see.

    Args:
        xyz: (N, 3), the scene.
        azimuths: (K,) directions from the scene to the cameras, radians.
        size: (width, height) of the pictures, pixels.

    Returns:
        Each camera and (N,) bool: False for ceiling and near walls.
    """
    floor, ceiling = float(np.percentile(xyz[:, 2], 1)), ceiling_height(xyz)
    sample = xyz[:: max(1, len(xyz) // SAMPLE)]
    walls = main_direction(sample)
    low = sample[sample[:, 2] < ceiling]
    low = low if len(low) else sample
    middle = (low.min(axis=0) + low.max(axis=0)).astype(np.float64) / 2
    cameras = [aimed(low, float(azimuth), size) for azimuth in azimuths]
    # All from as far away as the farthest, or the scene would shrink and grow as it turns.
    distance = max(float((middle - camera.eye) @ camera.axes[2]) for camera in cameras)
    for camera, azimuth in zip(cameras, azimuths, strict=True):
        eye = middle - distance * camera.axes[2]
        visible = _visible(xyz, float(azimuth), walls, floor, ceiling)
        yield replace(camera, eye=eye), visible


def _visible(
    xyz: NDArray[np.float32], azimuth: float, walls: float, floor: float, ceiling: float
) -> NDArray[np.bool_]:
    visible: NDArray[np.bool_] = ~near_walls(xyz, azimuth, walls, floor) & (xyz[:, 2] < ceiling)
    return visible if visible.any() else np.ones(len(xyz), np.bool_)


def _score(
    xyz: NDArray[np.float32],
    owner: NDArray[np.int64],
    objects: int,
    azimuth: float,
    size: tuple[int, int],
) -> float:
    """Mean visible part of the objects, plus a little for how much of the picture is filled."""
    small = (size[0] // 16, size[1] // 16)
    pixels, depth = aimed(xyz, azimuth, small).project(xyz)
    column, row = np.clip(pixels.astype(np.int64), 0, np.array(small) - 1).T
    flat = row * small[0] + column
    buffer = np.full(small[0] * small[1], np.inf)
    np.minimum.at(buffer, flat, depth)
    filled = float(np.isfinite(buffer).mean())
    if not objects:
        return filled
    visible = (depth < buffer[flat] + 0.1) & (owner >= 0)
    seen = np.bincount(owner[visible], minlength=objects)
    total = np.bincount(owner[owner >= 0], minlength=objects)
    return float(np.sqrt(seen / np.maximum(total, 1)).mean()) + 0.5 * filled

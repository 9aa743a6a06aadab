"""Points drawn as small soft discs: depth first, then the colours that lie at that depth."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.output.render.camera import Camera

MAX_RADIUS_PX = 12.0
BLEND_M = 0.05  # points this far behind the foremost still mix into its colour, metres


@dataclass(frozen=True)
class Splats:
    """Position of each point's disc in the picture.

    Attributes:
        pixel: per disc offset, the flat pixel index of each point drawn there, (M,) int64.
        point: per disc offset, which points, (M,) int64.
        weight: per disc offset, their weights in the mix, (M,) float32.
        depth: (height * width,) float32 smoothed depth, metres; infinite for background.
    """

    pixel: list[NDArray[np.int64]]
    point: list[NDArray[np.int64]]
    weight: list[NDArray[np.float32]]
    depth: NDArray[np.float32]
    size: tuple[int, int]

    def mix(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """(height, width, C) float32: per-point values (N, C) mixed where their discs show."""
        width, height = self.size
        total = np.zeros((height * width, values.shape[1]), np.float32)
        weights = np.full(height * width, 1e-9, np.float32)
        for pixel, point, weight in zip(self.pixel, self.point, self.weight, strict=True):
            np.add.at(weights, pixel, weight)
            for channel in range(values.shape[1]):
                np.add.at(total[:, channel], pixel, weight * values[point, channel])
        return (total / weights[:, None]).reshape(height, width, -1)


def splat(camera: Camera, xyz: NDArray[np.floating], spacing: NDArray[np.floating]) -> Splats:
    """Draw points into a depth buffer and keep which discs are visible where.

    Args:
        xyz: (N, 3).
        spacing: (N,) distance between neighbouring points, metres; sets the size of the discs.
    """
    width, height = camera.size
    pixels, depth = camera.project(xyz)
    near = depth.astype(np.float32)
    radius = np.clip(0.85 * spacing * camera.focal_px / depth, 0.8, MAX_RADIUS_PX)
    largest_first = np.argsort(-radius)
    foremost = np.full(width * height, np.inf, np.float32)
    reach = int(np.ceil(radius.max()))
    drawn = []
    for dx, dy in itertools.product(range(-reach, reach + 1), repeat=2):
        count = np.searchsorted(-radius[largest_first], 0.71 - np.hypot(dx, dy), side="right")
        point = largest_first[:count]  # no smaller disc reaches this far
        x, y = np.floor(pixels[point]).astype(np.int64).T + np.array([[dx], [dy]])
        distance = np.hypot(x + 0.5 - pixels[point, 0], y + 0.5 - pixels[point, 1]) / radius[point]
        shown = (distance < 1.0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
        point, flat = point[shown], (y * width + x)[shown]
        np.minimum.at(foremost, flat, near[point])
        drawn.append((flat, point, distance[shown]))
    pixel_list, point_list, weight_list = [], [], []
    for flat, point, distance in drawn:
        visible = near[point] < foremost[flat] + BLEND_M
        pixel_list.append(flat[visible])
        point_list.append(point[visible])
        weight_list.append(np.exp(-3.0 * distance[visible] ** 2).astype(np.float32))
    result = Splats(pixel_list, point_list, weight_list, foremost, camera.size)
    smooth = result.mix(near[:, None])[..., 0].ravel()
    return Splats(
        pixel_list,
        point_list,
        weight_list,
        np.where(np.isfinite(foremost), smooth, np.inf).astype(np.float32),
        camera.size,
    )

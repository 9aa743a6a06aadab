"""Scenes as the network takes them: which coordinates it sees, and from which origin.

This module alone decides the coordinates (ModelConfig.coordinates); augmentation works on
what comes out of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.types import Scene

FLOOR_PERCENTILE = 1.0  # lower points are noise: reflections below the floor


@dataclass(frozen=True)
class SceneBatch:
    """One or several scenes' points, concatenated.

    Attributes:
        xyz: (N, 3) float32, metres, z up: the coordinates as features and for positions.
        grid_xyz: (N, 3) float32, metres: the coordinates that are cut into voxels (elsewhere
            only where a map is anchored or training distorts it).
        rgb: (N, 3) float32 in [-1, 1].
        scene_of_point: (N,) int64, 0 .. G - 1, ascending.
        point_to_superpoint: (N,) int64, numbered through all scenes.
        superpoint_counts: superpoints of each scene.
        point_counts: points of each scene.
    """

    xyz: Tensor
    grid_xyz: Tensor
    rgb: Tensor
    scene_of_point: Tensor
    point_to_superpoint: Tensor
    superpoint_counts: tuple[int, ...]
    point_counts: tuple[int, ...]

    def to(self, device: torch.device | str) -> SceneBatch:
        """The same batch on another device."""
        return SceneBatch(
            self.xyz.to(device),
            self.grid_xyz.to(device),
            self.rgb.to(device),
            self.scene_of_point.to(device),
            self.point_to_superpoint.to(device),
            self.superpoint_counts,
            self.point_counts,
        )


def network_colors(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """8-bit colours as the network takes them: c / 127.5 - 1, (N, 3) float32."""
    colors: NDArray[np.float32] = rgb.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    return colors


def network_coordinates(xyz: NDArray[np.float32], coordinates: str) -> NDArray[np.float32]:
    """Map coordinates as the network's features.

    Args:
        xyz: (N, 3) float32, metres, z up.
        coordinates: ModelConfig.coordinates.

    Returns:
        (N, 3) float32: minus the mean (reference), or xy around the middle of the bounding box
        and z above the floor (anchored).
    """
    if coordinates == "reference":
        middle = xyz.astype(np.float64).mean(axis=0)
    else:
        axes = np.ascontiguousarray(xyz.T)  # NumPy is ten times as fast along memory
        middle = (axes.min(axis=1).astype(np.float64) + axes.max(axis=1)) / 2
        middle[2] = np.percentile(axes[2].astype(np.float64), FLOOR_PERCENTILE)
    # In double precision, without an array of it.
    centred = np.empty(xyz.shape, np.float32)
    np.subtract(xyz, middle, out=centred, dtype=np.float64, casting="same_kind")
    return centred


def batch_scenes(scenes: Sequence[Scene], coordinates: str) -> SceneBatch:
    """Concatenate scenes for the network; each holds at least one point."""
    xyz, grid, rgb, owner, superpoints = [], [], [], [], []
    offset = 0
    for number, scene in enumerate(scenes):
        features = network_coordinates(scene.cloud.xyz, coordinates)
        xyz.append(features)
        grid.append(features if coordinates == "reference" else scene.cloud.xyz)
        rgb.append(network_colors(scene.cloud.rgb))
        owner.append(np.full(len(scene.cloud), number, dtype=np.int64))
        superpoints.append(scene.point_to_superpoint + offset)
        offset += scene.superpoint_count
    xyz_tensor, grid_tensor, rgb_tensor, owner_tensor, superpoint_tensor = (
        torch.from_numpy(np.concatenate(part)) for part in (xyz, grid, rgb, owner, superpoints)
    )
    return SceneBatch(
        xyz_tensor,
        grid_tensor,
        rgb_tensor,
        owner_tensor,
        superpoint_tensor,
        tuple(scene.superpoint_count for scene in scenes),
        tuple(len(scene.cloud) for scene in scenes),
    )

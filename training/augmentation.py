"""Random changes to scenes, on the training device; superpoints stay as they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from detailbase_core.scene_batch import SceneBatch
from training.elastic import elastic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.config import AugmentationConfig
    from training.dataset import SceneTensors


def batch_augmented(
    scenes: Sequence[SceneTensors],
    config: AugmentationConfig,
    voxel_size_m: float,
    seeds: Sequence[int],
) -> SceneBatch:
    """Concatenate scenes, each changed at random.

    Args:
        scenes: on one device.
        config: how much.
        voxel_size_m: the unit of elastic distortion, metres.
        seeds: one per scene; equal seeds change a scene alike, whatever stands beside it.
    """
    limits = _point_limits([len(scene.xyz) for scene in scenes], config.max_points)
    parts = [
        _changed(scene, config, voxel_size_m, limit, seed)
        for scene, limit, seed in zip(scenes, limits, seeds, strict=True)
    ]
    counts = [len(scene.objects) for scene in scenes]
    offsets = [sum(counts[:number]) for number in range(len(counts))]
    device = scenes[0].xyz.device
    return SceneBatch(
        torch.cat([part.xyz for part in parts]),
        torch.cat([part.grid_xyz for part in parts]),
        torch.cat([part.rgb for part in parts]),
        torch.cat([torch.full((len(part.xyz),), g, device=device) for g, part in enumerate(parts)]),
        torch.cat([part.superpoint + first for part, first in zip(parts, offsets, strict=True)]),
        tuple(counts),
    )


@dataclass(frozen=True)
class _Changed:
    """A scene after its changes; shapes as in SceneBatch."""

    xyz: Tensor
    grid_xyz: Tensor
    rgb: Tensor
    superpoint: Tensor


class _Chance:
    """Numbers on the host, and a generator on the device, from one seed."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.host = np.random.default_rng(seed)
        self.device = torch.Generator(device)
        self.device.manual_seed(int(self.host.integers(2**62)))

    def tensor(self, values: NDArray[np.float64]) -> Tensor:
        return torch.from_numpy(values.astype(np.float32)).to(self.device.device)


def _point_limits(sizes: Sequence[int], most: int) -> list[int]:
    """How many points each scene keeps at most, so that together they stay below a limit."""
    total = sum(sizes)
    return list(sizes) if total <= most else [size * most // total for size in sizes]


def _changed(
    scene: SceneTensors, config: AugmentationConfig, voxel_size_m: float, limit: int, seed: int
) -> _Changed:
    chance = _Chance(seed, scene.xyz.device)
    share = chance.host.uniform(0.0, config.drop_points)
    kept = _kept_points(scene, min(limit, round((1.0 - share) * len(scene.xyz))), chance)
    moved = _moved(scene.xyz[kept], config, chance)
    grid = elastic(moved, voxel_size_m, chance.device) if config.elastic else moved
    rgb = _recolored(scene.rgb[kept].float() / 127.5 - 1.0, config, chance)
    return _Changed(moved, grid, rgb, scene.point_to_superpoint[kept].long())


def _kept_points(scene: SceneTensors, count: int, chance: _Chance) -> Tensor | slice:
    """Which points stay, in their order: at least one of each superpoint, the rest at random.

    Their number is known on the host, so the device need not be waited for.
    """
    if count >= len(scene.xyz):
        return slice(None)
    lot = torch.rand(len(scene.xyz), generator=chance.device, device=scene.xyz.device)
    lot.index_fill_(0, scene.first_points, -1.0)
    return lot.argsort()[: max(count, len(scene.first_points))].sort().values


def _moved(xyz: Tensor, config: AugmentationConfig, chance: _Chance) -> Tensor:
    """Points times (M R): noise, flip and scale, then the turn; row vectors, as published."""
    matrix = np.eye(3) + chance.host.normal(size=(3, 3)) * config.matrix_noise
    if config.flip and chance.host.random() < 0.5:
        matrix[0, 0] *= -1.0
    matrix *= 1.0 + chance.host.uniform(-config.scale, config.scale)
    angle = chance.host.uniform(0.0, 2 * math.pi) if config.rotate else 0.0
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    lift = np.array([0.0, 0.0, chance.host.normal() * config.height_m])
    jitter = torch.randn(xyz.shape, generator=chance.device, device=xyz.device) * config.jitter_m
    return xyz @ chance.tensor(matrix @ turn) + (jitter + chance.tensor(lift))


def _recolored(rgb: Tensor, config: AugmentationConfig, chance: _Chance) -> Tensor:
    gain = 1.0 + chance.host.uniform(-config.color_gain, config.color_gain)
    return rgb * gain + chance.tensor(chance.host.normal(size=3) * config.color_shift)

"""Augmentation parameters of each scene of a step, drawn on the CPU by the scene's seed alone."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from training.config import AugmentationConfig
    from training.scenes.dataset import SceneTensors


class AugmentationParams(NamedTuple):
    """Augmentation parameters of G scenes.

    Attributes:
        numbers: (G, 17) float32: the matrix by whose right side row vectors are multiplied, row by
            row (9), then what is added to points (3), the factor of colours (1), what is added to
            them (3), and 1 where colours turn gray, else 0 (1).
        sizes, kept: (G,) int64 each, points of each scene before and after some were dropped.
        size_list, kept_list: the same on the host.
        seeds: of each scene's generator on the device.
        stretches: (O, 5) float32, for each column of all scenes' objects [a, b, c, u, v]: its
            points' x and y become a x + b y + u and b x + c y + v; None where none is stretched.
        grids: SceneBatch.grids.
    """

    numbers: Tensor
    sizes: Tensor
    kept: Tensor
    size_list: list[int]
    kept_list: list[int]
    seeds: list[int]
    stretches: Tensor | None
    grids: tuple[int, ...] | None


def draw_augmentation(
    scenes: Sequence[SceneTensors], config: AugmentationConfig, seeds: Sequence[int]
) -> AugmentationParams:
    """Augmentation parameters of scenes.

    Args:
        scenes: G scenes, each of which keeps at least one point per superpoint.
        config: how much.
        seeds: of each scene; equal seeds change a scene alike, whatever stands beside it, but for
            the grid that it may share.
    """
    sizes = [len(scene.xyz) for scene in scenes]
    numbers = np.empty((len(scenes), 17), np.float32)
    kept, device_seeds, stretches = [], [], []
    limits = _point_limits(sizes, config.max_points)
    for row, scene, size, limit, seed in zip(numbers, scenes, sizes, limits, seeds, strict=True):
        fewest = len(scene.first_points)
        chance = np.random.default_rng(seed)
        device_seeds.append(int(chance.integers(2**62)))
        share = chance.uniform(0.0, config.drop_points)
        kept.append(max(min(limit, round((1.0 - share) * size)), min(fewest, size)))
        matrix, shift = _matrix(config, chance), np.zeros(3)
        if config.tilt_deg:
            upright = matrix
            matrix = upright @ _tilt(config.tilt_deg, chance)
            middle = np.array([*scene.middles[1:].mean(dim=0).tolist(), 0.0])
            shift = middle @ upright - middle @ matrix  # about the furniture, not the map's origin
        row[:9] = matrix.ravel()
        shift[2] += chance.normal() * config.height_m
        row[9:12] = shift
        row[12] = 1.0 + chance.uniform(-config.color_gain, config.color_gain)
        row[13:16] = chance.normal(size=3) * config.color_shift
        row[16] = chance.random() < config.gray
        if config.stretch:
            stretches.append(_stretches(scene.middles.numpy(), config.stretch, chance))
    return AugmentationParams(
        torch.from_numpy(numbers),
        torch.tensor(sizes),
        torch.tensor(kept),
        sizes,
        kept,
        device_seeds,
        torch.from_numpy(np.concatenate(stretches)) if stretches else None,
        _grids(config.mix, seeds) if config.mix else None,
    )


def _grids(mixed: float, seeds: Sequence[int]) -> tuple[int, ...]:
    """SceneBatch.grids where neighbours share one with this chance, drawn by the first's seed."""
    grids: list[int] = []
    while len(grids) < len(seeds):
        shared = random.Random(f"mix {seeds[len(grids)]}").random() < mixed
        grid = grids[-1] + 1 if grids else 0
        grids += [grid, grid] if shared and len(grids) + 1 < len(seeds) else [grid]
    return tuple(grids)


def _stretches(
    middles: NDArray[np.float32], most: float, chance: np.random.Generator
) -> NDArray[np.float32]:
    """(O, 5) rows of AugmentationParams.stretches; column 0, which is no object, stays as it is.

    Heights stay: what stands on a table would else float or sink.
    """
    angle = chance.uniform(0.0, math.pi, len(middles))
    along, across = 1.0 + chance.uniform(-most, most, (2, len(middles)))
    cos, sin = np.cos(angle), np.sin(angle)
    a = along * cos**2 + across * sin**2
    b = (along - across) * cos * sin
    c = along * sin**2 + across * cos**2
    x, y = middles.T
    rows = np.stack([a, b, c, x - a * x - b * y, y - b * x - c * y], axis=1)
    rows[0] = 1.0, 0.0, 1.0, 0.0, 0.0
    return rows.astype(np.float32)


def _point_limits(sizes: Sequence[int], most: int) -> list[int]:
    """Most points that each scene may keep, so that together they stay below a limit."""
    total = sum(sizes)
    return list(sizes) if total <= most else [size * most // total for size in sizes]


def _matrix(config: AugmentationConfig, chance: np.random.Generator) -> NDArray[np.float64]:
    """M R: noise, flip and scale, then the turn about z; for row vectors, as published."""
    matrix = np.eye(3) + chance.normal(size=(3, 3)) * config.matrix_noise
    if config.flip and chance.random() < 0.5:
        matrix[0, 0] *= -1.0
    matrix *= 1.0 + chance.uniform(-config.scale, config.scale)
    angle = chance.uniform(0.0, 2 * math.pi) if config.rotate else 0.0
    cos, sin = math.cos(angle), math.sin(angle)
    turned: NDArray[np.float64] = matrix @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1.0]])
    return turned


def _tilt(most_deg: float, chance: np.random.Generator) -> NDArray[np.float64]:
    """(3, 3) rotation of row vectors by up to some degrees, Rodrigues; any horizontal axis."""
    toward, angle = chance.uniform(0.0, 2 * math.pi), math.radians(chance.uniform(0.0, most_deg))
    x, y = math.cos(toward), math.sin(toward)
    cross = np.array([[0, 0, y], [0, 0, -x], [-y, x, 0.0]])
    turn: NDArray[np.float64] = (
        np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    )
    return turn

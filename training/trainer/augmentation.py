"""Random changes to scenes, all at once, on the training device; superpoints stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from detailbase_core.network.batch import SceneBatch
from training.trainer.elastic import elastic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.config import AugmentationConfig
    from training.scenes.dataset import ScenePoints
    from training.trainer.augmentation_params import AugmentationParams

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601), as most cameras' drivers do


def batch_augmented(
    points: ScenePoints,
    changes: AugmentationParams,
    config: AugmentationConfig,
    voxel_size_m: float,
) -> SceneBatch:
    """Scenes with their changes made; only elastic distortion makes a GPU's host wait.

    Args:
        points: of G scenes.
        changes: drawn for these scenes.
        config: how much noise, and whether scenes are bent.
        voxel_size_m: the unit of elastic distortion, metres.
    """
    device, kept = points.xyz.device, changes.kept_list
    generators = [torch.Generator(device).manual_seed(seed) for seed in changes.seeds]
    scene = _owners(changes.kept, sum(kept))
    xyz, rgb, superpoint = points.xyz, points.rgb, points.superpoint
    if kept != changes.size_list:
        rows = _kept_rows(points, changes, scene, generators)
        xyz, rgb, superpoint = (x.index_select(0, rows) for x in (xyz, rgb, superpoint))
    if changes.stretches is not None:
        xyz = _stretched(xyz, changes.stretches.index_select(0, points.owners), superpoint)
    numbers = changes.numbers.index_select(0, scene)
    matrix, lift, gain, shift, gray = torch.split(numbers, [9, 3, 1, 3, 1], dim=1)
    noise = [
        torch.randn((count, 3), generator=generator, device=device)
        for count, generator in zip(kept, generators, strict=True)
    ]
    moved = (xyz[:, :, None] * matrix.view(-1, 3, 3)).sum(dim=1)  # no product: TF32 would blur it
    moved = moved + (torch.cat(noise) * config.jitter_m + lift)
    grid = moved
    if config.elastic:
        parts = zip(torch.split(moved, kept), generators, strict=True)
        grid = torch.cat([elastic(part, voxel_size_m, generator) for part, generator in parts])
    colors = rgb.float() / 127.5 - 1.0
    if config.gray:
        red, green, blue = torch.split(colors, 1, dim=1)
        luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
        colors = torch.lerp(colors, luma, gray)
    colors = colors * gain + shift
    return SceneBatch(
        moved,
        grid,
        colors,
        scene,
        superpoint.long(),
        points.superpoint_counts,
        tuple(kept),
        grids=changes.grids,
    )


def _stretched(xyz: Tensor, stretches: Tensor, superpoint: Tensor) -> Tensor:
    """Points moved as AugmentationParams.stretches says.

    Args:
        xyz: (K, 3).
        stretches: (M, 5), of each superpoint's object.
        superpoint: (K,) of each point.
    """
    a, b, c, u, v = stretches.index_select(0, superpoint).unbind(dim=1)
    x, y, z = xyz.unbind(dim=1)
    return torch.stack([a * x + b * y + u, b * x + c * y + v, z], dim=1)


def _owners(counts: Tensor, total: int) -> Tensor:
    """(total,) int64: 0 as often as counts[0], 1 as often as counts[1] ..."""
    return torch.repeat_interleave(counts, output_size=total)


def _kept_rows(
    points: ScenePoints,
    changes: AugmentationParams,
    scene: Tensor,
    generators: Sequence[torch.Generator],
) -> Tensor:
    """Points that stay, in their order: at least one of each superpoint, the rest at random.

    Args:
        points: of all scenes.
        changes: how many points stay; where it is all of a scene's, no lots are drawn.
        scene: (K,) whose the kept points are.
        generators: of each scene, on the device.
    """
    device = points.xyz.device
    lots = [
        torch.rand(size, generator=generator, device=device)
        if kept < size
        else torch.zeros(size, device=device)
        for size, kept, generator in zip(
            changes.size_list, changes.kept_list, generators, strict=True
        )
    ]
    lot = torch.cat(lots).index_fill_(0, points.first_points, -1.0)
    owner = _owners(changes.sizes, len(lot))
    order = (lot.double() + 2 * owner).argsort()  # scene by scene, the smallest lots first
    # A scene's place in `order` begins where its points do; among the kept ones earlier.
    ahead = (changes.sizes - changes.kept).cumsum(0) - (changes.sizes - changes.kept)
    place = torch.arange(len(scene), device=device) + ahead.index_select(0, scene)
    return order.index_select(0, place).sort().values

"""Random changes to scenes, on the training device; superpoints stay as they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from detailbase_core.scene_batch import SceneBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.config import AugmentationConfig
    from training.dataset import SceneTensors


def batch_augmented(
    scenes: Sequence[SceneTensors], config: AugmentationConfig, random: torch.Generator
) -> SceneBatch:
    """Concatenate scenes, each changed at random.

    Args:
        scenes: on one device.
        config: how much.
        random: a CPU generator; it alone decides, so a seed repeats a run.
    """
    xyz, rgb, owner, superpoints = [], [], [], []
    offset = 0
    for number, scene in enumerate(scenes):
        device = scene.xyz.device
        noise = torch.Generator(device)
        noise.manual_seed(int(torch.randint(2**62, (1,), generator=random)))
        kept = _kept_points(len(scene.xyz), config, random, noise)
        xyz.append(_moved(scene.xyz[kept], config, random, noise))
        rgb.append(_recolored(scene.rgb[kept].float() / 127.5 - 1.0, config, random))
        owner.append(torch.full((len(xyz[-1]),), number, dtype=torch.int64, device=device))
        superpoints.append(scene.point_to_superpoint[kept].long() + offset)
        offset += len(scene.objects)
    joined = torch.cat(xyz)
    return SceneBatch(
        joined,
        joined,
        torch.cat(rgb),
        torch.cat(owner),
        torch.cat(superpoints),
        tuple(len(scene.objects) for scene in scenes),
    )


def _uniform(low: float, high: float, random: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand(1, generator=random))


def _kept_points(
    count: int, config: AugmentationConfig, random: torch.Generator, noise: torch.Generator
) -> Tensor:
    """(N,) bool; a random share of points goes."""
    share = _uniform(0.0, config.drop_points, random)
    return torch.rand(count, generator=noise, device=noise.device) >= share


def _moved(
    xyz: Tensor, config: AugmentationConfig, random: torch.Generator, noise: torch.Generator
) -> Tensor:
    angle = _uniform(0.0, 2 * math.pi, random) if config.rotate else 0.0
    scale = 1.0 + _uniform(-config.scale, config.scale, random)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    turn = torch.tensor([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, scale]], device=xyz.device)
    lift = float(torch.randn(1, generator=random)) * config.height_m
    jitter = torch.randn(xyz.shape, generator=noise, device=xyz.device) * config.jitter_m
    return xyz @ turn.T + jitter + torch.tensor([0.0, 0.0, lift], device=xyz.device)


def _recolored(rgb: Tensor, config: AugmentationConfig, random: torch.Generator) -> Tensor:
    gain = 1.0 + _uniform(-config.color_gain, config.color_gain, random)
    shift = torch.randn(3, generator=random) * config.color_shift
    return (rgb * gain + shift.to(rgb.device)).clamp(-1.0, 1.0)

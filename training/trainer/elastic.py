"""Elastic distortion: scenes bent by smooth noise, as published (reference: 3D-DRES)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

if TYPE_CHECKING:
    from torch import Tensor

# (half the distance of the noise's nodes, its magnitude), both in voxels; applied in this order.
PASSES = ((6.0, 40.0), (20.0, 160.0))


def elastic(xyz: Tensor, voxel_size_m: float, random: torch.Generator) -> Tensor:
    """Bend a scene that lies around the origin.

    Args:
        xyz: (N, 3) float32, metres.
        voxel_size_m: metres per voxel.
        random: a generator on the points' device.

    Returns:
        (N, 3) float32, metres. The size of the noise's grid is read from the device.
    """
    bent = xyz / voxel_size_m
    for spacing, magnitude in PASSES:
        bent = bent + magnitude * _smooth_noise(bent, spacing, random)
    return bent * voxel_size_m


def _smooth_noise(places: Tensor, spacing: float, random: torch.Generator) -> Tensor:
    """(N, 3) noise at the places: blurred N(0, 1) at nodes 2 * spacing apart, interpolated."""
    reach = (places.abs().amax(dim=0) / spacing).int() + 2
    x, y, z = (reach + 1).tolist()
    nodes = torch.randn((3, x, y, z), generator=random, device=places.device)
    for axis in (1, 2, 3, 1, 2, 3):
        nodes = _blurred(nodes, axis)
    # Nodes span -reach * spacing .. reach * spacing; grid_sample names the last axis first.
    where = (places / (reach * spacing)).flip(-1)[None, None, None]
    found = F.grid_sample(nodes[None], where, "bilinear", "zeros", align_corners=True)
    return found[0, :, 0, 0].T


def _blurred(nodes: Tensor, axis: int) -> Tensor:
    """The mean of three neighbours along an axis, zeros beyond the ends."""
    window = tuple(3 if axis == along else 1 for along in (1, 2, 3))
    padding = tuple(size // 2 for size in window)
    # Not as a convolution, whose kernel cuDNN chooses anew for each size of grid.
    return F.avg_pool3d(nodes, window, stride=1, padding=padding)

"""What a voxel's points look like within it: finer than the grid, at no voxel more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))  # of axes
# Factors that bring places, spreads and deviations of colour to about 1.
PLACE, SPREAD, COLOR = 2.0, 12.0, 4.0


def point_moments(xyz: Tensor, rgb: Tensor, voxel_size_m: float) -> Tensor:
    """What of each point voxel_moments() needs the mean of, (N, 12) float32.

    Args:
        xyz: (N, 3) float32, metres, as cut into voxels by a grid whose cells begin at multiples of
            their size.
        rgb: (N, 3) float32.
        voxel_size_m: edge of a voxel, metres.
    """
    scaled = xyz.double() / voxel_size_m
    place = (scaled - scaled.floor() - 0.5).float()  # from the voxel's middle, in voxels
    first, second = (place[:, [pair[end] for pair in PAIRS]] for end in (0, 1))
    return torch.cat([place, first * second, rgb * rgb], dim=1)


def voxel_moments(means: Tensor, rgb: Tensor) -> Tensor:
    """Place, spread and deviation of colour of each voxel's points, (V, 12) float32.

    Args:
        means: (V, 12) float32, over each voxel's points, of point_moments().
        rgb: (V, 3) float32, the same of their colours.
    """
    place, products, squares = torch.split(means, [3, 6, 3], dim=1)
    first, second = (place[:, [pair[end] for pair in PAIRS]] for end in (0, 1))
    deviation = (squares - rgb * rgb).clamp(min=0.0).sqrt()
    return torch.cat(
        [PLACE * place, SPREAD * (products - first * second), COLOR * deviation], dim=1
    )

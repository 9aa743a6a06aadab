"""What a voxel's points look like within it: finer than the grid, at no voxel more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

# Factors that bring places, spreads and deviations of colour to about 1.
PLACE, SPREAD, COLOR = 2.0, 12.0, 4.0


def point_moments(xyz: Tensor, rgb: Tensor, voxel_size_m: float) -> list[Tensor]:
    """What of each point voxel_moments() needs the mean of, in columns: together (N, 12) float32.

    Args:
        xyz: (N, 3) float32, metres, as cut into voxels by a grid whose cells begin at multiples of
            their size.
        rgb: (N, 3) float32.
        voxel_size_m: edge of a voxel, metres.
    """
    place = xyz / voxel_size_m
    place = (place - place.floor()).sub_(0.5)  # from the voxel's middle, in voxels
    x, y, rest = place[:, :1], place[:, 1:2], place[:, 1:]
    return [place, place * place, x * rest, y * place[:, 2:], rgb * rgb]


def voxel_moments(means: Tensor, rgb: Tensor) -> Tensor:
    """Place, spread and deviation of colour of each voxel's points, (V, 12) float32.

    The spread's columns are xx, yy, zz, xy, xz and yz.

    Args:
        means: (V, 12) float32, over each voxel's points, of point_moments().
        rgb: (V, 3) float32, the same of their colours.
    """
    place, products, squares = torch.split(means, [3, 6, 3], dim=1)
    x, y, rest = place[:, :1], place[:, 1:2], place[:, 1:]
    apart = torch.cat([place * place, x * rest, y * place[:, 2:]], dim=1)
    deviation = (squares - rgb * rgb).clamp(min=0.0).sqrt()
    spread = products - apart
    return torch.cat([PLACE * place, SPREAD * spread, COLOR * deviation], dim=1)

"""The coarser grids of a set of voxels, all at once, so that a GPU's host waits for them once."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from detailbase_core.devices import to_device
from detailbase_core.sparse import morton


class CoarserLevel(NamedTuple):
    """The occupied cells of a grid 2, 4, 8 ... times as coarse as the finest.

    Attributes:
        keys: [M] ascending Morton keys.
        coords: [M, 4] int32 (scene, x, y, z).
        spatial_shape: grid size (x, y, z), cells.
        row_of_voxel: [V] int32, the cell in which each voxel of the finest grid lies; -1 where it
            is outside of this grid (the last voxels of an odd axis).
        first_voxel: [M] int64, a voxel of the finest grid in each cell.
    """

    keys: Tensor
    coords: Tensor
    spatial_shape: tuple[int, int, int]
    row_of_voxel: Tensor
    first_voxel: Tensor


def coarser_levels(
    keys: Tensor, coords: Tensor, spatial_shape: tuple[int, int, int], levels: int
) -> list[CoarserLevel]:
    """All grids but the finest.

    A cell's key begins with those of its ancestors: along the finest grid's ascending keys the
    cells of every grid ascend, too, and each begins where the shortened key changes.

    Args:
        keys: [V] ascending Morton keys of the finest grid's voxels.
        coords: [V, 4] int32 (scene, x, y, z).
        spatial_shape: grid size (x, y, z), voxels.
        levels: their number, the finest included.
    """
    if levels < 2:
        return []
    shapes = [halved(spatial_shape)]
    while len(shapes) < levels - 1:
        shapes.append(halved(shapes[-1]))
    sizes = [[size << shift for size in shape] for shift, shape in enumerate(shapes, 1)]
    limits = to_device(torch.tensor(sizes), keys.device)
    shift = torch.arange(1, levels, device=keys.device)

    # One row per level, one column per voxel of the finest grid.
    short = morton.ancestor_keys(keys, shift[:, None])
    inside = (coords[:, 1:] < limits[:, None]).all(dim=2)
    begins = inside.clone()
    begins[:, 1:] &= short[:, 1:] != short[:, :-1]
    number = begins.cumsum(dim=1)
    count = begins.sum(dim=1)
    counts: list[int] = count.tolist()  # here the host waits

    # The cells of all levels, one level after another.
    cells = sum(counts)
    begin = (count.cumsum(0) - count)[:, None]
    place = torch.where(begins, number - 1 + begin, cells)  # one behind the last takes the others
    voxel = torch.arange(len(keys), device=keys.device).expand_as(place)
    first = voxel.new_empty(cells + 1).scatter_(0, place.flatten(), voxel.flatten())[:cells]
    level = torch.repeat_interleave(count, output_size=cells)
    coarse_keys = short.flatten().index_select(0, level * len(keys) + first)
    coarse_coords = coords.index_select(0, first)
    coarse_coords[:, 1:] >>= (level + 1)[:, None]
    row = torch.where(inside, number - 1, -1).int()
    parts = (torch.split(x, counts) for x in (coarse_keys, coarse_coords, first))
    return [
        CoarserLevel(keys_, coords_, shape, row_, first_)
        for keys_, coords_, first_, row_, shape in zip(*parts, row, shapes, strict=True)
    ]


def halved(spatial_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Grid size after a kernel-2 stride-2 convolution without padding: (s - 2) // 2 + 1."""
    x, y, z = ((size - 2) // 2 + 1 for size in spatial_shape)
    return x, y, z

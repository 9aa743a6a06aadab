"""The coarser grids of a set of voxels, all at once, so that a GPU's host waits for them once."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from detailbase_core.ops.devices import to_device
from detailbase_core.sparse import morton


class CoarserLevel(NamedTuple):
    """The occupied cells of a grid 2, 4, 8 ... times as coarse as the finest.

    Attributes:
        keys: [M] ascending Morton keys.
        coords: [M, 4] int32 (scene, x, y, z).
        spatial_shape: grid size (x, y, z), cells.
        inside: [V] bool, whether each voxel of the finest grid lies in this one (the last voxels of
            an odd axis do not).
        begun: [V] int32, how many cells begin up to each voxel of the finest grid.
        first_voxel: [M] int64, a voxel of the finest grid in each cell.
    """

    keys: Tensor
    coords: Tensor
    spatial_shape: tuple[int, int, int]
    inside: Tensor
    begun: Tensor
    first_voxel: Tensor

    def rows_of(self, voxels: Tensor | None) -> Tensor:
        """int32, the cells in which voxels of the finest grid (None = all) lie; -1 = in none."""
        inside, begun = self.inside, self.begun
        if voxels is not None:
            inside, begun = inside.index_select(0, voxels), begun.index_select(0, voxels)
        return torch.where(inside, begun - 1, -1)


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
    # One row per level, one column per voxel of the finest grid.
    inside = _inside(coords, shapes)
    begun = (_changes(keys, levels) & inside).cumsum(dim=1, dtype=torch.int32)
    counts: list[int] = begun[:, -1:].sum(dim=1).tolist()  # here the host waits

    # The cells of all levels, one level after another.
    steps = torch.arange(1, max(counts) + 1, dtype=torch.int32, device=keys.device)
    firsts = [torch.searchsorted(row, steps[:n]) for row, n in zip(begun, counts, strict=True)]
    first = torch.cat(firsts)
    shift = torch.arange(1, levels, device=keys.device).repeat_interleave(
        to_device(torch.tensor(counts), keys.device), output_size=len(first)
    )
    coarse_keys = morton.ancestor_keys(keys.index_select(0, first), shift)
    coarse_coords = coords.index_select(0, first)
    coarse_coords[:, 1:] >>= shift[:, None]
    split_keys, split_coords = torch.split(coarse_keys, counts), torch.split(coarse_coords, counts)
    parts = zip(split_keys, split_coords, shapes, inside, begun, firsts, strict=True)
    return [CoarserLevel(*level) for level in parts]


def _changes(keys: Tensor, levels: int) -> Tensor:
    """[levels - 1, V] bool: whether a voxel's cell differs from that of the voxel before it."""
    differing = keys.clone()  # the first voxel always begins a cell
    differing[:1] = torch.iinfo(torch.int64).max
    differing[1:] = keys[1:] ^ keys[:-1]
    least = torch.arange(1, levels, device=keys.device)
    return differing >= (1 << 3 * least)[:, None]  # three bits for each halving


def _inside(coords: Tensor, shapes: list[tuple[int, int, int]]) -> Tensor:
    """[levels - 1, V] bool: whether each voxel's cell lies in the coarser grids."""
    axes = zip(*shapes, strict=True)
    limits = [[size << level for level, size in enumerate(axis, 1)] for axis in axes]
    ends = to_device(torch.tensor(limits, dtype=torch.int32), coords.device)[:, :, None]
    x, y, z = coords[:, 1:].t().contiguous()
    inside: Tensor = (x < ends[0]) & (y < ends[1]) & (z < ends[2])
    return inside


def halved(spatial_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Grid size after a kernel-2 stride-2 convolution without padding: (s - 2) // 2 + 1."""
    x, y, z = ((size - 2) // 2 + 1 for size in spatial_shape)
    return x, y, z

"""The kernel maps of all levels of a U-Net over one set of voxels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from detailbase_core.sparse import morton
from detailbase_core.sparse.kernel_map import KernelMap, halving_tables, neighbour_table


@dataclass(frozen=True, eq=False)
class Pyramid:
    """Voxels on grids of edge 1, 2, 4 ... and the maps within and between them.

    Attributes:
        order: [V] int64; row r of level 0 is row order[r] of the voxels it was built from.
        levels: from fine to coarse, at least one.
    """

    order: Tensor
    levels: tuple[KernelMap, ...]

    def to(self, device: torch.device | str) -> Pyramid:
        """The same pyramid on another device."""
        return Pyramid(self.order.to(device), tuple(level.to(device) for level in self.levels))


def build_pyramid(coords: Tensor, spatial_shape: tuple[int, int, int], levels: int) -> Pyramid:
    """Sort voxels along the Morton curve and build every level's tables, on coords' device.

    Args:
        coords: [V, 4] int32 (scene, x, y, z), unique, in any order; V may be 0.
        spatial_shape: grid size (x, y, z), voxels; it decides which voxels of an odd axis have a
            parent, since the next level has floor(size / 2) cells.
        levels: number of levels, at least 1.

    Raises:
        ValueError: wrong shape or dtype, a voxel outside the grid, a repeated voxel.
    """
    _check_coords(coords, spatial_shape, levels)
    keys, order = torch.sort(morton.encode(coords))
    if bool((keys[1:] == keys[:-1]).any()):
        raise ValueError("coords: every voxel may be listed once only")
    coords = coords[order].contiguous()
    maps: list[KernelMap] = []
    for _ in range(levels - 1):
        coarse_shape = halved(spatial_shape)
        coarse_keys, parent, slot, children = halving_tables(keys, coords, coarse_shape)
        maps.append(KernelMap(coords, spatial_shape, neighbour_table(keys), parent, slot, children))
        coords = coords[children.amax(dim=1).long()]  # any child will do
        coords[:, 1:] >>= 1
        keys, spatial_shape = coarse_keys, coarse_shape
    maps.append(KernelMap(coords, spatial_shape, neighbour_table(keys)))
    return Pyramid(order, tuple(maps))


def halved(spatial_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Grid size after a kernel-2 stride-2 convolution without padding: (s - 2) // 2 + 1."""
    x, y, z = ((size - 2) // 2 + 1 for size in spatial_shape)
    return x, y, z


def _check_coords(coords: Tensor, spatial_shape: tuple[int, int, int], levels: int) -> None:
    if coords.dtype != torch.int32 or coords.ndim != 2 or coords.shape[1] != 4:
        raise ValueError(f"coords: expected int32 (V, 4), got {coords.dtype} {tuple(coords.shape)}")
    if levels < 1:
        raise ValueError(f"levels: a pyramid has at least one, got {levels}")
    if max(spatial_shape) > morton.MAX_COORDINATE + 1:
        raise ValueError(f"spatial_shape {spatial_shape}: at most {morton.MAX_COORDINATE + 1}")
    if len(coords) == 0:
        return
    limit = torch.tensor((morton.MAX_SCENES, *spatial_shape), device=coords.device)
    if bool(((coords < 0) | (coords >= limit)).any()):
        low, high = coords.amin(0).tolist(), coords.amax(0).tolist()
        raise ValueError(f"coords: {low} .. {high} (scene, x, y, z) leave the grid {spatial_shape}")

"""The kernel maps of all levels of a U-Net over one set of voxels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from detailbase_core.sparse import morton
from detailbase_core.sparse.coarser_levels import coarser_levels
from detailbase_core.sparse.kernel_map import KernelMap
from detailbase_core.sparse.neighbour_tables import neighbour_table, slots_and_children


@dataclass(frozen=True, eq=False)
class Pyramid:
    """Voxels on grids of edge 1, 2, 4 ... and the maps within and between them.

    Attributes:
        order: [V] int64; row r of level 0 is row order[r] of the voxels it was built from. None
            where these are in that order already.
        levels: from fine to coarse, at least one.
    """

    order: Tensor | None
    levels: tuple[KernelMap, ...]

    def to(self, device: torch.device | str) -> Pyramid:
        """The same pyramid on another device."""
        order = None if self.order is None else self.order.to(device)
        return Pyramid(order, tuple(level.to(device) for level in self.levels))


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
    return Pyramid(order, _maps(keys, coords[order].contiguous(), spatial_shape, levels))


def pyramid_of_sorted(coords: Tensor, spatial_shape: tuple[int, int, int], levels: int) -> Pyramid:
    """As build_pyramid, of voxels in Morton order; nothing about them is checked."""
    return Pyramid(None, _maps(morton.encode(coords), coords, spatial_shape, levels))


def _maps(
    keys: Tensor, coords: Tensor, spatial_shape: tuple[int, int, int], levels: int
) -> tuple[KernelMap, ...]:
    """Every level's tables, from the finest one's ascending keys and coordinates."""
    coarser = coarser_levels(keys, coords, spatial_shape, levels)
    maps: list[KernelMap] = []
    voxels: Tensor | None = None  # of the finest grid, one in each of the present level's cells
    for level in coarser:
        parent = level.rows_of(voxels)
        slot, children = slots_and_children(keys, parent, len(level.keys))
        maps.append(KernelMap(coords, spatial_shape, neighbour_table(keys), parent, slot, children))
        keys, coords, spatial_shape = level.keys, level.coords, level.spatial_shape
        voxels = level.first_voxel
    maps.append(KernelMap(coords, spatial_shape, neighbour_table(keys)))
    return tuple(maps)


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

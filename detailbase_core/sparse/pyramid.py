"""The kernel maps of all levels of a U-Net over one set of voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from detailbase_core.ops.execution import to_device
from detailbase_core.sparse import morton
from detailbase_core.sparse.kernel_map import KernelMap, neighbour_table, slots_and_children


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

    @property
    def counts(self) -> tuple[int, ...]:
        """Voxels of each level."""
        return tuple(map(len, self.levels))

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


def pyramid_of_sorted(
    coords: Tensor,
    spatial_shape: tuple[int, int, int],
    levels: int,
    scene_shapes: Tensor | None = None,
) -> Pyramid:
    """As build_pyramid, of voxels in Morton order; nothing about them is checked.

    Args:
        coords, spatial_shape, levels: as there.
        scene_shapes: [S, 3] int32 grid sizes of each scene, where they differ.
    """
    keys = morton.encode(coords)
    return Pyramid(None, _maps(keys, coords, spatial_shape, levels, scene_shapes))


def _maps(
    keys: Tensor,
    coords: Tensor,
    spatial_shape: tuple[int, int, int],
    levels: int,
    scene_shapes: Tensor | None = None,
) -> tuple[KernelMap, ...]:
    """Every level's tables, from the finest one's ascending keys and coordinates."""
    coarser = _coarser_levels(keys, coords, spatial_shape, levels, scene_shapes)
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


class _CoarserLevel(NamedTuple):
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


def _coarser_levels(
    keys: Tensor,
    coords: Tensor,
    spatial_shape: tuple[int, int, int],
    levels: int,
    scene_shapes: Tensor | None,
) -> list[_CoarserLevel]:
    """All grids but the finest, at once, so that a GPU's host waits for them once.

    A cell's key begins with those of its ancestors: along the finest grid's ascending keys the
    cells of every grid ascend, too, and each begins where the shortened key changes.

    Args:
        keys: [V] ascending Morton keys of the finest grid's voxels.
        coords: [V, 4] int32 (scene, x, y, z).
        spatial_shape: grid size (x, y, z), voxels.
        levels: their number, the finest included.
        scene_shapes: see pyramid_of_sorted.
    """
    if levels < 2:
        return []
    shapes = halved_shapes(spatial_shape, levels)[1:]
    # One row per level, one column per voxel of the finest grid.
    if scene_shapes is None:
        inside = _inside(coords, shapes)
    else:
        inside = _inside_own_grids(coords, scene_shapes, levels)
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
    return [_CoarserLevel(*level) for level in parts]


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


def _inside_own_grids(coords: Tensor, scene_shapes: Tensor, levels: int) -> Tensor:
    """As _inside, where each scene has its own grid."""
    steps = torch.arange(1, levels, device=coords.device)
    ends = (scene_shapes[:, :, None] >> steps) << steps
    inside: Tensor = coords[:, 1:, None] < ends.index_select(0, coords[:, 0].long())
    return inside.all(dim=1).t().contiguous()


def halved_shapes(spatial_shape: tuple[int, int, int], levels: int) -> list[tuple[int, int, int]]:
    """The grid sizes of all levels, the finest's first."""
    shapes = [spatial_shape]
    while len(shapes) < levels:
        shapes.append(_halved(shapes[-1]))
    return shapes


def _halved(spatial_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Grid size after a kernel-2 stride-2 convolution without padding: (s - 2) // 2 + 1."""
    x, y, z = ((size - 2) // 2 + 1 for size in spatial_shape)
    return x, y, z

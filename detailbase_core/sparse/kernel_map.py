"""Tables of row indices: which voxels meet in a sparse convolution.

The maps of all levels are built once per scene and shared by every layer, both directions and
every backend.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call, takes
from detailbase_core.sparse import morton, triton_backend, triton_maps

_ROWS_PER_CHUNK = 1 << 18  # bounds the [rows, 27] int64 temporaries to some hundred MB


@dataclass(frozen=True, eq=False)  # compared and hashed by identity, so that caches can hold it
class KernelMap:
    """One level of a pyramid: its voxels in Morton order, and who their neighbours are.

    All tables are int32 row indices, -1 where there is no such voxel.

    Attributes:
        coords: [V, 4] int32 (scene, x, y, z), Morton-sorted, unique.
        spatial_shape: grid size (x, y, z), voxels.
        neighbours: [V, 27]; column 9 i + 3 j + k is the voxel at c + (i - 1, j - 1, k - 1).
        parent: [V] row in the next coarser level; -1 where the parent lies outside its grid (the
            last voxels of an odd axis). None at the coarsest level.
        slot: [V] int32, the voxel's index 4 i + 2 j + k in its parent. None at the coarsest level.
        children: [M, 8] rows of this level by the M coarser voxels. None at the coarsest level.
        used: [2] int32 on a GPU: so many of the V voxels are there, the first, and so many of the M
            coarser ones; None = all.
    """

    coords: Tensor
    spatial_shape: tuple[int, int, int]
    neighbours: Tensor
    parent: Tensor | None = None
    slot: Tensor | None = None
    children: Tensor | None = None
    used: Tensor | None = None

    def __len__(self) -> int:
        return len(self.coords)

    def halving(self) -> tuple[Tensor, Tensor, Tensor]:
        """(parent, slot, children); ValueError at the coarsest level, which has none."""
        if self.parent is None or self.slot is None or self.children is None:
            raise ValueError("the coarsest level of a pyramid has no coarser one")
        return self.parent, self.slot, self.children

    def to(self, device: torch.device | str) -> KernelMap:
        """The same tables on another device."""

        def moved(table: Tensor | None) -> Tensor | None:
            return None if table is None else table.to(device)

        return KernelMap(
            self.coords.to(device),
            self.spatial_shape,
            self.neighbours.to(device),
            moved(self.parent),
            moved(self.slot),
            moved(self.children),
            moved(self.used),
        )


def neighbour_table(keys: Tensor) -> Tensor:
    """Rows [V, 27] int32 of each voxel's neighbours from ascending Morton keys [V]; -1 = none."""
    if takes(keys):
        table = torch.empty((len(keys), 27), dtype=torch.int32, device=keys.device)
        call(native.C.neighbour_table, keys, table)
        return table
    if triton_backend.takes(keys):
        return triton_maps.neighbour_table(keys)
    return neighbour_table_by_search(keys)


def neighbour_table_by_search(keys: Tensor) -> Tensor:
    """neighbour_table in pure torch, on any device."""
    table = torch.empty((len(keys), 27), dtype=torch.int32, device=keys.device)
    for begin in range(0, len(keys), _ROWS_PER_CHUNK):
        wanted = morton.neighbour_keys(keys[begin : begin + _ROWS_PER_CHUNK])
        row = torch.searchsorted(keys, wanted).clamp_(max=len(keys) - 1)
        found = keys[row] == wanted
        table[begin : begin + _ROWS_PER_CHUNK] = torch.where(found, row, -1)
    return table


def slots_and_children(keys: Tensor, parent: Tensor, coarse_count: int) -> tuple[Tensor, Tensor]:
    """Slots and children of voxels in cells of twice the edge.

    Args:
        keys: [V] ascending Morton keys.
        parent: [V] int32, as in KernelMap.
        coarse_count: M, of the coarser cells.

    Returns:
        slot [V] and children [M, 8], as in KernelMap.
    """
    slot = morton.slots(keys)
    nowhere = coarse_count * 8  # one cell behind the last takes those without a parent
    cell = torch.where(parent < 0, nowhere, parent * 8 + slot)
    children = torch.full((nowhere + 1,), -1, dtype=torch.int32, device=keys.device)
    children.scatter_(0, cell, torch.arange(len(keys), dtype=torch.int32, device=keys.device))
    return slot.int(), children[:nowhere].view(-1, 8)

"""Tables of row indices: which voxels meet in a sparse convolution.

The maps of all levels are built once per scene and shared by every layer, both directions and
every backend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


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
    """

    coords: Tensor
    spatial_shape: tuple[int, int, int]
    neighbours: Tensor
    parent: Tensor | None = None
    slot: Tensor | None = None
    children: Tensor | None = None

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
        )

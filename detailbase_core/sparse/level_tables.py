"""One piece of memory for the tables of all levels of a pyramid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from detailbase_core.sparse.kernel_map import KernelMap
from detailbase_core.sparse.pyramid import Pyramid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


@dataclass(frozen=True, eq=False)
class LevelTables:
    """Tables of all levels, one level's rows after the other's.

    Attributes:
        sizes: rows of each level.
        is_padded: whether a level may have fewer voxels than rows.
        places: a level's first row is places[level * place_stride], int32.
        place_stride: see there.
        keys: [T] int64 Morton keys.
        coords, neighbours, parent, slot: [T, ...] int32, as in KernelMap.
        children: [T, 8] int32 as there, at the coarser voxels' rows.
        counts: [L + 1] int32, voxels of each level, and 0.
    """

    sizes: tuple[int, ...]
    is_padded: bool
    places: Tensor
    place_stride: int
    keys: Tensor
    coords: Tensor
    neighbours: Tensor
    parent: Tensor
    slot: Tensor
    children: Tensor
    counts: Tensor

    @classmethod
    def of_sizes(cls, sizes: Sequence[int], places: Tensor, place_stride: int) -> LevelTables:
        """Memory for so many voxels of each level."""
        return cls(tuple(sizes), False, places, place_stride, *_memory(sizes, places.device))

    @classmethod
    def padded(cls, sizes: Sequence[int], device: torch.device) -> LevelTables:
        """Memory for any pyramid of at most so many voxels; at first of none."""
        places = torch.from_numpy(np.cumsum([0, *sizes[:-1]], dtype=np.int32)).to(device)
        memory = _memory(sizes, device)
        for tensor in memory[:-1]:
            tensor.fill_(-1)
        return cls(tuple(sizes), True, places, 1, *memory)

    @cached_property
    def levels(self) -> tuple[KernelMap, ...]:
        """Views of each level; nobody knows the sizes of their grids."""
        return self.pyramid([(0, 0, 0)] * len(self.sizes)).levels

    def pyramid(self, shapes: Sequence[tuple[int, int, int]]) -> Pyramid:
        """Views of it.

        Args:
            shapes: sizes of the levels' grids (x, y, z), voxels.
        """
        ends = np.cumsum(self.sizes).tolist()
        spans = [slice(end - size, end) for end, size in zip(ends, self.sizes, strict=True)]
        maps = []
        for level, (span, shape) in enumerate(zip(spans, shapes, strict=True)):
            own = KernelMap(self.coords[span], shape, self.neighbours[span])
            if level + 1 < len(spans):
                own = replace(
                    own,
                    parent=self.parent[span],
                    slot=self.slot[span],
                    children=self.children[spans[level + 1]],
                )
            used = self.counts[level : level + 2] if self.is_padded else None
            maps.append(replace(own, used=used))
        return Pyramid(None, tuple(maps))


def _memory(sizes: Sequence[int], device: torch.device) -> tuple[Tensor, ...]:
    """keys, coords, neighbours, parent, slot, children, counts."""
    total = sum(sizes)

    def table(*width: int, dtype: torch.dtype = torch.int32) -> Tensor:
        return torch.empty((total, *width), dtype=dtype, device=device)

    keys, counts = table(dtype=torch.int64), torch.zeros(len(sizes) + 1, dtype=torch.int32)
    return keys, table(4), table(27), table(), table(), table(8), counts.to(device)

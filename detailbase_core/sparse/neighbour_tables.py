"""Tables of a KernelMap, built from Morton keys."""

from __future__ import annotations

import torch
from torch import Tensor

from detailbase_core.ops import native_torch
from detailbase_core.sparse import morton, native_backend

_ROWS_PER_CHUNK = 1 << 18  # bounds the [rows, 27] int64 temporaries to some hundred MB


def neighbour_table(keys: Tensor) -> Tensor:
    """Rows [V, 27] int32 of each voxel's neighbours from ascending Morton keys [V]; -1 = none."""
    if native_torch.takes(keys, torch.int64):
        return native_backend.neighbour_table(keys)
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

"""The C++ backend: the torch backend's products on the CPU, float32, with threads.

The tensors' memory is shared, not copied; the GIL is free meanwhile. The number of threads
(torch.get_num_threads()) never changes a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import array, empty, threads

if TYPE_CHECKING:
    from detailbase_core.sparse.kernel_map import KernelMap

# The pairs of a table of rows are listed once, for all layers that read it, and go with it: tables
# are never changed.
_PAIRS: WeakIdKeyDictionary = WeakIdKeyDictionary()


def gather_product(source: Tensor, table: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.gather_product; weight in any memory order."""
    return _pair_product(source, _listed(table), weight, len(table))


def fused_submanifold(
    features: Tensor,
    level: KernelMap,
    weight: Tensor,
    added: Tensor | None,
    norm: tuple[Tensor, Tensor] | None,
) -> Tensor:
    """See Backend.fused: what follows happens while the sums are in the cache."""
    pairs = _listed(level.neighbours)
    return _pair_product(features, pairs, weight.flatten(1, 3), len(level), added, norm)


def _listed(table: Tensor) -> native.C.RowPairs:
    if table not in _PAIRS:
        _PAIRS[table] = native.C.list_pairs(array(table), threads())
    pairs: native.C.RowPairs = _PAIRS[table]
    return pairs


def expand_product(source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.expand_product; weight in any memory order."""
    pairs = native.C.list_pairs_of_slots(array(parent), array(slot), weight.shape[1], threads())
    return _pair_product(source, pairs, weight, len(parent))


def _pair_product(
    source: Tensor,
    pairs: native.C.RowPairs,
    weight: Tensor,
    rows: int,
    added: Tensor | None = None,
    norm: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    out = empty((rows, weight.shape[0]))
    native.C.pair_product(
        array(source),
        pairs,
        weight.detach().numpy(),
        out.numpy(),
        threads(),
        None if added is None else array(added),
        *((None, None) if norm is None else map(array, norm)),
    )
    return out


def gather_outer(left: Tensor, source: Tensor, table: Tensor) -> Tensor:
    """See torch_backend.gather_outer."""
    out = empty((left.shape[1], table.shape[1], source.shape[1]))
    native.C.gather_outer(
        array(left),
        array(source),
        array(table),
        out.numpy(),
        threads(),
    )
    return out


def neighbour_table(keys: Tensor) -> Tensor:
    """See neighbour_tables.neighbour_table."""
    table = empty((len(keys), 27), dtype=torch.int32)
    native.C.neighbour_table(array(keys), table.numpy(), threads())
    return table


def instruction_set() -> str:
    """The best vector instructions that this machine has kernels for."""
    return native.C.instruction_sets()[0]

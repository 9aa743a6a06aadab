"""The C++ backend: the torch backend's products on the CPU, float32, with threads.

The tensors' memory is shared, not copied; the GIL is free meanwhile. The number of threads
(torch.get_num_threads()) never changes a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

try:  # after torch, so that both share one OpenMP runtime and its threads
    from detailbase_core import _C
except ImportError as error:  # a source tree that was never built still has the torch backend
    PROBLEM = f"the native module is not built ({error}); run: pip install -e ."
else:
    PROBLEM = ""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.sparse.kernel_map import KernelMap

# The pairs of a table of neighbours are listed once for all layers of its level; they go with it.
_PAIRS: WeakIdKeyDictionary = WeakIdKeyDictionary()


def takes(tensor: Tensor) -> bool:
    """Whether the functions here can read this tensor: float32 on the CPU."""
    return tensor.device.type == "cpu" and tensor.dtype == torch.float32 and not PROBLEM


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


def _listed(table: Tensor) -> _C.RowPairs:
    if table not in _PAIRS:
        _PAIRS[table] = _C.list_pairs(_array(table), _threads())
    pairs: _C.RowPairs = _PAIRS[table]
    return pairs


def expand_product(source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.expand_product; weight in any memory order."""
    pairs = _C.list_pairs_of_slots(_array(parent), _array(slot), weight.shape[1], _threads())
    return _pair_product(source, pairs, weight, len(parent))


def _pair_product(
    source: Tensor,
    pairs: _C.RowPairs,
    weight: Tensor,
    rows: int,
    added: Tensor | None = None,
    norm: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    out = torch.empty((rows, weight.shape[0]))
    _C.pair_product(
        _array(source),
        pairs,
        weight.detach().numpy(),
        out.numpy(),
        _threads(),
        None if added is None else _array(added),
        *((None, None) if norm is None else map(_array, norm)),
    )
    return out


def gather_outer(left: Tensor, source: Tensor, table: Tensor) -> Tensor:
    """See torch_backend.gather_outer."""
    out = torch.empty((left.shape[1], table.shape[1], source.shape[1]))
    _C.gather_outer(_array(left), _array(source), _array(table), out.numpy(), _threads())
    return out


def neighbour_table(keys: Tensor) -> Tensor:
    """See kernel_map.neighbour_table."""
    table = torch.empty((len(keys), 27), dtype=torch.int32)
    _C.neighbour_table(_array(keys), table.numpy(), _threads())
    return table


def group_means(rows: Tensor, group: Tensor, groups: int) -> Tensor:
    """See groups.average_features; float32."""
    means = torch.empty((groups, rows.shape[1]))
    _C.group_means(_array(rows), _array(group), means.numpy(), _threads())
    return means


def group_bounds(rows: Tensor, group: Tensor, groups: int) -> tuple[Tensor, Tensor]:
    """See groups.group_bounds."""
    low, high = torch.empty((2, groups, rows.shape[1])).unbind()
    _C.group_bounds(_array(rows), _array(group), low.numpy(), high.numpy(), _threads())
    return low, high


def distinct_keys(keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """See groups.Distinct."""
    number = torch.empty_like(keys)
    distinct, counts = _C.distinct_keys(_array(keys), number.numpy(), _threads())
    return torch.from_numpy(distinct), number, torch.from_numpy(counts)


def cell_keys(
    xyz: Tensor, scene: Tensor, voxel_size: float, corners: Tensor
) -> tuple[Tensor, float, float, float, float, float]:
    """Morton keys of the cells floor(xyz / voxel_size) - corners[scene], and facts about them.

    The keys mean nothing unless the facts are finite and the cells lie in the grid.

    Returns:
        The keys, the highest cell along x, y and z, the lowest along any axis, and how far apart
        the points lie along the widest axis.
    """
    keys = torch.empty(len(xyz), dtype=torch.int64)
    facts = _C.cell_keys(
        _array(xyz), _array(scene), voxel_size, _array(corners), keys.numpy(), _threads()
    )
    return keys, *facts


def norm_relu(rows: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """max(0, rows * scale + shift), [V, C]."""
    result = torch.empty_like(rows)
    _C.norm_relu(_array(rows), _array(scale), _array(shift), result.numpy(), _threads())
    return result


def instruction_set() -> str:
    """The best vector instructions that this machine has kernels for."""
    return _C.instruction_sets()[0]


def _array(tensor: Tensor) -> NDArray[Any]:
    """The tensor's memory, made contiguous."""
    return tensor.detach().contiguous().numpy()


def _threads() -> int:
    return torch.get_num_threads()

"""The C++ backend: the torch backend's products on the CPU, float32, with threads.

The tensors' memory is shared, not copied; the GIL is free meanwhile. The number of threads
(torch.get_num_threads()) never changes a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

try:  # after torch, so that both share one OpenMP runtime and its threads
    from detailbase_core import _C
except ImportError as error:  # a source tree that was never built still has the torch backend
    PROBLEM = f"the native module is not built ({error}); run: pip install -e ."
else:
    PROBLEM = ""

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gather_product(source: Tensor, table: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.gather_product; weight in any memory order."""
    out = torch.empty((len(table), weight.shape[0]))
    _C.gather_product(
        _array(source), _array(table), weight.detach().numpy(), out.numpy(), _threads()
    )
    return out


def expand_product(source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.expand_product; weight in any memory order."""
    out = torch.empty((len(parent), weight.shape[0]))
    _C.expand_product(
        _array(source),
        _array(parent),
        _array(slot),
        weight.detach().numpy(),
        out.numpy(),
        _threads(),
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


def instruction_set() -> str:
    """The best vector instructions that this machine has kernels for."""
    return _C.instruction_sets()[0]


def _array(tensor: Tensor) -> NDArray[Any]:
    """The tensor's memory, made contiguous."""
    return tensor.detach().contiguous().numpy()


def _threads() -> int:
    return torch.get_num_threads()

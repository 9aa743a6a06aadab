"""The native module's functions on torch's CPU tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor

# After torch, so that both share one OpenMP runtime and its threads.
from detailbase_core.ops import native

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def takes(*tensors: Tensor | None) -> bool:
    """Whether the module is there and reads these: float32 or int64 on the CPU, no gradient."""
    grad = torch.is_grad_enabled()
    return not native.PROBLEM and all(
        t.device.type == "cpu"
        and t.dtype in (torch.float32, torch.int64)
        and not (grad and t.requires_grad)
        for t in tensors
        if t is not None
    )


def call(function: Callable[..., T], *arguments: object, **named: object) -> T:
    """A function of the module called with tensors, on as many threads as torch uses.

    Their memory is shared, not copied, unless it is not contiguous; the GIL is free meanwhile. The
    number of threads (torch.get_num_threads()) never changes a result.

    Args:
        function: of `native.C`, with a parameter `threads`.
        arguments, named: its others; results are written to tensors that are contiguous.
    """
    return function(
        *map(_as_array, arguments),
        threads=torch.get_num_threads(),
        **{name: _as_array(value) for name, value in named.items()},
    )


def _as_array(argument: object) -> object:
    if not isinstance(argument, Tensor):
        return argument
    tensor = argument.detach().contiguous()
    if tensor.dtype == torch.bfloat16:  # which NumPy lacks: the module takes its bits
        tensor = tensor.view(torch.int16)
    return tensor.numpy()

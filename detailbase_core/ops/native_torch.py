"""The native module on torch's CPU tensors.

Memory is shared, not copied, and the GIL is free meanwhile. The number of threads
(torch.get_num_threads()) never changes a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

# After torch, so that both share one OpenMP runtime and its threads.
from detailbase_core.ops import native

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "array",
    "cell_keys",
    "distinct_keys",
    "empty",
    "group_bounds",
    "group_means",
    "norm_relu",
    "takes",
    "threads",
]


def takes(tensor: Tensor, dtype: torch.dtype = torch.float32) -> bool:
    """Whether the module is there and reads this tensor, which wants no gradient."""
    wants_gradient = tensor.requires_grad and torch.is_grad_enabled()
    fits = tensor.device.type == "cpu" and tensor.dtype == dtype
    return fits and not wants_gradient and not native.PROBLEM


def array(tensor: Tensor) -> NDArray[Any]:
    """The tensor's memory, made contiguous."""
    return tensor.detach().contiguous().numpy()


def empty(shape: Sequence[int], dtype: torch.dtype = torch.float32) -> Tensor:
    """A contiguous CPU tensor to be filled, whatever torch's defaults are."""
    return torch.empty(shape, dtype=dtype, device="cpu")


def threads() -> int:
    """Number of threads for the module to use."""
    return torch.get_num_threads()


def group_means(rows: Tensor, group: Tensor, groups: int) -> Tensor:
    """See scatter.average_features; float32."""
    means = empty((groups, rows.shape[1]))
    native.C.group_means(array(rows), array(group), means.numpy(), threads())
    return means


def group_bounds(rows: Tensor, group: Tensor, groups: int) -> tuple[Tensor, Tensor]:
    """See scatter.group_bounds."""
    low, high = empty((2, groups, rows.shape[1])).unbind()
    native.C.group_bounds(array(rows), array(group), low.numpy(), high.numpy(), threads())
    return low, high


def distinct_keys(keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """See scatter.Distinct."""
    inverse = empty(keys.shape, torch.int64)
    distinct, counts = native.C.distinct_keys(array(keys), inverse.numpy(), threads())
    return torch.from_numpy(distinct), inverse, torch.from_numpy(counts)


def cell_keys(
    xyz: Tensor, scene: Tensor, voxel_size: float, corners: Tensor
) -> tuple[Tensor, float, float, float, float, float]:
    """Morton keys of the cells floor(xyz / voxel_size) - corners[scene], and their bounds.

    The keys mean nothing unless the bounds are finite and the cells lie in the grid.

    Returns:
        The keys, the highest cell along x, y and z, the lowest along any axis, and how far apart
        the points lie along the widest axis.
    """
    keys = empty((len(xyz),), torch.int64)
    bounds = native.C.cell_keys(
        array(xyz), array(scene), voxel_size, array(corners), keys.numpy(), threads()
    )
    return keys, *bounds


def norm_relu(rows: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """max(0, rows * scale + shift), [V, C]."""
    result = empty(rows.shape)
    native.C.norm_relu(array(rows), array(scale), array(shift), result.numpy(), threads())
    return result

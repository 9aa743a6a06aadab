"""Rows by group: means, bounds and sizes; by the native module on the CPU, where no gradient is
wanted, and by torch elsewhere."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call, takes


class Distinct(NamedTuple):
    """Distinct values among N keys.

    Attributes:
        keys: [U] int64, ascending.
        inverse: [N] int64, index of each key among them.
        counts: [U] int64, number of times that each comes.
    """

    keys: Tensor
    inverse: Tensor
    counts: Tensor


def distinct_keys(keys: Tensor) -> Distinct:
    """Distinct keys, their inverse and their counts.

    Args:
        keys: [N] int64.
    """
    if takes(keys):
        inverse = torch.empty_like(keys, memory_format=torch.contiguous_format)
        distinct, counts = call(native.C.distinct_keys, keys, inverse)
        return Distinct(torch.from_numpy(distinct), inverse, torch.from_numpy(counts))
    return Distinct(*torch.unique(keys, return_inverse=True, return_counts=True))


def average_features(features: Tensor, index: Tensor, count: int) -> Tensor:
    """Mean of the rows of each group; groups without rows get zeros.

    Args:
        features: [N, C] floating point.
        index: [N] int64 group of each row, in [0, count).
        count: number of groups.

    Returns:
        [count, C], dtype of `features`.
    """
    if takes(features, index):
        means = features.new_empty((count, features.shape[1]))
        call(native.C.group_means, features, index, means)
        return means
    exact = features.float() if features.dtype.itemsize < 4 else features  # half sums saturate
    total = exact.new_zeros((count, features.shape[1])).index_add_(0, index, exact)
    size = group_sizes(index, count).clamp_(min=1)
    return (total / size[:, None].to(total.dtype)).to(features.dtype)


def group_bounds(rows: Tensor, index: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Minimum and maximum of each column in each group; inf and -inf without rows.

    Args:
        rows: [N, C] floating point, finite.
        index: [N] int64 group of each row, in [0, count).
        count: number of groups.

    Returns:
        [count, C] each.
    """
    shape = (count, rows.shape[1])
    if takes(rows, index):
        low, high = rows.new_empty(shape), rows.new_empty(shape)
        call(native.C.group_bounds, rows, index, low, high)
        return low, high
    wide = index[:, None].expand_as(rows)
    low = rows.new_full(shape, torch.inf).scatter_reduce(0, wide, rows, "amin")
    high = rows.new_full(shape, -torch.inf).scatter_reduce(0, wide, rows, "amax")
    return low, high


def group_sizes(index: Tensor, count: int) -> Tensor:
    """Rows of each group, (count,) float32; unlike bincount it does not stop a GPU's host."""
    ones = torch.ones(1, device=index.device).expand(len(index))
    return torch.zeros(count, device=index.device).index_add_(0, index, ones)

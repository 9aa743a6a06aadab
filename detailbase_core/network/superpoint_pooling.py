"""From voxel features to superpoint features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from detailbase_core.ops.scatter import distinct_keys, group_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from detailbase_core.network.sparse_unet import LevelFeatures


def pool_superpoints(
    levels: Sequence[LevelFeatures],
    point_to_voxel: Tensor,
    point_to_superpoint: Tensor,
    count: int,
) -> Tensor:
    """Mean over each superpoint's points of the features of their voxels, level beside level.

    Most points share voxel and superpoint with others, so each such pair is weighed once by its
    points instead of being copied for each. Coarse levels are read where they are: at the finest
    voxels their features would fill many times the memory.

    Args:
        levels: floating point features of V voxels, and of coarser ones that hold them.
        point_to_voxel: [N] int64 in [0, V).
        point_to_superpoint: [N] int64 in [0, count); superpoints of several scenes are numbered
            through.
        count: number of superpoints, S.

    Returns:
        [S, C], C of all levels together, dtype of the features; zeros for a superpoint without
        points, and where its points lie in no voxel of a level.
    """
    first = levels[0]
    voxels = max(1, len(first.features if first.row is None else first.row))
    pairs, _, points = distinct_keys(point_to_superpoint * voxels + point_to_voxel)
    owner = pairs.div(voxels, rounding_mode="floor")
    voxel = pairs - owner * voxels
    size = group_sizes(point_to_superpoint, count).clamp_(min=1)
    weight = points / size.index_select(0, owner)
    return torch.cat([_pool(level, voxel, owner, weight, count) for level in levels], dim=1)


def _pool(level: LevelFeatures, voxel: Tensor, owner: Tensor, weight: Tensor, count: int) -> Tensor:
    """(count, C) sums of the features around `voxel`, weighed, by their ascending `owner`."""
    features = level.features
    if level.row is not None:
        row = level.row.index_select(0, voxel)
        voxel, weight = row.clamp(min=0), weight * (row >= 0)
    means: Tensor
    if torch.is_grad_enabled():
        weighed = features.index_select(0, voxel).float() * weight[:, None]
        means = weighed.new_zeros((count, features.shape[1])).index_add_(0, owner, weighed)
    else:  # the same without a row for each pair, which takes four times as long on a CPU
        firsts = torch.searchsorted(owner, torch.arange(count, device=owner.device))
        means = F.embedding_bag(
            voxel, features.float(), firsts, mode="sum", per_sample_weights=weight
        )
    return means.to(features.dtype)

"""From voxel features to superpoint features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from detailbase_core.voxelization import group_sizes

if TYPE_CHECKING:
    from torch import Tensor


def pool_superpoints(
    voxel_features: Tensor, point_to_voxel: Tensor, point_to_superpoint: Tensor, count: int
) -> Tensor:
    """Mean over each superpoint's points of the features of their voxels.

    Most points share voxel and superpoint with others, so each such pair is weighed once by its
    points instead of being copied for each.

    Args:
        voxel_features: [V, C] floating point.
        point_to_voxel: [N] int64 in [0, V).
        point_to_superpoint: [N] int64 in [0, count); superpoints of several scenes are numbered
            through.
        count: number of superpoints, S.

    Returns:
        [S, C], dtype of `voxel_features`; zeros for a superpoint without points.
    """
    voxels = max(1, len(voxel_features))
    pairs, points = torch.unique(point_to_superpoint * voxels + point_to_voxel, return_counts=True)
    owner, voxel = pairs.div(voxels, rounding_mode="floor"), pairs % voxels
    size = group_sizes(point_to_superpoint, count).clamp_(min=1)
    weight = points / size.index_select(0, owner)
    weighed = voxel_features.index_select(0, voxel).float() * weight[:, None]
    pooled = weighed.new_zeros((count, voxel_features.shape[1])).index_add_(0, owner, weighed)
    means: Tensor = pooled.to(voxel_features.dtype)
    return means

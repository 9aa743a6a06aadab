"""From voxel features to superpoint features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

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
    owner = pairs.div(voxels, rounding_mode="floor")
    voxel = pairs - owner * voxels
    size = group_sizes(point_to_superpoint, count).clamp_(min=1)
    weight = points / size.index_select(0, owner)
    means: Tensor
    if torch.is_grad_enabled():
        weighed = voxel_features.index_select(0, voxel).float() * weight[:, None]
        means = weighed.new_zeros((count, voxel_features.shape[1])).index_add_(0, owner, weighed)
    else:  # the same without a row for each pair, which takes four times as long on a CPU
        firsts = torch.searchsorted(owner, torch.arange(count, device=owner.device))
        means = F.embedding_bag(
            voxel, voxel_features.float(), firsts, mode="sum", per_sample_weights=weight
        )
    return means.to(voxel_features.dtype)

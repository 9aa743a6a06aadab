"""From point features to superpoint features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.voxelization import average_features

if TYPE_CHECKING:
    from torch import Tensor


def pool_superpoints(
    point_features: Tensor, point_to_superpoint: Tensor, superpoint_count: int
) -> Tensor:
    """Mean of the point features over each superpoint.

    Args:
        point_features: [N, C] floating point.
        point_to_superpoint: [N] int64 in [0, superpoint_count); superpoints of several scenes are
            numbered through.
        superpoint_count: S.

    Returns:
        [S, C]; zeros for a superpoint without points.
    """
    return average_features(point_features, point_to_superpoint, superpoint_count)

"""From voxels to superpoints: features, geometry, and votes for their objects' centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.network.batch import SuperpointBatch, Votes
from detailbase_core.network.position_encoding import POSITION_WIDTH, position_embedding
from detailbase_core.ops.execution import to_device
from detailbase_core.ops.scatter import average_features, distinct_keys, group_bounds, group_sizes
from detailbase_core.sparse import triton_backend
from detailbase_core.sparse.triton_pooling import PointGroups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.network.sparse_unet import LevelFeatures

VOTE_HIDDEN = 64


class SuperpointPooling:
    """pool_superpoints() and superpoint_geometry(); a GPU sorts points by superpoint for both.

    Args:
        xyz: [N, 3] float32, metres.
        point_to_superpoint: [N] int64 in [0, count).
        count: number of superpoints, S.
    """

    def __init__(self, xyz: Tensor, point_to_superpoint: Tensor, count: int) -> None:
        self._xyz, self._owner, self._count = xyz, point_to_superpoint, count
        on_gpu = triton_backend.takes(xyz)
        self._groups = PointGroups(point_to_superpoint, count) if on_gpu else None

    def features(self, levels: Sequence[LevelFeatures], point_to_voxel: Tensor) -> Tensor:
        """See pool_superpoints."""
        if self._groups is None or torch.is_grad_enabled():
            return pool_superpoints(levels, point_to_voxel, self._owner, self._count)
        means = [self._groups.means(one.features, point_to_voxel, one.row) for one in levels]
        return means[0] if len(means) == 1 else torch.cat(means, dim=1)

    def geometry(self) -> Tensor:
        """See superpoint_geometry."""
        if self._groups is None:
            return superpoint_geometry(self._xyz, self._owner, self._count)
        return self._groups.geometry(self._xyz)


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
    if not len(features) and len(voxel):  # every voxel is the last of an odd axis
        return features.new_zeros((count, features.shape[1]))
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


def superpoint_geometry(xyz: Tensor, point_to_superpoint: Tensor, count: int) -> Tensor:
    """Centre (mean) and extent of each superpoint's points, (count, 6) float32, metres."""
    xyz = xyz.float()
    low, high = group_bounds(xyz, point_to_superpoint, count)
    center = average_features(xyz, point_to_superpoint, count)
    return torch.cat([center, (high - low).clamp(min=0.0)], dim=1)


class OffsetHead(nn.Module):
    """Two layers on a superpoint's features and position: votes for its object's centre.

    Args:
        width: features per superpoint.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(width + POSITION_WIDTH, VOTE_HIDDEN)
        self.out = nn.Linear(VOTE_HIDDEN, 4)

    def forward(self, features: Tensor, geometry: Tensor) -> Votes:
        """Votes of S superpoints, from features (S, C) and geometry (S, 6)."""
        seen = torch.cat([features.float(), position_embedding(geometry)], dim=-1)
        out = self.out(F.relu(self.hidden(seen))).float()
        return Votes(out[:, :3], out[:, 3])


def pad_superpoints(
    features: Tensor, geometry: Tensor, counts: tuple[int, ...], votes: Votes | None = None
) -> SuperpointBatch:
    """Superpoints numbered through -> one padded row per scene."""
    scenes, longest = len(counts), max(counts)
    if min(counts) == longest:
        shape = (scenes, longest)
        return SuperpointBatch(
            features.view(*shape, -1),
            torch.zeros(shape, dtype=torch.bool, device=features.device),
            geometry.view(*shape, -1),
            votes and Votes(votes.offsets.view(*shape, 3), votes.movable.view(shape)),
        )
    valid = np.arange(longest) < np.array(counts)[:, None]
    index = to_device(torch.from_numpy(np.flatnonzero(valid)), features.device)
    padding = to_device(torch.from_numpy(~valid), features.device)

    def padded(rows: Tensor) -> Tensor:
        empty = rows.new_zeros((scenes * longest, *rows.shape[1:]))
        return empty.index_copy(0, index, rows).view(scenes, longest, *rows.shape[1:])

    return SuperpointBatch(
        padded(features),
        padding,
        padded(geometry),
        None if votes is None else Votes(*map(padded, votes)),
    )

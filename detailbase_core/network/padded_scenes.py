"""Scenes in memory that stays where it is, padded, for a step that is repeated as a CUDA graph.

Shapes: G scenes, S superpoints per scene (padded), V voxels of the finest level, K pairs of a
finest voxel and a superpoint, L pooled levels of the U-Net.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from detailbase_core.network.batch import SuperpointBatch, Votes
from detailbase_core.network.sparse_unet import pooled_rows
from detailbase_core.network.superpoint_pooling import SuperpointPooling
from detailbase_core.network.unet_graphs import fill_tables
from detailbase_core.ops.execution import to_device
from detailbase_core.ops.scatter import distinct_keys
from detailbase_core.sparse import Pyramid, select_backend
from detailbase_core.sparse.level_tables import LevelTables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.network.batch import SceneBatch
    from detailbase_core.network.detailbase import DetailBase
    from detailbase_core.sparse.triton_grid import PointGrid


class SceneParts(NamedTuple):
    """All that the network reads of scenes.

    Attributes:
        features: (V, C) of the voxels.
        grid: their tables, or what makes them.
        voxels: (L, K) int64, the voxel of each pooled level of K pairs of a finest voxel and a
            superpoint that share points; -1 = in none.
        superpoints: (K,) int64, of each pair, numbered through.
        points: (K,) int64, how many they share.
        geometry: (M, 6), as in SuperpointBatch.
        superpoint_counts: of each scene.
    """

    features: Tensor
    grid: Pyramid | PointGrid
    voxels: Tensor
    superpoints: Tensor
    points: Tensor
    geometry: Tensor
    superpoint_counts: tuple[int, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """Voxels of each level, then pairs."""
        return (*self.grid.counts, len(self.superpoints))

    @classmethod
    @torch.no_grad()
    def of_batch(cls, model: DetailBase, batch: SceneBatch) -> SceneParts:
        """What a network reads of a batch; a GPU's host waits twice."""
        features, voxels = model.voxel_features(batch)
        grid = model.unet.grid(voxels)
        owner, count = batch.point_to_superpoint, sum(batch.superpoint_counts)
        pairs, _, points = distinct_keys(voxels.point_to_voxel * count + owner)
        # Mixed, so that threads side by side add to other superpoints (not measured apart).
        chance = torch.Generator(pairs.device).manual_seed(0)  # dropout's lots stay as they are
        mixed = torch.randperm(len(pairs), generator=chance, device=pairs.device)
        pairs, points = pairs.index_select(0, mixed), points.index_select(0, mixed)
        finest = pairs.div(count, rounding_mode="floor")
        rows = [
            finest if row is None else row.index_select(0, finest)
            for row in pooled_rows(grid, model.config.pooled_levels)
        ]
        geometry = SuperpointPooling(batch.xyz, owner, count).geometry()
        counts = batch.superpoint_counts
        shared = pairs - finest * count
        return cls(features, grid, torch.stack(rows), shared, points, geometry, counts)


class PaddedScenes:
    """Memory for the parts of any scenes of at most these sizes.

    Args:
        parts: of scenes, whose widths and device it has.
        counts: most voxels of each level, then pairs.
        superpoints: S, most superpoints of a scene.
    """

    def __init__(self, parts: SceneParts, counts: Sequence[int], superpoints: int) -> None:
        (*voxels, pairs), device = counts, parts.features.device
        scenes, levels = len(parts.superpoint_counts), len(parts.voxels)
        self.tables = LevelTables.padded(voxels, device)
        self._pyramid = Pyramid(None, self.tables.levels)
        self._features = parts.features.new_zeros((voxels[0], parts.features.shape[1]))
        self._voxels = torch.zeros((levels, pairs), dtype=torch.int64, device=device)
        self._superpoints = torch.zeros(pairs, dtype=torch.int64, device=device)
        self._points = torch.zeros(pairs, device=device)
        self._geometry = torch.zeros((scenes, superpoints, 6), device=device)

    def write(self, parts: SceneParts) -> None:
        """Take over scenes; what was there before is gone."""
        voxels, pairs = len(parts.features), len(parts.superpoints)
        if isinstance(parts.grid, Pyramid):
            fill_tables(self.tables, parts.grid)
        else:
            parts.grid.fill(self.tables)
        self._features[:voxels] = parts.features
        scenes, most, _ = self._geometry.shape
        index = np.flatnonzero(np.arange(most) < np.array(parts.superpoint_counts)[:, None])
        place = to_device(torch.from_numpy(index), self._features.device)
        self._voxels[:, :pairs] = parts.voxels
        self._superpoints[:pairs] = place.index_select(0, parts.superpoints)
        self._points[:pairs] = parts.points
        self._points[pairs:] = 0.0
        self._geometry.zero_().view(scenes * most, 6).index_copy_(0, place, parts.geometry)

    def encode(self, model: DetailBase) -> tuple[SuperpointBatch, Tensor]:
        """DetailBase.encode_scene of the scenes that were written, in training.

        Returns:
            The superpoints, and how many points each has, (G, S) float32.
        """
        backend = select_backend(model.unet.backend, self._features)
        levels = model.unet.through(self._features, self._pyramid, backend)
        shape, flat = self._geometry.shape[:2], self._geometry.flatten(0, 1)
        superpoint = self._superpoints
        sizes = flat.new_zeros(len(flat)).index_add_(0, superpoint, self._points)
        share = self._points / sizes.clamp(min=1).index_select(0, superpoint)
        pooled = []
        for features, voxel in zip(levels, self._voxels, strict=True):
            weight = (share * (voxel >= 0))[:, None]
            weighed = features.float().index_select(0, voxel.clamp(min=0)) * weight
            sums = flat.new_zeros((len(flat), features.shape[1]))
            pooled.append(sums.index_add_(0, superpoint, weighed))
        features = torch.cat(pooled, dim=1).to(levels[0].dtype)
        points, votes = sizes.view(shape), None
        real = points > 0
        if model.offset_head is not None:
            offsets, movable = model.offset_head(features, flat)
            votes = Votes(offsets.view(*shape, 3) * real[..., None], movable.view(shape) * real)
        features = features.view(*shape, -1)
        return SuperpointBatch(features, ~real, self._geometry, votes), points

"""DetailBase: the stages joined. encode_scene() once per map, ground() per sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from detailbase_core.language.learned_parser import PhraseHead
from detailbase_core.network.mask_decoder import MaskDecoder
from detailbase_core.network.sparse_unet import SparseUNet
from detailbase_core.network.superpoint_pooling import (
    OffsetHead,
    SuperpointPooling,
    pad_superpoints,
)
from detailbase_core.network.voxel_moments import point_moments, voxel_moments
from detailbase_core.network.voxelization import grid_origin, voxelize
from detailbase_core.ops.execution import to_device

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.config import ModelConfig
    from detailbase_core.errors import CancelToken
    from detailbase_core.network.batch import (
        KeyBlocks,
        Prediction,
        SceneBatch,
        SceneKeys,
        SuperpointBatch,
        TextBatch,
    )
    from detailbase_core.network.sparse_unet import LevelFeatures
    from detailbase_core.network.voxelization import Voxels


class DetailBase(nn.Module):
    """The network of 3D-DRES (AAAI 2026): sparse U-Net, superpoints, mask decoder.

    The text encoder is not part of it; a checkpoint or the caller pairs the two.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.unet = SparseUNet(
            config.in_channels,
            config.widths,
            config.block_reps,
            config.pointwise_reinterpret,
            pooled_levels=config.pooled_levels,
        )
        self.offset_head = OffsetHead(config.superpoint_width) if config.center_offsets else None
        self.phrase_head = (
            PhraseHead(config.text_dim, config.hide_wording, config.target_phrases)
            if config.phrase_head
            else None
        )
        self.decoder = MaskDecoder(config)

    def encode_scene(
        self,
        batch: SceneBatch,
        cancel: CancelToken | None = None,
        completed: Callable[[SceneBatch], SceneBatch] | None = None,
    ) -> SuperpointBatch:
        """Everything about the scenes that does not depend on a sentence.

        Args:
            batch: the scenes.
            cancel: looked at between U-Net levels.
            completed: the batch with its superpoints, where they are not known before, for which
                the U-Net does not wait.

        Raises:
            Cancelled: `cancel` was set.
        """
        levels, point_to_voxel = self.encode_voxels(batch, cancel)
        batch = batch if completed is None else completed(batch)
        count = sum(batch.superpoint_counts)
        pooling = SuperpointPooling(batch.xyz, batch.point_to_superpoint, count)
        features, geometry = pooling.features(levels, point_to_voxel), pooling.geometry()
        votes = None if self.offset_head is None else self.offset_head(features, geometry)
        return pad_superpoints(features, geometry, batch.superpoint_counts, votes)

    def encode_voxels(
        self, batch: SceneBatch, cancel: CancelToken | None = None
    ) -> tuple[list[LevelFeatures], Tensor]:
        """U-Net features of the voxels of each pooled level, and each point's finest one (N,)."""
        features, voxels = self.voxel_features(batch)
        return self.unet(features, voxels, cancel), voxels.point_to_voxel

    def voxel_features(self, batch: SceneBatch) -> tuple[Tensor, Voxels]:
        """What the U-Net reads of the voxels, (V, in_channels), and they."""
        anchored = self.config.coordinates == "anchored"
        grid_of_point, grids = batch.scene_of_point, len(batch.point_counts)
        if batch.grids is not None:
            grid_of_point = _on_device(batch.grids, grid_of_point).index_select(0, grid_of_point)
            grids = batch.grids[-1] + 1
        voxels = voxelize(
            batch.grid_xyz,
            grid_of_point,
            self.config.voxel_size_m,
            self.config.min_spatial_shape,
            self._grid_origins(batch) if anchored else None,
            grids if batch.own_grids else 0,
            grids,
            len(self.config.widths),
        )
        position = batch.xyz[:, 2:] if anchored else batch.xyz
        features = [batch.rgb, position]
        if not self.config.voxel_moments:
            return voxels.average(torch.cat(features, dim=1)), voxels
        width = batch.rgb.shape[1] + position.shape[1]
        features += point_moments(batch.grid_xyz, batch.rgb, self.config.voxel_size_m)
        means = voxels.average(torch.cat(features, dim=1))
        moments = voxel_moments(means[:, width:], means[:, :3])
        return torch.cat([means[:, :width], moments], dim=1), voxels

    def ground(
        self,
        superpoints: SuperpointBatch,
        text: TextBatch,
        cancel: CancelToken | None = None,
        scene_keys: SceneKeys | KeyBlocks | None = None,
    ) -> Prediction:
        """Masks and scores of every text row.

        Args:
            superpoints: G encoded scenes.
            text: B encoded sentences about each.
            cancel: looked at between layers.
            scene_keys: from `decoder.scene_keys`, where many sentences are asked about one scene.

        Raises:
            Cancelled: `cancel` was set.
        """
        return self.ground_stages(superpoints, text, cancel, scene_keys)[-1]

    def ground_stages(
        self,
        superpoints: SuperpointBatch,
        text: TextBatch,
        cancel: CancelToken | None = None,
        scene_keys: SceneKeys | KeyBlocks | None = None,
    ) -> list[Prediction]:
        """Predictions of all stages of the decoder, for their losses; the last is the answer.

        Arguments and errors as for `ground`, stages as for MaskDecoder.forward.
        """
        predictions: list[Prediction] = self.decoder(superpoints, text, cancel, scene_keys)
        return predictions

    def _grid_origins(self, batch: SceneBatch) -> Tensor:
        """A grid's row each, (., 3) float64: multiples of the coarsest voxel, below its points."""
        step = 2 ** (len(self.config.widths) - 1)
        axes = batch.grid_xyz.t().contiguous()  # along memory minima are ten times as fast
        scenes = torch.split(axes, list(batch.point_counts), dim=1)
        lowest = torch.stack([points.amin(dim=1) for points in scenes])
        if batch.grids is not None:
            index = _on_device(batch.grids, lowest)[:, None].expand_as(lowest)
            none = lowest.new_full((batch.grids[-1] + 1, 3), torch.inf)
            lowest = none.scatter_reduce(0, index, lowest, "amin")
        return grid_origin(lowest[:, None], self.config.voxel_size_m, step)


def _on_device(numbers: Sequence[int], like: Tensor) -> Tensor:
    return to_device(torch.tensor(numbers), like.device)

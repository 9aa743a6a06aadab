"""What the U-Net reads of voxels: moments of their points, and scenes that share a grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from detailbase_core.config import ModelConfig
from detailbase_core.errors import ConfigError
from detailbase_core.network.batch import SceneBatch
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.voxel_moments import COLOR, PLACE, SPREAD
from tests.core.network.test_checkpoint import tiny_batch
from tests.helpers.weight_files import MODEL
from training.trainer.training_module import with_heads

MOMENTS = replace(MODEL, voxel_moments=True)


def side_by_side(first: SceneBatch, second: SceneBatch, **changes) -> SceneBatch:
    """Two scenes in one batch."""
    counts = *first.point_counts, *second.point_counts
    return SceneBatch(
        torch.cat([first.xyz, second.xyz]),
        torch.cat([first.grid_xyz, second.grid_xyz]),
        torch.cat([first.rgb, second.rgb]),
        torch.repeat_interleave(torch.tensor(counts)),
        torch.cat(
            [
                first.point_to_superpoint,
                second.point_to_superpoint + sum(first.superpoint_counts),
            ]
        ),
        (*first.superpoint_counts, *second.superpoint_counts),
        counts,
        **changes,
    )


def test_moments_are_those_of_each_voxels_points():
    batch, size = tiny_batch(), MODEL.voxel_size_m
    features, voxels = DetailBase(MOMENTS).voxel_features(batch)
    assert features.shape == (len(voxels), 16)
    plain, _ = DetailBase(MODEL).voxel_features(batch)
    assert torch.allclose(features[:, :4], plain, atol=1e-6)
    xyz, rgb = batch.grid_xyz.double().numpy(), batch.rgb.double().numpy()
    for voxel in range(0, len(voxels), 7):
        own = voxels.point_to_voxel.numpy() == voxel
        within = xyz[own] / size - np.floor(xyz[own] / size) - 0.5
        spread = np.cov(within.T, bias=True) if own.sum() > 1 else np.zeros((3, 3))
        expected = [
            *PLACE * within.mean(axis=0),
            *SPREAD * spread[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]],
            *COLOR * rgb[own].std(axis=0),
        ]
        np.testing.assert_allclose(features[voxel, 4:].numpy(), expected, atol=1e-2)
    single = torch.bincount(voxels.point_to_voxel) == 1
    assert single.any()
    assert features[single, 7:].abs().max() < 1e-5  # one point has no spread


def test_moments_stay_when_the_map_moves_by_whole_voxels():
    batch, model = tiny_batch(), DetailBase(MOMENTS)
    step = 2.0 * torch.tensor([1.0, 3.0, -2.0])  # 40 voxels, exact in float32
    shift = torch.round(step / MODEL.voxel_size_m) * MODEL.voxel_size_m
    moved = replace(batch, grid_xyz=batch.grid_xyz + shift)
    here, there = (model.voxel_features(b)[0] for b in (batch, moved))
    assert torch.allclose(here, there, atol=1e-4)


def test_a_network_that_learns_to_read_moments_begins_as_it_was():
    torch.manual_seed(0)
    plain = DetailBase(MODEL).eval()
    reads = with_heads(plain, MOMENTS).eval()
    batch = tiny_batch()
    with torch.inference_mode():
        assert torch.allclose(
            plain.encode_scene(batch).features, reads.encode_scene(batch).features, atol=1e-5
        )
    reads.train()
    reads.encode_scene(batch).features.square().sum().backward()
    gradient = reads.unet.input_conv.weight.grad
    assert gradient is not None
    assert gradient[..., 4:].abs().amax(dim=(0, 1, 2, 3)).min() > 0


def test_moments_need_a_grid_that_begins_at_nought():
    with pytest.raises(ConfigError, match="voxel_moments needs coordinates anchored"):
        ModelConfig(voxel_moments=True)


@torch.inference_mode()
def test_scenes_in_one_grid_see_each_other_and_others_do_not():
    torch.manual_seed(0)
    model, one = DetailBase(MOMENTS).eval(), tiny_batch()
    two = replace(one, grid_xyz=one.grid_xyz.flip(0) * 0.9, rgb=-one.rgb)
    alone = [model.encode_scene(batch) for batch in (one, two)]
    apart = model.encode_scene(side_by_side(one, two))
    mixed = model.encode_scene(side_by_side(one, two, grids=(0, 0)))
    joined = side_by_side(one, two)
    joined = replace(
        joined,
        scene_of_point=torch.zeros_like(joined.scene_of_point),
        superpoint_counts=(sum(joined.superpoint_counts),),
        point_counts=(sum(joined.point_counts),),
    )
    as_one = model.encode_scene(joined).features[0]
    count = one.superpoint_counts[0]
    for scene in range(2):
        assert torch.allclose(apart.features[scene], alone[scene].features[0], atol=1e-5)
        expected = as_one[scene * count : (scene + 1) * count]
        assert torch.allclose(mixed.features[scene], expected, atol=1e-5)
        assert (mixed.features[scene] - apart.features[scene]).abs().max() > 1e-3

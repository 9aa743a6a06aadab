"""The voxels and the backbone against numbers that the published system produced."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from detailbase_core.network.published_names import released_backbone_key
from detailbase_core.network.sparse_unet import LevelFeatures, SparseUNet
from detailbase_core.network.superpoint_pooling import pool_superpoints
from detailbase_core.network.voxelization import voxelize
from detailbase_core.ops.scatter import average_features
from tests.helpers.levels import side_by_side

GOLDEN = (
    os.environ.get("DETAILBASE_GOLDEN") or Path(__file__).parents[2] / "data/detailbase_small.npz"
)
BACKBONE = ("input_conv.", "unet.", "output_layer.")


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


@pytest.fixture(scope="module")
def config(golden):
    return json.loads(str(golden["config"]))


@pytest.fixture(scope="module")
def voxels(golden, config):
    return voxelize(
        torch.from_numpy(golden["points"]),
        torch.from_numpy(golden["scene_of_point"]),
        voxel_size_m=1 / config["voxel_scale"],
        min_spatial_shape=config["min_spatial_shape"],
    )


@pytest.fixture(scope="module")
def voxel_features(golden, voxels):
    return average_features(torch.from_numpy(golden["feats"]), voxels.point_to_voxel, len(voxels))


@pytest.fixture(scope="module")
def unet(golden, config):
    widths = [config["media"] * (level + 1) for level in range(config["blocks"])]
    network = SparseUNet(config["input_channel"], widths, config["block_reps"])
    released = {k.removeprefix("state/"): v for k, v in golden.items() if k.startswith("state/")}
    state = {
        name: torch.from_numpy(np.asarray(released.pop(released_backbone_key(name))))
        for name in network.state_dict()
    }
    assert not any(name.startswith(BACKBONE) for name in released)
    network.load_state_dict(state, strict=True)
    return network.eval()


def test_voxels_are_the_published_ones(golden, voxels):
    ours = voxels.coords[voxels.point_to_voxel].numpy()
    np.testing.assert_array_equal(ours, golden["voxel_coords"][golden["voxel_of_point"]])
    assert len(voxels) == len(golden["voxel_coords"])
    assert voxels.spatial_shape == tuple(golden["spatial_shape"].tolist())


def test_voxel_features(golden, voxels, voxel_features):
    theirs = golden["voxel_feats"][golden["voxel_of_point"]]
    np.testing.assert_allclose(voxel_features[voxels.point_to_voxel], theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", ["native", "torch"])
def test_point_features(golden, voxels, voxel_features, unet, backend):
    unet.backend = backend
    with torch.inference_mode():
        points = side_by_side(unet(voxel_features, voxels))[voxels.point_to_voxel]
    np.testing.assert_allclose(points, golden["point_feats"], rtol=0, atol=1e-5)


def test_superpoint_features(golden):
    pooled = pool_superpoints(
        [LevelFeatures(torch.from_numpy(golden["point_feats"]))],
        torch.arange(len(golden["point_feats"])),
        torch.from_numpy(golden["superpoints"]),
        len(golden["superpoint_feats"]),
    )
    np.testing.assert_allclose(pooled, golden["superpoint_feats"], rtol=0, atol=1e-5)


def test_shortcut_reinterpretation_matters(golden, config, unet, voxels, voxel_features):
    """Without the inherited reading of the 1^3 weights the features would not be the released."""
    widths = [config["media"] * (level + 1) for level in range(config["blocks"])]
    plain = SparseUNet(
        config["input_channel"], widths, config["block_reps"], pointwise_reinterpret=False
    )
    plain.load_state_dict(unet.state_dict())
    with torch.inference_mode():
        features = side_by_side(plain.eval()(voxel_features, voxels))
        points = features[voxels.point_to_voxel].numpy()
    assert np.abs(points - golden["point_feats"]).max() > 1e-2

"""Superpoints made beside the network, as on a GPU."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from detailbase_core import scene_encoder
from detailbase_core.config import GrounderConfig
from detailbase_core.errors import BadCloudError
from detailbase_core.grounder import Grounder
from detailbase_core.types import PointCloud


def cloud(offset: float = 0.0) -> PointCloud:
    draw = np.random.default_rng(0)
    xyz = draw.uniform((0, 0, 0), (2, 1.5, 0.3), (900, 3)) + offset
    return PointCloud(xyz.astype(np.float32), draw.integers(0, 255, (900, 3), np.uint8), "map")


@pytest.fixture(scope="module")
def beside():
    grounder = Grounder(GrounderConfig(device="cpu"))
    grounder._encoder._together = True
    return grounder


def test_the_encoding_is_the_same(beside):
    want, have = (g.encode_cloud(cloud()) for g in (Grounder(GrounderConfig()), beside))
    assert np.array_equal(have.scene.point_to_superpoint, want.scene.point_to_superpoint)
    ours, theirs = have.views.superpoints.features, want.views.superpoints.features
    torch.testing.assert_close(ours, theirs.to(ours.device), rtol=1e-3, atol=1e-3)
    assert have.centers.sizes.sum() == 900


def test_the_network_begins_before_superpoints_are_there(beside, monkeypatch):
    """And these use the threads of the settings, in whichever thread they are made."""
    begun, counts, segment = threading.Event(), [], scene_encoder.segment_cloud
    through = beside.model.encode_voxels

    def encode_voxels(*arguments):
        begun.set()
        return through(*arguments)

    def segment_cloud(*arguments):
        assert begun.wait(60)
        counts.append(torch.get_num_threads())
        return segment(*arguments)

    monkeypatch.setattr(beside.model, "encode_voxels", encode_voxels)
    monkeypatch.setattr(scene_encoder, "segment_cloud", segment_cloud)
    beside.encode_cloud(cloud())
    assert counts == [beside._threads]


def test_clouds_that_cannot_be_segmented_are_bad_clouds(beside, monkeypatch):
    def segment_cloud(*_):
        raise BadCloudError("too far")

    with monkeypatch.context() as patch, pytest.raises(BadCloudError, match="too far"):
        patch.setattr(scene_encoder, "segment_cloud", segment_cloud)
        beside.encode_cloud(cloud())
    with pytest.raises(BadCloudError):
        beside.encode_cloud(cloud(offset=1e6))
    assert len(beside.encode_cloud(cloud()).scene.cloud) == 900

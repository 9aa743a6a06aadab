"""Large scenes are encoded in chunks; only those that changed are encoded again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from detailbase_core.config import SuperpointConfig
from detailbase_core.errors import Cancelled
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.network import chunk_grid, chunks
from detailbase_core.network.batch import batch_scenes
from detailbase_core.network.chunks import ChunkedEncoder
from detailbase_core.network.views import turned_scenes
from detailbase_core.types import PointCloud, Scene
from tests.helpers.weight_files import MODEL, tiny_model

if TYPE_CHECKING:
    from detailbase_core.network.detailbase import DetailBase

VOXEL = 0.05
CONFIG = SuperpointConfig(voxel_size_m=VOXEL, block_voxels=16)
CHUNK, MARGIN, SHIFT = 6 * 16 * VOXEL, 8 * VOXEL, 8 * VOXEL
VIEWS = 2


@pytest.fixture(autouse=True)
def small_scenes_are_large(monkeypatch):
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", 1000)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 100)


def building(seed: int = 0) -> PointCloud:
    """A floor of 12 x 7 m around the origin with boxes on it, a point in about every voxel."""
    random = np.random.default_rng(seed)
    floor = random.uniform([-5, -3, 0], [7, 4, 0.02], (30_000, 3))
    sides = random.uniform([-5, -3, 0], [7, 4, 0.8], (15_000, 3))
    sides[:, 0] = np.round(sides[:, 0]) + 0.02
    rgb = random.integers(90, 120, (45_000, 3)).astype(np.uint8)
    return PointCloud(np.concatenate([floor, sides]).astype(np.float32), rgb, "map")


def changed(cloud: PointCloud, x: float, y: float) -> PointCloud:
    """The same with other colours within 20 cm of a place."""
    rgb = cloud.rgb.copy()
    rgb[(np.abs(cloud.xyz[:, :2] - [x, y]) < 0.2).all(axis=1)] += 50
    return PointCloud(cloud.xyz, rgb, cloud.frame)


@pytest.fixture
def model():
    return tiny_model()


def encoder(model: DetailBase) -> ChunkedEncoder:
    return ChunkedEncoder(model, CONFIG, VIEWS, torch.device("cpu"))


def encoded(of: ChunkedEncoder, cloud: PointCloud):
    """Labels of the points and each view's superpoints."""
    parts = of.cut(cloud)
    with torch.inference_mode():
        scene = Scene(cloud, of.segment(cloud, parts))
        return scene.point_to_superpoint, of.encode(scene, parts)


@pytest.fixture
def encodings(model, monkeypatch):
    """Points of each encoding by the network, as a list that grows."""
    calls: list[int] = []
    encode = model.encode_scene

    def counted(batch, cancel=None):
        calls.append(len(batch.xyz))
        return encode(batch, cancel)

    monkeypatch.setattr(model, "encode_scene", counted)
    return calls


def test_a_chunk_is_a_square_of_the_map_and_its_window_reaches_the_margin():
    cloud = building()
    owners = np.zeros(len(cloud), int)
    for points, core, middle in chunk_grid.chunk_grid(cloud.xyz, CONFIG).windows():
        owners[points[core]] += 1
        away = np.abs(cloud.xyz[:, :2] - middle).max(axis=1)
        np.testing.assert_array_equal(np.flatnonzero(away < CHUNK / 2 + MARGIN), points)
        np.testing.assert_array_equal(core, away[points] < CHUNK / 2)
        np.testing.assert_allclose((middle + SHIFT) % CHUNK, CHUNK / 2)
    assert (owners == 1).all()


def test_superpoints_are_those_of_the_whole(model):
    cloud = building()
    labels, _ = encoded(encoder(model), cloud)
    whole = segment_cloud(cloud, CONFIG)
    pairs = np.unique(np.stack([labels, whole]), axis=1)
    assert pairs.shape[1] == labels.max() + 1 == whole.max() + 1


def test_features_are_nearly_those_of_the_whole(model):
    cloud = building()
    labels, views = encoded(encoder(model), cloud)
    scene = Scene(cloud, labels)
    for view, turned in zip(views, turned_scenes(scene, VIEWS), strict=True):
        with torch.inference_mode():
            whole = model.encode_scene(batch_scenes([turned], MODEL.coordinates))
        torch.testing.assert_close(view.geometry, whole.geometry, rtol=0, atol=1e-4)
        error = (view.features - whole.features).norm(dim=-1) / whole.features.norm(dim=-1)
        assert error.median() < 1e-3
        assert view.padding.shape == whole.padding.shape


def test_only_what_changed_is_encoded_again_and_as_if_it_were_new(model, encodings):
    of, cloud = encoder(model), building()
    encoded(of, cloud)
    first = encodings.copy()
    encodings.clear()
    labels, views = encoded(of, changed(cloud, 1.5, 1.0))  # amid a chunk
    assert len(encodings) == VIEWS < len(first)
    fresh_labels, fresh = encoded(encoder(model), changed(cloud, 1.5, 1.0))
    np.testing.assert_array_equal(labels, fresh_labels)
    for one, other in zip(views, fresh, strict=True):
        assert torch.equal(one.features, other.features)
        assert torch.equal(one.geometry, other.geometry)
    encodings.clear()
    encoded(of, changed(cloud, 1.5, 1.0))
    assert encodings == []


def test_a_change_in_two_margins_counts_in_both_chunks(model, encodings):
    of, cloud = encoder(model), building()
    encoded(of, cloud)
    encodings.clear()
    encoded(of, changed(cloud, CHUNK - SHIFT, 1.5))  # on a border
    assert len(encodings) == 2 * VIEWS


def test_what_is_done_when_cancelled_need_not_be_done_again(model, encodings):
    class LaterSet:
        calls = 0

        def is_set(self):
            self.calls += 1
            return self.calls > 25

    of, cloud = encoder(model), building()
    parts = of.cut(cloud)
    with torch.inference_mode():
        scene = Scene(cloud, of.segment(cloud, parts))
        with pytest.raises(Cancelled):
            of.encode(scene, parts, LaterSet())
    done = len(encodings)
    assert done > VIEWS
    encoded(of, cloud)
    assert len(encodings) < done + VIEWS * len(parts)


@pytest.mark.parametrize(("shift", "again"), [(0.005, False), (0.02, True)])
def test_a_floor_that_lies_elsewhere_changes_all(model, encodings, shift, again, monkeypatch):
    of, cloud = encoder(model), building()
    encoded(of, cloud)
    encodings.clear()
    percentile = np.percentile
    monkeypatch.setattr(chunks.np, "percentile", lambda *args: percentile(*args) + shift)
    encoded(of, cloud)
    assert bool(encodings) == again


def test_small_scattered_and_other_scenes_are_not_cut(model, monkeypatch):
    cloud = building()
    assert encoder(model).cut(cloud)
    thin = SuperpointConfig(voxel_size_m=VOXEL, block_voxels=14)  # narrower than planes reach
    assert not ChunkedEncoder(model, thin, VIEWS, torch.device("cpu")).cut(cloud)
    wide = PointCloud(cloud.xyz * np.float32(1000), cloud.rgb, "map")
    assert not encoder(model).cut(wide)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 20_000)
    assert not encoder(model).cut(cloud)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 1)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", len(cloud) + 1)
    assert not encoder(model).cut(cloud)


def test_published_networks_see_the_whole():
    """Their features are places relative to the scene's middle."""
    published = tiny_model()
    published.config = type(MODEL)(coordinates="reference")
    assert not encoder(published).cut(building())

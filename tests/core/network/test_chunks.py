"""Large scenes are encoded in chunks; only those that changed are encoded again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from detailbase_core.config import SuperpointConfig
from detailbase_core.errors import Cancelled
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.network import chunk_grid, chunks
from detailbase_core.network.batch import Question, batch_scenes
from detailbase_core.network.chunk_grid import GridSize
from detailbase_core.network.chunks import ChunkedEncoder
from detailbase_core.network.cut_scene import CutScene, cut_scene, floor_of
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.views import Views, turned_scenes
from detailbase_core.types import PointCloud, Scene
from tests.helpers.weight_files import MODEL, tiny_model

if TYPE_CHECKING:
    from detailbase_core.network.batch import Prediction
    from detailbase_core.network.tiled_views import TiledViews

VOXEL = 0.05
CONFIG = SuperpointConfig(voxel_size_m=VOXEL, block_voxels=16)
CHUNK, MARGIN, SHIFT = 4 * 16 * VOXEL, 8 * VOXEL, 8 * VOXEL
VIEWS = 2


@pytest.fixture(autouse=True)
def small_scenes_are_large(monkeypatch):
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", 1000)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 100)
    monkeypatch.setattr(chunk_grid, "MOST_TILE_M", 7.0)


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
    """With positions and votes, as the shipped one."""
    torch.manual_seed(0)
    config = replace(
        MODEL,
        superpoint_positions=True,
        center_offsets=True,
        relative_positions=True,
        presence_from_masks=True,
    )
    return DetailBase(config).eval()


def encoder(model: DetailBase) -> ChunkedEncoder:
    return ChunkedEncoder(model, CONFIG, VIEWS, torch.device("cpu"))


def cut(cloud: PointCloud) -> CutScene:
    scene = cut_scene(cloud, CONFIG)
    assert scene is not None
    return scene


def encoded(of: ChunkedEncoder, cloud: PointCloud):
    """Labels of the points and each view's superpoints."""
    scene = cut(cloud)
    with torch.inference_mode():
        labels = scene.scene(of.segment(scene.chunks), 1).point_to_superpoint
        return labels, of.encode(scene.chunks)


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
    size = GridSize.of(CONFIG)
    for place, points, own in chunk_grid.chunk_grid(cloud.xyz, CONFIG).windows():
        owners[points[:own]] += 1
        middle = size.chunk_middle(place)
        away = np.abs(cloud.xyz[:, :2] - middle).max(axis=1)
        np.testing.assert_array_equal(np.flatnonzero(away < CHUNK / 2), points[:own])
        margin = (away >= CHUNK / 2) & (away < CHUNK / 2 + MARGIN)
        np.testing.assert_array_equal(np.flatnonzero(margin), points[own:])
        np.testing.assert_allclose((middle + SHIFT) % CHUNK, CHUNK / 2)
    assert (owners == 1).all()


def test_a_tile_is_chunks_no_wider_than_the_decoder_sees():
    size = GridSize.of(CONFIG)
    places = [(x, y) for x in range(-7, 7) for y in range(-2, 5)]
    tiles = {size.tile_of(place) for place in places}
    for tile in tiles:
        own = np.array([size.chunk_middle(p) for p in places if size.tile_of(p) == tile])
        assert np.ptp(own, axis=0).max() + CHUNK <= chunk_grid.MOST_TILE_M + 1e-6
    assert len(tiles) == 8 * 4  # of two chunks each way
    coarse = SuperpointConfig(voxel_size_m=0.2, block_voxels=64)  # chunks wider than a tile
    assert GridSize.of(coarse).tile_of((-3, 5)) == (-3, 5)


def test_chunks_that_fit_into_a_tile_are_one_wherever_they_lie():
    size = GridSize.of(CONFIG)
    assert size.tiles_of([]) == []
    for x in range(3):
        places = [(x, 5), (x + 1, 5), (x, 6)]
        assert len(set(size.tiles_of(places))) == 1
    far = [*places, (x + 2, 5)]
    assert size.tiles_of(far) == [size.tile_of(place) for place in far]


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
    assert len(views.tiles) > 1
    for heading, turned in zip(views.headings(), turned_scenes(scene, VIEWS), strict=True):
        with torch.inference_mode():
            whole = model.encode_scene(batch_scenes([turned], MODEL.coordinates))
        real, own = ~heading.superpoints.padding, heading.superpoints
        assert heading.index[real].tolist() == [*range(heading.count)]
        features = own.features[real]
        error = (features - whole.features[0]).norm(dim=-1) / whole.features[0].norm(dim=-1)
        assert error.median() < 1e-3
        torch.testing.assert_close(
            own.geometry[real][:, 2:], whole.geometry[0, :, 2:], rtol=0, atol=1e-3
        )


def test_superpoints_lie_where_they_are_in_the_map_and_in_their_tiles(model):
    cloud = building()
    labels, views = encoded(encoder(model), cloud)
    centers = np.stack(
        [np.bincount(labels, cloud.xyz[:, axis]) / np.bincount(labels) for axis in (0, 1)], axis=1
    )
    places = views.places()
    assert places.features.shape == (1, len(centers), 0) and places.votes is not None
    offset = places.geometry[0, :, :2].numpy() - centers
    np.testing.assert_allclose(offset, np.broadcast_to(offset[0], offset.shape), atol=1e-3)
    begin = 0
    for tile, middle in zip(views.tiles, views.middles, strict=True):
        own = centers[begin : begin + len(tile)] - middle
        for heading, turn in enumerate(views.turns):
            geometry = tile.places.geometry[heading, :, :2].numpy()
            np.testing.assert_allclose(geometry, own @ turn, atol=1e-3)
        begin += len(tile)


def test_a_tile_is_measured_from_amid_its_points_as_a_scene_is(model):
    """Wherever it lies in the grid."""
    shift = np.array([5.1, 3.7, 0], np.float32)
    cloud = building()
    for part in (cloud, PointCloud(cloud.xyz + shift, cloud.rgb, "map")):
        labels, views = encoded(encoder(model), part)
        begin = 0
        for tile, middle in zip(views.tiles, views.middles, strict=True):
            own = (labels >= begin) & (labels < begin + len(tile))
            low, high = (of(part.xyz[own, :2], axis=0) for of in (np.min, np.max))
            assert np.abs(middle - (low + high) / 2).max() <= 0.5 + 1e-6
            begin += len(tile)


def test_a_tile_that_grows_is_placed_anew_as_if_it_were_new(model):
    whole = building()
    part = PointCloud(*(rows[whole.xyz[:, 0] < 4.0] for rows in (whole.xyz, whole.rgb)), "map")
    of = encoder(model)
    _, before = encoded(of, part)
    _, views = encoded(of, whole)
    kept = [own.features for tile in before.tiles for own, _ in tile.chunks]
    now = [own.features for tile in views.tiles for own, _ in tile.chunks]
    assert any(one is other for one in kept for other in now)  # only moved
    assert not np.array_equal(before.middles, views.middles)
    _, fresh = encoded(encoder(model), whole)
    for one, other in zip(tensors(views), tensors(fresh), strict=True):
        assert torch.equal(one, other)


def tensors(views: TiledViews) -> list[torch.Tensor]:
    found = []
    for tile in views.tiles:
        found += [tile.places.geometry, *tile.places.votes]
        for own, keys in tile.chunks:
            found += [own.features, own.geometry, *own.votes]
            found += [keys.center_features, keys.mask_features]
            found += [part for layer in keys.of_layers for part in layer]
    return found


def test_only_what_changed_is_encoded_again_and_as_if_it_were_new(model, encodings):
    of, cloud = encoder(model), building()
    _, before = encoded(of, cloud)
    first = encodings.copy()
    encodings.clear()
    labels, views = encoded(of, changed(cloud, 1.5, 1.0))  # amid a chunk
    assert len(encodings) == VIEWS < len(first)
    same = [one is other for one, other in zip(before.tiles, views.tiles, strict=True)]
    assert same.count(False) == 1 < len(same)  # with all that the decoder made of them
    fresh_labels, fresh = encoded(encoder(model), changed(cloud, 1.5, 1.0))
    np.testing.assert_array_equal(labels, fresh_labels)
    for one, other in zip(tensors(views), tensors(fresh), strict=True):
        assert torch.equal(one, other)
    encodings.clear()
    _, again = encoded(of, changed(cloud, 1.5, 1.0))
    assert encodings == []
    assert all(one is other for one, other in zip(views.tiles, again.tiles, strict=True))


def test_tiles_answer_like_one_batch_of_them(model):
    """Each by itself, not padded, in place of all at once."""
    _, views = encoded(encoder(model), building())
    text = torch.Generator().manual_seed(3)
    features = torch.randn(3, 5, model.config.text_dim, generator=text)
    mask = torch.arange(5) <= torch.tensor([2, 4, 3])[:, None]
    spans = [((0, n, n),) for n in (1, 3, 2)]

    def ask(one: Question) -> Prediction:
        answer = model.ground(one.superpoints, one.text, None, one.keys)
        return answer.of_rows(one.text.phrase_rows)

    with torch.inference_mode():
        batch = Views.of_headings(views.headings(), model.decoder.scene_keys)
        want = batch.answers(ask, features, mask, spans, 0.5)
        found = views.answers(ask, features, mask, spans, 0.5)
    assert len(found) == 3
    for one, other in zip(found, want, strict=True):
        assert one.mask_logits.shape[-1] == views.count and one.peaks == other.peaks
        for ours, theirs in (
            (one.mask_logits, other.mask_logits),
            (one.scores, other.scores),
            (one.presence_logits, other.presence_logits),
        ):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


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

    of, scene = encoder(model), cut(building())
    with torch.inference_mode():
        of.segment(scene.chunks)
        with pytest.raises(Cancelled):
            of.encode(scene.chunks, LaterSet())
    done = len(encodings)
    assert done > VIEWS
    encoded(of, scene.cloud)
    assert len(encodings) < done + VIEWS * len(scene.chunks)


@pytest.mark.parametrize(("shift", "again"), [(0.005, False), (0.02, True)])
def test_a_floor_that_lies_elsewhere_changes_all(model, encodings, shift, again, monkeypatch):
    of, cloud = encoder(model), building()
    encoded(of, cloud)
    encodings.clear()
    monkeypatch.setattr(chunks, "floor_of", lambda chunks: floor_of(chunks) + shift)
    encoded(of, cloud)
    assert bool(encodings) == again


def test_the_floor_is_a_low_percentile_of_all_chunks():
    cloud = building()
    assert floor_of(cut(cloud).chunks) == pytest.approx(np.percentile(cloud.xyz[:, 2], 1), abs=1e-3)


def test_small_scattered_and_other_scenes_are_not_cut(monkeypatch):
    cloud = building()
    assert cut_scene(cloud, CONFIG)
    thin = SuperpointConfig(voxel_size_m=VOXEL, block_voxels=14)  # narrower than planes reach
    assert not cut_scene(cloud, thin)
    wide = PointCloud(cloud.xyz * np.float32(1000), cloud.rgb, "map")
    assert not cut_scene(wide, CONFIG)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 20_000)
    assert not cut_scene(cloud, CONFIG)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 1)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", len(cloud) + 1)
    assert not cut_scene(cloud, CONFIG)


def test_published_networks_see_the_whole():
    """Their features are places relative to the scene's middle."""
    published = tiny_model()
    published.config = type(MODEL)(coordinates="reference")
    assert encoder(tiny_model()).cuts and not encoder(published).cuts

"""A scene looked at in several headings: the same points, turned, and the mean of the answers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.network import views
from detailbase_core.network.batch import (
    Prediction,
    Question,
    SuperpointBatch,
    TextBatch,
    Votes,
    batch_scenes,
)
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.network.tiling import Tiles
from detailbase_core.network.view_batch import batch_views
from detailbase_core.network.views import Views, joined_views, mean_prediction, turned_scenes
from detailbase_core.network.weight_files import read_weight_file
from detailbase_core.postprocess.calibration import METADATA_KEY, Calibration
from detailbase_core.types import PointCloud, Scene
from tests.helpers.toy_scenes import toy_arrays
from tests.helpers.weight_files import save_tiny_checkpoint

SENTENCE = "the red chair next to the lamp"


def a_scene() -> Scene:
    xyz = np.random.default_rng(0).uniform(-2, 5, (50, 3)).astype(np.float32)
    cloud = PointCloud(xyz, np.zeros((50, 3), np.uint8), "map", 7)
    return Scene(cloud, np.arange(50) % 9, 3)


def test_one_view_is_the_scene_itself():
    scene = a_scene()
    assert [one is scene for one in turned_scenes(scene, 1)] == [True]


def test_turns_about_z_are_even_and_change_nothing_else():
    scene = a_scene()
    first, second, third, fourth = turned_scenes(scene, 4)
    assert first is scene
    x, y, z = scene.cloud.xyz.T
    for turned, expected in ((second, (-y, x, z)), (third, (-x, -y, z)), (fourth, (y, -x, z))):
        np.testing.assert_allclose(turned.cloud.xyz, np.stack(expected, axis=1), atol=1e-5)
        assert turned.cloud.rgb is scene.cloud.rgb
        assert (turned.cloud.frame, turned.cloud.stamp_ns, turned.version) == ("map", 7, 3)
        assert turned.point_to_superpoint is scene.point_to_superpoint


@pytest.mark.parametrize("coordinates", ["anchored", "reference"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_views_made_on_the_device_are_those_made_before(coordinates, count):
    scene = a_scene()
    made = batch_scenes([*turned_scenes(scene, count)], coordinates)
    made = dataclasses.replace(made, own_grids=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    batch = batch_views(scene, count, coordinates, device)
    for field in dataclasses.fields(made):
        want, have = getattr(made, field.name), getattr(batch, field.name)
        if isinstance(want, torch.Tensor):
            torch.testing.assert_close(have.cpu(), want, rtol=1e-6, atol=1e-6)
        else:
            assert have == want


@pytest.mark.parametrize("own_grids", [True, False])
def test_views_encoded_together_are_as_alone(own_grids):
    """Odd axes of other lengths: in one grid for all, other voxels would have coarser ones."""
    model, _ = Checkpoint.read(SHIPPED_CHECKPOINT).load()
    xyz = np.random.default_rng(1).uniform((0.01, 0.02, 0), (1.01, 0.7, 0.61), (800, 3))
    cloud = PointCloud(xyz.astype(np.float32), np.zeros((800, 3), np.uint8), "map")
    scene = Scene(cloud, np.arange(800) % 20)
    batch = batch_views(scene, 2, model.config.coordinates, torch.device("cpu"))
    with torch.inference_mode():
        together = model.encode_scene(dataclasses.replace(batch, own_grids=own_grids))
        alone = [
            model.encode_scene(batch_scenes([one], model.config.coordinates)).features
            for one in turned_scenes(scene, 2)
        ]
    errors = [
        float((one.features - want).norm() / want.norm())
        for one, want in zip(together.scenes(), alone, strict=True)
    ]
    assert (max(errors) < 1e-5) == own_grids, errors


def answer(probabilities, *, score=0.5, presence=None, peaks=False) -> Prediction:
    masks = torch.tensor(probabilities, dtype=torch.float32).logit()[None, None]
    shown = masks.amax(dim=-1) if peaks else presence
    return Prediction(masks, torch.full(masks.shape[:3], score), shown, peaks=peaks)


def test_probabilities_are_averaged_and_presence_is_the_peak_of_the_mean():
    one = answer([[0.9, 0.1, 0.2]], score=0.4, peaks=True)
    other = answer([[0.1, 0.7, 0.2]], score=0.8, peaks=True)
    mean = mean_prediction([one, other])
    torch.testing.assert_close(mean.mask_logits.sigmoid()[0, 0], torch.tensor([[0.5, 0.4, 0.2]]))
    torch.testing.assert_close(mean.presence_logits.sigmoid(), torch.tensor([[[0.5]]]))
    torch.testing.assert_close(mean.scores, torch.tensor([[[0.6]]]))
    assert mean.peaks
    assert mean_prediction([one]) is one


def test_a_presence_head_is_averaged_and_none_stays_none():
    yes, no = (torch.tensor([[[p]]]).logit() for p in (0.8, 0.2))
    mean = mean_prediction([answer([[0.9]], presence=yes), answer([[0.9]], presence=no)])
    torch.testing.assert_close(mean.presence_logits.sigmoid(), torch.tensor([[[0.5]]]))
    assert mean_prediction([answer([[0.9]]), answer([[0.8]])]).presence_logits is None


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return save_tiny_checkpoint(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


def grounder(checkpoint, count: int) -> Grounder:
    return Grounder(
        GrounderConfig(checkpoint=str(checkpoint), device="cpu", threads=1, views=count)
    )


def test_the_answer_is_the_mean_of_the_single_views(checkpoint):
    """Each view's masks by itself, asked of the turned cloud with the first one's superpoints."""
    arrays = toy_arrays(0)
    cloud = PointCloud(arrays["xyz"], arrays["rgb"])
    both, alone = grounder(checkpoint, 2), grounder(checkpoint, 1)
    encoded = both.encode_cloud(cloud)
    assert len(encoded.views.tiles) == 2 and len(alone.encode_cloud(cloud).views.tiles) == 1
    scores = []
    for tiles in encoded.views.tiles:
        with torch.inference_mode():
            one = Views.of_headings([tiles], alone.model.decoder.scene_keys)
        one = dataclasses.replace(encoded, views=one)
        scores.append([p.score for p in alone.ground_encoded(one, SENTENCE).phrases])
    assert scores[0] == [p.score for p in alone.ground_cloud(cloud, SENTENCE).phrases]
    assert scores[0] != scores[1]
    assert [p.score for p in both.ground_encoded(encoded, SENTENCE).phrases] not in scores


def headings(model, counts):
    """Random superpoints of a scene in several headings, one a tile, and so many in each tile."""
    draw, found = torch.Generator().manual_seed(0), []
    for count in counts:
        features = torch.randn(1, count, model.config.superpoint_width, generator=draw)
        geometry = torch.rand(1, count, 6, generator=draw) * 3
        votes = Votes(geometry[..., :3] * 0.1, features[..., 0])
        padding = torch.zeros(1, count, dtype=torch.bool)
        batch = SuperpointBatch(features, padding, geometry, votes)
        found.append(Tiles(batch, torch.arange(count)[None], count))
    return found


@pytest.mark.parametrize("most", [1, 400, 1_000_000])
@pytest.mark.parametrize("tiles_of_second", [1, 2])
def test_headings_asked_together_answer_as_alone(monkeypatch, most, tiles_of_second):
    """However many sentences a pass has; the second heading in as many tiles or in more."""
    monkeypatch.setattr(views, "CPU_LOGITS", most)
    model, _ = Checkpoint.read(SHIPPED_CHECKPOINT).load()
    first, second = headings(model, [40, 40])
    if tiles_of_second == 2:
        halves = SuperpointBatch.joined(
            [second.superpoints.part(0, 1, 15), headings(model, [25])[0].superpoints]
        )
        index = torch.zeros(2, 25, dtype=torch.int64)
        index[0, :15], index[1] = torch.arange(15), torch.arange(15, 40)
        second = Tiles(halves, index, 40)
    asked = []

    def ask(one):
        asked.append(one.text.mask.shape[1])
        answer = model.ground(one.superpoints, one.text, None, one.keys)
        return answer.of_rows(one.text.phrase_rows)

    lengths = [3, 5, 4]
    features = torch.randn(3, 6, model.config.text_dim, generator=torch.Generator().manual_seed(1))
    mask = torch.arange(6) <= torch.tensor(lengths)[:, None]
    spans = [((0, length - 1, length - 1),) for length in lengths]
    with torch.inference_mode():
        both = Views.of_headings([first, second], model.decoder.scene_keys)
        found = both.answers(ask, features, mask, spans, 0.5)
        assert asked == {1: [1, 1, 1], 400: [1, 1, 1], 1_000_000: [3]}[most]
        alone = [
            ask(
                Question(
                    own.superpoints,
                    model.decoder.scene_keys(own.superpoints),
                    TextBatch.about_scenes(len(own.index), features, mask, spans),
                )
            )
            for own in (first, second)
        ]
        want = joined_views(alone, [first, second], 0.5).divided([2, 2, 2])
    for have, twin in zip(found, want, strict=True):
        assert have.mask_logits.shape == (1, 1, 2, 40) and have.peaks
        for ours, theirs in (
            (have.mask_logits, twin.mask_logits),
            (have.scores, twin.scores),
            (have.presence_logits, twin.presence_logits),
        ):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


def test_superpoints_of_headings_are_kept_once():
    model, _ = Checkpoint.read(SHIPPED_CHECKPOINT).load()
    both = Views.of_headings(headings(model, [40, 30]), model.decoder.scene_keys)
    assert both.superpoints.padding.sum(dim=1).tolist() == [0, 10]
    for own, joined in zip(both.tiles, both.superpoints.features, strict=True):
        assert own.superpoints.features.data_ptr() == joined.data_ptr()
        assert own.superpoints.features.shape[1] == own.index.shape[1]


def test_a_checkpoint_is_looked_at_as_it_was_calibrated_unless_told(checkpoint, tmp_path):
    path = tmp_path / "calibrated.safetensors"
    with_views = Calibration((0.9, 0.1), (), 3)
    tensors, metadata = read_weight_file(checkpoint)
    save_file(dict(tensors), path, {**metadata, METADATA_KEY: with_views.as_json()})
    assert [grounder(path, count).views for count in (0, 1, 4)] == [3, 1, 4]
    assert grounder(checkpoint, 0).views == 1

"""The network on a GPU: the published system's numbers, and what half precision costs."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.network.batch import TextBatch, batch_scenes
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.network.view_batch import batch_views
from detailbase_core.sparse import build_pyramid, select_backend
from detailbase_core.sparse.layers import DownConv3d, InverseConv3d, SparseTensor, SubmanifoldConv3d
from detailbase_core.synthetic.demo_room import MAP_FRAME, QUESTIONS, demo_scans
from detailbase_core.types import Scene
from tests.core.test_grounder import room
from tests.helpers.golden import load_golden
from tests.helpers.levels import side_by_side
from tests.helpers.sparse_grids import random_coords

pytestmark = pytest.mark.cuda
SHAPE = (17, 14, 9)


@pytest.fixture(scope="module")
def golden():
    return load_golden()


@pytest.fixture(scope="module")
def outputs(golden):
    """Point features, encoded superpoints and all predictions, as of the parity tests on a CPU."""
    model, batch = copy.deepcopy(golden.model()).cuda(), golden.batch().to("cuda")
    text = TextBatch(*(tensor.cuda() for tensor in golden.text()))
    with torch.inference_mode():
        levels, point_to_voxel = model.encode_voxels(batch)
        points = side_by_side(levels)[point_to_voxel]
        superpoints = model.encode_scene(batch)
        return points, superpoints, model.ground_stages(superpoints, text)


def test_features_are_the_published_ones(golden, outputs):
    points, superpoints, _ = outputs
    for ours, theirs in (
        (points, golden.arrays["point_feats"]),
        (superpoints.features[~superpoints.padding], golden.arrays["superpoint_feats"]),
    ):
        np.testing.assert_allclose(ours.cpu(), theirs, rtol=0, atol=2e-5)


def test_a_graph_gives_the_published_features(golden):
    model, batch = copy.deepcopy(golden.model()).cuda(), golden.batch().to("cuda")
    model.unet.use_graphs()
    with torch.inference_mode():
        for _ in range(4):  # step by step, captured, replayed
            found = model.encode_scene(batch)
            ours = found.features[~found.padding].cpu()
            np.testing.assert_allclose(ours, golden.arrays["superpoint_feats"], rtol=0, atol=2e-5)


def test_views_of_a_map_are_encoded_as_on_a_cpu():
    """Anchored, each view with its own grid, features of all levels."""
    model, _ = Checkpoint.read(SHIPPED_CHECKPOINT).load()
    cloud = room()
    owner = np.unique((cloud.xyz // 0.25).astype("int64"), axis=0, return_inverse=True)[1]
    batch = batch_views(
        Scene(cloud, owner.reshape(-1), 0), 2, model.config.coordinates, torch.device("cpu")
    )
    with torch.inference_mode():
        want = model.encode_scene(batch)
        model.cuda().unet.use_graphs()
        for _ in range(3):
            have = model.encode_scene(batch.to("cuda"))
            for ours, twin in ((have.features, want.features), (have.geometry, want.geometry)):
                torch.testing.assert_close(ours.cpu(), twin, rtol=1e-3, atol=1e-3)


def test_masks_and_scores_are_the_published_ones(golden, outputs):
    _, superpoints, predictions = outputs
    scene, sentence, row = torch.tensor(golden.phrases()).T
    real = ~superpoints.padding[scene].cpu().numpy()
    for prediction, logits, scores in zip(
        predictions, golden.arrays["mask_logits"], golden.arrays["scores"], strict=True
    ):
        ours = prediction.mask_logits[scene, sentence, row].cpu().numpy()
        assert np.abs(ours - logits)[real].max() <= 2e-3
        assert np.abs(prediction.scores[scene, sentence, row].cpu() - scores).max() <= 2e-3


@pytest.mark.parametrize("widths", [(6, 32), (40, 64), (80, 40), (33, 31), (192, 96)])
@pytest.mark.parametrize("layer", [SubmanifoldConv3d, DownConv3d, InverseConv3d])
def test_the_kernels_of_inference_give_what_torch_does(layer, widths):
    pyramid = build_pyramid(random_coords(0, 1500, SHAPE, scenes=2).cuda(), SHAPE, 2)
    conv, level = layer(*widths).cuda(), int(layer is InverseConv3d)
    features = torch.randn(len(pyramid.levels[level]), widths[0], device="cuda")

    def computed(name):
        backend = select_backend(name, features)
        with torch.inference_mode():
            return conv(SparseTensor(features, pyramid, level, backend)).features

    torch.testing.assert_close(computed("triton"), computed("torch"), rtol=1e-4, atol=1e-4)
    with torch.no_grad():
        conv.weight.mul_(2)  # which was laid out before
    torch.testing.assert_close(computed("triton"), computed("torch"), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_loses_nothing(dtype):
    exact, text_encoder = Checkpoint.read(SHIPPED_CHECKPOINT).load()
    exact, text_encoder = exact.cuda(), text_encoder.cuda()
    halved = copy.deepcopy(exact)
    halved.unet.use_precision(dtype)
    cloud = room()
    cells = torch.from_numpy((cloud.xyz // 0.25).astype("int64"))
    owner = torch.unique(cells, dim=0, return_inverse=True)[1].numpy()
    batch = batch_scenes([Scene(cloud, owner, 0)], exact.config.coordinates).to("cuda")
    sentences, spans = [["the", "red", "box", "on", "the", "floor"]], [[(0, 2, 2), (4, 5, 5)]]
    with torch.inference_mode():
        want, have = (model.encode_scene(batch) for model in (exact, halved))
        assert float((have.features - want.features).norm() / want.features.norm()) < 1e-2
        features, mask = text_encoder.encode(sentences)
        text = TextBatch.with_spans(features[None], mask[None], spans)
        wanted, had = (exact.ground(scene, text).mask_logits for scene in (want, have))
    assert float(((wanted > 0) == (had > 0)).float().mean()) >= 0.995


def test_auto_halves_and_answers_as_float32_does():
    features, masks = [], []
    for precision in ("float32", "auto"):
        grounder = Grounder(GrounderConfig(device="cuda", precision=precision))
        for scan in demo_scans():
            grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
        scene = grounder.encode_scene()
        features.append(scene.views.superpoints.features)
        answers = [grounder.ground_encoded(scene, one.sentence) for one in QUESTIONS]
        masks.append([_superpoints(phrase, scene.scene) for a in answers for phrase in a.phrases])
    assert grounder.model.unet.input_conv.weight.dtype == torch.float16
    exact, halved = features
    assert float((halved - exact).norm() / exact.norm()) < 1e-2
    same = [one == other for one, other in zip(*masks, strict=True)]
    assert np.mean(same) >= 0.995


def _superpoints(phrase, scene):
    """(S,) bool: those that an object of the phrase has points in."""
    points = [scene.point_to_superpoint[one.point_indices] for one in phrase.instances]
    return np.isin(np.arange(scene.superpoint_count), np.concatenate([[-1], *points]))


def test_a_gpu_answers_as_a_cpu_does():
    answers = []
    for device in ("cpu", "cuda"):
        grounder = Grounder(GrounderConfig(device=device, threads=2))
        grounder.add(room(), np.eye(4), "map")
        answers.append(grounder.ground_many(["the red box", "a box next to the red box"]))
    for one, other in zip(*answers, strict=True):
        for a, b in zip(one.phrases, other.phrases, strict=True):
            assert a.presence == pytest.approx(b.presence, abs=0.02)
            assert len(a.instances) == len(b.instances)

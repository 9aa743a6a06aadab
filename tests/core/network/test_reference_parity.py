"""Every stage gives the reference system's numbers (float32, CPU)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from detailbase_core.network.batch import TextBatch
from detailbase_core.network.sparse_unet import LevelFeatures
from detailbase_core.network.superpoint_pooling import pool_superpoints
from detailbase_core.network.voxelization import voxelize
from detailbase_core.ops.scatter import average_features
from tests.helpers.golden import load_golden
from tests.helpers.levels import side_by_side
from training.config import LossWeights
from training.evaluation.metrics import DescriptionResult, mask_iou, summarize
from training.trainer.losses import grounding_loss, superpoint_targets

FEATURE_TOLERANCE = 1e-5
LOGIT_TOLERANCE = 2e-3  # a logit near 0 can flip an attention mask


@pytest.fixture(scope="module")
def golden():
    return load_golden()


@pytest.fixture(scope="module")
def outputs(golden):
    """Point features, encoded superpoints and all predictions, computed once."""
    model, batch = golden.model(), golden.batch()
    with torch.no_grad():
        levels, point_to_voxel = model.encode_voxels(batch)
        points = side_by_side(levels)[point_to_voxel]
        superpoints = model.encode_scene(batch)
        predictions = model.ground_stages(superpoints, TextBatch(*golden.text()))
    return points, superpoints, predictions


def test_voxels_are_the_same_set_with_the_same_features(golden):
    config, batch = golden.model().config, golden.batch()
    voxels = voxelize(
        batch.grid_xyz, batch.scene_of_point, config.voxel_size_m, config.min_spatial_shape
    )
    theirs = golden.arrays["voxel_coords"]
    assert set(map(tuple, voxels.coords.tolist())) == set(map(tuple, theirs.tolist()))
    assert list(voxels.spatial_shape) == golden.arrays["spatial_shape"].tolist()
    coords_of_points = voxels.coords[voxels.point_to_voxel].numpy()
    assert np.array_equal(coords_of_points, theirs[golden.arrays["voxel_of_point"]])
    features = torch.cat([batch.rgb, batch.xyz], dim=1)
    ours = average_features(features, voxels.point_to_voxel, len(voxels))[voxels.point_to_voxel]
    expected = golden.arrays["voxel_feats"][golden.arrays["voxel_of_point"]]
    assert np.abs(ours.numpy() - expected).max() <= FEATURE_TOLERANCE


def test_point_features(golden, outputs):
    points, _, _ = outputs
    assert np.abs(points.numpy() - golden.arrays["point_feats"]).max() <= FEATURE_TOLERANCE


def test_superpoint_features(golden, outputs):
    points, superpoints, _ = outputs
    expected = golden.arrays["superpoint_feats"]
    each = torch.arange(len(points))
    owners = golden.batch().point_to_superpoint
    pooled = pool_superpoints([LevelFeatures(points)], each, owners, len(expected))
    assert np.abs(pooled.numpy() - expected).max() <= FEATURE_TOLERANCE
    packed = superpoints.features[~superpoints.padding]
    assert np.abs(packed.numpy() - expected).max() <= FEATURE_TOLERANCE


def test_mask_logits_and_scores_of_all_predictions(golden, outputs):
    _, superpoints, predictions = outputs
    scene, sentence, row = torch.tensor(golden.phrases()).T
    real = ~superpoints.padding[scene].numpy()
    assert len(predictions) == len(golden.arrays["mask_logits"])
    for prediction, logits, scores in zip(
        predictions, golden.arrays["mask_logits"], golden.arrays["scores"], strict=True
    ):
        ours = prediction.mask_logits[scene, sentence, row].numpy()
        assert np.abs(ours - logits)[real].max() <= LOGIT_TOLERANCE
        ours_scores = prediction.scores[scene, sentence, row].numpy()
        assert np.abs(ours_scores - scores).max() <= LOGIT_TOLERANCE


def test_padding_is_the_same(golden, outputs):
    _, superpoints, _ = outputs
    per_sentence = superpoints.padding.repeat_interleave(
        torch.tensor(golden.descriptions_per_scene), dim=0
    )
    assert np.array_equal(per_sentence.numpy(), golden.arrays["pad_mask"])


def test_loss_and_its_parts(golden, outputs):
    _, superpoints, predictions = outputs
    weights = LossWeights(*golden.json("config")["loss_weight"][:3])
    loss, parts = grounding_loss(predictions, golden.targets(), superpoints.padding, weights)
    expected = golden.json("losses")
    assert float(loss) == pytest.approx(float(golden.arrays["loss"]), abs=1e-4)
    assert float(loss) == pytest.approx(expected.pop("loss"), abs=1e-4)
    named = {f"{name}_loss": float(value) for name, value in parts.items()}
    assert named.keys() == expected.keys()
    for name, value in expected.items():
        assert named[name] == pytest.approx(value, abs=1e-4), name


def test_metrics_on_points(golden, outputs):
    _, _, predictions = outputs
    ious, batch = [], golden.batch()
    offsets = golden.arrays["superpoint_offsets"]
    for i, (scene, sentence, row) in enumerate(golden.phrases()):
        in_scene = batch.scene_of_point == scene
        mask = predictions[-1].mask_logits[scene, sentence, row].sigmoid() >= 0.5
        points = mask[batch.point_to_superpoint[in_scene] - int(offsets[scene])].numpy()
        truth = np.unpackbits(golden.arrays[f"gt_pmask_{i}"])[: len(points)].astype(bool)
        ious.append(mask_iou(points, truth))
    assert np.allclose(ious, golden.arrays["point_iou"], atol=1e-3)
    counts = [len(t2o) for t2o in golden.json("t2os")]
    groups = np.split(np.array(ious), np.cumsum(counts)[:-1])
    figures = summarize([DescriptionResult(tuple(group), 10) for group in groups])
    for name, value in golden.json("metrics").items():
        assert figures[name] == pytest.approx(value, abs=1e-3), name


def test_phrase_targets_follow_from_the_objects(golden):
    """Every second target follows from t2o; the others were made from predicted masks."""
    batch, offsets = golden.batch(), golden.arrays["superpoint_offsets"]
    instances = torch.from_numpy(golden.arrays["instances"])
    objects = [ids for t2o in golden.json("t2os") for ids in t2o.values()]
    for i, ((scene, _, _), ids) in list(enumerate(zip(golden.phrases(), objects, strict=True)))[
        1::2
    ]:
        in_scene = batch.scene_of_point == scene
        points = torch.isin(instances[in_scene], torch.tensor(ids))
        local = batch.point_to_superpoint[in_scene] - int(offsets[scene])
        count = golden.superpoint_counts[scene]
        target = superpoint_targets(points[None], local, count)[0].numpy()
        assert np.array_equal(target, golden.arrays[f"gt_spmask_{i}"].astype(bool)[:count]), i

"""The options by which our own network differs from the published one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from detailbase_core.config import ModelConfig
from detailbase_core.errors import ConfigError
from detailbase_core.network.batch import SuperpointBatch, TextBatch, Votes, batch_scenes
from detailbase_core.network.decoder_layer import Attention
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.position_encoding import (
    FREQUENCIES,
    RelativePositions,
    fourier_features,
    mask_centroids,
    shift_coefficients,
    wave_vectors,
)
from detailbase_core.network.sparse_unet import LevelFeatures
from detailbase_core.network.superpoint_pooling import pool_superpoints
from detailbase_core.types import PointCloud, Scene
from tests.core.network.test_checkpoint import tiny_batch
from tests.helpers.levels import side_by_side
from tests.helpers.weight_files import MODEL

ALL = replace(
    MODEL,
    pooled_levels=2,
    superpoint_positions=True,
    center_offsets=True,
    relative_positions=True,
    presence_head=True,
    phrase_head=True,
    widths=(8, 16, 16),
    look_alike_rounds=2,
)


def grounded(model: DetailBase, batch, sentences: int = 2, words: int = 5):
    torch.manual_seed(7)
    text = torch.randn(1, sentences, words, model.config.text_dim)
    mask = torch.ones(1, sentences, words, dtype=torch.bool)
    superpoints = model.encode_scene(batch)
    return superpoints, model.ground_stages(superpoints, TextBatch(text, mask))


@pytest.mark.parametrize(
    "option",
    [
        {},
        {"pooled_levels": 2},
        {"center_offsets": True},
        {"relative_positions": True},
        {"center_offsets": True, "superpoint_positions": True},
        {"look_alike_rounds": 2},
    ],
)
def test_every_option_learns(option):
    """Each parameter of each option gets a gradient from masks, offsets or presence."""
    torch.manual_seed(0)
    model = DetailBase(replace(MODEL, **option)).train()
    if model.config.relative_positions:  # which begin at nothing: then `match` has no gradient
        for layer in model.decoder.layers:
            torch.nn.init.normal_(layer.relative.look.weight, std=0.1)
            torch.nn.init.normal_(layer.relative.draw.weight, std=0.1)
    if model.decoder.look_alikes is not None:  # likewise
        for one in model.decoder.look_alikes.rounds:
            torch.nn.init.normal_(one.score.weight)
            torch.nn.init.normal_(one.kind.weight)
    superpoints, predictions = grounded(model, tiny_batch())
    loss = sum(p.mask_logits.square().mean() + p.scores.square().mean() for p in predictions)
    if superpoints.votes is not None:
        loss = loss + sum(vote.square().mean() for vote in superpoints.votes)
    loss.backward()
    unused = {"cross_norm.weight", "cross_norm.bias"}  # as published
    idle = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert [n for n in idle if n.split(".", 3)[-1] not in unused] == []


def test_preferences_depend_on_the_way_from_the_reference_only():
    torch.manual_seed(0)
    vectors = wave_vectors()
    assert vectors.shape == (FREQUENCIES, 3)
    places, reference, shift = torch.randn(50, 3), torch.randn(3), torch.randn(3)
    coefficients = torch.randn(2 * FREQUENCIES)
    direct = fourier_features(places - reference, vectors) @ coefficients
    seen = fourier_features(places, vectors) @ shift_coefficients(
        coefficients, fourier_features(reference, vectors)
    )
    moved = fourier_features(places + shift, vectors) @ shift_coefficients(
        coefficients, fourier_features(reference + shift, vectors)
    )
    torch.testing.assert_close(seen, direct, atol=2e-4, rtol=0)
    torch.testing.assert_close(moved, direct, atol=2e-4, rtol=0)


def test_references_are_mixtures_of_real_words_places():
    torch.manual_seed(0)
    relative = RelativePositions(MODEL)
    queries, words = torch.randn(1, 1, 3, MODEL.query_dim), torch.randn(1, 1, 3, 3)
    mask = torch.tensor([[[[True, True, False]]]])
    references = relative.refer(queries, words, mask)[0]
    assert references.shape == (1, 1, 3, MODEL.heads, 2 * FREQUENCIES)
    words[0, 0, 2] = 1e3  # padding
    assert torch.equal(relative.refer(queries, words, mask)[0], references)
    words[0, 0, :2] = torch.tensor([1.0, 2.0, 0.5])  # both at one place: so is every mixture
    expected = fourier_features(torch.tensor([1.0, 2.0, 0.5]), relative.vectors)
    torch.testing.assert_close(
        relative.refer(queries, words, mask)[0], expected.expand_as(references)
    )


@pytest.mark.parametrize("autocast", [False, True])
def test_attention_with_a_bias_is_the_same_step_by_step(autocast):
    torch.manual_seed(0)
    attention = Attention(dim=32, heads=4)
    queries, keys = torch.randn(2, 5, 32), torch.randn(2, 40, 32)
    of_queries, of_keys = torch.randn(2, 5, 4, 6).transpose(1, 2), torch.randn(2, 40, 6)
    allowed = torch.rand(2, 5, 40) < 0.2
    allowed[..., 0] = True
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        whole = [attention.keys_values(keys, of_keys)]
        fused = attention.attend(queries, [whole], allowed, of_queries)
        with torch.no_grad():
            whole = [attention.keys_values(keys, of_keys)]
            step_by_step = attention.attend(queries, [whole], allowed, of_queries)
            without_bias = attention(queries, keys, allowed)
    close = {"atol": 0.05, "rtol": 0.05} if autocast else {"atol": 1e-5, "rtol": 1e-5}
    torch.testing.assert_close(step_by_step, fused.detach(), **close)
    assert not torch.allclose(without_bias, fused.detach(), **close)


@pytest.mark.parametrize("biased", [False, True])
def test_attention_to_keys_in_blocks_is_that_to_all(biased):
    torch.manual_seed(0)
    attention = Attention(dim=32, heads=4)
    queries, keys = torch.randn(2, 5, 32), torch.randn(2, 40, 32)
    of_queries = torch.randn(2, 4, 5, 6) if biased else None
    of_keys = torch.randn(2, 40, 6) if biased else None
    allowed = torch.rand(2, 5, 40) < 0.2
    allowed[..., 7] = True
    parts = [slice(0, 13), slice(13, 14), slice(14, 40)]
    for learning in (False, True):
        with torch.set_grad_enabled(learning):
            blocks = [
                attention.keys_values(keys[:, own], None if of_keys is None else of_keys[:, own])
                for own in parts
            ]
            whole = [attention.keys_values(keys, of_keys)]
            want = attention.attend(queries, [whole], allowed, of_queries)
            found = attention.attend(queries, [blocks], allowed, of_queries)
        torch.testing.assert_close(found, want, atol=1e-5, rtol=1e-5)


def test_a_masks_middle():
    centers = torch.tensor([[[0.0, 0, 0], [2, 0, 0], [50, 50, 50]]])
    probabilities = torch.tensor([[[[1.0, 1, 0], [1, 0, 0], [0, 0, 0]]]])
    middles = mask_centroids(probabilities, centers)[0, 0]
    torch.testing.assert_close(middles[:2], torch.tensor([[1.0, 0, 0], [0, 0, 0]]))
    assert middles[2].isfinite().all()  # an empty mask is somewhere


@pytest.mark.parametrize("learning", [True, False])
def test_pooling_weighs_each_point_alike(learning):
    torch.manual_seed(0)
    features, voxel = torch.randn(7, 4), torch.randint(0, 7, (60,))
    superpoint = torch.randint(0, 5, (60,))
    superpoint[superpoint == 3] = 2  # superpoint 3 is empty
    row = torch.tensor([0, 0, 1, 2, -1, 2, -1])
    levels = [LevelFeatures(features), LevelFeatures(torch.randn(3, 2), row)]
    at_voxels = side_by_side(levels)
    with torch.set_grad_enabled(learning):
        pooled = pool_superpoints(levels, voxel, superpoint, 6)  # nor has 5 a point
    for s in (0, 1, 2, 4):
        torch.testing.assert_close(pooled[s], at_voxels[voxel[superpoint == s]].mean(0))
    assert not pooled[[3, 5]].any()


def test_coarser_features_are_those_of_the_ancestor():
    """Levels beside each other: with the finest alone the first columns stay as they were."""
    torch.manual_seed(0)
    model = DetailBase(ALL).eval()
    features = side_by_side(model.encode_voxels(tiny_batch())[0])
    assert features.shape[1] == ALL.superpoint_width == 8 + 16
    single = DetailBase(replace(ALL, pooled_levels=1)).eval()
    single.unet.load_state_dict(
        {k: v for k, v in model.unet.state_dict().items() if not k.startswith("coarse_norms")}
    )
    finest = side_by_side(single.encode_voxels(tiny_batch())[0])
    assert torch.equal(features[:, :8], finest)
    assert len(features[:, 8:].unique(dim=0)) < len(finest.unique(dim=0))  # siblings share


@pytest.mark.parametrize("learning", [False, True])
def test_voxels_that_are_all_the_last_of_an_odd_axis_have_no_coarser_ones(learning):
    """Two walls that end a grid of 17 x 17 voxels: coarser levels are empty."""
    along = torch.arange(1, 16)
    last = torch.full_like(along, 16)
    voxels = torch.cat([torch.stack([along, last], dim=1), torch.stack([last, along], dim=1)])
    xyz = torch.cat([(voxels + 0.5) * ALL.voxel_size_m, torch.full((30, 1), 0.4)], dim=1)
    cloud = PointCloud(xyz.numpy(), np.zeros((30, 3), np.uint8))
    batch = batch_scenes([Scene(cloud, np.arange(30) // 15)], ALL.coordinates)
    model = DetailBase(replace(ALL, pooled_levels=3)).eval()
    with torch.set_grad_enabled(learning):
        features = model.encode_scene(batch).features
    assert features[0, :, :8].abs().sum() > 0 == features[0, :, 8:].abs().sum()


def test_levels_that_do_not_exist_are_refused():
    with pytest.raises(ConfigError, match="pooled_levels: 6 of a U-Net with 5 levels"):
        ModelConfig(pooled_levels=6)


def test_padding_changes_nothing():
    """A scene's answers are the same beside a larger scene."""
    torch.manual_seed(0)
    model = DetailBase(ALL).eval()
    alone, expected = grounded(model, tiny_batch())
    count = alone.features.shape[1]

    def wide(x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, torch.ones_like(x)], dim=1)

    wider = SuperpointBatch(
        wide(alone.features),
        wide(alone.padding),
        wide(alone.geometry),
        Votes(*map(wide, alone.votes)),
    )
    torch.manual_seed(7)
    text = torch.randn(1, 2, 5, ALL.text_dim)
    beside = model.ground_stages(wider, TextBatch(text, torch.ones(1, 2, 5, dtype=torch.bool)))
    for one, two in zip(expected, beside, strict=True):
        torch.testing.assert_close(two.mask_logits[..., :count], one.mask_logits)
        torch.testing.assert_close(two.presence_logits, one.presence_logits)


def test_kept_keys_of_a_scene_answer_alike():
    torch.manual_seed(0)
    model = DetailBase(ALL).eval()
    superpoints, expected = grounded(model, tiny_batch())
    torch.manual_seed(7)
    text, mask = torch.randn(1, 2, 5, ALL.text_dim), torch.ones(1, 2, 5, dtype=torch.bool)
    keys = model.decoder.scene_keys(superpoints)
    kept = model.ground(superpoints, TextBatch(text, mask), scene_keys=keys)
    assert torch.equal(kept.mask_logits, expected[-1].mask_logits)


def test_only_what_has_a_centre_moves():
    geometry = torch.tensor([[1.0, 1, 1, 9, 9, 9], [2, 2, 2, 9, 9, 9]])
    votes = Votes(torch.ones(2, 3), torch.tensor([50.0, -50.0]))
    assert votes.centers(geometry).tolist() == [[2, 2, 2], [2, 2, 2]]

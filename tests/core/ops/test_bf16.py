"""The kernels in bfloat16 against torch's products of the same rounded numbers, and what they cost
in exactness."""

from __future__ import annotations

import copy

import pytest
import torch

from detailbase_core.errors import ConfigError
from detailbase_core.network.batch import TextBatch, batch_scenes
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.network.sparse_unet import NormReLU, SparseUNet
from detailbase_core.network.superpoint_pooling import pool_superpoints
from detailbase_core.sparse import (
    DownConv3d,
    InverseConv3d,
    SparseTensor,
    SubmanifoldConv3d,
    bf16_backend,
    build_pyramid,
)
from detailbase_core.sparse.backends import BF16, NATIVE, TORCH
from detailbase_core.types import Scene
from tests.core.test_grounder import room
from tests.helpers.sparse_grids import random_coords

SHAPE = (17, 14, 9)
WIDTHS = [(1, 1), (6, 32), (24, 48), (33, 31), (96, 160), (160, 7)]
needs_units = pytest.mark.skipif(bool(bf16_backend.find_problem()), reason="no matrix units")


def _random(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _pyramid(voxels=1500):
    return build_pyramid(random_coords(0, voxels, SHAPE, scenes=2), SHAPE, 2)


def _rounded(features):
    return features.bfloat16()


@needs_units
@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("layer", [SubmanifoldConv3d, DownConv3d, InverseConv3d])
def test_convolutions_equal_torch_on_rounded_numbers(layer, widths):
    pyramid, level = _pyramid(), int(layer is InverseConv3d)
    conv = layer(*widths).to(torch.bfloat16)
    features = _rounded(_random(1, len(pyramid.levels[level]), widths[0]))
    exact = copy.deepcopy(conv).float()
    with torch.inference_mode():
        ours = conv(SparseTensor(features, pyramid, level, BF16)).features
        twin = exact(SparseTensor(features.float(), pyramid, level, TORCH)).features
    assert ours.dtype == torch.float32
    torch.testing.assert_close(ours, twin, rtol=1e-4, atol=1e-4)


@needs_units
@pytest.mark.parametrize("widths", WIDTHS)
def test_what_is_fused_equals_single_steps(widths):
    pyramid = _pyramid()
    level, (inside, outside) = pyramid.levels[0], widths
    conv = SubmanifoldConv3d(inside, outside).to(torch.bfloat16)
    x = SparseTensor(_rounded(_random(1, len(level), inside)), pyramid, 0, BF16)
    added, scale, shift = _random(3, len(level), outside), _random(4, outside), _random(5, outside)
    with torch.inference_mode():
        plain = conv(x).features
        for rows in (None, added):
            expected = plain if rows is None else plain + rows
            torch.testing.assert_close(conv.fused(x, rows).features, expected)
            normed = conv.fused(x, rows, (scale, shift)).features
            assert normed.dtype == torch.bfloat16
            want = (expected * scale + shift).relu()
            torch.testing.assert_close(normed.float(), want, rtol=2**-8, atol=1e-5)


@needs_units
def test_a_float32_weight_is_multiplied_as_exactly_as_float32():
    pyramid, conv = _pyramid(), SubmanifoldConv3d(6, 32)
    features = 5 * _random(1, len(pyramid.levels[0]), 6)
    with torch.inference_mode():
        ours = conv(SparseTensor(features, pyramid, 0, BF16)).features
        twin = conv(SparseTensor(features, pyramid, 0, NATIVE)).features
    assert float((ours - twin).norm() / twin.norm()) < 3e-5


@needs_units
def test_norm_equals_torch_and_keeps_nan():
    norm = NormReLU(33).eval()
    norm.running_mean.copy_(_random(1, 33))
    features = _random(2, 700, 33)
    features[3, 4] = torch.nan
    with torch.inference_mode():
        ours, twin = norm(features, torch.bfloat16), norm(features).bfloat16()
    assert ours.dtype == torch.bfloat16 and bool(ours[3, 4].isnan())
    torch.testing.assert_close(ours, twin, rtol=2**-7, atol=1e-6, equal_nan=True)


@needs_units
def test_threads_do_not_change_a_bit():
    pyramid, conv = _pyramid(), SubmanifoldConv3d(33, 70).to(torch.bfloat16)
    x = SparseTensor(_rounded(_random(1, len(pyramid.levels[0]), 33)), pyramid, 0, BF16)
    results, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            with torch.inference_mode():
                results.append(conv(x).features)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(results[1], results[0]) and torch.equal(results[2], results[0])


@needs_units
def test_a_weight_is_packed_once_and_again_when_it_changed():
    conv, backend = SubmanifoldConv3d(3, 4).to(torch.bfloat16), bf16_backend.Bf16Backend()
    first = backend._pack(conv.weight)
    assert backend._pack(conv.weight) is first
    with torch.no_grad():
        conv.weight.mul_(2)
    assert backend._pack(conv.weight) is not first


def _unets():
    """A network in float32 whose norms do something, and its halved copy."""
    torch.manual_seed(0)
    exact = SparseUNet(6, (32, 48, 64), block_reps=2).eval()
    for norm in exact.modules():
        if isinstance(norm, NormReLU):
            norm.running_mean.normal_(0, 0.1)
            norm.running_var.uniform_(0.5, 1.5)
    return exact, copy.deepcopy(exact)


@pytest.mark.parametrize(
    ("backend", "dtype"),
    [
        pytest.param("auto", torch.bfloat16, marks=needs_units),
        ("torch", torch.bfloat16),
        ("torch", torch.float16),
    ],
)
def test_superpoint_features_of_a_halved_network_are_within_a_hundredth(backend, dtype):
    exact, halved = _unets()
    halved.backend = backend
    halved.use_precision(dtype)
    coords = random_coords(4, 3000, (24, 24, 12))
    pyramid = build_pyramid(coords, (24, 24, 12), 3)
    features, owner = _random(5, len(coords), 6), torch.arange(len(coords)) // 20
    voxel = torch.arange(len(coords))
    with torch.inference_mode():
        want, have = (
            pool_superpoints(unet(features, pyramid), voxel, owner, int(owner.max()) + 1)
            for unet in (exact, halved)
        )
    assert have.dtype == torch.float32
    assert float((have - want).norm() / want.norm()) < 1e-2


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_cpu_that_cannot_says_so(dtype, monkeypatch):
    monkeypatch.setattr(bf16_backend, "find_problem", lambda: "this processor has none")
    _, unet = _unets()
    with pytest.raises(ConfigError, match=r"precision '.*' cannot be used on the CPU: "):
        unet.use_precision(dtype)


@needs_units
def test_the_shipped_network_gives_the_same_masks():
    checkpoint = Checkpoint.read(SHIPPED_CHECKPOINT)
    exact, text_encoder = checkpoint.load()
    halved = copy.deepcopy(exact)
    halved.unet.use_precision(torch.bfloat16)
    cloud = room()
    cells = (cloud.xyz // 0.25).astype("int64")
    owner = torch.unique(torch.from_numpy(cells), dim=0, return_inverse=True)[1].numpy()
    batch = batch_scenes([Scene(cloud, owner, 0)], exact.config.coordinates)
    sentences, spans = [["the", "red", "box", "on", "the", "floor"]], [[(0, 2, 2), (4, 5, 5)]]
    with torch.inference_mode():
        want, have = (model.encode_scene(batch) for model in (exact, halved))
        assert float((have.features - want.features).norm() / want.features.norm()) < 1e-2
        features, mask = text_encoder.encode(sentences)
        text = TextBatch.with_spans(features[None], mask[None], spans)
        wanted, had = (exact.ground(scene, text).mask_logits for scene in (want, have))
    assert float(((wanted > 0) == (had > 0)).float().mean()) >= 0.995
    torch.testing.assert_close(had.sigmoid(), wanted.sigmoid(), rtol=0, atol=0.05)

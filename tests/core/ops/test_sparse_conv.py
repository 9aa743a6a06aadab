"""Every backend against the convolutions' definitions, and its gradients."""

from __future__ import annotations

import threading

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.errors import Cancelled
from detailbase_core.network.sparse_unet import SparseUNet
from detailbase_core.network.voxelization import Voxels
from detailbase_core.sparse import build_pyramid, morton, select_backend
from tests.helpers import sparse_grids
from tests.helpers.levels import side_by_side
from tests.helpers.sparse_grids import grids, random_coords

SHAPE = (9, 6, 7)
BACKENDS = ["native", "torch"]


def _backend(name):
    return select_backend(name, torch.zeros(1))


def _random(seed, *shape, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def _layers(backend, pyramid, widths, seed=0, dtype=torch.float32):
    """(name, function, inputs, the definition's result) of the three convolutions."""
    fine, coarse = pyramid.levels[:2]
    c, d = widths
    x, y = (_random(seed, len(m), c, dtype=dtype) for m in (fine, coarse))
    w3 = _random(seed + 1, d, 3, 3, 3, c, dtype=dtype)
    w2 = _random(seed + 2, d, 2, 2, 2, c, dtype=dtype)
    return {
        "submanifold": (
            lambda x, w: backend.submanifold(x, fine, w),
            (x, w3),
            lambda x, w: sparse_grids.submanifold(fine.coords, x, w),
        ),
        "down": (
            lambda x, w: backend.down(x, fine, w),
            (x, w2),
            lambda x, w: sparse_grids.down(fine.coords, coarse.coords, x, w),
        ),
        "inverse": (
            lambda x, w: backend.inverse(x, fine, w),
            (y, w2),
            lambda x, w: sparse_grids.inverse(fine.coords, coarse.coords, x, w),
        ),
    }


def _with_gradients(function, inputs, seed=3):
    """Result and both input gradients under a random output gradient."""
    inputs = [i.detach().clone().requires_grad_() for i in inputs]
    out = function(*inputs)
    out.backward(_random(seed, *out.shape).to(out.dtype))
    return out.detach(), *(i.grad for i in inputs)


@pytest.mark.parametrize("name", BACKENDS)
@settings(max_examples=40)  # the definitions are slow
@given(grid=grids(), widths=st.tuples(st.integers(1, 40), st.integers(1, 40)))
def test_convolutions_and_gradients_equal_their_definitions(name, grid, widths):
    coords, shape = grid
    pyramid = build_pyramid(coords, shape, 2)
    for ours, inputs, definition in _layers(_backend(name), pyramid, widths).values():
        expected = _with_gradients(definition, [i.double() for i in inputs])
        for have, want in zip(_with_gradients(ours, inputs), expected, strict=True):
            torch.testing.assert_close(have, want.float(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("layer", ["submanifold", "down", "inverse"])
def test_gradcheck(layer):
    pyramid = build_pyramid(random_coords(1, 40, (5, 4, 3), scenes=2), (5, 4, 3), 2)
    function, inputs, _ = _layers(_backend("torch"), pyramid, (3, 2), dtype=torch.float64)[layer]
    assert torch.autograd.gradcheck(function, tuple(i.requires_grad_() for i in inputs))


def test_gathering_in_chunks_changes_nothing(monkeypatch):
    from detailbase_core.sparse import torch_backend

    pyramid = build_pyramid(random_coords(2, 300, SHAPE), SHAPE, 2)
    layers = _layers(_backend("torch"), pyramid, (5, 4))
    whole = [_with_gradients(f, inputs) for f, inputs, _ in layers.values()]
    monkeypatch.setattr(torch_backend, "_CPU_CHUNK", 7 * 27 * 5)
    chunked = [_with_gradients(f, inputs) for f, inputs, _ in layers.values()]
    torch.testing.assert_close(chunked, whole)


def test_autocast_computes_in_its_dtype_and_returns_float32_gradients():
    pyramid = build_pyramid(random_coords(3, 200, SHAPE), SHAPE, 2)
    for function, inputs, _ in _layers(_backend("torch"), pyramid, (16, 8)).values():
        exact = _with_gradients(function, inputs)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out, *gradients = _with_gradients(function, inputs)
        assert out.dtype == torch.bfloat16
        for have, want in zip((out, *gradients), exact, strict=True):
            assert float((have - want).norm() / want.norm()) < 0.02
        assert all(g.dtype == torch.float32 for g in gradients)


def _small_unet(**options):
    torch.manual_seed(0)
    return SparseUNet(3, (8, 12, 16), block_reps=1, **options)


def _voxels(coords):
    return build_pyramid(coords, SHAPE, 3)


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("count", [0, 1, 200])
def test_unet_keeps_the_order_of_its_voxels(name, count):
    coords = random_coords(4, count, SHAPE, scenes=2)
    features = _random(5, len(coords), 3)
    unet = _small_unet(backend=name).eval()
    shuffled = torch.randperm(len(coords), generator=torch.Generator().manual_seed(6))
    with torch.inference_mode():
        out = side_by_side(unet(features, _voxels(coords)))
        again = side_by_side(unet(features[shuffled], _voxels(coords[shuffled])))
        order = morton.encode(coords).argsort()
        voxels = Voxels(coords[order], torch.arange(count), SHAPE)
        ascending = side_by_side(unet(features[order], voxels))
    assert out.shape == (len(coords), 8)
    torch.testing.assert_close(again, out[shuffled], rtol=0, atol=0)
    torch.testing.assert_close(ascending, out[order], rtol=0, atol=0)


@pytest.mark.parametrize("name", BACKENDS)
def test_scenes_of_a_batch_do_not_touch(name):
    first, second = random_coords(7, 150, SHAPE), random_coords(8, 100, SHAPE)
    both = torch.cat((first, second + torch.tensor([1, 0, 0, 0], dtype=torch.int32)))
    features = _random(9, len(both), 3)
    unet = _small_unet(backend=name).eval()
    with torch.inference_mode():
        together = side_by_side(unet(features, _voxels(both)))
        alone = side_by_side(unet(features[: len(first)], _voxels(first)))
    torch.testing.assert_close(together[: len(first)], alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", BACKENDS)
def test_training_reaches_every_parameter_and_repeats_bitwise(name):
    coords = random_coords(10, 300, SHAPE, scenes=2)
    features, target = _random(11, len(coords), 3), _random(12, len(coords), 8)
    gradients = []
    for _ in range(2):
        unet = _small_unet(backend=name).train()
        (side_by_side(unet(features, _voxels(coords))) - target).square().mean().backward()
        gradients.append([p.grad for p in unet.parameters()])
    assert all(g is not None and bool(g.abs().sum() > 0) for g in gradients[0])
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0, atol=0)


class _SetAfter:
    """A token that is set once it has been looked at so many times."""

    def __init__(self, looks):
        self.looks = looks

    def is_set(self):
        self.looks -= 1
        return self.looks < 0


@pytest.mark.parametrize("looks", range(5))
def test_cancel_is_seen_before_every_level(looks):
    coords = random_coords(13, 100, SHAPE)
    unet = _small_unet().eval()
    with pytest.raises(Cancelled):
        unet(_random(14, len(coords), 3), _voxels(coords), cancel=_SetAfter(looks))
    unet(_random(14, len(coords), 3), _voxels(coords), cancel=threading.Event())

"""The choice of a backend, the native kernels' paths, and the adapter to spconv."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
import torch

from detailbase_core import _C
from detailbase_core.errors import ConfigError
from detailbase_core.ops import native
from detailbase_core.sparse import (
    available_backends,
    backends,
    build_pyramid,
    kernel_map,
    morton,
    native_backend,
    select_backend,
    torch_backend,
)
from detailbase_core.sparse.spconv_backend import PACKAGES, SpconvBackend
from tests.helpers.sparse_grids import random_coords

SHAPE = (17, 14, 9)


@pytest.fixture
def native_settings():
    """Puts the number of threads and the instruction set back."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    _C.use_instruction_set(_C.instruction_sets()[0])


def _random(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _products(products, level, widths):
    """All that the convolutions are made of, on one level; weights in two memory orders."""
    inside, outside = widths
    parent, slot, children = level.halving()
    fine, coarse = _random(1, len(level), inside), _random(2, len(children), inside)
    weight = _random(3, outside, 27, inside)
    small = _random(4, inside, 8, outside).permute(2, 1, 0)
    return [
        products.gather_product(fine, level.neighbours, weight),
        products.gather_product(fine, children, small),
        products.expand_product(coarse, parent, slot, small),
        products.gather_outer(_random(5, len(level), outside), fine, level.neighbours),
        products.gather_outer(_random(6, len(children), outside), fine, children),
    ]


def _level(voxels=1500):
    return build_pyramid(random_coords(0, voxels, SHAPE, scenes=2), SHAPE, 2).levels[0]


@pytest.mark.parametrize("widths", [(1, 1), (6, 32), (32, 64), (33, 31), (96, 160), (160, 7)])
@pytest.mark.parametrize("name", _C.instruction_sets())
def test_every_instruction_set_equals_torch(name, widths, native_settings):
    _C.use_instruction_set(name)
    native = _products(native_backend, _level(), widths)
    twin = _products(torch_backend, _level(), widths)
    torch.testing.assert_close(native, twin, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("widths", [(1, 1), (6, 32), (33, 31), (24, 24)])
@pytest.mark.parametrize("name", _C.instruction_sets())
def test_what_is_fused_equals_single_steps(name, widths, native_settings):
    _C.use_instruction_set(name)
    level, (inside, outside) = _level(), widths
    features, weight = _random(1, len(level), inside), _random(2, outside, 3, 3, 3, inside)
    added, scale, shift = _random(3, len(level), outside), _random(4, outside), _random(5, outside)
    plain = torch_backend.gather_product(features, level.neighbours, weight.flatten(1, 3))
    for rows in (None, added):
        for norm in (None, (scale, shift)):
            expected = plain if rows is None else plain + rows
            expected = expected if norm is None else (expected * scale + shift).relu()
            fused = native_backend.fused_submanifold(features, level, weight, rows, norm)
            torch.testing.assert_close(fused, expected, rtol=1e-4, atol=1e-3)
    assert torch.equal(added, _random(3, len(level), outside))


@pytest.mark.parametrize("name", _C.instruction_sets())
def test_every_instruction_set_is_as_exact_as_float32(name, native_settings):
    _C.use_instruction_set(name)
    table = _level().neighbours
    features, weight = _random(1, len(table), 70), _random(2, 48, 27, 70)  # fills most of tiles
    exact = torch_backend.gather_product(features.double(), table, weight.double())
    ours = native_backend.gather_product(features, table, weight)
    assert float((ours - exact).norm() / exact.norm()) < 1e-6


@pytest.mark.parametrize("name", _C.instruction_sets())
def test_a_weight_that_changed_counts(name, native_settings):
    _C.use_instruction_set(name)
    table = _level().neighbours
    features, weight = _random(1, len(table), 32), _random(2, 32, 27, 32)
    before = native_backend.gather_product(features, table, weight)
    weight.mul_(2)
    after = native_backend.gather_product(features, table, weight)
    torch.testing.assert_close(after, 2 * before)


@pytest.mark.parametrize("name", _C.instruction_sets())
def test_threads_do_not_change_a_bit(name, native_settings):
    _C.use_instruction_set(name)
    results = []
    for threads in (1, 2, 5):
        torch.set_num_threads(threads)
        results.append(_products(native_backend, _level(), (33, 70)))
    torch.testing.assert_close(results[1], results[0], rtol=0, atol=0)
    torch.testing.assert_close(results[2], results[0], rtol=0, atol=0)


def test_native_neighbours_equal_torch():
    for shape, voxels in ((SHAPE, 1500), ((300, 2, 300), 800), ((1, 1, 1), 1), ((5, 5, 5), 0)):
        keys = morton.encode(random_coords(1, voxels, shape, scenes=3)).sort().values
        native = kernel_map.neighbour_table(keys)
        assert torch.equal(native, kernel_map.neighbour_table_by_search(keys))


def test_native_kernels_refuse_shapes_that_do_not_fit():
    level, out = _level(), torch.empty((5, 4)).numpy()
    table, weight = level.neighbours[:5].numpy(), torch.zeros((4, 27, 3)).numpy()
    pairs, source = _C.list_pairs(table, threads=1), torch.zeros((len(level), 2)).numpy()
    with pytest.raises(ValueError, match=r"source: expected \[rows, in\]"):
        _C.pair_product(source, pairs, weight, out, threads=1)
    fewer, wide = _C.list_pairs(table[:, :8].copy(), threads=1), torch.zeros((9, 3)).numpy()
    with pytest.raises(ValueError, match="with the K of the pairs"):
        _C.pair_product(wide, fewer, weight, out, threads=1)
    with pytest.raises(TypeError):
        _C.pair_product(source.astype("float64"), pairs, weight, out, threads=1)
    with pytest.raises(ValueError, match="does not run on this machine"):
        _C.use_instruction_set("mmx")


def test_pairs_are_listed_once_and_go_with_their_table():
    table = _level().neighbours.clone()
    features, weight = _random(1, len(table), 32), _random(2, 32, 27, 32)
    before = len(native_backend._PAIRS)
    first = native_backend.gather_product(features, table, weight)
    assert len(native_backend._PAIRS) == before + 1
    assert torch.equal(native_backend.gather_product(features, table, weight), first)
    assert len(native_backend._PAIRS) == before + 1
    with pytest.raises(ValueError, match="rows behind its last"):
        native_backend.gather_product(features[:-1], table, weight)
    del table
    assert len(native_backend._PAIRS) == before


def test_auto_takes_the_native_kernels_for_float32_on_the_cpu():
    assert select_backend("auto", torch.zeros(1)).name == "native"
    assert select_backend("auto", torch.zeros(1, dtype=torch.float64)).name == "torch"
    assert select_backend("auto", torch.zeros(1, device="meta")).name == "torch"
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert select_backend("auto", torch.zeros(1)).name == "torch"


def test_a_backend_that_cannot_run_says_why(monkeypatch):
    with pytest.raises(
        ConfigError, match=r"'cudnn' is not one of auto, native, torch, triton, spconv"
    ):
        select_backend("cudnn", torch.zeros(1))
    with pytest.raises(ConfigError, match=r"'native' cannot be used: .* torch.float64 on cpu"):
        select_backend("native", torch.zeros(1, dtype=torch.float64))
    monkeypatch.setattr(native, "PROBLEM", "the native module is not built")
    with pytest.raises(ConfigError, match="'native' cannot be used: the native module is not"):
        select_backend("native", torch.zeros(1))
    assert select_backend("auto", torch.zeros(1)).name == "torch"
    assert available_backends()["native"] == "the native module is not built"


@pytest.fixture
def installed(monkeypatch):
    """Makes the import of spconv give these modules (None = not installed)."""

    def install(**packages):
        for package in PACKAGES:
            module = packages.get(package)
            for suffix in ("", ".pytorch", ".pytorch.functional", ".cppconstants"):
                monkeypatch.setitem(sys.modules, package + suffix, module)

    backends._load_spconv.cache_clear()
    yield install
    backends._load_spconv.cache_clear()


def test_without_spconv_the_error_says_so(installed):
    installed()
    assert "spconv_triton" in available_backends()["spconv"]
    with pytest.raises(ConfigError, match=r"'spconv' cannot be used: .*spconv.*auto or torch"):
        select_backend("spconv", torch.zeros(1))
    assert available_backends()["torch"] == "ok"
    assert available_backends()["native"].startswith("ok (")


@pytest.mark.parametrize("package", PACKAGES)
def test_either_spconv_package_is_found(installed, package):
    installed(**{package: ModuleType(package)})
    reason = available_backends()["spconv"]
    assert reason == ("ok" if torch.cuda.is_available() else "installed, but there is no CUDA GPU")
    with pytest.raises(ConfigError, match="computes on a CUDA GPU, and this is on cpu"):
        select_backend("spconv", torch.zeros(1))
    assert select_backend("auto", torch.zeros(1)).name == "native"


def test_a_spconv_for_cpus_only_is_passed_over(installed):
    for_cpus = ModuleType("spconv")
    for_cpus.CPU_ONLY_BUILD = True
    installed(spconv=for_cpus)
    assert "spconv has no GPU kernels" in available_backends()["spconv"]
    backends._load_spconv.cache_clear()
    installed(spconv=for_cpus, spconv_triton=ModuleType("spconv_triton"))
    assert "installed" in available_backends()["spconv"] or torch.cuda.is_available()


def test_a_spconv_that_fails_to_load_says_why(installed, tmp_path, monkeypatch):
    (tmp_path / "spconv" / "pytorch").mkdir(parents=True)
    (tmp_path / "spconv" / "__init__.py").write_text("raise AttributeError('built for another')")
    installed()
    for suffix in ("", ".pytorch", ".pytorch.functional", ".cppconstants"):
        monkeypatch.delitem(sys.modules, f"spconv{suffix}")
    monkeypatch.syspath_prepend(tmp_path)
    assert "spconv does not load: built for another" in available_backends()["spconv"]


def test_on_a_gpu_auto_takes_triton_then_spconv_then_torch(installed, monkeypatch):
    on_gpu = SimpleNamespace(device=torch.device("cuda"), dtype=torch.float32)
    installed(spconv=ModuleType("spconv"))
    monkeypatch.setattr(backends.triton_backend, "find_problem", lambda: "")
    assert select_backend("auto", on_gpu).name == "triton"
    monkeypatch.setattr(backends.triton_backend, "find_problem", lambda: "no triton")
    assert select_backend("auto", on_gpu).name == "spconv"
    precise = SimpleNamespace(device=torch.device("cuda"), dtype=torch.float64)
    assert select_backend("auto", precise).name == "torch"
    backends._load_spconv.cache_clear()
    installed()
    assert select_backend("auto", on_gpu).name == "torch"


class _ImplicitProduct(torch.autograd.Function):
    """spconv's implicit_gemm of its arguments, row by row."""

    @staticmethod
    def forward(ctx, features, weight, there, back, *rest):
        (masks,), (back_masks,), (order,), (back_order,), count, _, is_train, is_subm = rest
        assert is_train
        assert not is_subm
        ctx.save_for_backward(features, weight, there, back, back_masks, back_order)
        return _masked_rows(features, weight.flatten(1, 3), there, masks, order, count)

    @staticmethod
    def backward(ctx, grad):
        features, weight, there, back, back_masks, back_order = ctx.saved_tensors
        transposed = weight.flatten(1, 3).permute(2, 1, 0)
        to_features = _masked_rows(grad, transposed, back, back_masks, back_order, len(features))
        to_weight = torch.zeros_like(weight.flatten(1, 3))
        for k, of in enumerate(there.tolist()):
            for row, source in enumerate(of):
                if source >= 0:
                    to_weight[:, k] += torch.outer(grad[row], features[source])
        return to_features, to_weight.view(weight.shape), *[None] * 10


def _masked_rows(source, weight, pairs, masks, order, count):
    out = source.new_zeros((count, weight.shape[0]))
    for mask, row in zip(masks[:, 0].tolist(), order.tolist(), strict=True):
        for k in range(len(pairs)):
            if mask >> k & 1:
                out[row] += weight[:, k] @ source[pairs[k, row]]
    return out


@pytest.mark.parametrize("voxels", [0, 1, 60])
def test_spconv_is_handed_the_same_convolutions(voxels):
    functional = ModuleType("functional")
    functional.implicit_gemm = _ImplicitProduct.apply
    adapter, twin = SpconvBackend(functional), select_backend("torch", torch.zeros(1))
    fine, coarse = build_pyramid(random_coords(2, voxels, (5, 4, 7)), (5, 4, 7), 2).levels
    cases = (("submanifold", fine, 3), ("down", fine, 2), ("inverse", coarse, 2))
    for name, rows, size in cases * 2:  # the second time from its cache
        results = []
        for backend in (adapter, twin):
            features = _random(7, len(rows), 4).requires_grad_()
            weight = _random(8, 3, size, size, size, 4).requires_grad_()
            out = getattr(backend, name)(features, fine, weight)
            gradients = None
            if voxels:
                out.backward(_random(9, *out.shape))
                gradients = (features.grad, weight.grad)
            results.append((out.detach(), gradients))
        torch.testing.assert_close(results[0], results[1])

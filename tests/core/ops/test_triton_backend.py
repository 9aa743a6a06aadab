"""The GPU kernels, run by Triton's interpreter on the CPU, give what the torch backend gives."""

from __future__ import annotations

import pytest
import torch

from detailbase_core.sparse import torch_backend, triton_backend
from tests.helpers.triton_interpreter import interpreted

CHECK = """
from unittest import mock

import torch
from detailbase_core.sparse import kernel_map, morton, torch_backend, triton_backend, triton_maps

for sizes in (
    (130, 100, 27, 6, 24),
    (70, 33, 8, 40, 80),
    (1, 1, 27, 4, 16),
    (200, 300, 27, 70, 17),
):
    torch.manual_seed(0)
    rows, source_rows, columns, width_in, width_out = sizes
    source = torch.randn(source_rows, width_in)
    table = torch.randint(-1, source_rows, (rows, columns), dtype=torch.int32)
    weight, left = torch.randn(width_out, columns, width_in), torch.randn(rows, width_out)
    parent = torch.randint(-1, source_rows, (rows,), dtype=torch.int32)
    slot = torch.randint(0, columns, (rows,), dtype=torch.int32)
    for name, args in (
        ("gather_product", (source, table, weight)),
        ("gather_outer", (left, source, table)),
        ("expand_product", (source, parent, slot, weight)),
    ):
        ours, twin = (getattr(b, name)(*args) for b in (triton_backend, torch_backend))
        torch.testing.assert_close(ours, twin, rtol=1e-4, atol=1e-3, msg=lambda m: f"{sizes}: {m}")
    plain = torch_backend.gather_product(source, table, weight)
    added, scale, shift = torch.randn_like(plain), torch.rand(width_out), torch.randn(width_out)
    for more in (None, added):
        for norm in (None, (scale, shift)):
            twin = plain if more is None else plain + more
            twin = twin if norm is None else (twin * scale + shift).relu()
            ready = triton_backend.laid_out(weight, weight.dtype)
            ours = triton_backend.gather_product_of(source, table, ready, more, norm)
            torch.testing.assert_close(ours, twin, rtol=1e-4, atol=1e-3)
    few, most = rows // 2, torch.tensor([rows // 2, 0], dtype=torch.int32)
    for ours, twin in (
        (triton_backend.gather_product_of(source, table, ready, used=most), plain),
        (
            triton_backend.expand_product_of(source, parent, slot, ready, most),
            torch_backend.expand_product(source, parent, slot, weight),
        ),
        (
            triton_backend.norm_relu(plain, scale, shift, torch.float32, most),
            (plain * scale + shift).relu(),
        ),
    ):
        assert ours.shape == twin.shape
        torch.testing.assert_close(ours[:few], twin[:few], rtol=1e-4, atol=1e-3)
    first, none = table.clone(), parent.clone()
    first[few:] = none[few:] = -1
    for name, given, twin_given in (
        ("gather_product", (source, table, weight), (source, first, weight)),
        ("gather_outer", (left, source, table), (left, source, first)),
        ("expand_product", (source, parent, slot, weight), (source, none, slot, weight)),
    )[: 3 * (columns == 8)]:
        ours = getattr(triton_backend, name)(*given, used=most)
        twin = getattr(torch_backend, name)(*twin_given)
        torch.testing.assert_close(ours, twin, rtol=1e-4, atol=1e-3)
    mirrored = triton_backend.gather_product(source, table, weight, mirrored=True)
    twin = torch_backend.gather_product(source, table, weight.flip(1))
    torch.testing.assert_close(mirrored, twin, rtol=1e-4, atol=1e-3)
    with mock.patch.object(triton_backend, "_precision", lambda *_: "split"):
        matrices = triton_backend.laid_out(weight, weight.dtype)
        ours = triton_backend.gather_product(source, table, weight)
    assert not (matrices.matrices.view(torch.int32) & 8191).any()  # tf32 keeps ten bits of 23
    torch.testing.assert_close(ours, plain, rtol=1e-5, atol=1e-4)
    rounded = triton_backend.gather_product(source.half(), table, weight)
    assert rounded.dtype == torch.float16
    torch.testing.assert_close(rounded.float(), plain, rtol=2e-2, atol=2e-1)
    left[0, 0] = torch.nan
    ours = triton_backend.norm_relu(left, scale, shift, torch.float16)
    twin = (left * scale + shift).relu().half()
    torch.testing.assert_close(ours, twin, rtol=2e-3, atol=2e-3, equal_nan=True)
    print("same", sizes)

for shape in (17, 14, 9), (90, 1, 90), (1, 1, 1), (65535, 65535, 65535):
    edges = torch.tensor(shape) - 1
    cells = (torch.rand(150, 3) * torch.tensor(shape)).int().minimum(edges)
    cells = torch.cat([cells, edges[None], edges[None] * torch.tensor([1, 0, 1]), 0 * cells[:1]])
    coords = torch.cat([torch.randint(0, 3, (len(cells), 1)), cells], dim=1).int()
    keys = morton.encode(coords)
    assert torch.equal(triton_maps.encode(coords), keys)
    assert torch.equal(triton_maps.decode(keys), coords)
    keys = keys.unique()
    table = kernel_map.neighbour_table_by_search(keys)
    assert torch.equal(triton_maps.neighbour_table(keys), table)
    print("same", shape)
empty = torch.zeros(0, dtype=torch.int64)
assert triton_maps.neighbour_table(empty).shape == (0, 27)
"""


@pytest.mark.slow
def test_kernels_match_the_torch_backend():
    told = interpreted(CHECK)
    assert told.count("same") == 8


@pytest.mark.cuda
@pytest.mark.parametrize("used", [None, 3000])
def test_planes_are_nearly_as_exact_as_float32(used):
    """Products of bfloat16, which the interpreter has not."""
    generator = torch.Generator().manual_seed(0)
    left, source = (torch.randn(5000, width, generator=generator) for width in (40, 70))
    table = torch.randint(-1, 5000, (5000, 27), generator=generator, dtype=torch.int32)
    weight = torch.randn(40, 27, 70, generator=generator)
    slot = torch.randint(0, 27, (5000,), generator=generator, dtype=torch.int32)
    most = None if used is None else torch.tensor([used], dtype=torch.int32, device="cuda")
    rows, sums = triton_backend.prepared(source.cuda()), triton_backend.prepared(left.cuda())
    assert rows.shape == (5000, 2, 72)
    table[5000 if used is None else used :] = -1
    for name, ours, exact in (
        ("gather_product", (rows, table, weight), (source, table, weight)),
        ("expand_product", (rows, table[:, 0], slot, weight), (source, table[:, 0], slot, weight)),
        ("gather_outer", (sums, rows, table), (left, source, table)),
    ):
        found = getattr(triton_backend, name)(*(one.cuda() for one in ours), used=most).cpu()
        wide = (one.double() if one.is_floating_point() else one for one in exact)
        twin = getattr(torch_backend, name)(*wide)
        found = found[..., : twin.shape[-1]]
        assert float((found - twin).norm() / twin.norm()) < 2e-5, name


def test_numbers_compile_no_kernel_anew():
    """Rows differ at every step and widths between layers; Triton compiles for what it specialises
    on."""
    kernels = pytest.importorskip("detailbase_core.sparse.triton_kernels")
    numbers = {"rows", "has_used", "count", "has_added", "has_norm", "channels", "columns"}
    numbers |= {"in_units", "out_units", "in_blocks", "in_tiles", "row_stride", "column_stride"}
    numbers |= {"in_width", "out_width", "out_stride", "in_stride", "mirrored", "has_slot"}
    for name in ("lay_out", "product", "outer", "norm_relu"):
        kernel = getattr(kernels, f"{name}_kernel")
        varying = [p for p in kernel.params if p.name in numbers]
        assert varying
        assert all(p.do_not_specialize for p in varying)

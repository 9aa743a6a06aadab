"""The GPU kernels, run by Triton's interpreter on the CPU, give what the torch backend gives."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CHECK = """
import torch
from detailbase_core.sparse import torch_backend, triton_backend

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
    added, scale, shift = torch.randn(rows, width_out), torch.rand(width_out), torch.randn(width_out)
    for more in (None, added):
        for norm in (None, (scale, shift)):
            twin = plain if more is None else plain + more
            twin = twin if norm is None else (twin * scale + shift).relu()
            ready = triton_backend.laid_out(weight)
            ours = triton_backend.gather_product_of(source, table, ready, more, norm)
            torch.testing.assert_close(ours, twin, rtol=1e-4, atol=1e-3)
    left[0, 0] = torch.nan
    ours = triton_backend.norm_relu(left, scale, shift, torch.float16)
    twin = (left * scale + shift).relu().half()
    torch.testing.assert_close(ours, twin, rtol=2e-3, atol=2e-3, equal_nan=True)
    print("same", sizes)
"""


@pytest.mark.slow
def test_kernels_match_the_torch_backend():
    """In a process of its own: the interpreter is chosen when Triton is first imported."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        env={**os.environ, "TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("same") == 4


def test_row_counts_compile_no_kernel_anew():
    """They differ at every training step; what Triton specialises on, it compiles for."""
    kernels = pytest.importorskip("detailbase_core.sparse.triton_kernels")
    numbers = {"rows", "rows_per_part", "count", "has_added", "has_norm"}
    names = ("gather_product", "gather_outer", "expand_product", "norm_relu")
    for kernel in (getattr(kernels, f"{name}_kernel") for name in names):
        varying = [p for p in kernel.params if p.name in numbers]
        assert varying
        assert all(p.do_not_specialize for p in varying)

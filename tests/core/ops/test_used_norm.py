"""Batch norm over the first rows: what torch gives of these rows alone. The GPU's kernels, run by
Triton's interpreter on the CPU, give the same."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from detailbase_core.sparse.used_norm import Running, norm_relu_of_used
from tests.helpers.triton_interpreter import interpreted

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]

CHECK = """
import torch
from detailbase_core.sparse import used_norm

for count, channels, used in ((300, 40, 217), (70, 16, 2), (200, 8, 200)):
    torch.manual_seed(0)
    rows, grad = torch.randn(count, channels) * 3 + 5, torch.randn(count, channels)
    rows[used:], most = 0.0, torch.tensor([used, 0], dtype=torch.int32)
    found = []
    for norm in (used_norm._NormReLU.apply, used_norm.by_torch):
        given = [x.clone().requires_grad_() for x in (rows, torch.ones(channels), rows[0] - 5)]
        running = used_norm.Running(torch.zeros(channels), torch.ones(channels), 0.1)
        out = norm(*given, running, 1e-4, most)
        out.backward(grad)
        found.append([out.detach(), *(x.grad for x in given), *running[:2]])
    for ours, twin in zip(*found):
        torch.testing.assert_close(ours, twin, rtol=1e-4, atol=1e-4)
    print("same")
"""


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("used", [2, 37, 60])
def test_rows_that_are_not_used_count_nowhere(device, used):
    generator = torch.Generator().manual_seed(0)
    rows, grad = (torch.randn(60, 24, generator=generator) * 2 + 3 for _ in range(2))
    rows[used:] = 0.0
    found = []
    for is_plain in (True, False):
        given = rows.to(device).requires_grad_()
        weight, bias = (torch.rand(24, device=device, requires_grad=True) for _ in range(2))
        with torch.no_grad():
            weight.copy_(torch.linspace(0.5, 2, 24))
            bias.copy_(torch.linspace(-1, 1, 24))
        mean, variance = torch.zeros(24, device=device), torch.ones(24, device=device)
        if is_plain:
            out = functional.batch_norm(given[:used], mean, variance, weight, bias, True, 0.1, 1e-4)
            out = functional.pad(out.relu(), (0, 0, 0, 60 - used))
        else:
            most = torch.tensor([used, 7], dtype=torch.int32, device=device)
            running = Running(mean, variance, 0.1)
            out = norm_relu_of_used(given, weight, bias, running, 1e-4, most)
        out.backward(grad.to(device))
        found.append((out.detach(), given.grad, weight.grad, bias.grad, mean, variance))
    for plain, ours in zip(*found, strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-3, atol=1e-4)


def test_kernels_match_torch():
    pytest.importorskip("triton")
    told = interpreted(CHECK)
    assert told.count("same") == 3

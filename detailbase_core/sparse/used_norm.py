"""Batch norm and ReLU over the first rows of a padded tensor, with gradients.

Statistics are those of the rows that are used, and so are gradients; the others stay zeros.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from detailbase_core.sparse import triton_backend
from detailbase_core.sparse.triton_launch import launch

BLOCK = 64
CHANNELS = 32  # at once
PARTS = 128
JOINED_CHANNELS = 8
GRADIENT_BLOCK = 1024


class Running(NamedTuple):
    """Running statistics, which move at each forward pass.

    Attributes:
        mean, variance: (C,) float32.
        momentum: how far they move towards the rows' own.
    """

    mean: Tensor
    variance: Tensor
    momentum: float


def norm_relu_of_used(
    rows: Tensor, weight: Tensor, bias: Tensor, running: Running, epsilon: float, used: Tensor
) -> Tensor:
    """Batch norm and ReLU in training.

    Args:
        rows: [V, C] floating point.
        weight, bias: (C,) float32.
        running: statistics.
        epsilon: added to variances.
        used: [1 or more] int32, how many of the V rows are used, the first; two or more.

    Returns:
        [V, C], dtype of `rows`.
    """
    if triton_backend.takes(rows):
        out: Tensor = _NormReLU.apply(  # type: ignore[no-untyped-call]
            rows.contiguous(), weight, bias, running, epsilon, used
        )
        return out
    return by_torch(rows, weight, bias, running, epsilon, used)


def by_torch(
    rows: Tensor, weight: Tensor, bias: Tensor, running: Running, epsilon: float, used: Tensor
) -> Tensor:
    """norm_relu_of_used in plain torch, on any device."""
    there = torch.arange(len(rows), device=rows.device)[:, None] < used[0]
    exact = rows.float() if rows.dtype.itemsize < 4 else rows
    mean = exact.masked_fill(~there, 0.0).sum(dim=0) / used[0]
    centred = (exact - mean).masked_fill(~there, 0.0)
    squares = centred.square().sum(dim=0)
    with torch.no_grad():
        running.mean.lerp_(mean.to(running.mean), running.momentum)
        running.variance.lerp_((squares / (used[0] - 1)).to(running.mean), running.momentum)
    scale = weight * torch.rsqrt(squares / used[0] + epsilon)
    return functional.relu((centred * scale + bias).to(rows.dtype)).masked_fill(~there, 0.0)


class _NormReLU(torch.autograd.Function):
    """By kernels of a CUDA GPU."""

    @staticmethod
    def forward(
        ctx: Any,
        rows: Tensor,
        weight: Tensor,
        bias: Tensor,
        running: Running,
        epsilon: float,
        used: Tensor,
    ) -> Tensor:
        channels = rows.shape[1]
        partial, grid, sizes = _parts(rows)
        launch(
            _kernels().statistics_kernel,
            grid,
            *(rows, used, partial, channels),
            kind=rows.dtype,
            **sizes,
        )
        folded = torch.empty((4, channels), device=rows.device)
        launch(
            _kernels().join_statistics_kernel,
            (-(-channels // JOINED_CHANNELS),),
            *(partial, used, weight, bias, running.mean, running.variance, folded),
            *(channels, running.momentum, epsilon),
            kind="",
            PARTS=PARTS,
            CHANNELS=JOINED_CHANNELS,
        )
        ctx.save_for_backward(rows, folded, used)
        scale, shift = folded[:2]
        return triton_backend.norm_relu(rows, scale, shift, rows.dtype, used, zeros=True)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        rows, folded, used = ctx.saved_tensors
        channels, grad = rows.shape[1], grad.contiguous()
        partial, grid, sizes = _parts(rows)
        kind = rows.dtype, grad.dtype
        launch(
            _kernels().gradient_sums_kernel,
            grid,
            *(rows, grad, folded, used, partial, channels),
            kind=kind,
            **sizes,
        )
        sums = partial.sum(dim=0)
        out = torch.empty_like(rows)
        launch(
            _kernels().gradient_kernel,
            (-(-rows.numel() // GRADIENT_BLOCK),),
            *(rows, grad, folded, sums, used, out, len(rows), channels),
            kind=kind,
            BLOCK=GRADIENT_BLOCK,
        )
        return out, sums[0], sums[1], None, None, None


def _parts(rows: Tensor) -> tuple[Tensor, tuple[int, int], dict[str, int]]:
    """Memory for statistics by parts, the programs that make them, and what those take at once."""
    channels = rows.shape[1]
    partial = torch.empty((PARTS, 2, channels), device=rows.device)
    return partial, (PARTS, -(-channels // CHANNELS)), {"BLOCK": BLOCK, "CHANNELS": CHANNELS}


def _kernels() -> Any:
    """The kernels' module; imported late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.sparse.triton_norm_kernels")

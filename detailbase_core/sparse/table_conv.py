"""Sparse convolutions with their gradients, out of three products over tables of rows.

The input gradient of a submanifold layer is the same gather over the mirrored offsets with
transposed weights; a strided layer and its inverse are each other's transposes. So nothing is
ever scattered, and a backend is three functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from detailbase_core.sparse.backend import FusedSubmanifold
    from detailbase_core.sparse.kernel_map import KernelMap


class TableProducts(Protocol):
    """Products that a backend provides; shapes are those in torch_backend.

    Weights may be wider numbers than rows: they are rounded to those. With `used` (int32) only
    the first used[0] rows of a table have entries; there need be no look at the others, whose
    results are zeros.
    """

    def prepared(self, rows: Tensor) -> Tensor:
        """Rows [V, C] as the products read them, made once for several of them.

        Their widths may be rounded up.
        """

    def gather_product(
        self,
        source: Tensor,
        table: Tensor,
        weight: Tensor,
        mirrored: bool = False,
        used: Tensor | None = None,
    ) -> Tensor:
        """out[i] = sum over k of weight[:, k] . source[table[i, k]]; mirrored: weight.flip(1)."""

    def gather_outer(
        self, left: Tensor, source: Tensor, table: Tensor, used: Tensor | None = None
    ) -> Tensor:
        """total[:, k] = sum over i of left[i] (x) source[table[i, k]], in at least float32."""

    def expand_product(
        self,
        source: Tensor,
        parent: Tensor,
        slot: Tensor,
        weight: Tensor,
        used: Tensor | None = None,
    ) -> Tensor:
        """out[i] = weight[:, slot[i]] . source[parent[i]]."""


class TableBackend:
    """A Backend over a set of products.

    Args:
        name: for messages.
        products: a module or object with the three functions.
        fused: see Backend.
    """

    def __init__(
        self, name: str, products: TableProducts, fused: FusedSubmanifold | None = None
    ) -> None:
        self.name, self.fused = name, fused
        self._products = products

    def submanifold(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.submanifold."""
        rows, matrices = autocast(features), weight.flatten(1, 3)
        return _apply(_Submanifold, rows, matrices, self._products, level.neighbours, level.used)

    def down(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.down."""
        rows, matrices = autocast(features), weight.flatten(1, 3)
        return _apply(_Down, rows, matrices, self._products, level)

    def inverse(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.inverse."""
        rows, matrices = autocast(features), weight.flatten(1, 3)
        return _apply(_Inverse, rows, matrices, self._products, level)


def _apply(function: type[torch.autograd.Function], *args: Any) -> Tensor:
    out: Tensor = function.apply(*args)  # type: ignore[no-untyped-call]
    return out


def autocast(features: Tensor) -> Tensor:
    """In autocast's dtype where it is on."""
    device = features.device.type
    if not torch.is_autocast_enabled(device) or features.dtype == torch.float64:
        return features
    return features.to(torch.get_autocast_dtype(device))


def _transposed(weight: Tensor) -> Tensor:
    """[out, K, in] -> [in, K, out]."""
    return weight.permute(2, 1, 0)


def _for_weight(found: Tensor, weight: Tensor) -> Tensor:
    """A weight's gradient, of its width."""
    return found[: weight.shape[0], :, : weight.shape[2]]


def _coarser(used: Tensor | None) -> Tensor | None:
    """Of KernelMap.used what counts the coarser voxels."""
    return None if used is None else used[1:]


class _Submanifold(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        features: Tensor,
        weight: Tensor,
        products: TableProducts,
        neighbours: Tensor,
        used: Tensor | None,
    ) -> Tensor:
        rows = products.prepared(features)
        ctx.save_for_backward(rows, weight, neighbours, used)
        ctx.products = products
        return products.gather_product(rows, neighbours, weight, used=used)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, neighbours, used = ctx.saved_tensors
        to_features, to_weight, grad = None, None, ctx.products.prepared(grad)
        if ctx.needs_input_grad[0]:
            # p is the neighbour of q at offset d exactly where q is p's at -d, column 26 - k.
            back = _transposed(weight)
            to_features = ctx.products.gather_product(grad, neighbours, back, True, used)
        if ctx.needs_input_grad[1]:
            found = ctx.products.gather_outer(grad, rows, neighbours, used)
            to_weight = _for_weight(found, weight)
        return to_features, to_weight, None, None, None


class _Down(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, products: TableProducts, level: KernelMap
    ) -> Tensor:
        rows = products.prepared(features)
        ctx.save_for_backward(rows, weight, *level.halving(), level.used)
        ctx.products = products
        children, used = level.halving()[2], _coarser(level.used)
        return products.gather_product(rows, children, weight, used=used)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, parent, slot, children, used = ctx.saved_tensors
        to_features, to_weight, grad = None, None, ctx.products.prepared(grad)
        if ctx.needs_input_grad[0]:
            back = _transposed(weight)
            to_features = ctx.products.expand_product(grad, parent, slot, back, used)
        if ctx.needs_input_grad[1]:
            found = ctx.products.gather_outer(grad, rows, children, _coarser(used))
            to_weight = _for_weight(found, weight)
        return to_features, to_weight, None, None


class _Inverse(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, products: TableProducts, level: KernelMap
    ) -> Tensor:
        parent, slot, children = level.halving()
        rows = products.prepared(features)
        ctx.save_for_backward(rows, weight, children, level.used)
        ctx.products = products
        return products.expand_product(rows, parent, slot, weight, level.used)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, children, used = ctx.saved_tensors
        to_features, to_weight, grad = None, None, ctx.products.prepared(grad)
        used = _coarser(used)
        if ctx.needs_input_grad[0]:
            back = _transposed(weight)
            to_features = ctx.products.gather_product(grad, children, back, used=used)
        if ctx.needs_input_grad[1]:
            found = ctx.products.gather_outer(rows, grad, children, used)
            to_weight = _for_weight(_transposed(found), weight)
        return to_features, to_weight, None, None

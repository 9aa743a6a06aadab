"""Matrix products whose right operand is packed once: a scene's superpoints for many sentences.

A library's matrix product packs it anew for each sentence, which for the few words of one
takes as long as the product itself. The native module packs it once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call, takes

if TYPE_CHECKING:
    from torch import Tensor


_PACKED = "_packed_rows"  # attribute of a right operand: a building has thousands to look up


def packed_matmul(left: Tensor, right: Tensor, added: Tensor | None = None) -> Tensor:
    """left @ right^T, plus `added`.

    Args:
        left: (..., M, K).
        right: (..., S, K), leading dimensions as of `left`. The same tensor at each call; it may
            not change between them, so it is no parameter.
        added: (..., M, S).

    Returns:
        (..., M, S).

    Raises:
        ValueError: the shapes do not fit.
    """
    if left.shape[:-2] != right.shape[:-2] or left.shape[-1] != right.shape[-1]:
        raise ValueError(
            f"left {tuple(left.shape)}, right {tuple(right.shape)}: they may differ in the last "
            "but one dimension only"
        )
    if not takes(left, right, added):
        product = left @ right.transpose(-1, -2)
        return product if added is None else product + added
    shape = (*left.shape[:-1], right.shape[-2])
    result = left.new_zeros(shape) if added is None else added.contiguous().clone()
    call(packed_rows(right).add_products, _one_batch(left), _one_batch(result))
    return result


def packed_rows(right: Tensor) -> native.C.RowPanels:
    """Rows (..., S, K), packed once; the same tensor at each call, as in packed_matmul."""
    panels: native.C.RowPanels | None = getattr(right, _PACKED, None)
    if panels is None:
        panels = call(native.C.RowPanels, _one_batch(right))
        setattr(right, _PACKED, panels)
    return panels


def _one_batch(tensor: Tensor) -> Tensor:
    """(..., M, K) -> (batch, M, K)."""
    return tensor.reshape(math.prod(tensor.shape[:-2]), *tensor.shape[-2:])

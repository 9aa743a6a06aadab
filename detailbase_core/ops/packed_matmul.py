"""Products with rows that are kept while one question follows the other: a scene's superpoints.

A library's matrix product packs them anew for each question, which for the few words of a sentence
takes as long as the product itself. The native module packs them once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from torch.utils.weak import WeakIdKeyDictionary

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import array, empty, takes, threads

if TYPE_CHECKING:
    from torch import Tensor


_PANELS: WeakIdKeyDictionary = WeakIdKeyDictionary()  # by kept tensor, and gone with it


def kept_product(left: Tensor, kept: Tensor, added: Tensor | None = None) -> Tensor:
    """left @ kept^T, plus `added`.

    Args:
        left: (..., M, K).
        kept: (..., S, K), leading dimensions as of `left`. The same tensor at each question; it may
            not change between them, so it is no parameter.
        added: (..., M, S).

    Returns:
        (..., M, S).

    Raises:
        ValueError: the shapes do not fit.
    """
    if left.shape[:-2] != kept.shape[:-2] or left.shape[-1] != kept.shape[-1]:
        raise ValueError(
            f"left {tuple(left.shape)}, kept {tuple(kept.shape)}: they may differ in the last but "
            "one dimension only"
        )
    if not all(takes(x) for x in (left, kept, added) if x is not None):
        product = left @ kept.transpose(-1, -2)
        return product if added is None else product + added
    shape = (*left.shape[:-1], kept.shape[-2])
    result = empty(shape).zero_() if added is None else added.contiguous().clone()
    _panels(kept).add_products(array(_one_batch(left)), _one_batch(result).numpy(), threads())
    return result


def _panels(kept: Tensor) -> native.C.RowPanels:
    if kept not in _PANELS:
        _PANELS[kept] = native.C.RowPanels(array(_one_batch(kept)), threads())
    panels: native.C.RowPanels = _PANELS[kept]
    return panels


def _one_batch(tensor: Tensor) -> Tensor:
    """(..., M, K) -> (batch, M, K)."""
    return tensor.reshape(math.prod(tensor.shape[:-2]), *tensor.shape[-2:])

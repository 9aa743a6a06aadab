"""The C++ backend in bfloat16, on processors with matrix units; without gradients.

Features go into its convolutions in bfloat16 and come out as float32 sums, so what is added up over
the whole network is never rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.utils.weak import WeakIdKeyDictionary

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call
from detailbase_core.sparse.native_backend import listed_pairs

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.sparse.backend import FusedSubmanifold
    from detailbase_core.sparse.kernel_map import KernelMap


class Bf16Backend:
    """A Backend for weights and features in bfloat16 on the CPU; results are float32."""

    name = "native_bf16"

    def __init__(self) -> None:
        # By weight, and gone with it: which version of the weight was packed, and the packed one.
        self._packed: WeakIdKeyDictionary = WeakIdKeyDictionary()
        self.fused: FusedSubmanifold | None = self._submanifold_and_more

    def submanifold(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.submanifold; of float32 weight and features as exact as in float32."""
        return self._product(features, listed_pairs(level.neighbours), weight, len(level))

    def _submanifold_and_more(
        self,
        features: Tensor,
        level: KernelMap,
        weight: Tensor,
        added: Tensor | None,
        norm: tuple[Tensor, Tensor] | None,
    ) -> Tensor:
        """See FusedSubmanifold; what is normed comes in bfloat16, for the next convolution."""
        pairs = listed_pairs(level.neighbours)
        return self._product(features, pairs, weight, len(level), added, norm)

    def down(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.down."""
        children = level.halving()[2]
        return self._product(features, listed_pairs(children), weight, len(children))

    def inverse(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.inverse."""
        parent, slot, children = level.halving()
        pairs = call(native.C.list_pairs_of_slots, parent, slot, children.shape[1])
        return self._product(features, pairs, weight, len(parent))

    def _product(
        self,
        features: Tensor,
        pairs: native.C.RowPairs,
        weight: Tensor,
        rows: int,
        added: Tensor | None = None,
        norm: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        packed, shape = self._pack(weight), (rows, len(weight))
        product = native.C.bf16_pair_product
        if norm is None:
            sums = features.new_empty(shape, dtype=torch.float32)
            call(product, features, pairs, packed, result=sums, added=added)
            return sums
        normed = features.new_empty(shape, dtype=torch.bfloat16)
        scale, shift = norm
        call(product, features, pairs, packed, norm=normed, added=added, scale=scale, shift=shift)
        return normed

    def _pack(self, weight: Tensor) -> native.C.Bf16Weight:
        version = weight._version
        if weight not in self._packed or self._packed[weight][0] != version:
            rows = weight.detach().flatten(1, 3).contiguous()
            numbers = rows.view(torch.int16) if rows.dtype == torch.bfloat16 else rows
            self._packed[weight] = version, native.C.Bf16Weight(numbers.numpy())
        packed: native.C.Bf16Weight = self._packed[weight][1]
        return packed


def find_problem() -> str:
    """Why the backend cannot be used here; "" if it can."""
    if native.PROBLEM:
        return native.PROBLEM
    if not native.C.bf16_instruction_set():
        return "this machine has no matrix units for bfloat16 (AMX)"
    return ""

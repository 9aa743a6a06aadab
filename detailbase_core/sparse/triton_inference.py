"""The triton backend, and without gradients the same with less to do for a GPU's host: weights are
laid out once, and what follows a convolution happens in its kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.utils.weak import WeakIdKeyDictionary

from detailbase_core.ops.execution import tensors_state
from detailbase_core.sparse import triton_backend
from detailbase_core.sparse.table_conv import TableBackend, autocast
from detailbase_core.sparse.triton_launch import is_recording

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.sparse.backend import FusedSubmanifold
    from detailbase_core.sparse.kernel_map import KernelMap
    from detailbase_core.sparse.triton_backend import LaidOut


class TritonBackend(TableBackend):
    """A Backend for CUDA GPUs, see triton_backend."""

    def __init__(self) -> None:
        super().__init__("triton", triton_backend)
        self.fused: FusedSubmanifold | None = self._submanifold_and_more
        # By weight, and gone with it: its state and dtype, and the weight laid out.
        self._laid_out: WeakIdKeyDictionary = WeakIdKeyDictionary()

    def submanifold(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.submanifold."""
        if torch.is_grad_enabled():
            return super().submanifold(features, level, weight)
        return self._submanifold_and_more(features, level, weight, None, None)

    def down(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.down."""
        if torch.is_grad_enabled():
            return super().down(features, level, weight)
        features = autocast(features)
        children = level.halving()[2]
        ready = self._of(weight, features)
        used = None if level.used is None else level.used[1:]
        return triton_backend.gather_product_of(features, children, ready, used=used)

    def inverse(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.inverse."""
        if torch.is_grad_enabled():
            return super().inverse(features, level, weight)
        features = autocast(features)
        parent, slot, _ = level.halving()
        ready = self._of(weight, features)
        return triton_backend.expand_product_of(features, parent, slot, ready, level.used)

    def _submanifold_and_more(
        self,
        features: Tensor,
        level: KernelMap,
        weight: Tensor,
        added: Tensor | None,
        norm: tuple[Tensor, Tensor] | None,
    ) -> Tensor:
        """See FusedSubmanifold."""
        features = autocast(features)
        ready, table = self._of(weight, features), level.neighbours
        return triton_backend.gather_product_of(features, table, ready, added, norm, level.used)

    def _of(self, weight: Tensor, features: Tensor) -> LaidOut:
        """The weight as the kernels read it, in the dtype of the features."""
        state = tensors_state(weight), features.dtype
        is_known = weight in self._laid_out and self._laid_out[weight][0] == state
        if state[0] is not None and is_known:
            known: LaidOut = self._laid_out[weight][1]
            return known
        ready = triton_backend.laid_out(weight.detach().flatten(1, 3), features.dtype)
        if not is_recording():
            self._laid_out[weight] = state, ready
        return ready

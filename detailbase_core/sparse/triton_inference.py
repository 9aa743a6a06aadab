"""The triton backend, and without gradients the same with less to do for a GPU's host: weights are
laid out once, and what follows a convolution happens in its kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.utils.weak import WeakIdKeyDictionary

from detailbase_core.ops.execution import tensors_state
from detailbase_core.sparse import triton_backend
from detailbase_core.sparse.table_conv import TableBackend

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.sparse.backend import FusedSubmanifold
    from detailbase_core.sparse.kernel_map import KernelMap


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
        features = _autocast(features)
        children = level.halving()[2]
        return triton_backend.gather_product_of(features, children, self._of(weight, features))

    def inverse(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.inverse."""
        if torch.is_grad_enabled():
            return super().inverse(features, level, weight)
        features = _autocast(features)
        parent, slot, _ = level.halving()
        return triton_backend.expand_product_of(features, parent, slot, self._of(weight, features))

    def _submanifold_and_more(
        self,
        features: Tensor,
        level: KernelMap,
        weight: Tensor,
        added: Tensor | None,
        norm: tuple[Tensor, Tensor] | None,
    ) -> Tensor:
        """See FusedSubmanifold."""
        features = _autocast(features)
        weight = self._of(weight, features)
        return triton_backend.gather_product_of(features, level.neighbours, weight, added, norm)

    def _of(self, weight: Tensor, features: Tensor) -> Tensor:
        """The weight as the kernels read it, in the dtype of the features."""
        state = tensors_state(weight), features.dtype
        is_known = weight in self._laid_out and self._laid_out[weight][0] == state
        if state[0] is None or not is_known:
            exact = weight.detach().to(features.dtype).flatten(1, 3)
            self._laid_out[weight] = state, triton_backend.laid_out(exact)
        ready: Tensor = self._laid_out[weight][1]
        return ready


def _autocast(features: Tensor) -> Tensor:
    """In autocast's dtype where it is on."""
    device = features.device.type
    if not torch.is_autocast_enabled(device) or features.dtype == torch.float64:
        return features
    return features.to(torch.get_autocast_dtype(device))

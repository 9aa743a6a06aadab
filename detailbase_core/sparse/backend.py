"""The interface of a sparse convolution backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.sparse.kernel_map import KernelMap


class FusedSubmanifold(Protocol):
    """A submanifold convolution without gradients, with what follows it, in one go."""

    def __call__(
        self,
        features: Tensor,
        level: KernelMap,
        weight: Tensor,
        added: Tensor | None,
        norm: tuple[Tensor, Tensor] | None,
    ) -> Tensor:
        """The convolution, plus `added` [V, out]; then with norm = (scale, shift), [out] each,
        max(0, that * scale + shift)."""


class Backend(Protocol):
    """Differentiable sparse convolutions; weights are [out, k, k, k, in], rows in map order.

    Attributes:
        name: for messages.
        fused: None where the backend has nothing faster than its single steps.
    """

    name: str
    fused: FusedSubmanifold | None

    def submanifold(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """out[p] = sum over k of W[:, k] . in[p + k - 1]: [V, in] -> [V, out], 3^3 kernel."""

    def down(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """out[m] = sum over k of W[:, k] . in[2 m + k]: [V, in] -> [M, out], 2^3 kernel.

        `level` is the finer one.
        """

    def inverse(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """out[c] = W[:, c mod 2] . in[c div 2]: [M, in] -> [V, out], 2^3 kernel.

        `level` is the finer one; voxels without a parent get zeros.
        """

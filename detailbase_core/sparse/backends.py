"""What a sparse convolution backend does, and the choice between the backends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from detailbase_core.errors import ConfigError
from detailbase_core.sparse import torch_backend
from detailbase_core.sparse.table_conv import TableBackend

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.sparse.kernel_map import KernelMap


class Backend(Protocol):
    """Differentiable sparse convolutions; weights are [out, k, k, k, in], rows in map order."""

    name: str

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


TORCH = TableBackend("torch", torch_backend)


def select_backend(name: str, features: Tensor) -> Backend:
    """The backend for these features.

    Args:
        name: auto or torch.
        features: [V, C]; their device and dtype decide what can run.

    Raises:
        ConfigError: the backend asked for is unknown.
    """
    if name in ("auto", "torch"):
        return TORCH
    raise ConfigError(f"backend: {name!r} is not one of auto, torch")

"""Sparse tensors, and convolution layers from one to the next.

Weights are [out, k, k, k, in] as in spconv; no layer has a bias.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from detailbase_core.sparse.backend import Backend
    from detailbase_core.sparse.kernel_map import KernelMap
    from detailbase_core.sparse.pyramid import Pyramid


@dataclass(frozen=True)
class SparseTensor:
    """Features on the voxels of one level of a pyramid.

    Attributes:
        features: [V, C], rows in the order of the level's coords.
        pyramid: the voxels and kernel maps of all levels.
        level: 0 = finest.
        backend: what computes the convolutions.
    """

    features: Tensor
    pyramid: Pyramid
    level: int
    backend: Backend

    @property
    def kernel_map(self) -> KernelMap:
        """The voxels and tables of this level."""
        return self.pyramid.levels[self.level]

    @property
    def used(self) -> Tensor | None:
        """See KernelMap.used."""
        return self.kernel_map.used

    def with_features(self, features: Tensor, level: int | None = None) -> SparseTensor:
        """Other features, on this level or another."""
        return replace(self, features=features, level=self.level if level is None else level)


class SparseConv(nn.Module):
    """A convolution's weight, initialised like torch's own: uniform within 1 / sqrt(fan in)."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__()
        shape = (out_channels, kernel_size, kernel_size, kernel_size, in_channels)
        bound = 1.0 / math.sqrt(in_channels * kernel_size**3)
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

    @property
    def half_dtype(self) -> torch.dtype | None:
        """bfloat16 or float16 where the weight was halved, and wants its input so; else None."""
        return self.weight.dtype if self.weight.dtype.itemsize == 2 else None

    def extra_repr(self) -> str:
        """The sizes, for printing."""
        out_channels, size, _, _, in_channels = self.weight.shape
        return f"{in_channels}, {out_channels}, kernel_size={size}"


class SubmanifoldConv3d(SparseConv):
    """3^3 convolution whose output lives on the input's voxels: out[p] = sum W[k] in[p + k - 1]."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, kernel_size=3)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """[V, in] -> [V, out]."""
        return x.with_features(x.backend.submanifold(x.features, x.kernel_map, self.weight))

    def fused(
        self,
        x: SparseTensor,
        added: Tensor | None = None,
        norm: tuple[Tensor, Tensor] | None = None,
    ) -> SparseTensor:
        """forward() without gradients and what follows it, where x.backend.fused is there."""
        assert x.backend.fused is not None
        features = x.backend.fused(x.features, x.kernel_map, self.weight, added, norm)
        return x.with_features(features)


class DownConv3d(SparseConv):
    """2^3 convolution of stride 2, to the next coarser level."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, kernel_size=2)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """[V, in] -> [M, out] on level + 1."""
        features = x.backend.down(x.features, x.kernel_map, self.weight)
        return x.with_features(features, level=x.level + 1)


class InverseConv3d(SparseConv):
    """The transpose of a DownConv3d's connections, back to the next finer level's voxels."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, kernel_size=2)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """[M, in] -> [V, out] on level - 1; zeros for voxels that had no parent."""
        finer = x.pyramid.levels[x.level - 1]
        features = x.backend.inverse(x.features, finer, self.weight)
        return x.with_features(features, level=x.level - 1)


class PointwiseConv3d(SparseConv):
    """1^3 convolution, a matrix product per voxel.

    Args:
        in_channels, out_channels: widths.
        reinterpret: read the memory of the [out, 1, 1, 1, in] weight as an [in, out] matrix, as
            the published network does, instead of transposing it; its released weights were
            trained this way.
    """

    def __init__(self, in_channels: int, out_channels: int, reinterpret: bool) -> None:
        super().__init__(in_channels, out_channels, kernel_size=1)
        self.reinterpret = reinterpret

    def forward(self, features: Tensor) -> Tensor:
        """[V, in] -> [V, out]."""
        out_channels, in_channels = self.weight.shape[0], self.weight.shape[-1]
        if self.reinterpret:
            return features @ self.weight.reshape(in_channels, out_channels)
        return features @ self.weight.reshape(out_channels, in_channels).t()

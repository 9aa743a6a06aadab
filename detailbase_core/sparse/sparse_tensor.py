"""Features on the voxels of one level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

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

    def with_features(self, features: Tensor, level: int | None = None) -> SparseTensor:
        """Other features, on this level or another."""
        return replace(self, features=features, level=self.level if level is None else level)

"""Features and geometry of groups of points on a CUDA GPU, without gradients.

Points are sorted by their group once, then each group is summed by a program of its own, in the
same order every time.
"""

from __future__ import annotations

import importlib
from typing import Any

import torch
from torch import Tensor

from detailbase_core.sparse.triton_launch import launch

BLOCK = 128
BLOCK_CHANNELS = 32


class PointGroups:
    """Points by their group.

    Args:
        group_of_point: [N] int64 in [0, count).
        count: number of groups, S.
    """

    def __init__(self, group_of_point: Tensor, count: int) -> None:
        self._count = count
        self._groups, self._order = torch.sort(group_of_point.int(), stable=True)

    def means(self, features: Tensor, row_of_point: Tensor, row: Tensor | None) -> Tensor:
        """[S, C] means of the points' features; zeros for groups without points.

        Args:
            features: [V, C] floating point.
            row_of_point: [N] int64, a row of `row`.
            row: [U] int64, each one's row of `features`, -1 = it has none, which counts as zeros;
                None = its own.
        """
        width = features.shape[1]
        means = features.new_empty((self._count, width))
        if self._count:
            launch(
                _kernels().group_means_kernel,
                (self._count, -(-width // BLOCK_CHANNELS)),
                features.contiguous(),
                row_of_point,
                row_of_point if row is None else row,
                self._groups,
                self._order,
                means,
                len(self._groups),
                len(self._groups).bit_length(),
                width,
                kind=features.dtype,
                HAS_ROW=row is not None,
                BLOCK=BLOCK,
                BLOCK_CHANNELS=BLOCK_CHANNELS,
            )
        return means

    def geometry(self, xyz: Tensor) -> Tensor:
        """Centre (mean) and extent of each group's points [N, 3]: [S, 6] float32."""
        geometry = torch.empty((self._count, 6), device=xyz.device)
        if self._count:
            launch(
                _kernels().group_geometry_kernel,
                (self._count,),
                xyz.float().contiguous(),
                self._groups,
                self._order,
                geometry,
                len(self._groups),
                len(self._groups).bit_length(),
                kind="",
                BLOCK=BLOCK,
            )
        return geometry


def _kernels() -> Any:
    """The kernels' module; imported late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.sparse.triton_pooling_kernels")

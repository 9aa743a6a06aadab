"""Points cut into the voxels of all levels of a pyramid on a CUDA GPU; its host waits once.

What voxelization.py and pyramid.py do in hundreds of torch's operations.
"""

from __future__ import annotations

import importlib
import struct
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from detailbase_core.sparse.level_tables import LevelTables
from detailbase_core.sparse.pyramid import Pyramid, halved_shapes
from detailbase_core.sparse.triton_launch import launch, tiles
from detailbase_core.sparse.triton_maps import NEIGHBOUR_ROWS

BLOCK = 256
BOUNDS_BLOCK = 1024


class GridFrame(NamedTuple):
    """Where voxels lie.

    Attributes:
        voxel_size_m: edge of a voxel of the finest level, metres.
        least_shape: smallest grid per axis, voxels.
        scenes: their number.
        own_grids: whether each scene's grid ends where it would alone.
        corners: [scenes, 3] float64, voxels: cell (0, 0, 0); None = each scene's grid starts at its
            own minimum.
    """

    voxel_size_m: float
    least_shape: int
    scenes: int
    own_grids: bool
    corners: Tensor | None


class PointGrid:
    """The voxels in which points lie, on all levels.

    Attributes:
        point_to_voxel: [N] int64 row of each point's voxel in `coords`.
        coords: [V, 4] int32, as in Voxels.
        counts: voxels of each level, fine to coarse.
        shapes: [S, 3] int32 sizes of the scenes' grids.
        spatial_shape: their common size, voxels.
        bounds: the highest cell along x, y, z, the lowest cell, the extent of the points in metres.
    """

    def __init__(
        self,
        xyz: Tensor,
        scene_of_point: Tensor,
        frame: GridFrame,
        levels: int,
    ) -> None:
        """Cut points; whether `bounds` are in order is left to the caller.

        Args:
            xyz: [N, 3] float32, metres; N > 0.
            scene_of_point: [N] int64, from 0.
            frame: of the grids.
            levels: their number.
        """
        count, device = len(xyz), xyz.device
        xyz = xyz.contiguous()
        scene_of_point = scene_of_point.contiguous()
        voxel_size_m, least_shape, scenes, own_grids, corners = frame
        anchored = corners is not None
        # float64 does not pass to a kernel as it is.
        sizes = (1.0 / voxel_size_m, struct.unpack("<q", struct.pack("<d", voxel_size_m))[0])
        limits = torch.full((scenes, 6), torch.inf, device=device)
        corners = limits if corners is None else corners.contiguous()
        launch(
            _kernels().bounds_kernel,
            (tiles(count, BOUNDS_BLOCK),),
            xyz,
            scene_of_point,
            limits,
            count,
            kind="",
            BLOCK=BOUNDS_BLOCK,
        )
        self.shapes = torch.empty((scenes, 3), dtype=torch.int32, device=device)
        told = torch.empty(5 + levels, dtype=torch.int64, device=device)
        # Fused, products and sums are rounded once: voxels would not be those of a CPU.
        launch(
            _kernels().grid_kernel,
            (1,),
            *(limits, corners, self.shapes, told, scenes, least_shape, *sizes, int(own_grids)),
            kind="",
            ANCHORED=anchored,
            enable_fp_fusion=False,
        )
        keys = torch.empty(count, dtype=torch.int64, device=device)
        launch(
            _kernels().cell_keys_kernel,
            (tiles(count, BLOCK),),
            *(xyz, scene_of_point, limits, corners, keys, count, *sizes),
            kind="",
            ANCHORED=anchored,
            BLOCK=BLOCK,
            enable_fp_fusion=False,
        )
        self._keys, self._order = torch.sort(keys, stable=True)
        begins = torch.zeros(1 + levels * count, dtype=torch.int32, device=device)
        launch(
            _kernels().begins_kernel,
            (tiles(count, BLOCK), levels),
            self._keys,
            self.shapes,
            begins,
            count,
            kind="",
            BLOCK=BLOCK,
        )
        self._begun = torch.cumsum(begins, 0, dtype=torch.int32)
        told[5:] = self._begun[count::count]
        arrived = _Arriving(told)
        # While the host waits for that, the GPU goes on.
        self.point_to_voxel = torch.empty(count, dtype=torch.int64, device=device)
        self._first = torch.empty(count + 1, dtype=torch.int32, device=device)
        coords = torch.empty((count, 4), dtype=torch.int32, device=device)
        launch(
            _kernels().points_kernel,
            (tiles(count, BLOCK),),
            self._keys,
            self._order,
            self._begun,
            self.point_to_voxel,
            self._first,
            coords,
            count,
            kind="",
            BLOCK=BLOCK,
        )
        numbers = arrived.numbers()
        self.counts: tuple[int, ...] = tuple(np.diff(numbers[5:], prepend=0).tolist())
        self.bounds = (*map(float, numbers[:4]), float(numbers[4:5].view(np.float64)[0]))
        x, y, z = (max(int(size) + 1, least_shape) for size in numbers[:3])
        self.spatial_shape = x, y, z
        self.coords = coords[: self.counts[0]]

    def __len__(self) -> int:
        return self.counts[0]

    def average(self, features: Tensor) -> Tensor:
        """Means over each voxel's points, [N, C] float32 -> [V, C]."""
        width = features.shape[1]
        means = features.new_empty((len(self), width))
        launch(
            _kernels().voxel_means_kernel,
            (tiles(len(self), 64),),
            features.contiguous(),
            self._order,
            self._first,
            means,
            len(self),
            width,
            kind="",
            BLOCK=64,
            BLOCK_CHANNELS=max(8, 1 << (width - 1).bit_length()),
        )
        return means

    def rows(self, levels: int) -> list[Tensor]:
        """In which voxel of level 1, 2 ... each of the finest lies, (V,) int64; -1 = in none.

        Args:
            levels: of these, the finest included.
        """
        rows = self._order.new_empty((levels - 1, len(self)))
        if levels > 1:
            launch(
                _kernels().rows_kernel,
                (tiles(len(self), BLOCK), levels - 1),
                self._keys,
                self.shapes,
                self._begun,
                self._first,
                rows,
                len(self._keys),
                len(self),
                kind="",
                BLOCK=BLOCK,
            )
        return list(rows.unbind())

    def pyramid(self) -> Pyramid:
        """The tables of all levels."""
        tables = LevelTables.of_sizes(self.counts, self._begun, len(self._keys))
        self.fill(tables)
        return tables.pyramid(halved_shapes(self.spatial_shape, len(self.counts)))

    def fill(self, tables: LevelTables) -> None:
        """Write the tables of all levels; they must have room."""
        count, levels = len(self._keys), len(self.counts)
        tables.children.fill_(-1)
        launch(
            _kernels().levels_kernel,
            (tiles(count, BLOCK), levels),
            self._keys,
            self.shapes,
            self._begun,
            tables.places,
            tables.place_stride,
            tables.keys,
            tables.coords,
            tables.parent,
            tables.slot,
            tables.children,
            tables.counts,
            count,
            levels,
            kind="",
            BLOCK=BLOCK,
        )
        launch(
            _kernels().level_neighbours_kernel,
            (tiles(len(self), NEIGHBOUR_ROWS), levels),
            tables.keys,
            tables.places,
            tables.place_stride,
            tables.counts,
            tables.neighbours,
            len(self).bit_length(),
            kind="",
            BLOCK=NEIGHBOUR_ROWS,
        )


class _Arriving:
    """Numbers on their way from a GPU to its host.

    Args:
        tensor: on any device.
    """

    def __init__(self, tensor: Tensor) -> None:
        self._event: torch.cuda.Event | None = None
        self._copy = tensor
        if tensor.is_cuda:
            self._copy = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
            self._copy.copy_(tensor, non_blocking=True)
            self._event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._event.record()

    def numbers(self) -> Any:
        """Them as an array, once they are there."""
        if self._event is not None:
            self._event.synchronize()
        return self._copy.numpy()


def _kernels() -> Any:
    """The kernels' module; imported late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.sparse.triton_grid_kernels")

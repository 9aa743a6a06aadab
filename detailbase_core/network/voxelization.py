"""Voxelization: points -> occupied cells of a grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from detailbase_core.errors import BadCloudError
from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call, takes
from detailbase_core.ops.scatter import average_features, distinct_keys, group_bounds
from detailbase_core.sparse import morton, triton_backend
from detailbase_core.sparse.triton_grid import GridFrame, PointGrid

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Voxels:
    """Occupied cells of one or several scenes' grids.

    Attributes:
        coords: [V, 4] int32 (scene, x, y, z), unique, in Morton order, never negative.
        point_to_voxel: [N] int64 row of `coords` for each point.
        spatial_shape: grid size (x, y, z), common to all scenes, voxels.
        scene_shapes: [S, 3] int32, of each scene's own grid; None = the common one.
        grid: of which all levels' tables can be made at once; None where there is no GPU.
    """

    coords: Tensor
    point_to_voxel: Tensor
    spatial_shape: tuple[int, int, int]
    scene_shapes: Tensor | None = None
    grid: PointGrid | None = None

    def __len__(self) -> int:
        return len(self.coords)

    def average(self, features: Tensor) -> Tensor:
        """Means over each voxel's points, [N, C] floating point -> [V, C]."""
        if self.grid is not None and features.dtype == torch.float32 and not features.requires_grad:
            return self.grid.average(features)
        return average_features(features, self.point_to_voxel, len(self))


def voxelize(
    xyz: Tensor,
    scene_of_point: Tensor,
    voxel_size_m: float,
    min_spatial_shape: int,
    origin: Tensor | None = None,
    own_grids: int = 0,
    scenes: int | None = None,
    levels: int = 1,
) -> Voxels:
    """Occupied cells, and the cell of each point.

    Without an origin each scene's grid starts at its own minimum: trunc(xyz / size - min), in
    float32 as published. With one, a point's cell does not depend on the other points.

    Args:
        xyz: [N, 3] float32, metres, finite; N may be 0.
        scene_of_point: [N] int64, from 0.
        voxel_size_m: edge of a voxel, metres.
        min_spatial_shape: smallest grid per axis, voxels.
        origin: [3], or [S, 3] per scene, metres: the corner of cell (0, 0, 0), at or below every
            point, taken to the nearest whole voxel (see grid_origin).
        own_grids: number of scenes, each of which gets a grid that ends where it would alone;
            0 = one grid is common to all.
        scenes: their number, where it is known; otherwise a GPU's host waits for it.
        levels: of the pyramid of which a GPU makes the tables.

    Raises:
        BadCloudError: a coordinate is not finite, or the cloud is too large for the grid.
        ValueError: a point lies below the origin.
    """
    if len(xyz) == 0:
        empty = torch.zeros((0, 4), dtype=torch.int32, device=xyz.device)
        return Voxels(empty, scene_of_point.new_zeros(0), (min_spatial_shape,) * 3)
    if triton_backend.takes(xyz):
        scenes = own_grids or scenes or int(scene_of_point.max()) + 1
        corners = None
        if origin is not None:
            corners = _corner(origin.to(xyz.device), voxel_size_m).expand(scenes, 3)
        frame = GridFrame(voxel_size_m, min_spatial_shape, scenes, own_grids > 0, corners)
        grid = PointGrid(xyz, scene_of_point, frame, levels)
        _checked_bounds(grid.bounds, voxel_size_m, origin)
        shapes = grid.shapes if own_grids else None
        return Voxels(grid.coords, grid.point_to_voxel, grid.spatial_shape, shapes, grid)
    if origin is not None and takes(xyz, scene_of_point):
        keys, highest = _keys_from_origin(xyz, scene_of_point, voxel_size_m, origin)
    else:
        cells = (
            _cells_from_minimum(xyz, scene_of_point, voxel_size_m)
            if origin is None
            else _cells_from_origin(xyz, scene_of_point, voxel_size_m, origin)
        )
        highest = _checked(xyz, cells, voxel_size_m, origin)
        keys = morton.encode(torch.cat((scene_of_point[:, None], cells), dim=1).int())
    voxels = distinct_keys(keys)
    x, y, z = (max(size + 1, min_spatial_shape) for size in highest)
    coords = morton.decode(voxels.keys)
    shapes = _scene_shapes(coords, own_grids, min_spatial_shape) if own_grids else None
    return Voxels(coords, voxels.inverse, (x, y, z), shapes)


def grid_origin(xyz: Tensor, voxel_size_m: float, step_voxels: int = 16) -> Tensor:
    """A grid corner [..., 3] float64 below all points [..., N, 3], a multiple of `step_voxels`.

    With the step 2^(levels - 1) of a U-Net, a map that grows keeps its old voxels' cells on every
    level: they move by whole coarse voxels.
    """
    step = voxel_size_m * step_voxels
    return torch.floor(xyz.amin(dim=-2).double() / step) * step


def _scene_shapes(coords: Tensor, scenes: int, min_spatial_shape: int) -> Tensor:
    """Voxels.scene_shapes of voxels [V, 4]."""
    _, highest = group_bounds(coords[:, 1:].float(), coords[:, 0].long(), scenes)  # exact so far
    return (highest + 1).clamp(min=min_spatial_shape).int()


def _checked(
    xyz: Tensor, cells: Tensor, voxel_size_m: float, origin: Tensor | None
) -> tuple[int, int, int]:
    """The highest cell along each axis; a GPU's host waits once, for this and all that is wrong."""
    axes = xyz.t().contiguous()  # along memory it is ten times as fast
    extent = (axes.amax(dim=1) - axes.amin(dim=1)).max()  # NaN anywhere stays NaN
    highest = cells.t().contiguous().amax(dim=1)
    bounds = torch.cat([highest, cells.amin()[None], extent[None].double()]).tolist()
    return _checked_bounds(bounds, voxel_size_m, origin)


def _checked_bounds(
    bounds: Sequence[float], voxel_size_m: float, origin: Tensor | None
) -> tuple[int, int, int]:
    """The first three of highest cell along x, y, z, lowest cell, extent of the points (metres)."""
    _check_extent(bounds[4], voxel_size_m)
    x, y, z, low = map(int, bounds[:4])
    high = max(x, y, z)
    if origin is not None and (low < 0 or high > morton.MAX_COORDINATE):
        raise ValueError(
            f"origin {origin.tolist()}: cells {low} .. {high} leave 0 .. {morton.MAX_COORDINATE}; "
            "it must lie below every point and near them"
        )
    return x, y, z


def _check_extent(extent: float, voxel_size_m: float) -> None:
    if not math.isfinite(extent):
        raise BadCloudError(
            "the cloud holds coordinates that are NaN or infinite; drop those points first"
        )
    if extent / voxel_size_m > morton.MAX_COORDINATE - 1:
        raise BadCloudError(
            f"the cloud is {extent:.6g} m wide, more than {morton.MAX_COORDINATE} voxels of "
            f"{voxel_size_m} m: crop it, check its unit, or use larger voxels"
        )


def _cells_from_minimum(xyz: Tensor, scene_of_point: Tensor, voxel_size_m: float) -> Tensor:
    scaled = xyz * (1.0 / voxel_size_m)
    scenes = int(scene_of_point.max()) + 1
    minimum = torch.full((scenes, 3), torch.inf, dtype=scaled.dtype, device=scaled.device)
    minimum.scatter_reduce_(0, scene_of_point[:, None].expand(-1, 3), scaled, "amin")
    return (scaled - minimum[scene_of_point]).long()


def _keys_from_origin(
    xyz: Tensor, scene_of_point: Tensor, voxel_size_m: float, origin: Tensor
) -> tuple[Tensor, tuple[int, int, int]]:
    """Morton keys of the cells of _cells_from_origin, and the highest cell; on the CPU."""
    corners = _corner(origin.cpu(), voxel_size_m)
    if corners.ndim == 1:
        corners = corners.expand(int(scene_of_point.max()) + 1, 3)
    keys = torch.empty_like(scene_of_point, memory_format=torch.contiguous_format)
    bounds = call(native.C.cell_keys, xyz, scene_of_point, voxel_size_m, corners, keys)
    return keys, _checked_bounds(bounds, voxel_size_m, origin)


def _corner(origin: Tensor, voxel_size_m: float) -> Tensor:
    return torch.round(origin.double() / voxel_size_m)


def _cells_from_origin(
    xyz: Tensor, scene_of_point: Tensor, voxel_size_m: float, origin: Tensor
) -> Tensor:
    corner = _corner(origin.to(xyz.device), voxel_size_m)
    if corner.ndim == 2:
        corner = corner.index_select(0, scene_of_point)
    # Whole voxels are subtracted after the floor: rounding then cannot depend on the origin.
    return (torch.floor(xyz.double() / voxel_size_m) - corner).long()

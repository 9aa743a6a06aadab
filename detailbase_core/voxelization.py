"""Points to voxels, and means over groups of points."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from detailbase_core.errors import BadCloudError
from detailbase_core.sparse import morton


@dataclass(frozen=True)
class Voxels:
    """Occupied cells of one or several scenes' grids.

    Attributes:
        coords: [V, 4] int32 (scene, x, y, z), unique, in Morton order, never negative.
        point_to_voxel: [N] int64 row of `coords` for each point.
        spatial_shape: grid size (x, y, z), common to all scenes, voxels.
    """

    coords: Tensor
    point_to_voxel: Tensor
    spatial_shape: tuple[int, int, int]

    def __len__(self) -> int:
        return len(self.coords)


def voxelize(
    xyz: Tensor,
    scene_of_point: Tensor,
    voxel_size_m: float,
    min_spatial_shape: int,
    origin: Tensor | None = None,
) -> Voxels:
    """Find the occupied cells, and each point's.

    Without an origin each scene's grid starts at its own minimum: trunc(xyz / size - min), in
    float32 as published. With one, a point's cell does not depend on the other points.

    Args:
        xyz: [N, 3] float32, metres, finite; N may be 0.
        scene_of_point: [N] int64, from 0.
        voxel_size_m: edge of a voxel, metres.
        min_spatial_shape: smallest grid per axis, voxels.
        origin: [3], or [S, 3] per scene, metres: the corner of cell (0, 0, 0), at or below every
            point, taken to the nearest whole voxel (see grid_origin).

    Raises:
        BadCloudError: a coordinate is not finite, or the cloud is too large for the grid.
        ValueError: a point lies below the origin.
    """
    if len(xyz) == 0:
        empty = torch.zeros((0, 4), dtype=torch.int32, device=xyz.device)
        return Voxels(empty, scene_of_point.new_zeros(0), (min_spatial_shape,) * 3)
    if origin is None:
        cells = _cells_from_minimum(xyz, scene_of_point, voxel_size_m)
    else:
        cells = _cells_from_origin(xyz, scene_of_point, voxel_size_m, origin)
    highest = _checked(xyz, cells, voxel_size_m, origin)
    of_points = torch.cat((scene_of_point[:, None], cells), dim=1).int()
    unique_keys, point_to_voxel = torch.unique(morton.encode(of_points), return_inverse=True)
    coords = torch.empty((len(unique_keys), 4), dtype=torch.int32, device=xyz.device)
    coords[point_to_voxel] = of_points
    x, y, z = (max(size + 1, min_spatial_shape) for size in highest)
    return Voxels(coords, point_to_voxel, (x, y, z))


def grid_origin(xyz: Tensor, voxel_size_m: float, step_voxels: int = 16) -> Tensor:
    """A grid corner [..., 3] float64 below all points [..., N, 3], a multiple of `step_voxels`.

    With the step 2^(levels - 1) of a U-Net, a map that grows keeps its old voxels' cells on every
    level: they move by whole coarse voxels.
    """
    step = voxel_size_m * step_voxels
    return torch.floor(xyz.amin(dim=-2).double() / step) * step


def average_features(features: Tensor, index: Tensor, count: int) -> Tensor:
    """Mean of the rows of each group; groups without rows get zeros.

    Args:
        features: [N, C] floating point.
        index: [N] int64 group of each row, in [0, count).
        count: number of groups.

    Returns:
        [count, C], dtype of `features`.
    """
    exact = features.float() if features.dtype.itemsize < 4 else features  # half sums saturate
    total = exact.new_zeros((count, features.shape[1])).index_add_(0, index, exact)
    size = group_sizes(index, count).clamp_(min=1)
    return (total / size[:, None].to(total.dtype)).to(features.dtype)


def group_sizes(index: Tensor, count: int) -> Tensor:
    """Rows of each group, (count,) float32; unlike bincount it does not stop a GPU's host."""
    ones = torch.ones(1, device=index.device).expand(len(index))
    return torch.zeros(count, device=index.device).index_add_(0, index, ones)


def _checked(
    xyz: Tensor, cells: Tensor, voxel_size_m: float, origin: Tensor | None
) -> tuple[int, int, int]:
    """The highest cell along each axis; a GPU's host waits once, for this and all that is wrong."""
    axes = xyz.t().contiguous()  # along memory it is ten times as fast
    extent = (axes.amax(dim=1) - axes.amin(dim=1)).max()  # NaN anywhere stays NaN
    highest = cells.t().contiguous().amax(dim=1)
    facts = torch.cat([highest, cells.amin()[None], extent[None].double()]).tolist()
    x, y, z, low = map(int, facts[:4])
    _check_extent(facts[4], voxel_size_m)
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


def _cells_from_origin(
    xyz: Tensor, scene_of_point: Tensor, voxel_size_m: float, origin: Tensor
) -> Tensor:
    corner = torch.round(origin.to(xyz.device, torch.float64) / voxel_size_m)
    if corner.ndim == 2:
        corner = corner.index_select(0, scene_of_point)
    # Whole voxels are subtracted after the floor: rounding then cannot depend on the origin.
    return (torch.floor(xyz.double() / voxel_size_m) - corner).long()

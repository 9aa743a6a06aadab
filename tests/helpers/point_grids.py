"""Voxels and pooling by GPU kernels against the CPU's, on a GPU or in Triton's interpreter."""

from __future__ import annotations

import torch

from detailbase_core.network.sparse_unet import LevelFeatures
from detailbase_core.network.superpoint_pooling import pool_superpoints, superpoint_geometry
from detailbase_core.network.voxelization import grid_origin, voxelize
from detailbase_core.ops.scatter import average_features
from detailbase_core.sparse import pyramid_of_sorted
from detailbase_core.sparse.level_tables import LevelTables
from detailbase_core.sparse.triton_grid import GridFrame, PointGrid
from detailbase_core.sparse.triton_pooling import PointGroups

SIZE_M, LEAST = 0.05, 2


def expect_same_grid(
    points: int, scenes: int, anchored: bool, own_grids: bool, levels: int, device: str
) -> None:
    """Tables, in memory of their own and in padded memory, rows and means of random points."""
    torch.manual_seed(points)
    xyz = (torch.rand(points, 3) - 0.4) * points ** (1 / 3) * 0.06
    scene = torch.randint(0, scenes, (points,)).sort().values
    origin = None
    if anchored:
        low = [xyz[scene == one].reshape(-1, 3) for one in range(scenes)]
        low = [part.amin(0) if len(part) else torch.zeros(3) for part in low]
        origin = grid_origin(torch.stack(low)[:, None], SIZE_M)
    voxels = voxelize(xyz, scene, SIZE_M, LEAST, origin, scenes if own_grids else 0)
    shape = voxels.spatial_shape
    pyramid = pyramid_of_sorted(voxels.coords, shape, levels, voxels.scene_shapes)

    corners = None if origin is None else torch.round(origin / SIZE_M).to(device)
    frame = GridFrame(SIZE_M, LEAST, scenes, own_grids, corners)
    grid = PointGrid(xyz.to(device), scene.to(device), frame, levels)
    assert (grid.counts, grid.spatial_shape) == (pyramid.counts, shape)
    assert torch.equal(grid.point_to_voxel.cpu(), voxels.point_to_voxel)
    assert torch.equal(grid.coords.cpu(), voxels.coords)
    features = torch.randn(points, 6)
    means = average_features(features, voxels.point_to_voxel, len(voxels))
    torch.testing.assert_close(grid.average(features.to(device)).cpu(), means)

    row = torch.arange(len(voxels))
    for level, finer in zip(grid.rows(levels), pyramid.levels, strict=False):
        parent = torch.cat([finer.halving()[0].long(), torch.tensor([-1])])
        row = parent[row]  # the last one's where it is -1
        assert torch.equal(level.cpu(), row)

    padded = LevelTables.padded([count + 7 for count in grid.counts], torch.device(device))
    grid.fill(padded)
    assert padded.counts.tolist() == [*grid.counts, 0]
    own = grid.pyramid()
    assert [level.spatial_shape for level in own.levels] == [
        level.spatial_shape for level in pyramid.levels
    ]
    for levels_of in (own.levels, padded.levels):
        for have, want in zip(levels_of, pyramid.levels, strict=True):
            for name in ("coords", "neighbours", "parent", "slot", "children"):
                ours, twin = getattr(have, name), getattr(want, name)
                assert (ours is None) == (twin is None)
                if twin is not None:
                    assert torch.equal(ours[: len(twin)].cpu(), twin), name
    assert own.counts == grid.counts


def expect_same_pooling(points: int, groups: int, device: str) -> None:
    """Of two levels; group 3 has no points."""
    torch.manual_seed(points)
    owner = torch.randint(0, groups, (points,))
    owner[owner == 3] = 4
    voxel, row = torch.randint(0, 50, (points,)), torch.randint(-1, 20, (50,))
    xyz = torch.randn(points, 3)
    levels = [LevelFeatures(torch.randn(50, 8)), LevelFeatures(torch.randn(20, 40), row)]
    with torch.inference_mode():
        ours = PointGroups(owner.to(device), groups)
        parts = [
            ours.means(
                level.features.to(device),
                voxel.to(device),
                None if level.row is None else level.row.to(device),
            )
            for level in levels
        ]
        geometry = ours.geometry(xyz.to(device)).cpu()
        want = pool_superpoints(levels, voxel, owner, groups)
    torch.testing.assert_close(torch.cat(parts, dim=1).cpu(), want, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        geometry, superpoint_geometry(xyz, owner, groups), rtol=1e-5, atol=1e-5
    )

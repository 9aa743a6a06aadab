"""Voxels, kernel maps and pyramids against their definitions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.errors import BadCloudError
from detailbase_core.network.voxelization import grid_origin, voxelize
from detailbase_core.ops.scatter import average_features
from detailbase_core.sparse import build_pyramid, morton
from tests.helpers.sparse_grids import grids, random_coords


@given(grids(), st.integers(1, 4))
def test_pyramid_is_what_the_coordinates_say(grid, levels):
    coords, shape = grid
    pyramid = build_pyramid(coords, shape, levels)
    assert len(pyramid.levels) == levels
    torch.testing.assert_close(coords[pyramid.order], pyramid.levels[0].coords)
    for level, coarser in zip(pyramid.levels, (*pyramid.levels[1:], None), strict=True):
        rows = {tuple(c): r for r, c in enumerate(level.coords.tolist())}
        keys = morton.encode(level.coords)
        assert bool((keys[1:] > keys[:-1]).all())
        for (scene, x, y, z), row in rows.items():
            for column, found in enumerate(level.neighbours[row].tolist()):
                i, j, k = column // 9 - 1, column // 3 % 3 - 1, column % 3 - 1
                assert found == rows.get((scene, x + i, y + j, z + k), -1)
        if coarser is None:
            assert level.parent is level.slot is level.children is None
        else:
            _check_halving(level, coarser)


def _check_halving(level, coarser):
    assert coarser.spatial_shape == tuple((s - 2) // 2 + 1 for s in level.spatial_shape)
    coarse_rows = {tuple(c): r for r, c in enumerate(coarser.coords.tolist())}
    parent, slot, children = (table.tolist() for table in level.halving())
    expected_children = [[-1] * 8 for _ in coarse_rows]
    expected_coarse = set()
    for row, (scene, *c) in enumerate(level.coords.tolist()):
        cell = tuple(a // 2 for a in c)
        inside = all(a < s for a, s in zip(cell, coarser.spatial_shape, strict=True))
        assert parent[row] == (coarse_rows[(scene, *cell)] if inside else -1)
        assert slot[row] == 4 * (c[0] % 2) + 2 * (c[1] % 2) + c[2] % 2
        if inside:
            expected_coarse.add((scene, *cell))
            expected_children[parent[row]][slot[row]] = row
    assert set(coarse_rows) == expected_coarse
    assert children == expected_children


def test_far_corners_of_the_largest_grid_do_not_wrap():
    top = morton.MAX_COORDINATE
    coords = torch.tensor(
        [[0, 0, 0, 0], [0, top, top, top], [morton.MAX_SCENES - 1, top, 0, 0], [1, 0, 0, top]],
        dtype=torch.int32,
    )
    level = build_pyramid(coords, (top + 1,) * 3, 2).levels[0]
    expected = torch.full((4, 27), -1, dtype=torch.int32)
    expected[:, 13] = torch.arange(4)
    torch.testing.assert_close(level.neighbours, expected)


@pytest.mark.parametrize(
    ("coords", "shape", "levels", "message"),
    [
        (torch.zeros((1, 4), dtype=torch.int64), (4, 4, 4), 1, "expected int32"),
        (torch.zeros((1, 3), dtype=torch.int32), (4, 4, 4), 1, "expected int32"),
        (torch.zeros((2, 4), dtype=torch.int32), (4, 4, 4), 1, "listed once"),
        (torch.tensor([[0, 0, 4, 0]], dtype=torch.int32), (4, 4, 4), 1, "leave the grid"),
        (torch.tensor([[0, 0, -1, 0]], dtype=torch.int32), (4, 4, 4), 1, "leave the grid"),
        (torch.zeros((1, 4), dtype=torch.int32), (70_000, 4, 4), 1, "at most"),
        (torch.zeros((1, 4), dtype=torch.int32), (4, 4, 4), 0, "at least one"),
    ],
)
def test_bad_coords_are_refused(coords, shape, levels, message):
    with pytest.raises(ValueError, match=message):
        build_pyramid(coords, shape, levels)


def test_coarsest_level_says_that_it_has_no_coarser_one():
    with pytest.raises(ValueError, match="coarsest"):
        build_pyramid(random_coords(0, 5, (4, 4, 4)), (4, 4, 4), 1).levels[0].halving()


def test_voxelize_starts_each_scene_at_its_own_minimum():
    xyz = torch.tensor([[5.0, 0, 0], [5.5, 0, 0], [5.6, 0.1, 0.3], [-9.0, -1, 2], [-8.0, -1, 2]])
    scene = torch.tensor([0, 0, 0, 1, 1])
    voxels = voxelize(xyz, scene, voxel_size_m=0.25, min_spatial_shape=2)
    cells = voxels.coords[voxels.point_to_voxel].tolist()
    assert cells == [[0, 0, 0, 0], [0, 2, 0, 0], [0, 2, 0, 1], [1, 0, 0, 0], [1, 4, 0, 0]]
    assert voxels.spatial_shape == (5, 2, 2)


def test_voxelize_nothing():
    voxels = voxelize(torch.zeros((0, 3)), torch.zeros(0, dtype=torch.int64), 0.02, 128)
    assert len(voxels) == 0
    assert voxels.coords.shape == (0, 4)
    assert voxels.spatial_shape == (128, 128, 128)


@given(st.integers(0, 2**31), st.sampled_from([0.02, 0.05, 0.25]))
def test_growing_map_keeps_its_cells_up_to_whole_coarse_voxels(seed, voxel_size_m):
    generator = torch.Generator().manual_seed(seed)
    old = torch.rand((50, 3), generator=generator) * 4 - 2
    old[::5] = torch.round(old[::5] / voxel_size_m) * voxel_size_m  # exactly between two voxels
    grown = torch.cat((old, torch.rand((50, 3), generator=generator) * 8 - 4))
    cells = []
    for xyz in (old, grown):
        scene = torch.zeros(len(xyz), dtype=torch.int64)
        voxels = voxelize(xyz, scene, voxel_size_m, 128, grid_origin(xyz, voxel_size_m))
        cells.append(voxels.coords[voxels.point_to_voxel[:50], 1:])
    shift = cells[1] - cells[0]
    assert bool((shift == shift[0]).all())
    assert bool((shift % 16 == 0).all())


def test_voxelize_refuses_what_cannot_be_a_scene():
    scene = torch.zeros(2, dtype=torch.int64)
    with pytest.raises(BadCloudError, match="NaN or infinite"):
        voxelize(torch.tensor([[0, 0, 0], [0, torch.nan, 0]]), scene, 0.02, 128)
    with pytest.raises(BadCloudError, match="check its unit"):
        voxelize(torch.tensor([[0, 0, 0], [0, 1e6, 0]]), scene, 0.02, 128)
    with pytest.raises(ValueError, match="below every point"):
        voxelize(torch.zeros((2, 3)), scene, 0.02, 128, origin=torch.ones(3))


def test_means_of_groups():
    features = torch.tensor([[1.0, 2], [3, 4], [5, 9]])
    mean = average_features(features, torch.tensor([2, 0, 2]), 4)
    assert mean.tolist() == [[3, 4], [0, 0], [3, 5.5], [0, 0]]
    many = torch.ones((5000, 1), dtype=torch.float16)
    assert average_features(many, torch.zeros(5000, dtype=torch.int64), 1).tolist() == [[1]]

"""The GPU's voxels, tables and pooling are the CPU's: on a GPU, and in Triton's interpreter."""

from __future__ import annotations

import pytest
import torch

from detailbase_core.errors import BadCloudError
from detailbase_core.network.voxelization import voxelize
from tests.helpers.point_grids import expect_same_grid, expect_same_pooling
from tests.helpers.triton_interpreter import interpreted

GRIDS = [  # scenes, anchored, own grids, levels
    (1, False, False, 5),
    (1, True, False, 5),
    (3, False, True, 4),
    (3, True, True, 7),
    (2, True, False, 3),
    (2, False, False, 1),
]

CHECK = f"""
from tests.helpers.point_grids import expect_same_grid, expect_same_pooling

for grid in {GRIDS}:
    expect_same_grid(60, *grid, "cpu")
expect_same_grid(1, 1, False, False, 7, "cpu")
expect_same_pooling(200, 9, "cpu")
expect_same_pooling(3, 6, "cpu")
print("same")
"""


@pytest.mark.slow
def test_kernels_give_what_the_cpu_does():
    pytest.importorskip("triton")
    told = interpreted(CHECK)
    assert "same" in told


@pytest.mark.cuda
@pytest.mark.parametrize("points", [1, 1000, 150_000])
@pytest.mark.parametrize("grid", GRIDS)
def test_a_gpu_finds_the_voxels_that_a_cpu_does(grid, points):
    expect_same_grid(points, *grid, "cuda")


@pytest.mark.cuda
@pytest.mark.parametrize(("points", "groups"), [(3, 6), (100_000, 900), (100_000, 5)])
def test_a_gpu_pools_as_a_cpu_does(points, groups):
    expect_same_pooling(points, groups, "cuda")


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def test_clouds_that_fit_no_grid_are_refused(device):
    scene = torch.zeros(2, dtype=torch.int64, device=device)

    def cut(last, origin=None):
        xyz = torch.tensor([[0.0, 0.0, 0.0], last], device=device)
        return voxelize(xyz, scene, 0.02, 128, origin)

    for broken in (torch.nan, torch.inf, -torch.inf):
        with pytest.raises(BadCloudError, match="NaN or infinite"):
            cut([0, broken, 0])
    with pytest.raises(BadCloudError, match="m wide"):
        cut([0, 1e6, 0])
    with pytest.raises(ValueError, match="origin"):
        cut([1, 1, 1], torch.ones(3, dtype=torch.float64, device=device))
    assert cut([1, -2, 0.5]).spatial_shape == (128, 128, 128)

"""Groups of rows and voxel cells: the native module against torch, and both against definitions."""

from __future__ import annotations

from contextlib import nullcontext
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.errors import BadCloudError
from detailbase_core.network.sparse_unet import NormReLU, ResidualBlock
from detailbase_core.network.voxelization import grid_origin, voxelize
from detailbase_core.ops import native
from detailbase_core.ops.scatter import average_features, distinct_keys, group_bounds, group_sizes
from detailbase_core.sparse import SparseTensor, build_pyramid, morton, select_backend
from tests.helpers.sparse_grids import random_coords


def torch_only():
    """Everything as on a machine without the native module."""
    return mock.patch.object(native, "PROBLEM", "switched off")


def random_groups(seed, rows, groups, width):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn((rows, width), generator=generator)
    return values, torch.randint(groups, (rows,), generator=generator)


@given(st.integers(0, 2**31), st.integers(0, 300), st.integers(1, 40), st.integers(1, 7))
def test_native_means_and_bounds_equal_torch(seed, rows, groups, width):
    values, index = random_groups(seed, rows, groups, width)
    means, bounds = average_features(values, index, groups), group_bounds(values, index, groups)
    with torch_only():
        torch.testing.assert_close(means, average_features(values, index, groups))
        assert all(map(torch.equal, bounds, group_bounds(values, index, groups)))


def test_threads_change_no_bit_of_groups():
    values, index = random_groups(0, 5000, 70, 4)
    keys, before = index * 7 - 90, torch.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            means, bounds = average_features(values, index, 70), group_bounds(values, index, 70)
            found.append((means, *bounds, *distinct_keys(keys)))
    finally:
        torch.set_num_threads(before)
    for other in found[1:]:
        assert all(map(torch.equal, found[0], other))


def test_a_gradient_that_is_wanted_is_there():
    values, index = random_groups(1, 20, 4, 3)
    values.requires_grad_()
    average_features(values, index, 4).sum().backward()
    assert torch.allclose(values.grad, 1 / group_sizes(index, 4)[index][:, None].expand(20, 3))


keys = st.one_of(
    st.lists(st.integers(-3, 3), max_size=50),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50),
)


@given(keys)
def test_distinct_keys(numbers):
    found = distinct_keys(torch.tensor(numbers, dtype=torch.int64))
    unique, inverse, counts = np.unique(
        np.array(numbers, np.int64), return_inverse=True, return_counts=True
    )
    assert found.keys.tolist() == unique.tolist()
    assert found.inverse.tolist() == inverse.tolist()
    assert found.counts.tolist() == counts.tolist()


@pytest.mark.parametrize(
    ("low", "high"), [(0, 50), (-(2**62), 2**62), (5 << 48, (5 << 48) + 2**30)]
)
def test_many_distinct_keys_equal_torch(low, high):
    """More than are sorted by comparing."""
    many = torch.randint(low, high, (30_000,), generator=torch.Generator().manual_seed(2))
    native = distinct_keys(many)
    with torch_only():
        assert all(map(torch.equal, native, distinct_keys(many)))


@given(st.integers(0, 2**31), st.integers(1, 200), st.sampled_from([0.02, 0.04, 0.3]))
def test_native_voxels_equal_torch(seed, points, voxel_size_m):
    generator = torch.Generator().manual_seed(seed)
    xyz = torch.rand((points, 3), generator=generator) * 8 - 4
    xyz[::3] = torch.round(xyz[::3] / voxel_size_m) * voxel_size_m  # exactly between two voxels
    scene = (torch.rand(points, generator=generator) * 3).long().sort().values
    origin = grid_origin(xyz, voxel_size_m)
    for of_scenes in (origin, origin.expand(3, 3) - torch.arange(3)[:, None] * 16 * voxel_size_m):
        native = voxelize(xyz, scene, voxel_size_m, 16, of_scenes)
        with torch_only():
            twin = voxelize(xyz, scene, voxel_size_m, 16, of_scenes)
        assert torch.equal(native.coords, twin.coords)
        assert torch.equal(native.point_to_voxel, twin.point_to_voxel)
        assert native.spatial_shape == twin.spatial_shape


@pytest.mark.parametrize("wrong", [torch.nan, torch.inf, -torch.inf, 1e6])
def test_native_voxels_refuse_what_cannot_be_a_scene(wrong):
    xyz = torch.tensor([[0, 0, 0], [0, wrong, 0]], dtype=torch.float32)
    for points in (xyz, xyz[1:]) if wrong != 1e6 else (xyz,):
        with pytest.raises(BadCloudError):
            voxelize(points, torch.zeros(len(points), dtype=torch.int64), 0.02, 16, torch.zeros(3))


@pytest.mark.parametrize("scene", [-1, 1])
def test_an_origin_for_each_scene(scene):
    of_points = torch.tensor([0, scene])
    for context in (nullcontext(), torch_only()):
        with context, pytest.raises(IndexError):
            voxelize(torch.zeros((2, 3)), of_points, 0.02, 16, torch.zeros((1, 3)))


@given(st.lists(st.tuples(st.integers(0, 2**15 - 1), *[st.integers(0, 65534)] * 3), max_size=20))
def test_keys_give_their_voxels_back(voxels):
    coords = torch.tensor(voxels, dtype=torch.int32).view(-1, 4)
    keys = morton.encode(coords)
    assert torch.equal(morton.decode(keys), coords)
    with torch_only():
        assert torch.equal(morton.encode(coords), keys)
        assert torch.equal(morton.decode(keys), coords)


def test_norms_that_learn_are_left_to_torch():
    """With the batch's statistics without gradients, and with gradients in eval mode."""
    features = torch.randn((50, 4), generator=torch.Generator().manual_seed(5))
    block, grid = (
        ResidualBlock(4, 4, pointwise_reinterpret=False),
        build_pyramid(random_coords(0, 50, (6, 6, 6)), (6, 6, 6), 1),
    )
    features = features[: len(grid.levels[0])]
    for norm in (block.norm1, block.norm2):
        norm.running_mean.normal_()
    block.eval()
    x = SparseTensor(features.requires_grad_(), grid, 0, select_backend("native", features))
    block(x).features.sum().backward()
    assert block.norm2.weight.grad is not None
    assert features.grad is not None
    block.norm1.train(), block.norm2.train()  # as when statistics are taken anew
    with torch.no_grad():
        native_way = block(x).features
        assert int(block.norm2.num_batches_tracked) == 1
        twin = SparseTensor(features, grid, 0, select_backend("torch", features))
        torch.testing.assert_close(native_way, block(twin).features, rtol=1e-4, atol=1e-4)


def test_a_norm_lets_no_fault_look_like_a_feature():
    with torch.no_grad():
        assert NormReLU(2).eval()(torch.tensor([[torch.nan, -1.0]])).isnan().tolist() == [
            [True, False]
        ]


@pytest.mark.parametrize(("voxels", "channels"), [(0, 3), (1, 24), (1300, 5)])
def test_norm_and_relu_equal_torch(voxels, channels):
    norm = NormReLU(channels).eval()
    with torch.no_grad():
        for tensor in (norm.weight, norm.bias, norm.running_mean):
            tensor.normal_(generator=torch.Generator().manual_seed(3))
        norm.running_var.uniform_(0.1, 2.0)
        features = torch.randn((voxels, channels))
        kept = features.clone()
        native = norm(features)
        assert torch.equal(features, kept)
        with torch_only():
            torch.testing.assert_close(native, norm(features))


@pytest.mark.parametrize("index", [-1, 2])
def test_a_group_that_is_not_there_is_refused(index):
    rows, groups = torch.zeros((1, 3)), torch.tensor([index])
    for work in (average_features, group_bounds):
        with pytest.raises(IndexError, match="no group of that number"):
            work(rows, groups, 2)


def test_what_the_native_module_does_not_read_goes_through_torch():
    values, index = random_groups(4, 30, 5, 3)
    exact = average_features(values.double(), index, 5)
    assert exact.dtype == torch.float64
    torch.testing.assert_close(exact.float(), average_features(values, index, 5))
    assert group_bounds(values.double(), index, 5)[0].dtype == torch.float64
    sideways = values.t().contiguous().t()
    assert torch.equal(average_features(sideways, index, 5), average_features(values, index, 5))


def test_native_groups_refuse_shapes_that_do_not_fit():
    rows, index = np.zeros((4, 3), np.float32), np.zeros(5, np.int64)
    with pytest.raises(ValueError, match=r"group: expected \[rows\]"):
        native.C.group_means(rows, index, np.zeros((2, 3), np.float32), 1)


def test_a_norm_follows_its_weights():
    """What is made of them once is made anew once they change, in place or not."""
    norm, features = NormReLU(3).eval(), torch.randn(5, 3)
    with torch.no_grad():
        for change in (
            lambda: norm.weight.mul_(2),
            lambda: norm.running_mean.add_(1),
            lambda: norm.load_state_dict({k: v + 1 for k, v in norm.state_dict().items()}),
            lambda: setattr(norm.bias, "data", torch.randn(3)),
        ):
            norm(features)
            change()
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            expected = ((features - norm.running_mean) * scale + norm.bias).relu()
            torch.testing.assert_close(norm(features), expected)
    with torch.inference_mode():
        made = NormReLU(3).eval()
        torch.testing.assert_close(made(features), features.relu(), rtol=1e-3, atol=1e-3)

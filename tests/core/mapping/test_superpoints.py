"""Superpoints: equal to the ScanNet segmentator, and fit for raw clouds."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.config import SuperpointConfig
from detailbase_core.errors import BadCloudError
from detailbase_core.mapping.superpoints import segment_cloud, segment_graph, segment_mesh
from detailbase_core.types import PointCloud

DATA = Path(__file__).parents[2] / "data"
CONFIG = SuperpointConfig()


def cloud_of(xyz, rgb=None):
    xyz = np.asarray(xyz, np.float32).reshape(-1, 3)
    rgb = np.full((len(xyz), 3), 128) if rgb is None else rgb
    return PointCloud(xyz, np.asarray(rgb, np.uint8))


def adjusted_rand(a, b):
    """Hubert and Arabie, Journal of Classification 1985, equation 5."""
    _, table = np.unique(np.stack([a, b]), axis=1, return_counts=True)

    def pairs(n):
        return (n * (n - 1) / 2).sum()

    together, in_a, in_b = pairs(table), pairs(np.bincount(a)), pairs(np.bincount(b))
    expected = in_a * in_b / pairs(np.array([len(a)]))
    return (together - expected) / ((in_a + in_b) / 2 - expected)


def same_partition(a, b):
    pairs = np.unique(np.stack([a, b]), axis=1)
    return pairs.shape[1] == len(np.unique(a)) == len(np.unique(b))


def assert_dense(labels, count):
    assert labels.shape == (count,) and labels.dtype == np.int64
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))


@pytest.fixture(scope="module")
def golden():
    with np.load(os.environ.get("SEGMENTATOR_GOLDEN", DATA / "segmentator.npz")) as file:
        return dict(file)


def test_segmentator_mesh(golden):
    labels = segment_mesh(
        golden["vertices"], golden["faces"], float(golden["k_thresh"]), int(golden["seg_min_verts"])
    )
    assert_dense(labels, len(golden["vertices"]))
    assert adjusted_rand(labels, golden["mesh_labels"]) >= 0.999


def test_segmentator_points(golden):
    labels = segment_graph(
        golden["vertices"],
        golden["normals"],
        golden["edges"],
        float(golden["k_thresh"]),
        int(golden["seg_min_verts"]),
    )
    assert_dense(labels, len(golden["vertices"]))
    assert adjusted_rand(labels, golden["point_labels"]) >= 0.999


def merge_twin(points, normals, edges, k, min_size):
    """The same merging in plain Python."""
    parent, size, threshold = list(range(len(points))), [1] * len(points), [k] * len(points)

    def find(i):
        while parent[i] != i:
            i = parent[i]
        return i

    def join(a, b):
        parent[b] = a
        size[a] += size[b]

    a, b = edges.T
    weight = 1 - (normals[a] * normals[b]).sum(1)
    convex = (normals[b] * (points[b] - points[a])).sum(1) > 0
    weight = np.where(convex, weight**2, weight)
    order = np.argsort(weight, kind="stable")
    for e in order:
        x, y = find(a[e]), find(b[e])
        if x != y and weight[e] <= min(threshold[x], threshold[y]):
            join(x, y)
            threshold[x] = weight[e] + k / size[x]
    for e in order:
        x, y = find(a[e]), find(b[e])
        if x != y and min(size[x], size[y]) < min_size:
            join(x, y)
    return np.array([find(i) for i in range(len(points))])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 60), min_size=st.integers(1, 8))
def test_merging_equals_its_python_twin(seed, count, min_size):
    rng = np.random.default_rng(seed)
    # Multiples of 1/8 are exact in float32 and float64, and give plenty of equal weights.
    points = rng.integers(-8, 8, (count, 3)) / 8
    normals = rng.integers(-2, 3, (count, 3)) / 2
    edges = rng.integers(0, count, (3 * count, 2))
    labels = segment_graph(
        points.astype(np.float32), normals.astype(np.float32), edges.astype(np.int32), 0.5, min_size
    )
    assert_dense(labels, count)
    assert same_partition(labels, merge_twin(points, normals, edges, 0.5, min_size))


@pytest.mark.parametrize("count", [1500, 70_000])  # of nodes; 16 bits hold the fewer ones
def test_merging_of_many_equals_its_python_twin(count):
    rng = np.random.default_rng(count)
    points = rng.integers(-8, 8, (count, 3)) / 8
    normals = rng.integers(-4, 5, (count, 3)) / 4
    edges = rng.integers(0, count, (3 * count, 2))
    labels = segment_graph(
        points.astype(np.float32), normals.astype(np.float32), edges.astype(np.int32), 0.25, 4
    )
    assert same_partition(labels, merge_twin(points, normals, edges, 0.25, 4))


@pytest.mark.parametrize("apart", [1, 2**12])
def test_merging_by_weights_that_hardly_differ(apart):
    """Half the normals are (1, 0, 0), the others about half of that, and one is unlike all."""
    rng = np.random.default_rng(apart)
    count = 2000
    points, normals = np.zeros((count, 3)), np.zeros((count, 3))
    normals[:1000, 0] = 1.0
    normals[1000:, 0] = 0.5 - apart * rng.permutation(1000) / 2**24
    normals[-1, 0] = -3.0
    edges = np.stack([rng.integers(0, 1000, 6000), rng.integers(1000, 2000, 6000)], axis=1)
    labels = segment_graph(
        points.astype(np.float32), normals.astype(np.float32), edges.astype(np.int32), 0.499, 3
    )
    assert labels.max() > 1
    assert same_partition(labels, merge_twin(points, normals, edges, 0.499, 3))


def plane(x, y, z, step=0.01, noise=0.0, rng=None):
    """Points on an axis-aligned rectangle: two of the arguments are (low, high), one a number."""
    axes = [np.arange(*a, step) if isinstance(a, tuple) else np.array([a]) for a in (x, y, z)]
    xyz = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    return xyz if rng is None else xyz + rng.normal(0, noise, xyz.shape)


def test_floor_and_leg_of_one_colour_are_apart():
    rng = np.random.default_rng(0)
    floor = plane((0, 1.0), (0, 1.0), 0.0, noise=0.002, rng=rng)
    sides = [plane((0.4, 0.5), y, (0.0, 0.5), noise=0.002, rng=rng) for y in (0.4, 0.5)]
    sides += [plane(x, (0.4, 0.5), (0.0, 0.5), noise=0.002, rng=rng) for x in (0.4, 0.5)]
    leg = np.concatenate(sides)
    labels = segment_cloud(cloud_of(np.concatenate([floor, leg])), CONFIG)
    of_leg = np.bincount(labels[len(floor) :], minlength=labels.max() + 1)
    share = of_leg / np.bincount(labels)
    taken = share > 0.5
    overlap = of_leg[taken].sum() / (len(leg) + (np.bincount(labels)[taken] - of_leg[taken]).sum())
    assert overlap > 0.9


def test_colours_divide_a_plane():
    xyz = plane((0, 0.6), (0, 0.6), 0.0)
    left = xyz[:, 0] < 0.3
    labels = segment_cloud(cloud_of(xyz, np.where(left[:, None], [200, 30, 30], 90)), CONFIG)
    assert not np.intersect1d(labels[left], labels[~left]).size
    one_colour = segment_cloud(cloud_of(xyz), CONFIG)
    assert one_colour.max() == 0


def random_surface(rng, count=6000):
    xyz = rng.uniform([-2, -2, 0], [2, 2, 1], (count, 3))
    xyz[: count // 2, 2] = 0.1 * np.sin(3 * xyz[: count // 2, 0])
    return xyz.astype(np.float32), rng.integers(0, 256, (count, 3)).astype(np.uint8)


def test_change_in_one_block_leaves_distant_blocks_alone():
    config = replace(CONFIG, voxel_size_m=0.05, block_voxels=16)
    xyz, rgb = random_surface(np.random.default_rng(1), 20000)
    before = segment_cloud(cloud_of(xyz, rgb), config)
    block = np.floor((np.floor(xyz.astype(np.float64) / 0.05) + 8) / 16).astype(int)
    touched = np.abs(block - block[0]).max(1) == 0
    keep = ~touched | (np.arange(len(xyz)) % 3 == 0)
    after = segment_cloud(
        cloud_of(xyz[keep], np.where(touched[keep, None], 255 - rgb[keep], rgb[keep])), config
    )
    far = np.abs(block - block[0]).max(1) > 1
    assert far.sum() > 1000 and touched.sum() > 50
    assert same_partition(before[far], after[far[keep]])


def test_superpoints_stay_in_their_block():
    config = replace(CONFIG, block_voxels=16)
    xyz = plane((-1, 1), (-1, 1), 0.001)
    labels = segment_cloud(cloud_of(xyz), config)
    block = np.floor((np.floor(xyz.astype(np.float32).astype(np.float64) / 0.02) + 8) / 16)
    pairs = np.unique(np.column_stack([labels, block]), axis=0)
    assert len(pairs) == labels.max() + 1
    whole = segment_cloud(cloud_of(xyz), replace(config, block_voxels=0))
    assert whole.max() == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 400))
def test_any_cloud_gets_dense_ids_and_the_same_again(seed, count):
    rng = np.random.default_rng(seed)
    xyz = rng.normal(0, rng.choice([0.01, 0.3, 50.0]), (count, 3))
    cloud = cloud_of(xyz, rng.integers(0, 256, (count, 3)))
    labels = segment_cloud(cloud, CONFIG)
    assert_dense(labels, count)
    assert np.array_equal(labels, segment_cloud(cloud, CONFIG))
    voxels = np.floor(cloud.xyz.astype(np.float64) / CONFIG.voxel_size_m)
    _, voxel = np.unique(voxels, axis=0, return_inverse=True)
    together = np.unique(np.column_stack([voxel.ravel(), labels]), axis=0)
    assert len(together) == voxel.max() + 1  # points of one voxel share a superpoint


def test_number_of_threads_changes_nothing():
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
import numpy as np
from tests.core.mapping.test_superpoints import CONFIG, cloud_of, random_surface, segment_cloud
labels = segment_cloud(cloud_of(*random_surface(np.random.default_rng(5))), CONFIG)
sys.stdout.write(labels.tobytes().hex())
"""
    labels = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).parents[3],
            env={**os.environ, "OMP_NUM_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "4")
    ]
    assert labels[0] == labels[1] and len(labels[0]) == 16 * 6000


def test_small_and_degenerate_clouds():
    assert segment_cloud(cloud_of(np.zeros((0, 3))), CONFIG).shape == (0,)
    assert segment_cloud(cloud_of([[1, 2, 3]]), CONFIG).tolist() == [0]
    assert segment_cloud(cloud_of(np.ones((50, 3))), CONFIG).tolist() == [0] * 50
    line = np.arange(100)[:, None] * [0.01, 0, 0]
    assert_dense(segment_cloud(cloud_of(line), CONFIG), 100)
    assert segment_mesh(np.zeros((0, 3)), np.zeros((0, 3), int)).shape == (0,)
    assert segment_mesh(np.zeros((3, 3)), np.zeros((0, 3), int)).tolist() == [0, 1, 2]
    assert segment_mesh(np.ones((3, 3)), np.array([[0, 1, 2]])).tolist() == [0, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused(bad):
    xyz = np.zeros((4, 3), np.float32)
    xyz[2, 1] = bad
    with pytest.raises(BadCloudError, match="1 of 4 points are NaN or infinite"):
        segment_cloud(cloud_of(xyz), CONFIG)
    with pytest.raises(ValueError, match="vertices: NaN"):
        segment_mesh(xyz, np.array([[0, 1, 2]]))
    with pytest.raises(ValueError, match="normals: NaN"):
        segment_graph(np.zeros((4, 3)), xyz, np.array([[0, 1]]))


def test_too_far_from_the_origin_is_refused():
    assert segment_cloud(cloud_of([[20_000, -20_000, 0]]), CONFIG).tolist() == [0]
    with pytest.raises(BadCloudError, match=r"1e\+06 m is beyond .* subtract an offset"):
        segment_cloud(cloud_of([[1e6, 0, 0]]), CONFIG)


@pytest.mark.parametrize("index", [-1, 4])
def test_indices_out_of_range_are_refused(index):
    points = np.zeros((4, 3), np.float32)
    with pytest.raises(ValueError, match=f"faces: index {index} is out of range for 4 points"):
        segment_mesh(points, np.array([[0, 1, index]]))
    with pytest.raises(ValueError, match=f"edges: index {index} is out of range for 4 points"):
        segment_graph(points, points, np.array([[0, index]]))


def test_wrong_shapes_are_refused():
    points = np.zeros((4, 3), np.float32)
    with pytest.raises(ValueError, match=r"vertices: expected \(N, 3\)"):
        segment_mesh(np.zeros((4, 2)), np.array([[0, 1, 2]]))
    with pytest.raises(ValueError, match="faces: expected integers"):
        segment_mesh(points, np.array([[0.0, 1.0, 2.0]]))
    with pytest.raises(ValueError, match="4 points but 3 normals"):
        segment_graph(points, points[:3], np.array([[0, 1]]))

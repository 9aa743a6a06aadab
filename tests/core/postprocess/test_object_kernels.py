"""The kernels that turn masks into objects equal their NumPy twins."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial import ConvexHull, cKDTree
from scipy.spatial.distance import cdist

from detailbase_core import _C

PART, REACH, GROW, MARGIN = 0.1, 0.6, 0.4, 0.2


def clusters_twin(centers, reach, points):
    labels = _C.linked_places(centers, reach)
    sizes = np.bincount(labels, weights=points)
    small = sizes < PART * sizes.max()
    weighted = [np.bincount(labels, weights=points * axis.astype(float)) for axis in centers.T]
    centroids = np.stack(weighted, axis=1) / sizes[:, None]
    large = np.flatnonzero(~small)
    distance, nearest = cKDTree(centroids[large]).query(centroids)
    renamed = np.where(small & (distance <= REACH), large[nearest], np.arange(len(sizes)))
    return renamed[labels]


def selection_twin(probability, threshold, number, centers, reach, movable, points):
    mask = probability >= np.float32(threshold)
    used = np.flatnonzero(probability >= np.float32(GROW * threshold))
    if not mask.any() or 2 * points[used][movable[used]].sum() < points[used].sum():
        return mask, False
    labels = clusters_twin(centers[used], reach[used], points[used])
    peak = np.zeros(labels.max() + 1, np.float32)
    np.maximum.at(peak, labels, probability[used])
    least = np.float32(threshold)
    if number < 0:
        least, number = max(least, peak.max() - np.float32(MARGIN)), len(peak)
    order = np.argsort(-peak, kind="stable")
    chosen = order[peak[order] >= least][:number]
    found = np.zeros_like(mask)
    found[used] = np.isin(labels, chosen)
    return found, True


def groups_twin(labels, least):
    sizes = np.bincount(labels)
    by_size = np.argsort(-sizes, kind="stable")
    smallest = max(least, 1, PART * sizes.max(initial=0))
    chosen = [label for label in by_size if sizes[label] >= smallest] or by_size[:1]
    return [np.flatnonzero(labels == label).tolist() for label in chosen]


def votes(seed, count):
    """Votes for a few places and stray ones."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 3, (6, 3))[rng.integers(0, 6, count)]
    spread = rng.choice([0.03, 0.5], (count, 1), p=[0.8, 0.2])
    centers = (places + spread * rng.normal(size=(count, 3))).astype(np.float32)
    reach = rng.uniform(0.1, 0.25, count).astype(np.float32)
    return centers, reach, rng.integers(1, 200, count), rng


@pytest.mark.parametrize("seed", range(30))
def test_clusters_equal_their_twin(seed):
    centers, reach, points, _ = votes(seed, 1 + 9 * seed)
    found = _C.vote_clusters(centers, reach, points, PART, REACH)
    assert found.tolist() == clusters_twin(centers, reach, points).tolist()


def test_strays_do_join():
    joined = 0
    for seed in range(30):
        centers, reach, points, _ = votes(seed, 1 + 9 * seed)
        linked = _C.linked_places(centers, reach)
        joined += (_C.vote_clusters(centers, reach, points, PART, REACH) != linked).any()
    assert joined > 10  # so that the twins are compared in what they do


@pytest.mark.parametrize("movable_share", [0.2, 0.8])
def test_points_get_the_labels_of_their_superpoints(movable_share):
    centers, reach, _, rng = votes(11, 120)
    owner = rng.integers(0, 120, 5000)
    movable = rng.random(120) < movable_share
    points = np.flatnonzero((owner % 3 > 0) & (rng.random(5000) < 0.7))
    found = _C.cluster_points(owner, points, centers, reach, movable, PART, REACH)
    if not movable[owner[points]].mean() >= 0.5:
        assert len(found) == 0
        return
    used, index, sizes = np.unique(owner[points], return_inverse=True, return_counts=True)
    assert found.tolist() == clusters_twin(centers[used], reach[used], sizes)[index].tolist()


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, math.inf])
def test_selections_equal_their_twin(threshold):
    centers, reach, points, rng = votes(7, 150)
    movable = rng.random(150) < 0.7
    probability = rng.random((40, 150), np.float32) ** rng.uniform(1, 30, (40, 1)).astype("f4")
    numbers = rng.choice([-1, 0, 1, 2, 50], 40)
    numbers[:5] = -1, 0, 1, 2, 50
    masks, objects = _C.select_objects(
        probability,
        np.full(40, threshold),
        numbers,
        centers,
        reach,
        movable,
        points,
        grow_ratio=GROW,
        margin=MARGIN,
        smallest_part=PART,
        merge_reach=REACH,
        threads=3,
    )
    for row in range(40):
        of = probability[row], threshold, numbers[row], centers, reach, movable, points
        mask, are_objects = selection_twin(*of)
        assert objects[row] == are_objects
        assert masks[row].tolist() == mask.tolist()


@pytest.mark.parametrize("least", [1, 4, 100])
@pytest.mark.parametrize("count", [0, 1, 30, 500])
def test_groups_equal_their_twin(count, least):
    rng = np.random.default_rng(count)
    labels = np.minimum(rng.geometric(0.2, count), max(count - 1, 0))
    rows, begins = _C.largest_groups(labels, least, PART)
    groups = [rows[a:b].tolist() for a, b in pairwise(begins)]
    assert groups == (groups_twin(labels, least) if count else [])


@pytest.mark.parametrize("count", [0, 1, 70, 3000])
def test_rows_of_chosen_groups_equal_their_twin(count):
    rng = np.random.default_rng(count)
    owner = rng.integers(0, 40, count)
    begins = np.searchsorted(np.sort(owner), np.arange(41))
    rows = np.argsort(owner, kind="stable")
    for chosen in (rng.random(40) < 0.3, np.zeros(40, bool), np.ones(40, bool)):
        found = _C.rows_of_groups(rows, begins, chosen)
        assert found.tolist() == np.flatnonzero(chosen[owner]).tolist()


def area_twin(xyz):
    """Least ground area of a rectangle along a hull edge."""
    ground = xyz[:, :2].astype(float)
    hull = ground[ConvexHull(ground).vertices]
    edges = np.roll(hull, -1, axis=0) - hull
    along = edges / np.linalg.norm(edges, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    return (np.ptp(hull @ along.T, axis=0) * np.ptp(hull @ across.T, axis=0)).min()


def test_boxes_are_the_smallest_and_centroids_numpys_own():
    rng = np.random.default_rng(3)
    xyz = (rng.normal(size=(9000, 3)) * [2, 0.5, 1] + [40, -7, 1]).astype(np.float32)
    sizes = [3, 7, 8, 9, 129, 1000, 4001]
    begins = np.concatenate([[0], np.cumsum(sizes)])
    indices = rng.permutation(len(xyz))[: begins[-1]]
    centroids, boxes = _C.upright_boxes(xyz, indices, begins)
    for group, (begin, end) in enumerate(pairwise(begins)):
        own = xyz[indices[begin:end]]
        axes = np.ascontiguousarray(own.T, np.float64)
        assert centroids[group].tolist() == axes.mean(axis=1).tolist()
        center, size, yaw = boxes[group, :3], boxes[group, 3:6], boxes[group, 6]
        assert math.isclose(size[0] * size[1], area_twin(own), rel_tol=1e-9)
        turn = np.array([[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]])
        local = np.abs((own[:, :2] - center[:2]) @ turn)
        assert np.allclose(local.max(axis=0), size[:2] / 2, atol=1e-9)
        assert (own[:, 2].min(), own[:, 2].max()) == (
            center[2] - size[2] / 2,
            center[2] + size[2] / 2,
        )


def test_chains_of_small_steps_are_one_and_islands_are_not():
    rng = np.random.default_rng(5)
    line = np.cumsum(rng.normal(scale=0.04, size=(3000, 3)), axis=0)
    xyz = np.concatenate([line, line[::7] + np.array([90, 0, 0]), rng.uniform(-9, 9, (60, 3))])
    xyz = rng.permutation(xyz).astype(np.float32)
    labels = _C.connected_components(xyz, 0.15)
    near = cdist(xyz.astype(float), xyz.astype(float)) <= 0.15
    assert (labels[:, None] == labels)[near].all()
    assert len(np.unique(labels)) == _components(near)


def _components(near):
    """Number of connected parts of a graph, by flooding."""
    left, parts = np.ones(len(near), bool), 0
    while left.any():
        reached = np.zeros_like(left)
        reached[left.argmax()] = True
        while (grown := near[reached].any(axis=0)).sum() > reached.sum():
            reached = grown
        left &= ~reached
        parts += 1
    return parts

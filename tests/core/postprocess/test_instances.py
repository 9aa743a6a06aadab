"""Masks become separate objects with tight upright boxes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist

from detailbase_core import _C
from detailbase_core.config import InstanceConfig
from detailbase_core.errors import BadCloudError
from detailbase_core.postprocess.instances import MIN_PIECE_FRACTION, fit_box, separate_instances
from detailbase_core.postprocess.vote_clustering import CenterVotes

CONFIG = InstanceConfig(connect_distance_m=0.1, min_points=30)
ALL = replace(CONFIG, min_points=1)


def block(center, count=200, size=0.3, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.uniform(-size / 2, size / 2, (count, 3)) + center).astype(np.float32)


def separate(xyz, mask=None, config=CONFIG, first_id=0, centers=None):
    mask = np.ones(len(xyz), bool) if mask is None else mask
    return separate_instances(xyz, np.flatnonzero(mask), 0.7, config, first_id, centers)


def two_touching_chairs(votes, movable=True):
    """A row of six superpoints without a gap, and where each votes its object to be."""
    xyz = np.concatenate([block([0.2 * k, 0, 0], 100, 0.2, k) for k in range(6)])
    centers = np.stack([np.array(votes), np.zeros(6), np.zeros(6)], axis=1).astype(np.float32)
    return xyz, CenterVotes(
        np.repeat(np.arange(6), 100), centers, np.full(6, 0.1, np.float32), np.full(6, movable)
    )


def test_two_chairs_are_two_instances():
    xyz = np.concatenate([block([0, 0, 0]), block([1, 0, 0], 300), block([0, 3, 0])])
    mask = np.arange(len(xyz)) < 500
    large, small = separate(xyz, mask, first_id=4)
    assert (large.id, small.id, large.score, small.score) == (4, 5, 0.7, 0.7)
    assert large.point_indices.tolist() == list(range(200, 500))
    assert small.point_indices.tolist() == list(range(200))
    np.testing.assert_allclose(small.centroid, xyz[:200].mean(0), atol=1e-6)
    np.testing.assert_allclose(large.box.center, [1, 0, 0], atol=0.02)


def test_distance_decides_what_is_one_object():
    step = np.arange(0, 1, 0.02, dtype=np.float32)
    line = np.stack([step, 0 * step, 0 * step], 1)
    beside = line + np.float32([0, 0.09, 0])
    away = line + np.float32([0, 0.11, 0])
    assert len(separate(np.concatenate([line, beside]))) == 1
    assert len(separate(np.concatenate([line, away]))) == 2


def test_votes_part_what_touches():
    xyz, centers = two_touching_chairs([0.2, 0.25, 0.15, 0.8, 0.75, 0.85])
    assert len(separate(xyz)) == 1
    one, two = separate(xyz, centers=centers)
    assert one.point_indices.tolist() == list(range(300))
    assert two.point_indices.tolist() == list(range(300, 600))


def test_votes_join_what_is_hidden_in_between():
    xyz, centers = two_touching_chairs([0.5] * 6)
    mask = np.repeat([True, True, False, False, True, True], 100)
    assert len(separate(xyz, mask)) == 2
    (one,) = separate(xyz, mask, centers=centers)
    assert len(one.point_indices) == 400


def test_a_stray_vote_stays_with_its_object():
    xyz, centers = two_touching_chairs([0.2, 0.2, 0.2, 0.8, 0.8, 1.2])
    mask = np.arange(600) < 520  # the last superpoint is hardly there
    one, two = separate(xyz, mask, centers=centers)
    assert (len(one.point_indices), len(two.point_indices)) == (300, 220)


def test_structure_is_parted_by_gaps_only():
    xyz, centers = two_touching_chairs([0, 1, 2, 3, 4, 5], movable=False)
    assert len(separate(xyz, centers=centers)) == 1


def test_what_is_known_to_be_one_object_stays_whole():
    xyz = np.concatenate([block([0, 0, 0]), block([1, 0, 0], 10)])
    (one,) = separate_instances(xyz, np.arange(len(xyz)), 0.7, CONFIG, 3, whole=True)
    assert (one.id, len(one.point_indices)) == (3, len(xyz))


def test_crumbs_are_dropped_unless_nothing_else_is_left():
    xyz = np.concatenate([block([0, 0, 0]), block([1, 0, 0], 5, 0.05), block([2, 0, 0], 9, 0.05)])
    (one,) = separate(xyz)
    assert len(one.point_indices) == 200
    (crumb,) = separate(xyz, np.arange(len(xyz)) >= 200)
    assert crumb.point_indices.tolist() == list(range(205, 214))


def test_scraps_beside_an_object_are_dropped():
    xyz = np.concatenate([block([0, 0, 0], 1000), block([3, 0, 0], 90), block([6, 0, 0], 120)])
    sizes = [len(i.point_indices) for i in separate(xyz, np.ones(len(xyz), bool))]
    assert sizes == [1000, 120]


def test_empty_mask_and_single_point():
    xyz = block([0, 0, 0])
    assert separate(xyz, np.zeros(200, bool)) == ()
    assert separate_instances(np.zeros((0, 3), np.float32), np.arange(0), 1, CONFIG, 0) == ()
    (one,) = separate(xyz, np.arange(200) == 7)
    assert one.point_indices.tolist() == [7] and one.box.size == (0, 0, 0)
    np.testing.assert_allclose(one.box.center, xyz[7], atol=1e-6)


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 120),
    spread=st.sampled_from([0.05, 0.2, 0.5, 5.0]),
    distance=st.sampled_from([0.03, 0.1, 0.4]),
)
def test_pieces_are_the_components_under_the_distance(seed, count, spread, distance):
    rng = np.random.default_rng(seed)
    xyz = rng.normal(0, spread, (count, 3)).astype(np.float32)
    mask = rng.random(count) < 0.8
    config = replace(ALL, connect_distance_m=distance)
    found = {tuple(i.point_indices) for i in separate(xyz, mask, config)}
    rows = np.flatnonzero(mask)
    near = cdist(xyz[rows].astype(float), xyz[rows].astype(float)) <= distance
    _, labels = connected_components(near)
    pieces = [tuple(rows[labels == label]) for label in np.unique(labels)]
    largest = max(map(len, pieces), default=0)
    assert found == {piece for piece in pieces if len(piece) >= MIN_PIECE_FRACTION * largest}


def test_a_rotated_rectangle_is_found():
    rng = np.random.default_rng(0)
    corners = np.array([[-1, -0.3, 0], [1, -0.3, 0], [-1, 0.3, 2], [1, 0.3, 2]])
    local = np.concatenate([corners, rng.uniform([-1, -0.3, 0], [1, 0.3, 2], (500, 3))])
    for yaw in [-1.5, -0.7, 0.0, 0.4, 1.2, 1.57]:
        c, s = math.cos(yaw), math.sin(yaw)
        turned = local @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + [5, -3, 1]
        box = fit_box(turned.astype(np.float32))
        np.testing.assert_allclose(box.center, [5, -3, 2], atol=1e-4)
        np.testing.assert_allclose(box.size, [2, 0.6, 2], atol=1e-4)
        assert abs(math.sin(box.yaw - yaw)) < 1e-4


points = st.lists(
    st.tuples(*[st.floats(-50, 50, width=32).map(lambda v: round(v, 2))] * 3),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(points)
def test_boxes_hold_their_points_and_no_upright_box_is_smaller(rows):
    xyz = np.array(rows, np.float32)
    box = fit_box(xyz)
    assert -math.pi / 2 <= box.yaw < math.pi / 2
    assert box.size[0] >= box.size[1] >= 0 and box.size[2] >= 0
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    local = (xyz - np.array(box.center)) @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    assert (np.abs(local) <= np.array(box.size) / 2 + 1e-4).all()
    for angle in np.linspace(0, math.pi / 2, 46):
        c, s = math.cos(angle), math.sin(angle)
        extent = np.ptp(xyz[:, :2].astype(float) @ np.array([[c, -s], [s, c]]), axis=0)
        assert box.size[0] * box.size[1] <= extent.prod() + 1e-2


def test_points_on_a_line_get_a_box_along_it():
    t = np.linspace(0, 1, 20)
    box = fit_box(np.stack([3 * t, 4 * t, 0 * t], 1).astype(np.float32))
    np.testing.assert_allclose(box.size, [5, 0, 0], atol=1e-4)
    assert math.isclose(box.yaw, math.atan2(4, 3), abs_tol=1e-5)
    upright = fit_box(np.stack([0 * t, 0 * t, t], 1).astype(np.float32))
    assert upright.size == (0, 0, 1)


def corners_twin(points):
    """Hull corners as scipy finds them."""
    return points[ConvexHull(points).vertices]


@pytest.mark.parametrize("count", [3, 10, 3000])
def test_hull_corners_equal_their_python_twins(count):
    points = np.random.default_rng(count).normal(size=(count, 2))
    ours = _C.convex_hull(*points.T)
    assert np.array_equal(ours[0], points[points[:, 0].argmin()])
    assert sorted(ours.tolist()) == sorted(corners_twin(points).tolist())
    following = np.roll(ours, -1, axis=0)
    assert (ours[:, 0] * following[:, 1] - ours[:, 1] * following[:, 0]).sum() > 0  # to the left


@pytest.mark.parametrize(
    ("points", "corners"),
    [
        ([[1, 2]] * 3, [[1, 2]]),
        ([[2, 2], [0, 0], [1, 1], [0, 0]], [[0, 0], [2, 2]]),
        (
            [[0, 0], [1, 0], [2, 0], [2, 2], [0, 2], [1, 1], [2, 1]],
            [[0, 0], [2, 0], [2, 2], [0, 2]],
        ),
        (np.zeros((0, 2)), np.zeros((0, 2))),
    ],
)
def test_hulls_have_no_corners_on_edges(points, corners):
    x, y = np.array(points, float).T
    assert np.array_equal(_C.convex_hull(x, y), np.array(corners, float))


def linked_twin(places, reach):
    """The definition: all pairs are compared."""
    near = cdist(places, places) <= np.maximum(reach[:, None], reach)
    return connected_components(near, directed=False)[1]


@pytest.mark.parametrize("count", [0, 1, 40, 400])
def test_linked_votes_equal_their_python_twin(count):
    rng = np.random.default_rng(count)
    places = rng.uniform(0, 3, (count, 3)).astype(np.float32)
    reach = rng.uniform(0.2, 0.4, count).astype(np.float32)
    expected = linked_twin(places, reach) if count else []
    assert _C.linked_places(places, reach).tolist() == list(expected)


def test_bad_input_is_refused():
    xyz = block([0, 0, 0])
    for wrong in (np.ones(200, bool), np.zeros((3, 1), np.int64)):
        with pytest.raises(ValueError, match="indices: expected int64"):
            separate_instances(xyz, wrong, 0.7, CONFIG, 0)
    with pytest.raises(ValueError, match="no points"):
        fit_box(np.zeros((0, 3), np.float32))
    xyz[3] = np.nan
    with pytest.raises(BadCloudError, match="NaN"):
        separate(xyz)
    xyz[3] = 1e6
    with pytest.raises(BadCloudError, match="spread over 1e"):
        separate(xyz)

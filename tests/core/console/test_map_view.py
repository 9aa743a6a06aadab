"""Which points a browser gets, where its clicks go, and from where objects are seen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from detailbase_core.console.map_view import MapView, Ray
from detailbase_core.console.shapes import box_edges, view_of
from detailbase_core.types import Box, PointCloud


def cloud_of(xyz: np.ndarray) -> PointCloud:
    return PointCloud(xyz.astype(np.float32), np.full(xyz.shape, 99, np.uint8))


def grid(step: float, z: float = 0.0) -> np.ndarray:
    x, y = np.meshgrid(np.arange(0, 3, step), np.arange(0, 3, step))
    return np.column_stack([x.ravel(), y.ravel(), np.full(x.size, z)])


ALL = math.inf


def test_a_small_map_is_shown_whole() -> None:
    view = MapView(cloud_of(grid(0.1)))
    assert len(view.overview(ALL)) == 900 and not view.thinned
    assert view.overview_spacing_m == view.spacing_m == pytest.approx(0.1, rel=0.01)


def test_a_large_map_is_thinned_evenly_and_whole_nearby() -> None:
    view = MapView(cloud_of(grid(0.02)), most=1000, most_near=500)
    chosen = view.overview(ALL)
    assert len(chosen) == len(set(chosen)) == 1000 and view.thinned
    assert (view.overview(ALL) == chosen).all()  # the same for every browser
    quarters = np.histogram2d(*view.cloud.xyz[chosen, :2].T, bins=2)[0]
    assert quarters.min() > 180
    assert view.overview_spacing_m == pytest.approx(view.spacing_m * math.sqrt(22.5), rel=0.01)
    corner = np.array([0.0, 0.0, 0.0])
    near = view.detail(corner, ALL)
    away = np.linalg.norm(view.cloud.xyz - corner, axis=1)
    assert len(near) == 500 and away[near].max() <= np.sort(away)[500]


def test_nothing_above_the_cut_is_shown_or_clicked() -> None:
    view = MapView(cloud_of(np.concatenate([grid(0.1), grid(0.1, z=2.5)])), most_near=10_000)
    assert (view.cloud.xyz[view.overview(1.0), 2] == 0).all()
    assert len(view.detail(np.zeros(3), 1.0)) == 900
    down = Ray(np.array([1.0, 1.0, 5.0]), np.array([0.0, 0.0, -2.0]))
    hit = view.pick(down, ALL)
    assert hit is not None and view.cloud.xyz[hit] == pytest.approx((1.0, 1.0, 2.5))
    hit = view.pick(down, 1.0)
    assert hit is not None and view.cloud.xyz[hit] == pytest.approx((1.0, 1.0, 0.0))


def test_a_ceiling_is_cut_away_at_first_and_a_room_without_is_whole() -> None:
    floor, table = grid(0.1), grid(0.2, z=0.7)
    assert MapView(cloud_of(np.concatenate([floor, table]))).first_cut_m == pytest.approx(0.7)
    covered = MapView(cloud_of(np.concatenate([floor, table, grid(0.15, z=2.6)])))
    assert covered.first_cut_m == pytest.approx(2.2)


def test_far_strays_do_not_make_the_room_small() -> None:
    """As one frame of a depth camera has them: behind a door, say, 4% of the points."""
    strays = np.random.default_rng(0).normal((20.0, -9.0, 1.0), 0.5, (36, 3))
    middle, size = MapView(cloud_of(np.concatenate([grid(0.1), strays]))).extent
    assert middle[:2] == pytest.approx((1.45, 1.45), abs=0.15)
    assert size[:2].min() > 2.5 and size[:2].max() < 3.2


def test_clicks_beside_and_behind_meet_nothing() -> None:
    view = MapView(cloud_of(grid(0.1)))
    assert view.pick(Ray(np.array([1.0, 1, 5]), np.array([0.0, 0, 1])), ALL) is None
    assert view.pick(Ray(np.array([9.0, 9, 5]), np.array([0.0, 0, -1])), ALL) is None


def test_one_point_is_a_map() -> None:
    view = MapView(cloud_of(np.ones((1, 3))))
    assert list(view.overview(ALL)) == [0] and view.spacing_m > 0
    assert view.heights_m == (1.0, 1.0) and view.extent[1].tolist() == [0, 0, 0]


def test_a_box_has_twelve_edges_of_its_sizes() -> None:
    box = Box((1, 2, 3), (2.0, 1.0, 0.5), math.radians(30))
    edges = box_edges(box)
    lengths = np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1)
    assert sorted(lengths.tolist()) == pytest.approx([0.5] * 4 + [1.0] * 4 + [2.0] * 4)
    assert edges.reshape(-1, 3).mean(axis=0) == pytest.approx((1, 2, 3))
    along = next(e for e, n in zip(edges, lengths, strict=True) if n > 1.5)
    dx, dy, _ = along[1] - along[0]
    assert math.tan(math.radians(30)) == pytest.approx(dy / dx, rel=1e-4)


@pytest.mark.parametrize("eye", [(5.0, 0.0, 1.0), (0.0, -4.0, 3.0), (0.0, 0.0, 9.0)])
def test_an_object_is_seen_from_the_side_one_comes_from(eye: tuple[float, ...]) -> None:
    box = Box((0, 0, 0.5), (1.0, 1.0, 1.0), 0.0)
    at, look = view_of(box, np.array(eye))
    assert look == pytest.approx((0, 0, 0.5))
    assert np.dot(at[:2], eye[:2]) >= 0 and at[2] > 1.0
    assert 1.5 < np.linalg.norm(at - look) < 6.0
